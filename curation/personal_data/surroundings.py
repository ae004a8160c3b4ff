"""What stands around a candidate: field names that speak for it, addresses of pages against it."""

import re

_PAGE = re.compile(r"(?:://|www\.|[A-Za-z0-9]\.[a-z]{2,6}/)\S*\Z", re.IGNORECASE)
_BEFORE = 24
_AFTER = 10


def named_before(text: str, start: int, names: re.Pattern[str], reach: int = _BEFORE) -> bool:
    """Tell whether one of ``names`` stands on the same line, at most ``reach`` characters before."""
    before = text[max(0, start - reach) : start]
    return names.search(before, before.rfind("\n") + 1) is not None


def named_after(text: str, end: int, names: re.Pattern[str], reach: int = _AFTER) -> bool:
    """Tell whether one of ``names`` stands on the same line, at most ``reach`` characters after."""
    after = text[end : end + reach]
    return names.search(after.split("\n", 1)[0]) is not None


def in_page_address(text: str, start: int) -> bool:
    """Tell whether ``start`` lies inside the address of a page: numbers there count articles."""
    word = text[max(0, start - 300) : start]
    return _PAGE.search(word) is not None


def is_part(text: str, start: int, end: int) -> bool:
    """Tell whether the candidate is a piece of something longer: a page address, a serial number."""
    return in_page_address(text, start) or beside_letter(text, start, end)


def beside_letter(text: str, start: int, end: int) -> bool:
    """Tell whether a Latin letter or an underscore touches the candidate, as in serial numbers."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return any(char.isascii() and (char.isalpha() or char == "_") for char in (before, after))
