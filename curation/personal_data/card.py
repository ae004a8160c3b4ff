"""Numbers of payment cards: an issuer's range, the right length, the Luhn check digit."""

import re
from collections.abc import Iterator

from curation.personal_data.checksums import luhn_fits
from curation.personal_data.kinds import Found
from curation.personal_data.surroundings import is_part, named_before

_GAP = r"( ?[-./] ?| {0,2})"
_NUMBER = re.compile(
    rf"(?<![0-9])(?<![0-9]-)(?:[0-9]{{4}}{_GAP}[0-9]{{4}}\1[0-9]{{4}}\1[0-9]{{4}}"
    rf"|[0-9]{{4}}{_GAP}[0-9]{{6}}\2[0-9]{{4,5}})(?![0-9]|-[0-9])"
)
_NAMES = re.compile(r"카드|\bcard|결제|amex|아멕스", re.IGNORECASE)
# Ranges of issuer identification numbers by length (ISO/IEC 7812; 9 is for domestic cards).
_ISSUERS = {
    16: re.compile(r"4|5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720|35[2-8]|6[0245]|9"),
    15: re.compile(r"3[47]"),
    14: re.compile(r"30[0-5]|36|3[89]"),
}


def card_numbers(text: str, start: int, end: int) -> Iterator[Found]:
    """Find card numbers in ``text[start:end]``."""
    for match in _NUMBER.finditer(text, start, end):
        digits = re.sub(r"[^0-9]", "", match[0])
        if not _ISSUERS[len(digits)].match(digits) or len(set(digits)) == 1 or not luhn_fits(digits):
            continue
        named = match[1] or match[2] or named_before(text, match.start(), _NAMES)
        # Without gaps or a name, the shorter cards say too little.
        if named or (len(digits) == 16 and not is_part(text, *match.span())):
            yield Found("card_number", match.start(), match.end(), digits)
