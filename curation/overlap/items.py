"""The items of evaluation sets as letters, each different text of a set once."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from curation.overlap.folding import composed, fold, line_starts
from curation.spans import Codes, Hashes, Positions, SpanHashes

Texts = Iterable[tuple[str, Sequence[str], Sequence[str]]]
"""Batches of evaluation items: the set's name, ids, texts."""

_CHUNK = 1 << 20  # letters hashed at once


@dataclass(frozen=True, slots=True)
class Rules:
    """What counts as text in common, and what an item must hold to be looked for.

    ``n``
        shortest run: letters, or words when ``words`` is true;
    ``width``
        shortest line that is looked for as a whole, in letters; also how many letters a place
        to look for has;
    ``most``
        a window of ``width`` letters in more items than this is boilerplate and counts for nothing.
    """

    n: int
    width: int
    words: bool
    most: int


@dataclass(frozen=True, slots=True)
class Items:
    """Letters of all items, end to end: item ``k`` has those from ``starts[k]`` to ``starts[k + 1]``.

    ``values`` is what must be equal to match; ``lines`` says where each line begins. ``sets`` and
    ``ids`` name the items; ``read`` counts what was read of each set, repeated and short items
    included.
    """

    values: Codes
    starts: Positions
    lines: Positions
    sets: Sequence[str]
    ids: Sequence[str]
    read: dict[str, int]

    def of(self, places: Positions) -> Positions:
        """Tell in which item each place is."""
        return np.searchsorted(self.starts, places, side="right") - 1

    def windows(self, width: int) -> Iterator[tuple[Hashes, Positions]]:
        """Give the hash and the place of every window that lies within one item, in chunks."""
        first = 0
        while first < len(self.sets):
            last = int(np.searchsorted(self.starts, self.starts[first] + _CHUNK, side="right")) - 1
            last = max(last, first + 1)
            start, end = int(self.starts[first]), int(self.starts[last])
            hashes = SpanHashes(self.values[start:end]).windows(width)
            places = np.arange(start, start + len(hashes))
            whole = places + width <= self.starts[self.of(places) + 1]
            yield hashes[whole], places[whole]
            first = last


def gather(batches: Texts, rules: Rules) -> Items:
    """Fold the texts of ``batches``; texts shorter than ``rules.width`` letters are left out."""
    values: list[Codes] = [np.zeros(0, dtype=np.uint32)]
    lines: list[Positions] = [np.zeros(0, dtype=np.int64)]
    sets: list[str] = []
    ids: list[str] = []
    lengths: list[int] = [0]
    read: dict[str, int] = {}
    seen: set[tuple[str, bytes]] = set()
    total = 0
    for name, batch_ids, texts in batches:
        read[name] = read.get(name, 0) + len(texts)
        plain = [composed(text) for text in texts]
        folded = fold(plain)
        letters = folded.values(words=rules.words)
        begins = line_starts(plain, folded)
        bounds = np.searchsorted(begins, folded.starts)
        for row, identifier in enumerate(batch_ids):
            first, last = int(folded.starts[row]), int(folded.starts[row + 1])
            key = name, hashlib.blake2b(letters[first:last].tobytes(), digest_size=16).digest()
            if last - first < rules.width or key in seen:
                continue
            seen.add(key)
            sets.append(name)
            ids.append(identifier)
            values.append(letters[first:last].copy())
            lines.append(begins[bounds[row] : bounds[row + 1]] - first + total)
            lengths.append(last - first)
            total += last - first
    starts = np.cumsum(np.array(lengths, dtype=np.int64))
    return Items(np.concatenate(values), starts, np.concatenate(lines), sets, ids, read)
