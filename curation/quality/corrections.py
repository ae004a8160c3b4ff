"""Spacing and spelling edits put into a text, line by line, and refused where they are too many."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from curation.korean import Morpheme
from curation.quality.shielded import Span, shielded
from curation.quality.spacing import misplaced_spaces
from curation.quality.spelling import misspellings

_FREE = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which corrections to make.

    ``compounds``
        separate words that may be written together as well;
    ``most``
        largest share of a line's words that corrections may touch; three edits are always allowed.
    """

    spacing: bool
    typos: bool
    compounds: bool
    most: float


@dataclass(frozen=True, slots=True)
class Corrected:
    """The text, the number of edits of each kind, and of lines that were left because of too many."""

    text: str
    spacing: int = 0
    typos: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    written: str

    @property
    def is_spacing(self) -> bool:
        return self.end - self.start != len(self.written)


def pieces(text: str, most: int) -> list[str]:
    """Cut ``text`` after line breaks into pieces of about ``most`` characters; joined, they are the text.

    A line that is longer by itself is cut after a blank, and where it has none it stays whole.
    """
    if len(text) <= most:
        return [text]
    cut: list[str] = []
    start = 0
    while len(text) - start > most:
        end = text.rfind("\n", start, start + most) + 1
        if end <= start:
            end = text.rfind(" ", start, start + most) + 1
        if end <= start:
            later = [place for place in (text.find("\n", start), text.find(" ", start)) if place >= 0]
            end = min(later) + 1 if later else len(text)
        cut.append(text[start:end])
        start = end
    if start < len(text):
        cut.append(text[start:])
    return cut


def corrected(text: str, morphemes: Sequence[Morpheme], wanted: Wanted) -> Corrected:
    """Correct ``text`` by its analysis, outside of what is shielded.

    Without ``typos`` nothing but spaces changes; line breaks never do.
    """
    edits = _edits(text, morphemes, wanted)
    if not edits:
        return Corrected(text)
    allowed, refused = _few_enough(text, edits, wanted.most)
    parts: list[str] = []
    position = 0
    for edit in allowed:
        parts += (text[position : edit.start], edit.written)
        position = edit.end
    parts.append(text[position:])
    spacing = sum(edit.is_spacing for edit in allowed)
    return Corrected("".join(parts), spacing, len(allowed) - spacing, refused)


def spacing_errors(text: str, morphemes: Sequence[Morpheme]) -> float:
    """Give the number of misplaced spaces for each word of ``text`` as it should be spaced, at most 1."""
    edits = _edits(text, morphemes, Wanted(spacing=True, typos=False, compounds=False, most=1.0))
    inserted = sum(edit.start == edit.end for edit in edits)
    words = len(text.split()) + 2 * inserted - len(edits)
    return min(1.0, len(edits) / max(1, words))


def _edits(text: str, morphemes: Sequence[Morpheme], wanted: Wanted) -> list[_Edit]:
    edits: list[_Edit] = []
    if wanted.spacing:
        for place, insert in misplaced_spaces(text, morphemes, compounds=wanted.compounds):
            edits.append(_Edit(place, place, " ") if insert else _Edit(place, place + 1, ""))
    if wanted.typos:
        for start, _, written in misspellings(text, morphemes):
            # A syllable at a time: a missing space may stand in the middle of the word.
            edits += (
                _Edit(start + place, start + place + 1, syllable)
                for place, syllable in enumerate(written)
                if syllable != text[start + place]
            )
    if not edits:
        return []
    spans = shielded(text)
    return sorted(
        (edit for edit in edits if not _touches(edit, spans)), key=lambda edit: (edit.start, edit.end)
    )


def _touches(edit: _Edit, spans: Sequence[Span]) -> bool:
    """Tell whether an edit changes a span or what adjoins it."""
    index = bisect_left(spans, edit.start, key=lambda span: span[1])
    return index < len(spans) and spans[index][0] <= edit.end


def _few_enough(text: str, edits: Sequence[_Edit], most: float) -> tuple[list[_Edit], int]:
    """Give the edits of the lines that have few enough, and the number of the other lines."""
    breaks = [place for place, char in enumerate(text) if char == "\n"]
    by_line = [
        (line, list(found)) for line, found in groupby(edits, lambda edit: bisect_left(breaks, edit.start))
    ]
    allowed: list[_Edit] = []
    refused = 0
    for line, found in by_line:
        start = breaks[line - 1] + 1 if line else 0
        end = breaks[line] if line < len(breaks) else len(text)
        words = len(text[start:end].split()) + sum(edit.start == edit.end for edit in found)
        if len(found) <= max(_FREE, most * words):
            allowed += found
        else:
            refused += 1
    return allowed, refused
