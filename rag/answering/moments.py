"""Dates, times of day, and the bounds (이상, 까지, 전 …) that stand beside them and beside numbers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol

_AFTER: Final = (
    ("lower", r"이상"),
    ("upper", r"이하|이내|안에|내에|안으로"),
    ("below", r"미만"),
    ("above", r"초과|[을를이가]? ?넘"),
    ("before", r"이전|전(?=[ 까에의,.)]|$)"),
    ("after", r"이후|후(?=[ 에의부,.)]|$)|뒤"),
    ("until", r"까지"),
    ("from", r"부터"),
)
_AFTERS = [(name, re.compile(rf"\s?(?:{pattern})")) for name, pattern in _AFTER]
_BEFORES = (
    ("upper", re.compile(r"(?:최대|최고|많아도|늦어도|최장)\s?$")),
    ("lower", re.compile(r"(?:최소|적어도|최저)\s?$")),
)
_FULL_DATE = re.compile(
    r"(?<![\d.])(?P<year>\d{4}|['’]\d{2})\s?(?:년|[-./])\s?(?P<month>1[0-2]|0?[1-9])\s?(?:월|[-./])\s?"
    r"(?P<day>3[01]|[12]\d|0?[1-9])(?:일|(?!\d))"
)
_DATE = re.compile(r"(?<!\d)(?P<month>1[0-2]|0?[1-9])월\s?(?P<day>3[01]|[12]\d|0?[1-9])일")
_SLASHED = re.compile(r"(?<![\d/])(?P<month>1[0-2]|0?[1-9])/(?P<day>3[01]|[12]\d|0?[1-9])(?![\d/])")
_THROUGH = re.compile(r"\s?(?:부터|에서|[~∼～–-])\s?(?P<day>3[01]|[12]\d|0?[1-9])일?(?![\d월./시년개:])")
_HOURS: Final = {
    **{"열두": 12, "열한": 11, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9},
    **{"한": 1, "두": 2, "세": 3, "네": 4, "열": 10},
}
_TIME = re.compile(
    r"(?P<part>오전|오후|새벽|아침|낮|저녁|밤)?\s?(?<!\d)"
    rf"(?:(?P<hour>2[0-4]|1\d|0?\d)|(?P<word>{'|'.join(_HOURS)}))\s?시(?!간|도|장|험|행|스|설|내|민|청|기|속)"
    r"(?:\s?(?P<minute>[0-5]?\d)분|\s?(?P<half>반)(?![가-힣]))?"
)
_CLOCK = re.compile(
    r"(?P<part>오전|오후)?\s?(?<![\d:])(?P<hour>2[0-4]|1\d|0?\d):(?P<minute>[0-5]\d)(?![\d:])"
)
_NOON = re.compile(r"정오|자정")


@dataclass(frozen=True, slots=True)
class Date:
    """A day; ``year`` is 0 when it is not said."""

    start: int
    end: int
    year: int
    month: int
    day: int
    bounds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day; ``hour`` counts to 24 if ``is_sure``, else morning or afternoon is not said."""

    start: int
    end: int
    hour: int
    minute: int
    is_sure: bool
    bounds: frozenset[str] = frozenset()


def bounds_at(text: str, start: int, end: int) -> frozenset[str]:
    """What bounds stand before and behind the span of a number or date."""
    found = {name for name, pattern in _BEFORES if pattern.search(text, 0, start)}
    # 5일 전까지 has two.
    for _ in range(2):
        for name, pattern in _AFTERS:
            match = pattern.match(text, end)
            if match:
                found.add(name)
                end = match.end()
                break
    return frozenset(found)


def dates_in(text: str) -> list[Date]:
    """The days of a text, in order; 3월 1일부터 5일까지 has two."""
    found: list[Date] = []
    for pattern in (_FULL_DATE, _DATE, _SLASHED):
        for match in pattern.finditer(text):
            year = match["year"] if pattern is _FULL_DATE else "0"
            number = 2000 + int(year[1:]) if year[0] in "'’" else int(year)
            month, day = int(match["month"]), int(match["day"])
            date = Date(*match.span(), number, month, day, bounds_at(text, *match.span()))
            if overlaps(date, found):
                continue
            found.append(date)
            through = _THROUGH.match(text, match.end())
            if through:
                place = through.span("day")[0], through.end()
                found.append(Date(*place, number, month, int(through["day"]), bounds_at(text, *place)))
    return sorted(found, key=lambda date: date.start)


def times_in(text: str) -> list[Time]:
    """The times of day of a text, in order."""
    found = []
    for pattern in (_TIME, _CLOCK):
        for match in pattern.finditer(text):
            parts = match.groupdict()
            hour = int(parts["hour"]) if parts["hour"] else _HOURS[parts["word"]]
            minute = 30 if parts.get("half") else int(parts["minute"] or 0)
            part = parts["part"]
            if part in ("오후", "낮", "저녁", "밤") and hour < 12:
                hour += 12
            elif part in ("오전", "새벽", "밤") and hour == 12:
                hour = 0
            is_sure = part is not None or hour > 12 or pattern is _CLOCK
            found.append(Time(*match.span(), hour, minute, is_sure, bounds_at(text, *match.span())))
    found += [
        Time(*match.span(), 12 if match[0] == "정오" else 0, 0, True, bounds_at(text, *match.span()))
        for match in _NOON.finditer(text)
    ]
    return sorted(found, key=lambda time: time.start)


def same_bounds(said: frozenset[str], held: frozenset[str]) -> bool:
    """Whether both are limits in the same direction."""
    strict = {"below", "above", "lower", "before", "after"}
    if said & strict != held & strict:
        return False
    # 11만 원까지 and 최대 11만 원 say the same; who leaves 까지 or 부터 out says less, not something else.
    ceiling = {"upper", "until"}
    if (said & ceiling and not held & ceiling) or ("upper" in held and not said & ceiling):
        return False
    return "from" not in said or "from" in held


def same_day(said: Date, held: Date, years: set[Decimal]) -> bool:
    """Whether they are one day; a year that is not said beside it may be among ``years``."""
    if (said.month, said.day) != (held.month, held.day) or not same_bounds(said.bounds, held.bounds):
        return False
    return said.year in (0, held.year) or (held.year == 0 and Decimal(said.year) in years)


def same_time(said: Time, held: Time) -> bool:
    """Whether they are one time; who says morning or afternoon says more than who does not."""
    if said.minute != held.minute or (said.is_sure and not held.is_sure):
        return False
    if not same_bounds(said.bounds, held.bounds):
        return False
    return said.hour == held.hour if said.is_sure else said.hour % 12 == held.hour % 12


class _Placed(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def overlaps(one: _Placed, others: Iterable[_Placed]) -> bool:
    """Whether it shares a character with another."""
    return any(other.start < one.end and one.start < other.end for other in others)
