"""A quick look that lets most texts pass: it may suspect too much, but never too little.

Each detector of :mod:`curation.personal_data.detection` has a sign here that everything it finds
bears. The signs are looked for in the text as it stands, so they know every spelling that
:mod:`curation.personal_data.spellings` reads. The cheap question comes first: of short texts,
nine in ten have no digit and no sign of an e-mail address at all.
"""

import re
from dataclasses import dataclass

from curation.personal_data.address import CORNERS
from curation.personal_data.spellings import BLANKS, DIGITS, DOTS, HYPHENS, holds_invisible

_OPENING = r"(\[{<（［｛＜"
_BLANK = f"[ {BLANKS}]"
_ZERO, _ONE = "0０공영", "1１일"

_ANY = re.compile(
    rf"[{DIGITS}@＠골공영{_OPENING}](?:(?<=[{DIGITS}@＠])|(?<=골)뱅|(?<=[공영])[{_ONE}]|(?<=[{_OPENING}]){_BLANK}?[aAａＡ])"
)
_NUMBER = re.compile(
    rf"[{DIGITS}](?:[ .\-/()~+{HYPHENS}{DOTS}{BLANKS}／（）～〜∼＋⁄∕]{{0,6}}[{DIGITS}]){{6}}"
)
_SPELLED = re.compile(rf"[{_ONE}](?<=[{_ZERO}].)[{_ZERO}]")
_EMAIL = re.compile(rf"[@＠골{_OPENING}](?:(?<=[@＠])|(?<=골)뱅|(?<=[{_OPENING}]){_BLANK}?[aAａＡ])")
# Looking back from a digit is quicker than looking ahead from syllables as common as these.
_HOUSE = re.compile(
    rf"[{DIGITS}](?:(?<=[{CORNERS}산하].)|(?<=[{CORNERS}산하]{_BLANK}.)|(?<=[{CORNERS}산하]{_BLANK}{_BLANK}.))"
)
# Of digits alone, fewer than a mobile number has say nothing: they would need a name or a hyphen beside
# them. Identifiers among a record's attributes are like that.
_BARE = 10
_PASSPORT = re.compile(rf"[MSRODmsrodＭＳＲＯＤｍｓｒｏｄ][{DIGITS}]")


@dataclass(frozen=True, slots=True)
class Suspicions:
    """What a text may hold."""

    number: bool
    spelled_number: bool
    passport: bool
    email: bool
    house: bool

    def __bool__(self) -> bool:
        return self.number or self.spelled_number or self.passport or self.email or self.house


NOTHING = Suspicions(False, False, False, False, False)
EVERYTHING = Suspicions(True, True, True, True, True)


def suspicions(text: str) -> Suspicions:
    """Give what ``text`` may hold, from signs alone."""
    if len(text) <= _BARE and text.isdecimal():
        return NOTHING
    if not text.isprintable() and holds_invisible(text):
        return EVERYTHING  # any sign may be torn apart
    first = _ANY.search(text)
    if first is None:
        return NOTHING
    start = max(0, first.start() - 2)
    return Suspicions(
        number=_NUMBER.search(text, start) is not None,
        spelled_number=_SPELLED.search(text, start) is not None,
        passport=_PASSPORT.search(text, start) is not None,
        email=_EMAIL.search(text, start) is not None,
        house=_HOUSE.search(text, start) is not None,
    )
