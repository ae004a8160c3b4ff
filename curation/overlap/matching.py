"""What texts have in common with evaluation items, and how much of an item that covers."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from curation.overlap.anchors import REPEATS, Anchors, choose_anchors, nth_of_equals
from curation.overlap.boilerplate import counted_letters, usual_places
from curation.overlap.folding import Folded, composed, fold
from curation.overlap.items import Items, Rules, Texts, gather
from curation.spans import Codes, Positions, SpanHashes

_CHUNK = 1 << 18  # characters looked through at once
_BLOCK = 256  # letters compared at once

Run = tuple[int, int]
"""First and last place (not included) in the items' letters."""


@dataclass(frozen=True, slots=True)
class EvaluationItems:
    """Items ready to be looked for.

    ``counted`` marks the letters that coverage is measured on, ``sizes`` is their number in each
    item. An item with fewer than ``rules.width`` of them is not looked for.
    """

    rules: Rules
    items: Items
    counted: npt.NDArray[np.bool_]
    sizes: Positions
    anchors: Anchors

    def facts(self) -> dict[str, dict[str, int]]:
        """Tell for each set how many items were read, how many differ, how many can be looked for."""
        sets = np.array(self.items.sets, dtype=object)
        able = self.sizes >= self.rules.width
        return {
            name: {
                "items": read,
                "different": int(np.count_nonzero(sets == name)),
                "looked_for": int(np.count_nonzero((sets == name) & able)),
            }
            for name, read in self.items.read.items()
        }


@dataclass(frozen=True, slots=True)
class Overlap:
    """The item that a text covers most of.

    ``coverage`` is the share of the item's counted letters that the text contains; ``text`` is the
    longest passage in common, as the text has it.
    """

    coverage: float
    evaluation_set: str
    item: str
    text: str


def prepare(batches: Texts, rules: Rules) -> EvaluationItems:
    """Take evaluation items in, to be looked for in any number of texts."""
    items = gather(batches, rules)
    usual = usual_places(items, rules)
    counted = counted_letters(usual, rules.width)
    sizes = np.add.reduceat(counted, items.starts[:-1], dtype=np.int64)
    usual |= np.repeat(sizes < rules.width, np.diff(items.starts))
    return EvaluationItems(rules, items, counted, sizes, choose_anchors(items, rules, usual))


def overlaps(evaluation: EvaluationItems, texts: Sequence[str]) -> dict[int, Overlap]:
    """Find what ``texts`` have in common with the items: the best overlap, by number of the text."""
    found: dict[int, Overlap] = {}
    for first, chunk in _chunks(texts):
        found |= {first + row: overlap for row, overlap in _in_chunk(evaluation, chunk).items()}
    return found


def _chunks(texts: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    first = held = 0
    for row, text in enumerate(texts):
        held += len(text)
        if held >= _CHUNK:
            yield first, [composed(one) for one in texts[first : row + 1]]
            first, held = row + 1, 0
    if first < len(texts):
        yield first, [composed(one) for one in texts[first:]]


def _in_chunk(evaluation: EvaluationItems, texts: list[str]) -> dict[int, Overlap]:
    rules, items = evaluation.rules, evaluation.items
    folded = fold(texts)
    values = folded.values(words=rules.words)
    runs: dict[tuple[int, int], dict[Run, int]] = {}
    ends: dict[tuple[int, int, int], int] = {}  # how far each diagonal was compared
    for row, place, item, at in _candidates(evaluation, folded, values):
        diagonal = (row, item, place - at)
        if place < ends.get(diagonal, 0):
            continue
        low, high = int(items.starts[item]), int(items.starts[item + 1])
        start, end = int(folded.starts[row]), int(folded.starts[row + 1])
        before = _common(values[start:place][::-1], items.values[low:at][::-1])
        after = _common(values[place:end], items.values[at:high])
        ends[diagonal] = place + max(after, 1)
        for first, last in _runs(evaluation, folded, place - at, (at - before, at + after), (low, high)):
            runs.setdefault((row, item), {})[first, last] = first + place - at
    return _best(evaluation, folded, texts, runs)


def _candidates(
    evaluation: EvaluationItems, folded: Folded, values: Codes
) -> Iterator[tuple[int, int, int, int]]:
    """Give ``(text, place in the letters, item, place in the items)`` where windows hash alike."""
    width = evaluation.rules.width
    which, at = evaluation.anchors.find(SpanHashes(values).windows(width))
    row = np.searchsorted(folded.starts, which, side="right") - 1
    whole = which + width <= folded.starts[row + 1]
    row, which, at = row[whole], which[whole], at[whole]
    item = evaluation.items.of(at)
    order = np.lexsort((which, at, row))
    row, which, at, item = row[order], which[order], at[order], item[order]
    few = nth_of_equals(row, at) < REPEATS
    row, which, at, item = row[few], which[few], at[few], item[few]
    order = np.lexsort((which, which - at, item, row))
    columns = (column[order].tolist() for column in (row, which, item, at))
    return zip(*columns, strict=True)


def _common(some: Codes, other: Codes) -> int:
    """Tell how many values are equal from the beginning on."""
    length = min(len(some), len(other))
    for first in range(0, length, _BLOCK):
        last = min(first + _BLOCK, length)
        differ = some[first:last] != other[first:last]
        if differ.any():
            return first + int(differ.argmax())
    return length


def _runs(evaluation: EvaluationItems, folded: Folded, shift: int, run: Run, item: Run) -> Iterator[Run]:
    """Give what counts of a run: all of it when long enough, else the whole lines, or item, in it."""
    rules, lines = evaluation.rules, evaluation.items.lines
    first, last = run
    begins = folded.begins
    if rules.words:
        words = first + np.flatnonzero(begins[first + shift : last + shift + 1])
        words = words[_begins_word(evaluation.items, words)]
        if len(words) > rules.n and words[-1] - words[0] >= rules.width:
            yield int(words[0]), int(words[-1])
            return
    elif last - first >= rules.n:
        yield run
        return
    low, high = np.searchsorted(lines, [first, last])
    bounds = lines[low:high].tolist()
    if last == item[1] or (high < len(lines) and lines[high] == last):
        bounds.append(last)
    for start, end in [item] if run == item else itertools.pairwise(bounds):
        if end - start >= rules.width and begins[start + shift] and begins[end + shift]:
            yield start, end


def _begins_word(items: Items, places: Positions) -> npt.NDArray[np.bool_]:
    """Tell where the items' words begin; at an item's end a word would begin."""
    inside = np.minimum(places, len(items.values) - 1)
    begins: npt.NDArray[np.bool_] = (items.values[inside] >> np.uint32(31)).astype(bool)
    begins |= places == len(items.values)
    return begins


@dataclass(frozen=True, slots=True)
class _Found:
    """An item that a text overlaps with: its longest run, and where the text has it."""

    coverage: float
    item: int
    run: Run
    place: int


def _best(
    evaluation: EvaluationItems,
    folded: Folded,
    texts: list[str],
    runs: dict[tuple[int, int], dict[Run, int]],
) -> dict[int, Overlap]:
    best: dict[int, _Found] = {}
    for (row, item), places in runs.items():
        covered = sum(int(np.count_nonzero(evaluation.counted[a:b])) for a, b in _union(places))
        coverage = covered / int(evaluation.sizes[item])
        if row not in best or coverage > best[row].coverage:
            longest = max(places, key=lambda run: (run[1] - run[0], -run[0]))
            best[row] = _Found(coverage, item, longest, places[longest])
    return {row: _overlap(evaluation.items, folded, texts[row], row, found) for row, found in best.items()}


def _union(runs: dict[Run, int]) -> Iterator[Run]:
    """Join runs that touch, so that no letter counts twice."""
    start, end = -1, -1
    for first, last in sorted(runs):
        if first > end:
            if end > start:
                yield start, end
            start, end = first, last
        else:
            end = max(end, last)
    yield start, end


def _overlap(items: Items, folded: Folded, text: str, row: int, found: _Found) -> Overlap:
    origin = int(folded.origins[row])
    first = int(folded.places[found.place]) - origin
    last = int(folded.places[found.place + found.run[1] - found.run[0] - 1]) - origin + 1
    return Overlap(found.coverage, items.sets[found.item], items.ids[found.item], text[first:last])
