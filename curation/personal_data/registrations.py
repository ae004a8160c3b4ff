"""Registration numbers of corporations (13 digits) and of businesses (10 digits: 3-2-5)."""

import re
from collections.abc import Iterator

from curation.personal_data.checksums import business_fits, corporation_fits
from curation.personal_data.kinds import Found
from curation.personal_data.surroundings import in_page_address, is_part, named_before

_CORPORATION = re.compile(r"(?<![0-9])(?<![0-9]-)([0-9]{6}) ?(-?) ?([0-9]{7})(?![0-9]|-[0-9])")
# The fifth and sixth digit: the kinds of companies, associations and foundations.
_TYPES = frozenset({"11", "12", "13", "14", "15", "21", "22"})
_CORPORATE_NAMES = re.compile(r"법인|등기")
_BUSINESS = re.compile(r"(?<![0-9])(?<![0-9]-)([0-9]{3})([-. ]?)([0-9]{2})\2([0-9]{5})(?![0-9]|-[0-9])")
_BUSINESS_NAMES = re.compile(r"사업자|등록\s?번호|세금\s?계산서")


def corporation_numbers(text: str, start: int, end: int) -> Iterator[Found]:
    """Find numbers of corporations in ``text[start:end]``; without a hyphen they must be named."""
    for match in _CORPORATION.finditer(text, start, end):
        digits = match[1] + match[3]
        if corporation_fits(digits) and (
            named_before(text, match.start(), _CORPORATE_NAMES)
            or (match[2] and digits[4:6] in _TYPES and not in_page_address(text, match.start()))
        ):
            yield Found("corporation_registration_number", match.start(), match.end(), digits)


def business_numbers(text: str, start: int, end: int) -> Iterator[Found]:
    """Find numbers of businesses in ``text[start:end]``.

    Named as one, a number needs no more; else it must be written 3-2-5 and its check digit fit.
    Tax offices count from 100 and no business has the middle 00.
    """
    for match in _BUSINESS.finditer(text, start, end):
        digits = match[1] + match[3] + match[4]
        if digits[0] == "0" or digits[3:5] == "00":
            continue
        hyphens = match[2] == "-"
        if named_before(text, match.start(), _BUSINESS_NAMES):
            is_one = hyphens or business_fits(digits)
        else:
            is_one = hyphens and business_fits(digits) and not is_part(text, *match.span())
        if is_one:
            yield Found("business_registration_number", match.start(), match.end(), digits)
