"""The places of evaluation items that a text is looked through for.

Not every n-gram is held. Anchors are windows of ``width`` letters that stand ``n - width + 1``
apart, so that every run of ``n`` letters contains one whole; whoever finds an anchor in a text
compares letters to both sides and so finds the whole run. With ``n`` = 20 and ``width`` = 12 that
is one anchor in 9 letters, and it finds what an index of all 20-grams would find.

Memory: 16 bytes an anchor, and 16 to 32 bytes of gate.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from curation.dedup.runs import begins, offsets_of, ranges
from curation.overlap.items import Items, Rules
from curation.spans import Hashes, Positions

REPEATS = 8
"""Places of one anchor within one text that are looked at: texts may say one thing for pages."""

_GATE_BITS = (12, 28)


@dataclass(frozen=True, slots=True)
class Anchors:
    """Hashes, ascending, and where in the items each stands.

    ``gate`` is a table over the upper bits of a hash: false where no anchor's hash can be. It lets
    one in 16 or fewer of other hashes pass, at a fraction of what a binary search costs.
    """

    hashes: Hashes
    places: Positions
    gate: npt.NDArray[np.bool_]

    def find(self, hashes: Hashes) -> tuple[Positions, Positions]:
        """Give ``(which of hashes, place in the items)`` for every equal pair."""
        passing = np.flatnonzero(self.gate[_upper(hashes, len(self.gate))])
        first = np.searchsorted(self.hashes, hashes[passing], side="left")
        last = np.searchsorted(self.hashes, hashes[passing], side="right")
        counts = last - first
        return np.repeat(passing, counts), self.places[ranges(first, offsets_of(counts))]


def choose_anchors(items: Items, rules: Rules, usual: npt.NDArray[np.bool_]) -> Anchors:
    """Choose anchors so that each run of ``n``, each short line and each short item contains one.

    A place where boilerplate begins is none: in its stead stands the next place that is unusual.
    """
    pieces = _short_pieces(items, rules)
    found_hashes: list[Hashes] = [np.zeros(0, dtype=np.uint64)]
    found_places: list[Positions] = [np.zeros(0, dtype=np.int64)]
    for all_hashes, all_places in items.windows(rules.width):
        unusual = ~usual[all_places]
        hashes, places = all_hashes[unusual], all_places[unusual]
        chosen = _spaced(items, rules, places)
        chosen[_first_of(pieces, places, rules.width)] = True
        found_hashes.append(hashes[chosen])
        found_places.append(places[chosen])
    hashes, places = np.concatenate(found_hashes), np.concatenate(found_places)
    order = np.argsort(hashes, kind="stable")
    hashes, places = hashes[order], places[order]
    few = nth_of_equals(hashes, items.of(places)) < REPEATS
    hashes, places = hashes[few], places[few]
    bits = int(np.clip(np.ceil(np.log2(max(1, 16 * len(hashes)))), *_GATE_BITS))
    gate = np.zeros(1 << bits, dtype=bool)
    gate[_upper(hashes, len(gate))] = True
    return Anchors(hashes, places, gate)


def nth_of_equals(key: npt.NDArray[np.generic], *others: npt.NDArray[np.generic]) -> Positions:
    """Number the members of each run of equal keys from 0; equal keys stand together."""
    return _since(begins(key, *others))


def _spaced(items: Items, rules: Rules, places: Positions) -> npt.NDArray[np.bool_]:
    """Tell which of the unusual places are anchors of runs."""
    if rules.words:  # a run of words begins where a word does
        return (items.values[places] >> np.uint32(31)).astype(bool)
    # Counted from where unusual places begin: in an item, or after boilerplate.
    gaps = places - np.arange(len(places))
    spaced: npt.NDArray[np.bool_] = _since(begins(gaps, items.of(places))) % (rules.n - rules.width + 1) == 0
    return spaced


def _since(first: npt.NDArray[np.bool_]) -> Positions:
    """Count how far each member of a run is from the first one."""
    places = np.arange(len(first))
    return places - np.maximum.accumulate(np.where(first, places, 0))


def _short_pieces(items: Items, rules: Rules) -> tuple[Positions, Positions]:
    """Give where each line and each item that is too short to hold a run begins and ends."""
    starts = np.concatenate([items.lines, items.starts[:-1]])
    ends = np.concatenate([items.lines[1:], [len(items.values)], items.starts[1:]])
    if rules.words:  # few words may be many letters
        return starts, ends
    short = ends - starts < rules.n
    return starts[short], ends[short]


def _first_of(pieces: tuple[Positions, Positions], places: Positions, width: int) -> Positions:
    """Give which of ``places`` is the first in each piece, where a window fits into it."""
    starts, ends = pieces
    at = np.searchsorted(places, starts)
    inside = at < len(places)
    at, ends = at[inside], ends[inside]
    return at[places[at] + width <= ends]


def _upper(hashes: Hashes, size: int) -> npt.NDArray[np.int64]:
    return (hashes >> np.uint64(65 - size.bit_length())).astype(np.int64)
