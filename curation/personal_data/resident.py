"""Resident and foreigner registration numbers: YYMMDD-SNNNNNC, S being sex, century, nationality."""

import calendar
import re
from collections.abc import Iterator

from curation.personal_data.checksums import corporation_fits, foreigner_fits, resident_fits
from curation.personal_data.kinds import Found, Kind
from curation.personal_data.surroundings import is_part, named_before

_NUMBER = re.compile(r"(?<![0-9])(?<![0-9]-)([0-9]{6})( ?[-.~/] ?| {0,2})([0-9]{7})(?![0-9]|-[0-9])")
_NAMES = re.compile(r"주민|등록\s?번호|민번|외국인|신분증|앞자리|생년월일|\brrn\b|\barc\b", re.IGNORECASE)
_CORPORATE = re.compile(r"법인|등기")
_CENTURIES = {"9": 1800, "0": 1800, "1": 1900, "2": 1900, "5": 1900, "6": 1900} | dict.fromkeys("3478", 2000)

# A date of birth that is older or younger than anybody alive needs the check digit or a name
# beside it. Fixed years, so that a text is judged the same on any day.
_EARLIEST, _LATEST = 1905, 2040


def resident_numbers(text: str, start: int, end: int) -> Iterator[Found]:
    """Find resident and foreigner registration numbers in ``text[start:end]``.

    A number must begin with a date. Written with a hyphen it is one even when the check digit
    does not fit: numbers given out since October 2020, to newborn children as to new foreign
    residents of any age, are random there. Written otherwise it must fit, or be named as one.
    """
    for match in _NUMBER.finditer(text, start, end):
        digits = match[1] + match[3]
        if not _is_date(digits):
            continue
        foreign = digits[6] in "5678"
        fits = foreigner_fits(digits) if foreign else resident_fits(digits)
        if _is_one(text, match, digits, fits):
            kind: Kind = "foreigner_registration_number" if foreign else "resident_registration_number"
            yield Found(kind, match.start(), match.end(), digits)


def _is_one(text: str, match: re.Match[str], digits: str, fits: bool) -> bool:
    if named_before(text, match.start(), _CORPORATE) and corporation_fits(digits):
        return False
    if named_before(text, match.start(), _NAMES):
        return True
    alive = _EARLIEST <= _year(digits) <= _LATEST
    if "-" in match[2]:
        # The number of a corporation looks the same; its own check digit tells.
        return fits or (alive and not corporation_fits(digits))
    return fits and alive and not is_part(text, *match.span())


def _year(digits: str) -> int:
    return _CENTURIES[digits[6]] + int(digits[:2])


def _is_date(digits: str) -> bool:
    month, day = int(digits[2:4]), int(digits[4:6])
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(_year(digits), month)[1]
