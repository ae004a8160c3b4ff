"""Postal addresses that lead to a door: road names and lot numbers, with flat and building.

A place alone ("서울시 강남구") is nobody's address. An address here ends in a number behind a road
or a quarter, and something vouches for it: a province or district before it, a field name such as
주소, the word 번지, or a flat number behind it.
"""

import functools
import re
from collections.abc import Iterator

from curation.personal_data.kinds import Found
from curation.personal_data.places import district, province

CORNERS = "로길동읍면리가"
"""Last syllables of roads and quarters: a number behind one of them may be a house."""

_CORNER = re.compile(rf"[{CORNERS}](?<!으로) {{0,2}}(?:산 ?|지하 ?)?(?=[0-9])")
_REACH = 48  # the longest way from the province to the road, in characters

# What a number counts when it is not a house: directly behind it, and behind a blank.
_COUNTERS = (
    r"년|월|일|시|분|초|개|명|원|천|만|억|조|건|곳|회|차|번(?!지|길)|위|호선|퍼|프로|대|점|세|살|주(?!택|공)|배|학|층|단지"
    r"|코스|구간|공구|공원|통|반|여|㎡|㎞|[kKcCmM]?[mMgG]\b|%|도|부|등|급|종|가지|장|편|화|권|쪽|인|군"
    r"| (?:년|월|일|시간|분|초|개|명|원|만|억|회|차|번째|호선|층|킬로|미터)(?![가-힣])"
    r"|(?<=[로동][0-9]) ?가|(?<=[로동] [0-9]) ?가"  # 을지로3가 and 안암동 5가 are quarters
)
_HOUSE = rf"[0-9]{{1,4}}(?:-[0-9]{{1,4}})?(?![0-9]|-[0-9]|[,.:/][0-9])(?!{_COUNTERS})"
_LANE = r"(?: ?[0-9]{1,4}(?:번|[가나다라마바사아])?길)?"
_END = re.compile(rf"{_LANE} {{0,2}}(?:지하 ?|산 ?)?{_HOUSE}(?P<lot> ?번지)?")
_NAME = r"(?:[가-힣0-9·.]{1,10}(?:대로|로|길)|[가-힣]{1,6}(?: ?[0-9]{1,2}(?=[가동]))?[동읍면리가])"
_QUARTER = r"(?:[가-힣]{1,5}[0-9]?[읍면동리가] ?)"
_FIELD = (
    r"(?P<field>주 ?소|소재지|거주지|본적|사는 ?곳|배송지|자택|본점|사업장)(?:는|은|가|이)?[^가-힣0-9]{0,4}"
)

_BUILDINGS = (
    r"아파트|빌딩|타워|오피스텔|빌라|맨션|연립|주택|상가|하이츠|팰리스|파크|캐슬|자이|래미안|푸르지오|힐스테이트|더샵|아이파크"
    r"|센터|플라자|프라자|타운|마을|단지|본부|사옥|회관|공단"
)
_BUILDING = rf"[가-힣A-Za-z0-9]{{0,12}}(?:{_BUILDINGS})(?![가-힣])"
_FLAT_NUMBER = r"[0-9]{2,4}동 ?[0-9]{3,4}호(?!선)"
_END_OF_WORD = r"(?:(?![가-힣])|(?=[에의은는이가을를과와도로]))"
_DETAIL = re.compile(
    r",? ?(?:"
    rf"\([가-힣0-9A-Za-z,. ]{{1,24}}(?:동|리|가|{_BUILDINGS})[가-힣0-9A-Za-z,. ]{{0,24}}\)"
    rf"|{_BUILDING}|[가-힣A-Za-z]{{2,12}}(?= [0-9]{{1,4}}(?:동|호|층))"
    rf"|(?:지하 ?|B)?[0-9]{{1,3}}층{_END_OF_WORD}"
    rf"|(?:[0-9]{{1,4}}|[가-하A-Z])동(?: ?[0-9]{{1,4}}호)?{_END_OF_WORD}"
    r"|[0-9]{1,4}(?:-[0-9]{1,3})?호(?!선)"
    r")"
)
# A flat: its number leads to a door even where road and quarter are missing.
_FLAT = re.compile(rf"(?<![가-힣A-Za-z0-9-])(?:{_BUILDING} ?)?(?<![0-9-]){_FLAT_NUMBER}")


def addresses(text: str) -> Iterator[Found]:
    """Find addresses; each is told from its province, where it has one, to the flat."""
    reached = 0
    for corner in _CORNER.finditer(text):
        if corner.start() < reached:
            continue
        found = _at_road(text, corner) or _at_flat(text, corner)
        if found is not None:
            reached = found.end
            yield found


def _at_road(text: str, corner: re.Match[str]) -> Found | None:
    end = _END.match(text, corner.start() + 1)
    if end is None:
        return None
    line = text[max(0, corner.start() - _REACH) : corner.start() + 1]
    line = line[line.rfind("\n") + 1 :]
    head = _head().search(line)
    if head is None or not (head["place"] or head["field"] or (end["lot"] and line[-1] != "가")):
        return None
    start = corner.start() + 1 - len(line) + head.start("address")
    return _found(text, start, _with_details(text, end.end()))


def _at_flat(text: str, corner: re.Match[str]) -> Found | None:
    for match in _FLAT.finditer(text, max(0, corner.start() - 24), corner.end() + 8):
        if match.start() <= corner.start() < match.end():
            return _found(text, match.start(), match.end())
    return None


@functools.cache
def _head() -> re.Pattern[str]:
    """Give the pattern of an address up to its road; the leftmost match is the longest."""
    below = rf"(?:{district()} ?|[가-힣]{{1,4}}[시군구] ?)?"
    place = rf"(?P<place>{province()} ?{below}|{district()} ?)?(?:[가-힣]{{1,4}}구 ?)?"
    return re.compile(rf"(?<![가-힣A-Za-z0-9])(?:{_FIELD})?(?P<address>{place}{_QUARTER}{{0,2}}{_NAME})\Z")


def _with_details(text: str, end: int) -> int:
    for _ in range(5):
        detail = _DETAIL.match(text, end)
        if detail is None:
            break
        end = detail.end()
    return end


def _found(text: str, start: int, end: int) -> Found:
    return Found("address", start, end, "".join(text[start:end].split()))
