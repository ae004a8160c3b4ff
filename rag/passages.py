"""Cuts documents into passages of 400 to 600 characters at sentence ends, and gives their lexical fields.

Where several sentences could end a passage, the document's own structure decides, and between equals
a hash of what comes next: after an edit the cuts soon fall where they fell before, and the passages
keep their ids (content-defined chunking; Muthitacharoen, Chen and Mazières, LBFS, SOSP 2001).
"""

import hashlib
import itertools
import re
import zlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from curation.korean import content_morphemes
from curation.readers.documents.structure import Block, Outline, blocks
from curation.sentences import Analysed, Unit, analysed
from rag.lexical import bigrams, titled
from rag.types import Document, Passage

# Part of every passage id and of the index's version: raise it when the cuts change.
CHUNKER_VERSION = "2"
MIN_CHARACTERS = 400
MAX_CHARACTERS = 600
# How the page comes first in `curation.readers.documents.structure.Place`.
_PAGE: Final = re.compile(r"(?:\d+(?:~\d+)?쪽|(?:슬라이드|시트) \d+(?:~\d+)?)(?:, |$)")


class Cut(NamedTuple):
    """A passage with its lexical field."""

    passage: Passage
    lexical: str


class Piece(NamedTuple):
    """A span that no passage parts; ``header``: span of the first row of the table that it goes on with."""

    start: int
    end: int
    kind: str
    header: tuple[int, int] = (0, 0)


def cut_documents(documents: Sequence[Document]) -> list[Cut]:
    """Passages of the documents, in order, with their lexical fields; Kiwi reads each text once.

    Sentences, list items, tables and fenced code stay whole unless one alone is longer than
    ``MAX_CHARACTERS``; a heading goes with what follows it; a document that fits is one passage.
    Everything but white space between passages is in exactly one passage. The lexical field of a later
    part of a long table begins with the table's first row.
    """
    fields = _Fields()
    return [
        Cut(passage, fields.of(passage, read, document.text[slice(*header)], header))
        for document, read in zip(documents, analysed([document.text for document in documents]), strict=True)
        for passage, header in _passages(document, read)
    ]


def searched_text(passage: Passage) -> str:
    """What is found of a passage: its title, the headings above it, its text."""
    return titled(_above(passage), passage.text)


def passage_id(document: Document, text: str, occurrence: int) -> str:
    """Id that depends on the passage's own text, so edits elsewhere in the document keep it.

    ``occurrence`` tells apart equal passages of one document, counted from 0.
    """
    parts = (document.source, document.doc_id, text, str(occurrence), CHUNKER_VERSION)
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class _Fields:
    """Lexical fields; what stands above passages is tokenised once."""

    def __init__(self) -> None:
        self._above: dict[str, list[str]] = {}

    def of(self, passage: Passage, read: Analysed, header: str, header_span: tuple[int, int]) -> str:
        above = _above(passage)
        if above not in self._above:
            self._above[above] = content_morphemes([above])[0] if above else []
        morphemes = [
            *self._above[above],
            *read.content(*header_span),
            *read.content(passage.start, passage.end),
        ]
        pairs = [pair for text in (above, header, passage.text) for pair in bigrams(text)]
        return " ".join([*morphemes, *pairs])


def _above(passage: Passage) -> str:
    """Title and headings that the passage's text does not hold itself."""
    sections = _PAGE.sub("", passage.place, count=1).split(" > ")
    named = [one for one in sections if one and one not in passage.title and one not in passage.text]
    return "\n".join(part for part in (passage.title, " > ".join(named)) if part)


def _passages(document: Document, read: Analysed) -> Iterator[tuple[Passage, tuple[int, int]]]:
    seen: Counter[str] = Counter()
    outline = Outline(document.text, document.attributes)
    for first, last in _cuts(document.text, list(_pieces(document.text, read.units))):
        start, end = first.start, last.end
        text = document.text[start:end]
        passage = Passage(
            passage_id=passage_id(document, text, seen[text]),
            doc_id=document.doc_id,
            title=document.title,
            source=document.source,
            text=text,
            start=start,
            end=end,
            place=str(outline.place(start, end)),
            acl=document.acl,
            date=document.date,
        )
        seen[text] += 1
        yield passage, first.header


def _cuts(text: str, pieces: Sequence[Piece]) -> Iterator[tuple[Piece, Piece]]:
    """First and last piece of each passage."""
    at = 0
    while at < len(pieces):
        if pieces[-1].end - pieces[at].start <= MAX_CHARACTERS:
            yield pieces[at], pieces[-1]
            return
        after = _end(text, pieces, at)
        yield pieces[at], pieces[after - 1]
        at = after


def _end(text: str, pieces: Sequence[Piece], at: int) -> int:
    """The index after the last piece of the passage that begins with piece ``at``; more pieces follow."""
    start = pieces[at].start
    last = at + 1
    best: tuple[int, int, int] | None = None
    for after in range(at + 1, len(pieces)):
        length = pieces[after - 1].end - start
        if length > MAX_CHARACTERS:
            break
        # A heading at the end belongs to what comes next.
        if pieces[after - 1].kind == "heading":
            continue
        last = after
        if length >= MIN_CHARACTERS:
            following = pieces[after]
            hashed = zlib.crc32(text[following.start : following.end].encode("utf-8", "surrogatepass"))
            best = max(best or (-1, 0, 0), (_break(text, pieces[after - 1], following), hashed, after))
    return best[2] if best else last


def _break(text: str, before: Piece, after: Piece) -> int:
    """How much the document's own structure parts two pieces."""
    if after.kind == "heading":
        return 2
    return int(before.kind != after.kind or text.count("\n", before.end, after.start) > 1)


def _pieces(text: str, units: Sequence[Unit]) -> Iterator[Piece]:
    """The units, with the rows of a table and the lines of a block of code as one where they fit."""
    codes = [block for block in blocks(text) if block.kind == "code"]
    for in_code, group in itertools.groupby(units, key=lambda unit: _block_at(unit.start, codes)):
        members = list(group)
        if in_code is not None:
            # Not the block's own edges: a unit before it may hold the line of its fence.
            start, end = members[0].start, members[-1].end
            yield from _short(text, _together(start, end, "code", _lines(text, start, end)))
            continue
        for is_row, run in itertools.groupby(members, key=lambda unit: unit.kind == "row"):
            spans = list(run)
            if not is_row:
                yield from _short(text, (Piece(unit.start, unit.end, unit.kind) for unit in spans))
                continue
            header = spans[0].start, spans[0].end
            rows = [Piece(unit.start, unit.end, "row", header) for unit in spans[1:]]
            rows.insert(0, Piece(*header, "row"))
            yield from _short(text, _together(header[0], spans[-1].end, "row", rows))


def _block_at(position: int, found: Sequence[Block]) -> Block | None:
    at = bisect_right(found, position, key=lambda block: block.start) - 1
    return found[at] if at >= 0 and position < found[at].end else None


def _together(start: int, end: int, kind: str, parts: Sequence[Piece]) -> Sequence[Piece]:
    return [Piece(start, end, kind)] if end - start <= MAX_CHARACTERS else parts


def _lines(text: str, start: int, end: int) -> list[Piece]:
    found = []
    for line in text[start:end].splitlines(keepends=True):
        if line.strip():
            found.append(Piece(start, start + len(line.rstrip()), "code"))
        start += len(line)
    return found


def _short(text: str, pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces, with one that is longer than a passage cut at white space or else hard."""
    for piece in pieces:
        start = piece.start
        while piece.end - start > MAX_CHARACTERS:
            end = _cut_point(text, start)
            yield piece._replace(start=start, end=start + len(text[start:end].rstrip()))
            start = end
            while start < piece.end and text[start].isspace():
                start += 1
        if start < piece.end:
            yield piece._replace(start=start)


def _cut_point(text: str, start: int) -> int:
    hard = start + MAX_CHARACTERS
    for position in range(hard, start + MIN_CHARACTERS, -1):
        if text[position].isspace():
            return position
    return hard
