"""The value of an answer that is a number and nothing else: 1,000 = 1천 = 천 원 = 1000원, 3개 = 세 개.

Votes are counted within one question, so a unit may go: whoever answers 3개 and whoever answers 3 agree.
What only looks like a numeral stays a word: 공원, 사원, 두통, 천사, and 조 alone.
"""

import re
from decimal import Decimal
from typing import Final

from curation.table_text.amounts import amounts, korean_value, month

_LONGEST: Final = 60  # characters; what is longer is no number and nothing else

# All patterns end with the text, so a shorter unit takes nothing from a longer one.
_SINO_UNITS: Final = (
    "원|년|월|일|분|초|회|층|점|도|위|등|호|호선|쪽|페이지|퍼센트|프로|인분|인|평|미터|센티미터|밀리미터|킬로미터"
    "|킬로그램|킬로|그램|리터|달러|유로|엔|위안|개월|개년|주|주일|세기|세|번|번째"
)
_NATIVE_UNITS: Final = (
    "개|명|사람|마리|권|장|대|병|잔|살|시|시간|번|번째|달|주|가지|곳|송이|자루|그루|켤레|벌|채|척|판|조각|봉지|상자"
    "|통|줄|칸|배|분|그릇|쌍|군데|팀|건|문제|곡|층"
)
_SIGNS: Final = "%|℃|°c|km|cm|mm|m|kg|mg|g|l|ml"
_BEFORE = re.compile(r"^(?P<minus>(?:(?:[$₩€£]\s?)?[-−]|영하|마이너스|minus|negative)?)\s?[$₩€£]?\s?(?=\d)")
_UNIT = re.compile(rf"\s?(?:{_SINO_UNITS}|{_NATIVE_UNITS}|{_SIGNS}|(?:[a-z]+\s)?[a-z]+)?")
# 3 pm is another time than 3 am, and 5 hundred thousand is not 500.
_NO_UNITS: Final = {
    *("am", "pm", "ad", "ce", "bc", "bce", "dozen", "hundred", "thousand", "million", "billion", "trillion")
}
_TENS: Final = "열|스물|서른|마흔|쉰|예순|일흔|여든|아흔"
_ONES: Final = "다섯|여섯|일곱|여덟|아홉"
_NATIVE = re.compile(rf"^(?:(?:{_TENS})?(?:하나|둘|셋|넷|{_ONES})|{_TENS})$")
_NATIVE_COUNT = re.compile(
    rf"^(?P<number>(?:{_TENS})?(?:한|두|세|네|석|넉|{_ONES})|{_TENS}|스무)(?P<blank>\s?)(?:{_NATIVE_UNITS})$"
)
_SINO_DIGIT: Final = "[일이삼사오육칠팔구]?"
_SECTION: Final = rf"(?:{_SINO_DIGIT}천)?\s?(?:{_SINO_DIGIT}백)?\s?(?:{_SINO_DIGIT}십)?\s?{_SINO_DIGIT}"
_SINO = re.compile(rf"^(?=.)(?:{_SECTION}조\s?)?(?:{_SECTION}억\s?)?(?:{_SECTION}만\s?)?{_SECTION}$")
_SINO_COUNT = re.compile(rf"^(?P<number>\S.*?)(?P<blank>\s?)(?:{_SINO_UNITS}|명|개)$")
_SCALE = re.compile("[십백천만억]")
_COUNTED = re.compile("(?:원|명|개|년|달러|번)$")
# `amounts` knows neither: in a sentence they stand for an article, or for nothing.
_NO_AMOUNTS: Final = {"zero": Decimal(0), "one": Decimal(1)}
# Words, unless a blank parts number and unit.
_NATIVE_WORDS = re.compile(
    r"^(?:한[시층판대배줄통장칸주]|두[통대분]|세[대배시주]|열대|네장|한번|한분|한사람|석[장주]|넉[장])$"
)
_SINO_WORDS = re.compile(r"^(?:공|조|[백천만][일이사구])$")


def number_in(text: str) -> str | None:
    """Write the number that a text is, in lower case, as plain digits; None when it is something else.

    Examples
    --------
    >>> [number_in(one) for one in ("1,000", "천 원", "3만 5천원", "열두 명", "-1.50", "12 apples", "two")]
    ['1000', '1000', '35000', '12', '-1.5', '12', '2']
    >>> [number_in(one) for one in ("공원", "천사", "한시", "오후 3시", "3시 30분", "1/2", "a4")]
    [None, None, None, None, None, None, None]
    """
    if len(text) > _LONGEST:
        return None
    value = _in_words(text)
    if value is None:
        value = _in_digits(text)
    if value is None:
        value = _NO_AMOUNTS[text] if text in _NO_AMOUNTS else _all_of(text)
    if value is None:
        return None
    return format(value.normalize(), "f") if value else "0"


def _in_digits(text: str) -> Decimal | None:
    before = _BEFORE.match(text)
    if not before:
        return None
    counted = text[before.end() :]
    found = amounts(counted)
    if len(found) != 1 or found[0].start:
        return None
    unit = _UNIT.fullmatch(counted, found[0].end)
    if not unit or any(word in _NO_UNITS or month(word) for word in unit[0].split()):
        return None
    return -found[0].value if before["minus"] else found[0].value


def _all_of(text: str) -> Decimal | None:
    found = amounts(text)
    if len(found) == 1 and (found[0].start, found[0].end) == (0, len(text)):
        return found[0].value
    return None


def _in_words(text: str) -> Decimal | None:
    if text == "영":
        return Decimal(0)
    if _NATIVE.match(text):
        return korean_value(text)
    if (native := _NATIVE_COUNT.match(text)) and not _NATIVE_WORDS.match(text):
        return korean_value(native["number"])
    if _SINO.match(text):
        return None if _SINO_WORDS.match(text) else korean_value(text)
    counted = _SINO_COUNT.match(text)
    if counted is None or not _SINO.match(counted["number"]) or _SINO_WORDS.match(counted["number"]):
        return None
    # 사원, 이분 and 만주 are words; 사 원, 천원 and 이천원 are not.
    is_count = counted["blank"] or (_SCALE.search(counted["number"]) and _COUNTED.search(text))
    return korean_value(counted["number"]) if is_count else None
