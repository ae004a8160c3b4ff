"""Numbers with their units and bounds, dates and times of day: what a sentence says, comparable.

3만 원 = 30,000원, 1억 2천만, 열다섯 명 = 15명, 하루 = 1일; 2026년 3월 1일 = 2026-03-01 = 2026. 3. 1.;
오후 3시 = 15시 = 15:00. `curation.table_text.amounts` gives the values.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from curation.korean import Morpheme
from curation.table_text.amounts import Amount, amounts
from rag.answering.moments import (
    Date,
    Time,
    bounds_at,
    dates_in,
    overlaps,
    same_bounds,
    same_day,
    same_time,
    times_in,
)

# One unit by its several names; longer names stand before those that they begin with.
_UNITS: Final = (
    ("영업일", ("영업일", "근무일")),
    ("주", ("주일", "주간", "주(?=[ 에를은는이가의간마,.)]|$)")),
    ("일", ("일(?!부|반|정|시)", "날(?![가-힣])")),
    ("개월", ("개월", "달(?!러)")),
    ("월", ("월(?!급|세|요)",)),
    ("년", ("년(?!생|도별)", "해(?=[ 에를은는가의,.)]|$)")),
    ("시간", ("시간",)),
    ("분", ("분(?!기|의|류|야)",)),
    ("초", ("초(?![가-힣])",)),
    ("분기", ("분기",)),
    ("원", ("원(?!칙|격|본)", "KRW")),
    ("달러", ("달러", "불(?![가-힣])", "USD")),
    ("%p", ("%p", "퍼센트포인트", "%포인트")),
    ("%", ("%", "퍼센트", "프로(?!그|젝|세|필|덕)")),
    ("명", ("명(?!목|의|단|칭)", "사람", "인(?=[ 이을은의가,.)]|분|승|실|$)")),
    ("번", ("번(?!호|째|역)", "회(?!사|의|원|비|계|식|차)", "차례")),
    ("번째", ("번째",)),
    ("회차", ("회차", "차(?![가-힣])")),
    ("개", ("개(?!월|인|발|선|정)", "EA")),
    ("건", ("건(?!물|강|축)",)),
    ("자", ("글자", "자(?!리|동|료|율|격|녀)")),
    ("자리", ("자리",)),
    ("면", ("면(?=[ 이을은의가,.)입]|$)",)),
    ("대", ("대(?=[ 가를는의까,.)]|$)",)),
    ("장", ("장(?=[ 을은이의까,.)]|$)",)),
    ("층", ("층",)),
    ("배", ("배(?!송|정|포|우)",)),
    ("점", ("점(?!심|검|포)",)),
    ("급", ("급(?!여|식)",)),
    ("등", ("등급", "등(?=[ 이을은의,.)]|$)")),
    ("세", ("세(?=[ 이가를는의까,.)]|$)", "살")),
    ("조", ("조(?=[ 의에는제,.)]|$)",)),
    ("항", ("항(?=[ 의에은,.)]|$)",)),
    ("쪽", ("쪽", "페이지", "p(?![a-z])")),
    *(
        (unit, (unit + r"(?![A-Za-z])",))
        for unit in ("km", "cm", "mm", "kg", "mg", "GB", "MB", "TB", "KB", "㎡")
    ),
    ("평", ("평(?![가-힣])",)),
    ("m", ("m(?![A-Za-z])", "미터")),
    ("g", ("g(?![A-Za-z])", "그램")),
)
_UNIT = re.compile(
    r"\s?(?:" + "|".join(f"(?P<u{n}>{'|'.join(names)})" for n, (_, names) in enumerate(_UNITS)) + ")",
    re.IGNORECASE,
)
_DAYS: Final = {
    **{"하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "엿새": 6, "이레": 7, "여드레": 8},
    **{
        "아흐레": 9,
        "열흘": 10,
        "열하루": 11,
        "열이틀": 12,
        "열사흘": 13,
        "열나흘": 14,
        "열닷새": 15,
        "보름": 15,
    },
}
_DAY_WORD = re.compile("|".join(sorted(_DAYS, key=len, reverse=True)))
# The 조 of an article is no trillion.
_ARTICLE = re.compile(r"제\s?(?P<value>\d{1,4})\s?(?P<unit>[조항호장절편관])")
# 한 stands for an article too often to be a number elsewhere; before a unit it is one.
_ONE = re.compile(r"(?<![가-힣])한(?= ?(?:번|명|사람|개|달|시간|주|해|차례|장|대|건|곳|가지)(?![과동]))")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number; ``unit`` is empty when none is known, ``bounds`` are lower, upper, before, until …"""

    start: int
    end: int
    value: Decimal
    unit: str
    bounds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Quantities:
    """Everything of a text that can be counted or dated, in order."""

    numbers: tuple[Quantity, ...]
    dates: tuple[Date, ...]
    times: tuple[Time, ...]

    def between(self, start: int, end: int) -> "Quantities":
        """Those that begin there."""
        return Quantities(
            tuple(one for one in self.numbers if start <= one.start < end),
            tuple(one for one in self.dates if start <= one.start < end),
            tuple(one for one in self.times if start <= one.start < end),
        )

    def each(self) -> "list[tuple[str, Quantities]]":
        """One by one, each with its unit: ``date`` and ``time`` for those."""
        return [
            *((one.unit, Quantities((one,), (), ())) for one in self.numbers),
            *(("date", Quantities((), (one,), ())) for one in self.dates),
            *(("time", Quantities((), (), (one,))) for one in self.times),
        ]


def quantities(text: str, morphemes: Sequence[Morpheme]) -> Quantities:
    """Read a sentence; ``morphemes`` are Kiwi's.

    Examples
    --------
    >>> [(str(one.value), one.unit, *one.bounds) for one in quantities("3만 원까지 15% 이상", ()).numbers]
    [('30000', '원', 'until'), ('15', '%', 'lower')]
    """
    dates = dates_in(text)
    times = [time for time in times_in(text) if not overlaps(time, dates)]
    named = [
        Quantity(found.start(), found.end(), Decimal(_DAYS[found[0]]), "일", bounds_at(text, *found.span()))
        for found in _DAY_WORD.finditer(text)
    ]
    named += [
        Quantity(found.start(), found.end(), Decimal(found["value"]), found["unit"])
        for found in _ARTICLE.finditer(text)
    ]
    values = [one for one in amounts(text, morphemes) if not overlaps(one, [*dates, *times, *named])]
    values += [Amount(found.start(), found.end(), Decimal(1)) for found in _ONE.finditer(text)]
    numbers = sorted([*named, *(_quantity(text, one) for one in values)], key=lambda one: one.start)
    return Quantities(tuple(numbers), tuple(dates), tuple(times))


def missing(said: Quantities, held: Iterable[Quantities]) -> tuple[int, int] | None:
    """Where the first number, date or time stands that none of ``held`` holds; None when all are held.

    A unit that is not known agrees with any; a bound (이상, 전까지) must be the same.
    """
    parts = list(held)
    numbers = [one for part in parts for one in (*part.numbers, *_parts_of_dates(part.dates))]
    dates = [date for part in parts for date in part.dates]
    times = [time for part in parts for time in part.times]
    years = {one.value for one in numbers if one.unit in ("년", "")}
    for one in said.numbers:
        if not any(_same(one, other) for other in numbers):
            return one.start, one.end
    for date in said.dates:
        if not any(same_day(date, other, years) for other in dates):
            return date.start, date.end
    for time in said.times:
        if not any(same_time(time, other) for other in times):
            return time.start, time.end
    return None


def _same(said: Quantity, held: Quantity) -> bool:
    if said.value != held.value or (said.unit and held.unit and said.unit != held.unit):
        return False
    return same_bounds(said.bounds, held.bounds)


def _quantity(text: str, one: Amount) -> Quantity:
    found = _UNIT.match(text, one.end)
    name = found.lastgroup if found else None
    unit = _UNITS[int(name[1:])][0] if name else ""
    end = found.end() if found and unit else one.end
    if not unit and text[: one.start].rstrip().endswith(("₩", "￦")):
        unit = "원"
    elif not unit and text[: one.start].rstrip().endswith("$"):
        unit = "달러"
    return Quantity(one.start, end, one.value, unit, bounds_at(text, one.start, end))


def _parts_of_dates(dates: Iterable[Date]) -> list[Quantity]:
    return [
        Quantity(date.start, date.end, Decimal(value), unit)
        for date in dates
        for value, unit in ((date.year, "년"), (date.month, "월"), (date.day, "일"))
        if value
    ]
