"""Numbers of bank accounts: nothing in their digits tells, so a bank must be named beside them."""

import re
from collections.abc import Iterator

from curation.personal_data.kinds import Found
from curation.personal_data.surroundings import in_page_address, named_after, named_before

_NUMBER = re.compile(
    r"(?:(?<![0-9])(?<![0-9][-.])[0-9]{2,6}(?:(?: ?- ?[0-9]{1,8}){1,4}|(?: [0-9]{1,8}){2,4})(?![0-9])"
    r"|(?<![0-9A-Za-z])(?<![0-9][-.])[0-9]{10,16}(?![0-9A-Za-z]))(?![-.,][0-9]| ?(?:원|명|개|건|회|점|만|억))"
)
_BANKS = (
    r"[가-힣A-Za-z]{2,6}\s?은행|농협|수협|신협|축협|산림조합|새마을\s?금고|우체국"
    r"|카카오\s?뱅크|카뱅|[kK케]이?\s?뱅크"
    r"|토스\s?뱅크|토스|\bIBK\b|\bKB\b|\bNH\b|\bSC\b|\bKDB\b|\bMG\b|씨티|증권"
)
_NAMES = re.compile(rf"계좌|구좌|입금|송금|이체|예금주|통장|{_BANKS}")
# Ordinary words as well: they must stand directly before a number written in groups.
_SHORT = re.compile(r"(?:국민|신한|우리|하나|기업|부산|대구|광주|전북|경남|제주|제일|외환|산업)\s?:?\s?\Z")
_OWNER = re.compile(rf"예금주|{_BANKS}")


def account_numbers(text: str, start: int, end: int) -> Iterator[Found]:
    """Find account numbers in ``text[start:end]``: 10 to 16 digits, in groups or in one run."""
    for match in _NUMBER.finditer(text, start, end):
        digits = re.sub(r"[^0-9]", "", match[0])
        if not 10 <= len(digits) <= 16 or len(set(digits)) == 1:
            continue
        in_groups = match[0].count("-") >= 2
        named = (
            named_before(text, match.start(), _NAMES, 20)
            or (named_after(text, match.end(), _OWNER))
            or (in_groups and named_before(text, match.start(), _SHORT, 6))
        )
        if named and not in_page_address(text, match.start()):
            yield Found("account_number", match.start(), match.end(), digits)
