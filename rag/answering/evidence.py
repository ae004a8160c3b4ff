"""What of a retrieved passage a model is shown and an answer may cite."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from chat.sources import as_data
from curation.normalising.invisible import remove_invisible
from curation.sentences import Unit, units_of
from rag.answering.instructions import instruction_spans
from rag.answering.statements import Statement, statements
from rag.types import Hit


@dataclass(frozen=True)
class Evidence:
    """A passage without what speaks to the model in it, without invisible characters and template tokens.

    Parameters
    ----------
    hit
        The passage as it was found.
    title
        What is shown of its title, on one line.
    text
        What is shown of it, and what answers are held against.
    positions
        Where each character of ``text`` stands in the passage.
    cuts
        Places in ``text`` where something was left out: no quote may reach over one.
    """

    hit: Hit
    title: str
    text: str
    positions: Sequence[int]
    cuts: Sequence[int]

    def is_whole(self, start: int, end: int) -> bool:
        """Whether nothing was left out between the two places of ``text``."""
        return not any(start < cut < end for cut in self.cuts)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Where a span of ``text`` stands in the passage."""
        return self.positions[start], self.positions[end - 1] + 1

    @cached_property
    def sentences(self) -> Sequence[Statement]:
        """Sentences, rows and items, in order."""
        return self._stated([unit for unit in self._units if unit.kind != "heading"])

    @cached_property
    def context(self) -> Sequence[Statement]:
        """What the passage is about: its title and place, its headings, and a table's first row."""
        named = statements(list(filter(None, (self.title, _shown(self.hit.passage.place)[0]))))
        rows = [unit for unit in self._units if unit.kind == "row"]
        return [*named, *self._stated([unit for unit in self._units if unit.kind == "heading"] + rows[:1])]

    @cached_property
    def _units(self) -> Sequence[Unit]:
        return units_of([self.text])[0]

    def _stated(self, units: Sequence[Unit]) -> list[Statement]:
        texts = [self.text[unit.start : unit.end] for unit in units]
        return statements(texts, [unit.start for unit in units])


def evidence_of(hit: Hit) -> Evidence:
    """What of the passage may be shown and cited."""
    title, _, _ = _shown(hit.passage.title)
    return Evidence(hit, " ".join(title.split()), *_shown(hit.passage.text))


def _shown(original: str) -> tuple[str, list[int], list[int]]:
    """The text as it may be shown, where its characters stand in the original, and its cuts."""
    characters: list[str] = []
    positions: list[int] = []
    cuts: list[int] = []
    position, hides = 0, remove_invisible(original)[1] > 0
    for start, end in [*instruction_spans(original), (len(original), len(original))]:
        for at in range(position, start):
            if not hides or remove_invisible(original[at])[0]:
                characters.append(original[at])
                positions.append(at)
        if end > start:
            cuts.append(len(characters))
            # A line's end, so that what stood before and behind it does not grow together.
            characters.append("\n")
            positions.append(start)
            cuts.append(len(characters))
        position = end
    return as_data("".join(characters)), positions, cuts
