"""All detectors over one text; what overlaps is told apart."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator

from curation.personal_data.account import account_numbers
from curation.personal_data.address import addresses
from curation.personal_data.card import card_numbers
from curation.personal_data.documents import driver_licence_numbers, passport_numbers
from curation.personal_data.email import email_addresses
from curation.personal_data.kinds import KINDS, Found, Kind
from curation.personal_data.person import person_names
from curation.personal_data.phone import phone_numbers
from curation.personal_data.prefilter import Suspicions, suspicions
from curation.personal_data.registrations import business_numbers, corporation_numbers
from curation.personal_data.resident import resident_numbers
from curation.personal_data.spelled_phone import spelled_phone_numbers
from curation.personal_data.spellings import Reading, readings

Detector = Callable[[str, int, int], Iterator[Found]]

# Digits with nothing but blanks and punctuation between them: every number lies within one run.
_RUN = re.compile(r"[0-9](?:[ .\-/()~+]{0,6}[0-9]){6,}")
_NO_DIGIT = re.compile("[^0-9]+")
_BEFORE, _AFTER = 8, 12  # what a detector sees around a run: "서울 ", "+", " (", the next letters

# A detector, the fewest digits of what it finds, and its kinds.
_NUMBERS: tuple[tuple[Detector, int, frozenset[Kind]], ...] = (
    (resident_numbers, 13, frozenset({"resident_registration_number", "foreigner_registration_number"})),
    (card_numbers, 14, frozenset({"card_number"})),
    (corporation_numbers, 13, frozenset({"corporation_registration_number"})),
    (business_numbers, 10, frozenset({"business_registration_number"})),
    (driver_licence_numbers, 10, frozenset({"driver_licence_number"})),
    (phone_numbers, 7, frozenset({"phone_number"})),
    (account_numbers, 10, frozenset({"account_number"})),
)
_RANK = {kind: place for place, kind in enumerate(KINDS)}


def find(text: str, kinds: Collection[Kind]) -> list[Found]:
    """Find personal data of some kinds, in order of place and without overlaps."""
    suspected = suspicions(text)
    if not suspected and "person" not in kinds:
        return []
    return examine(text, kinds, suspected)


def examine(text: str, kinds: Collection[Kind], suspected: Suspicions) -> list[Found]:
    """Run the exact detectors for what is suspected; with EVERYTHING, the result is that of :func:`find`."""
    found: dict[tuple[Kind, int, int], Found] = {}
    for reading in readings(text, numbers=suspected.number):
        for one in _in_reading(reading, kinds, suspected):
            start, end = reading.span(one.start, one.end)
            found.setdefault((one.kind, start, end), Found(one.kind, start, end, one.value))
    if "person" in kinds:
        for one in person_names(text):
            found[one.kind, one.start, one.end] = one
    return _apart(found.values())


def _in_reading(reading: Reading, kinds: Collection[Kind], suspected: Suspicions) -> Iterator[Found]:
    text = reading.text
    if suspected.number:
        for run in _RUN.finditer(text):
            start, end = max(0, run.start() - _BEFORE), min(len(text), run.end() + _AFTER)
            digits = len(_NO_DIGIT.sub("", run[0]))
            for detector, fewest, finds in _NUMBERS:
                if digits >= fewest and not finds.isdisjoint(kinds):
                    yield from (one for one in detector(text, start, end) if one.kind in kinds)
    if reading.numbers_only:
        return
    if suspected.spelled_number and "phone_number" in kinds:
        yield from spelled_phone_numbers(text)
    if suspected.passport and "passport_number" in kinds:
        yield from passport_numbers(text)
    if suspected.email and "email_address" in kinds:
        yield from email_addresses(text)
    if suspected.house and "address" in kinds:
        yield from addresses(text)


def _apart(found: Iterable[Found]) -> list[Found]:
    """Keep of overlapping findings the one whose kind comes first, and of one kind the longest."""
    kept: list[Found] = []
    heap: list[Found] = []
    reached = 0
    for one in sorted(found, key=lambda one: (one.start, one.end)):
        if one.start >= reached:
            kept += _best_of(heap)
            heap = []
        heap.append(one)
        reached = max(reached, one.end)
    return kept + _best_of(heap)


def _best_of(heap: list[Found]) -> list[Found]:
    """Choose among findings that overlap, directly or through others."""
    kept: list[Found] = []
    for one in sorted(heap, key=lambda one: (_RANK[one.kind], one.start - one.end, one.start)):
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)
