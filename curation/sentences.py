"""Cuts a document into its smallest units: headings, list items, table rows and sentences.

Line structure comes first (Markdown, articles of Korean regulations), then Kiwi finds the
sentences inside the paragraphs.
"""

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from unicodedata import east_asian_width

from curation.korean import sentence_spans, sentences_and_content

UnitKind = Literal["heading", "item", "row", "sentence"]

_HEADING = re.compile(r"\s{0,3}(#{1,6}\s|제\s?\d+\s?[편장절관조][^.]{0,40}$)")
_ROW = re.compile(r"\s*\|.*\|\s*$")
_ITEM = re.compile(r"\s*([-*+•·○●□■▪※]\s|\d{1,3}[.)]\s|[가-하][.)]\s|제\s?\d+\s?조\b)")
# Paragraph numbers of Korean regulations stand inside a line: "① … 한다. ② …".
_CIRCLED = re.compile(r"(?<=\s)(?=[①-⑳])")
_ENDS_SENTENCE = re.compile(r"""[.?!…:。？！]["'”’)]*\s*$""")
# A line of fewer columns was not wrapped by an editor: its break is meant.
_WRAPPED_COLUMNS = 70


@dataclass(frozen=True, slots=True)
class Unit:
    """A span that should stay whole: ``text[start:end]`` without outer white space."""

    start: int
    end: int
    kind: UnitKind


@dataclass(slots=True)
class _Block:
    start: int
    end: int
    kind: UnitKind
    open: bool


def units_of(texts: Sequence[str]) -> list[list[Unit]]:
    """Units of each text in order; every character that is not white space is in exactly one."""
    blocks = [list(_blocks(text)) for text in texts]
    paragraphs = [
        text[block.start : block.end]
        for text, found in zip(texts, blocks, strict=True)
        for block in found
        if block.kind in ("item", "sentence")
    ]
    spans = iter(sentence_spans(paragraphs))
    return [
        [unit for block in found for unit in _units(text, block, spans)]
        for text, found in zip(texts, blocks, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Analysed:
    """The units of a text and its content morphemes: ``forms[n]`` begins at ``starts[n]``, in order."""

    units: list[Unit]
    starts: "array[int]"  # not at run time: 3.11 does not subscript it
    forms: list[str]

    def content(self, start: int, end: int) -> list[str]:
        """Forms of the content morphemes that begin in ``text[start:end]``."""
        return self.forms[bisect_left(self.starts, start) : bisect_left(self.starts, end)]


def analysed(texts: Sequence[str]) -> Iterator[Analysed]:
    """Units of each text as `units_of` gives them, and its content morphemes, from one pass of Kiwi."""
    blocks = [list(_blocks(text)) for text in texts]
    pieces = (
        text[block.start : block.end] for text, found in zip(texts, blocks, strict=True) for block in found
    )
    parts = sentences_and_content(pieces)
    # Most forms recur: one string for all of them.
    known: dict[str, str] = {}
    for text, found in zip(texts, blocks, strict=True):
        result = Analysed([], array("I"), [])
        for block in found:
            spans, content = next(parts)
            result.units.extend(_units(text, block, iter([spans])))
            result.starts.extend(block.start + start for start, _ in content)
            result.forms.extend(known.setdefault(form, form) for _, form in content)
        yield result


def _units(text: str, block: _Block, spans: Iterator[list[tuple[int, int]]]) -> Iterator[Unit]:
    if block.kind in ("heading", "row"):
        yield Unit(block.start, block.end, block.kind)
        return
    kind = block.kind
    position = block.start
    for start, end in next(spans):
        # Kiwi leaves out nothing but white space; what it might leave out joins the next sentence.
        unit = _trimmed(text, min(position, block.start + start), block.start + end)
        if unit is not None:
            yield Unit(*unit, kind)
            kind = "sentence"
        position = block.start + end
    rest = _trimmed(text, position, block.end)
    if rest is not None:
        yield Unit(*rest, kind)


def _blocks(text: str) -> Iterator[_Block]:
    """Headings, rows and paragraphs; the lines of a wrapped paragraph are one block."""
    current: _Block | None = None
    for start, end in _lines(text):
        span = _trimmed(text, start, end)
        kind = _kind(text[start:end])
        continues = current is not None and current.open and span is not None and kind == "sentence"
        if continues and current is not None and span is not None:
            current.end = span[1]
            current.open = _is_wrapped(text[start:end])
            continue
        if current is not None:
            yield current
            current = None
        if span is not None:
            is_open = kind in ("item", "sentence") and _is_wrapped(text[start:end])
            current = _Block(*span, kind, is_open)
    if current is not None:
        yield current


def _lines(text: str) -> Iterator[tuple[int, int]]:
    position = 0
    for line in text.splitlines(keepends=True):
        for part in _CIRCLED.split(line):
            yield position, position + len(part)
            position += len(part)


def _kind(line: str) -> UnitKind:
    if _HEADING.match(line):
        return "heading"
    if _ROW.match(line):
        return "row"
    return "item" if _ITEM.match(line) else "sentence"


def _is_wrapped(line: str) -> bool:
    stripped = line.rstrip()
    columns = len(stripped) + sum(east_asian_width(character) in "WF" for character in stripped)
    return columns >= _WRAPPED_COLUMNS and not _ENDS_SENTENCE.search(stripped)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    piece = text[start:end]
    stripped = piece.strip()
    if not stripped:
        return None
    offset = start + len(piece) - len(piece.lstrip())
    return offset, offset + len(stripped)
