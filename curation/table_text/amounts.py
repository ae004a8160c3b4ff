"""Numbers in sentences and tables, however they are written, as exact values.

1,234 and 1234; 1천2백, 3만 5천, 1억 2,345만; 8.93 million; 45%; 10월 and October; 4th; twenty-three;
이천오백만, 스물세 (where Kiwi takes the word for a numeral). Signs are left out: a cell says -3.2 where a
sentence says that something fell by 3.2. One, 한, first and 첫 are no numbers here: they stand for
articles too often.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from curation.korean import Morpheme, plain_tag

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_MONTH = "|".join(f"{name}|{name[:3]}" for name in _MONTHS)
_ENGLISH_SCALES = {
    "hundred": Decimal(10**2),
    "thousand": Decimal(10**3),
    "million": Decimal(10**6),
    "billion": Decimal(10**9),
    "trillion": Decimal(10**12),
}
_SMALL = {"십": 10, "백": 100, "천": 1000}
_LARGE = {"만": 10**4, "억": 10**8, "조": 10**12}
_SINO = {char: value for value, char in enumerate("영일이삼사오육칠팔구")} | {"공": 0, "륙": 6}
# None of them begins like another.
_NATIVE = {
    **{"하나": 1, "둘": 2, "셋": 3, "넷": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9},
    **{"한": 1, "두": 2, "세": 3, "네": 4, "석": 3, "넉": 4, "열": 10, "스물": 20, "스무": 20, "서른": 30},
    **{"마흔": 40, "쉰": 50, "예순": 60, "일흔": 70, "여든": 80, "아흔": 90},
}
_ENGLISH = {
    **{"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10},
    **{"eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16},
    **{"seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40},
    **{"fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "one": 1},
    **{"second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8},
    **{"ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "twentieth": 20, "thirtieth": 30},
}
# Letters before a digit make a name of it: A4, F-16.
_DIGITS = r"(?<![A-Za-z\d])(?<![A-Za-z]-)(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_DATE = re.compile(r"(?<!\d)(\d{4})([-./])\s?(\d{1,2})\2\s?(\d{1,2})(?!\d)")
_YEARS = re.compile(r"(?<!\d)(\d{2})(\d{2})\s?[-–—~/]\s?(\d{2})(?!\d)")
# Where 234 did not begin a number with a unit in 1,234,567, nor does 567: both would end alike.
_NEW = r"(?:(?<!,\d{3},)|(?!\d{3}(?!\d)))"
# 만큼, 조각, 백화점 and 천막 only begin like units.
_KOREAN = re.compile(
    rf"{_NEW}{_DIGITS}\s?(?:[십백천만억조](?!큼|각|화점|막))+(?:\s?(?:\d[\d,]*(?:\.\d+)?)?\s?[십백천만억조]+)*(?:\s?\d[\d,]*(?![\d.년월일]))?"
)
_PLAIN = re.compile(
    rf"({_DIGITS})(?:\s?(hundred|thousand|million|billion|trillion)s?\b)?(?:(?:st|nd|rd|th)\b)?",
    re.IGNORECASE,
)
_MONTH_BY_NAME = re.compile(
    rf"\b(?:(?P<before>{_MONTH})\.?(?=\s\d)|(?<=\d\s)(?P<after>{_MONTH})\b|(?<=(?:th|nd|rd|st)\s)(?P<ordinal>{_MONTH})\b)",
    re.IGNORECASE,
)
_WORDS = re.compile(
    rf"\b(?<!\bper )(?:{'|'.join(sorted(_ENGLISH, key=len, reverse=True))})\b"
    rf"(?:(?:[-\s]|\sand\s)(?:{'|'.join([*_ENGLISH, *_ENGLISH_SCALES])})\b)*",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_SCALE_WORDS = re.compile(
    r"(?<!\d\s)(?<!\w)(?:(hundred|thousand|million|billion|trillion)s?\b|([십백천]?[만억조]|[십백천])(?=[\s)\]명원개대건]|\Z))",
    re.IGNORECASE,
)
_FULL_WIDTH = str.maketrans("０１２３４５６７８９，．％", "0123456789,.%")
# What patterns that ignore case take for i and s.
_LOOK_ALIKES = str.maketrans("ıİſ", "iis")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number where it stands, in code points, and its value."""

    start: int
    end: int
    value: Decimal


def amounts(text: str, morphemes: Sequence[Morpheme] = ()) -> list[Amount]:
    """Find the numbers of a text, from left to right; ``morphemes`` are Kiwi's, for Korean numerals.

    Examples
    --------
    >>> [str(one.value) for one in amounts("On October 10, 2012, 8.93 million of 1천2백")]
    ['10', '10', '2012', '8930000.00', '1200']
    """
    text = text.translate(_FULL_WIDTH | _LOOK_ALIKES)
    found: list[Amount] = []
    for more in (
        _dates(text),
        _korean(text),
        _months(text),
        _plain(text),
        _words(text),
        _numerals(morphemes),
    ):
        found = sorted([*found, *_apart_from(found, more)], key=_place)
    return found


def implied(text: str) -> set[Decimal]:
    """Give numbers that a cell says without writing them: the second year of 1990–95.

    Examples
    --------
    >>> implied("1999–03")
    {Decimal('2003')}
    """
    found = set()
    for century, first, last in _YEARS.findall(text.translate(_FULL_WIDTH)):
        following = int(century) + (int(last) < int(first))
        found.add(Decimal(following * 100 + int(last)))
    return found


def scales(text: str) -> set[Decimal]:
    """Give the scales that a header states for the numbers below it: "(million)", "단위: 천 명".

    Examples
    --------
    >>> scales("매출 (단위: 백만 원)")
    {Decimal('1000000')}
    """
    found = set()
    for english, korean in _SCALE_WORDS.findall(text.translate(_LOOK_ALIKES)):
        if english:
            found.add(_ENGLISH_SCALES[english.lower()])
        else:
            value = korean_value(korean)
            assert value is not None  # the pattern takes units alone
            found.add(value)
    return found


def month(name: str) -> Decimal | None:
    """Give the number of a month named in English, whole or by its first three letters."""
    short = name.lower().rstrip(".")
    known = [number for number, whole in enumerate(_MONTHS, 1) if short in (whole, whole[:3])]
    return Decimal(known[0]) if known else None


def korean_value(word: str) -> Decimal | None:
    """Give the value of a Korean numeral, native, Sino-Korean or with digits; None when it is none.

    Examples
    --------
    >>> [str(korean_value(word)) for word in ("이천오백만", "스물세", "1천2백", "이공이사", "여러")]
    ['25000000', '23', '1200', '2024', 'None']
    """
    total = section = digits = Decimal(0)
    seen = False
    word, at = word.removesuffix("째"), 0
    while at < len(word):
        native = next((form for form in _NATIVE if word.startswith(form, at)), "")
        number = _NUMBER.match(word, at)
        taken = native or (number[0] if number else word[at])
        if native:
            section += _NATIVE[native]
        elif number:
            digits = Decimal(taken.replace(",", ""))
        elif taken in _SINO:
            digits = digits * 10 + _SINO[taken]
        elif taken in _SMALL:
            section, digits = section + (digits or 1) * _SMALL[taken], Decimal(0)
        elif taken in _LARGE:
            total += (section + digits or 1) * _LARGE[taken]
            section = digits = Decimal(0)
        elif not taken.isspace():
            return None
        seen, at = True, at + len(taken)
    return total + section + digits if seen else None


def _apart_from(found: Sequence[Amount], more: Iterator[Amount]) -> Iterator[Amount]:
    """Give those that share no character with another; both stand from left to right."""
    before = None
    for one in more:
        at = bisect_left(found, one.end, key=lambda other: other.start)
        # Of those that begin before its end, the last one ends last.
        if (at == 0 or found[at - 1].end <= one.start) and (before is None or before.end <= one.start):
            before = one
            yield one


def _place(one: Amount) -> tuple[int, int]:
    return one.start, one.end


def _dates(text: str) -> Iterator[Amount]:
    for found in _DATE.finditer(text):
        for group in (1, 3, 4):
            yield Amount(found.start(group), found.end(group), Decimal(found[group]))


def _korean(text: str) -> Iterator[Amount]:
    for found in _KOREAN.finditer(text):
        value = korean_value(found[0])
        if value is not None:
            yield Amount(found.start(), found.end(), value)


def _months(text: str) -> Iterator[Amount]:
    for found in _MONTH_BY_NAME.finditer(text):
        value = month(found[0])
        if value is not None and found[0][0].isupper():
            yield Amount(found.start(), found.end(), value)


def _plain(text: str) -> Iterator[Amount]:
    for found in _PLAIN.finditer(text):
        scale = _ENGLISH_SCALES[found[2].lower()] if found[2] else 1
        yield Amount(found.start(), found.end(), Decimal(found[1].replace(",", "")) * scale)


def _words(text: str) -> Iterator[Amount]:
    for found in _WORDS.finditer(text):
        total = section = Decimal(0)
        for word in re.findall(r"[a-z]+", found[0].lower()):
            scale = _ENGLISH_SCALES.get(word)
            if scale == 100:
                section = (section or 1) * scale
            elif scale is not None:
                total, section = total + (section or 1) * scale, Decimal(0)
            elif word != "and":
                section += _ENGLISH[word]
        if total + section > 1:
            yield Amount(found.start(), found.end(), total + section)


def _numerals(morphemes: Sequence[Morpheme]) -> Iterator[Amount]:
    """Give the numerals in words: neighbouring morphemes that Kiwi tags as such make one number."""
    run: list[Morpheme] = []
    for before, one in pairwise([None, *morphemes, None]):
        if run and (one is None or not _is_numeral(one) or not _goes_on(run[-1], one)):
            value = korean_value("".join(part.form for part in run))
            if value is not None and value > 1:
                yield Amount(run[0].start, run[-1].end, value)
            run = []
        if one is not None and _is_numeral(one) and (run or not _is_unit_of_digits(before, one)):
            run.append(one)


def _is_numeral(one: Morpheme) -> bool:
    # 이 is a numeral (2) and a determiner (this): as a determiner it is none here.
    tag = plain_tag(one.tag)
    return tag == "NR" or (tag == "MM" and one.form in _NATIVE)


def _is_unit_of_digits(before: Morpheme | None, one: Morpheme) -> bool:
    """Tell whether it is the 만 of 3만: digits with their units are found as such."""
    return before is not None and plain_tag(before.tag) == "SN" and one.form[0] in (*_SMALL, *_LARGE)


def _goes_on(before: Morpheme, one: Morpheme) -> bool:
    return one.start == before.end or (one.start == before.end + 1 and before.form[-1] in _LARGE)
