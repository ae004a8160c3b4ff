"""Numbers of passports and driver licences."""

import re
from collections.abc import Iterator

from curation.personal_data.kinds import Found
from curation.personal_data.surroundings import in_page_address, named_before

# A letter and eight digits; since the end of 2021 the fifth character is a letter as well.
_PASSPORT = re.compile(
    r"(?<![A-Za-z0-9])[MSRODmsrod][0-9]{3}(?:[0-9]{5}|[A-Za-z][0-9]{4})(?![A-Za-z0-9])(?!-[0-9])"
)
_PASSPORT_NAMES = re.compile(r"여권|passport", re.IGNORECASE)

# Two digits for the region that gave it out (11 Seoul to 28 Sejong), or the region's name.
_REGIONS = {
    **{"서울": 11, "부산": 12, "경기": 13, "강원": 14, "충북": 15, "충남": 16, "전북": 17, "전남": 18},
    **{"경북": 19, "경남": 20, "제주": 21, "대구": 22, "인천": 23, "광주": 24, "대전": 25, "울산": 26},
}
_LICENCE = re.compile(
    r"(?:(?<![0-9])(?<![0-9]-)(?P<code>1[1-9]|2[0-8])(?P<gap>[-. ]?)"
    rf"|(?P<name>{'|'.join(_REGIONS)})[ -]{{0,2}})"
    r"(?P<year>[0-9]{2})(?P<first>[-. ]?)(?P<serial>[0-9]{6})(?P<second>[-. ]?)(?P<check>[0-9]{2})"
    r"(?![0-9]|-[0-9])"
)
_LICENCE_NAMES = re.compile(r"면허")


def passport_numbers(text: str) -> Iterator[Found]:
    """Find passport numbers; only the form of ordinary passports (M) needs no name beside it."""
    for match in _PASSPORT.finditer(text):
        ordinary = match[0][0] == "M" and match[0] == match[0].upper()
        if named_before(text, match.start(), _PASSPORT_NAMES) or (
            ordinary and not in_page_address(text, match.start())
        ):
            yield Found("passport_number", match.start(), match.end(), match[0].upper())


def driver_licence_numbers(text: str, start: int, end: int) -> Iterator[Found]:
    """Find driver licence numbers in ``text[start:end]``: hyphens, or a name beside them."""
    for match in _LICENCE.finditer(text, start, end):
        written = match["first"] == match["second"] == "-" and match["gap"] in ("-", None)
        if written or named_before(text, match.start(), _LICENCE_NAMES):
            code = match["code"] or str(_REGIONS[match["name"]])
            digits = code + match["year"] + match["serial"] + match["check"]
            yield Found("driver_licence_number", match.start(), match.end(), digits)
