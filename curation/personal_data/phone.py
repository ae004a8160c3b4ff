"""Telephone numbers of Korea, in digits.

The ranges are those of the numbering plan: 010 and the older 011, 016 to 019; area codes 02 and
031 to 064; 070 for internet telephony, 050x for personal numbers, 080 for free calls; 15xx to
18xx, eight digits, for companies.
"""

import re
from collections.abc import Iterator

from curation.personal_data.kinds import Found
from curation.personal_data.surroundings import beside_letter, in_page_address, is_part, named_before

_GAP = r"[ ]{0,2}[-.)/~]?[ ]{0,2}"
_ABROAD = r"(?:\+ ?|00)?82[- .)]{0,2}(?:\(0\)|0)?[- .(]{0,2}"
_END = r"(?![0-9]|[-.][0-9])"
_MOBILE = r"1[016789]"
_AREA = r"2|3[1-3]|4[1-4]|5[1-5]|6[1-4]|70|80|50[2-8]|303"

_DOMESTIC = re.compile(
    rf"(?<![0-9])(?<![0-9]-)(?:\( ?)?0(?P<code>{_MOBILE}|{_AREA})(?P<first>{_GAP})"
    rf"(?P<office>[0-9]{{3,4}})(?P<second>{_GAP})(?P<line>[0-9]{{4}}){_END}"
)
_INTERNATIONAL = re.compile(
    rf"(?<![0-9])(?<![0-9][-.]){_ABROAD}(?P<code>{_MOBILE}|{_AREA})\)?(?P<first>{_GAP})"
    rf"(?P<office>[0-9]{{3,4}})(?P<second>{_GAP})(?P<line>[0-9]{{4}}){_END}"
)
# The prefixes in use; many other pairs of four digits are years.
_COMPANY_CODES = (
    r"15(?:22|33|44|51|55|66|77|88|99)|16(?:00|11|18|33|44|55|6[01468]|70|88|99)"
    r"|18(?:00|11|33|44|55|66|77|99)"
)
_COMPANY = re.compile(
    rf"(?<![0-9])(?<![0-9][-.])(?P<code>{_COMPANY_CODES})(?P<first>{_GAP})(?P<line>[0-9]{{4}}){_END}"
)
# Without an area code, as neighbours write it.
_LOCAL = re.compile(rf"(?<![0-9])(?<![0-9][-.])[2-9][0-9]{{2,3}} ?[-.] ?[0-9]{{4}}{_END}")
_LOCAL_NAMES = re.compile(r"전화|전송|팩스|☎|☏|\btel|\bfax", re.IGNORECASE)
_NAMES = re.compile(
    r"전화|연락|휴대|핸드폰|폰|번호|문자|문의|상담|팩스|☎|☏|📞|📱|\btel|\bfax|\bmobile|\bphone|h\.?\s?p\b",
    re.IGNORECASE,
)
_MOBILE_CODES = frozenset({"10", "11", "16", "17", "18", "19"})
_DECIMAL = re.compile(r"[0-9]\.\Z")
_SERIALS = re.compile(r"issn|모델|규격|품번", re.IGNORECASE)
_YEAR = re.compile(r"1[5-9][0-9]{2}|20[0-4][0-9]")


def phone_numbers(text: str, start: int, end: int) -> Iterator[Found]:
    """Find telephone numbers in ``text[start:end]``.

    Eleven digits that begin with 010 need no hyphens. All others need hyphens, or a word before
    them that names a telephone.
    """
    for match in _INTERNATIONAL.finditer(text, start, end):
        dialled = match[0].startswith(("+", "00")) or match["code"] in _MOBILE_CODES
        if dialled and not beside_letter(text, match.start(), match.end()):
            yield _found(match)
    for match in _DOMESTIC.finditer(text, start, end):
        if _is_phone(text, match):
            yield _found(match)
    for match in _COMPANY.finditer(text, start, end):
        named = named_before(text, match.start(), _NAMES)
        written = "-" in match["first"] and not _YEAR.fullmatch(match["line"])
        serial = named_before(text, match.start(), _SERIALS)
        if named or (written and not serial and not is_part(text, *match.span())):
            yield Found("phone_number", match.start(), match.end(), match["code"] + match["line"])
    for match in _LOCAL.finditer(text, start, end):
        if named_before(text, match.start(), _LOCAL_NAMES, 10):
            yield Found("phone_number", match.start(), match.end(), re.sub("[^0-9]", "", match[0]))


def _is_phone(text: str, match: re.Match[str]) -> bool:
    start, end = match.span()
    if match["first"].strip() and match["second"].strip():
        # "제02-2017-0001호" is the number of a document.
        return not (text[start - 1 : start] == "제" and text[end : end + 1] == "호")
    if match[0].startswith("(") and (match["first"] or text[end : end + 1] == ")"):
        return True
    if named_before(text, start, _NAMES):
        return not in_page_address(text, start)
    if match["code"] != "10" or len(match["office"]) != 4:
        return False
    written = match["first"] or match["second"]
    return bool(written) or not (_DECIMAL.search(text, start - 2, start) or beside_letter(text, start, end))


def _found(match: re.Match[str]) -> Found:
    start = match.start()
    if match[0].startswith("(") and ")" not in match[0]:
        start += 1  # the parenthesis opens for something else
    return Found("phone_number", start, match.end(), f"0{match['code']}{match['office']}{match['line']}")
