"""Cuts documents into passages of 400 to 600 characters at sentence ends."""

import hashlib
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from curation.sentences import Unit, units_of
from rag.types import Document, Passage

# Part of every passage id and of the index's version: raise it when the cuts change.
CHUNKER_VERSION = "1"
MIN_CHARACTERS = 400
MAX_CHARACTERS = 600


def split_documents(documents: Sequence[Document]) -> list[list[Passage]]:
    """Passages of each document, in order.

    Sentences, table rows and list items stay whole unless one alone is longer than
    ``MAX_CHARACTERS``; a heading goes with what follows it; a document that fits is one passage.
    Everything but white space between passages is in exactly one passage.
    """
    return [
        _passages(document, list(_cut(document.text, units)))
        for document, units in zip(
            documents, units_of([document.text for document in documents]), strict=True
        )
    ]


def passage_id(document: Document, text: str, occurrence: int) -> str:
    """Id that depends on the passage's own text, so edits elsewhere in the document keep it.

    ``occurrence`` tells apart equal passages of one document, counted from 0.
    """
    parts = (document.source, document.doc_id, text, str(occurrence), CHUNKER_VERSION)
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _passages(document: Document, spans: list[tuple[int, int]]) -> list[Passage]:
    seen: Counter[str] = Counter()
    passages = []
    for start, end in spans:
        text = document.text[start:end]
        passages.append(
            Passage(
                passage_id=passage_id(document, text, seen[text]),
                doc_id=document.doc_id,
                title=document.title,
                source=document.source,
                text=text,
                start=start,
                end=end,
            )
        )
        seen[text] += 1
    return passages


def _cut(text: str, units: list[Unit]) -> Iterator[tuple[int, int]]:
    if units and units[-1].end - units[0].start <= MAX_CHARACTERS:
        yield units[0].start, units[-1].end
        return
    taken: list[Unit] = []
    for unit in _short_units(text, _whole_tables(units)):
        if taken and not _joins(taken, unit):
            # A heading at the end belongs to what comes next.
            carried = _trailing_headings(taken)
            kept = taken[: len(taken) - len(carried)]
            if kept:
                yield kept[0].start, kept[-1].end
                taken = carried
            if taken and unit.end - taken[0].start > MAX_CHARACTERS:
                yield taken[0].start, taken[-1].end
                taken = []
        taken.append(unit)
    if taken:
        yield taken[0].start, taken[-1].end


def _joins(taken: list[Unit], unit: Unit) -> bool:
    length = taken[-1].end - taken[0].start
    if unit.end - taken[0].start > MAX_CHARACTERS:
        return False
    # Long enough: the next break in the document's own structure ends the passage.
    return not (length >= MIN_CHARACTERS and unit.kind == "heading")


def _trailing_headings(units: list[Unit]) -> list[Unit]:
    count = 0
    while count < len(units) and units[-1 - count].kind == "heading":
        count += 1
    return units[len(units) - count :]


def _whole_tables(units: list[Unit]) -> Iterator[Unit]:
    """The units, with the rows of a table that fits in a passage as one."""
    for is_row, group in itertools.groupby(units, key=lambda unit: unit.kind == "row"):
        members = list(group)
        if is_row and members[-1].end - members[0].start <= MAX_CHARACTERS:
            yield Unit(members[0].start, members[-1].end, "row")
        else:
            yield from members


def _short_units(text: str, units: Iterable[Unit]) -> Iterator[Unit]:
    """The units, with one that is longer than a passage cut at white space or else hard."""
    for unit in units:
        start = unit.start
        while unit.end - start > MAX_CHARACTERS:
            end = _cut_point(text, start)
            yield Unit(start, len(text[:end].rstrip()), unit.kind)
            start = end + len(text[end : unit.end]) - len(text[end : unit.end].lstrip())
        if start < unit.end:
            yield Unit(start, unit.end, unit.kind)


def _cut_point(text: str, start: int) -> int:
    hard = start + MAX_CHARACTERS
    for position in range(hard, start + MIN_CHARACTERS, -1):
        if text[position].isspace():
            return position
    return hard
