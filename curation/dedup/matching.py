"""Finds the near-duplicates among rows: buckets, leaders, exact comparison, clusters."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from curation.dedup.bands import Bands
from curation.dedup.clusters import Clusters, RowNumbers, row_type
from curation.dedup.leaders import compare_buckets
from curation.dedup.runs import blocks, offsets_of
from curation.dedup.signature_files import Rows, SignatureFiles
from curation.dedup.signature_tables import UNITS, Plan, Unit
from curation.dedup.verification import jaccard
from curation.progress import Advance

# Pairs that were found too different, by a slot of their hash, so that they are not compared in
# every band they share. A pair may lose its slot to another and is then compared again.
_SLOTS = 1 << 20
_NONE = -1
# Shingles compared at once: some 4,000 pairs of pages, in 40 MB.
_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class Matches:
    """Clusters, and the closest row that each row was compared with.

    ``roots`` gives the first row of each row's cluster; ``closest`` is -1 where no near-duplicate
    was found; ``unfinished`` counts buckets in which not all pairs could be compared.
    """

    roots: RowNumbers
    closest: RowNumbers
    similarity: npt.NDArray[np.float32]
    unfinished: int


def match(files: SignatureFiles, plan: Plan, first_new: int, scratch: Path, advance: Advance) -> Matches:
    """Find the near-duplicates among the rows of ``files``.

    Parameters
    ----------
    first_new
        Rows before it are those of older releases, which are not compared with each other.
    scratch
        A folder for one file of 8 bytes a row and band.
    advance
        Called for each band that is done; there are ``len(UNITS) * (plan.bands + 1)``.
    """
    clusters = Clusters(files.rows)
    closest = _Closest(files.rows)
    unfinished = 0
    for unit in UNITS:
        comparer = _Comparer(files, unit, plan.threshold, clusters, closest)
        bands = Bands(files, unit, comparer.sizes, scratch)
        for band in range(plan.bands + 1):
            for buckets in bands.buckets(band, comparer.copies):
                unfinished += compare_buckets(buckets, clusters, comparer.compare, first_new)
            clusters.roots()
            advance(1)
        bands.close()
    return Matches(clusters.roots(), closest.rows, closest.similarity, unfinished)


def similarity(files: SignatureFiles, left: Rows, right: Rows) -> npt.NDArray[np.float64]:
    """Give the exact similarity of pairs: the larger one where they are compared by both units.

    NaN stands for pairs that have no unit in common.
    """
    found = np.full(len(left), np.nan)
    for unit in UNITS:
        sizes = [_sizes(files, unit, rows) for rows in (left, right)]
        both = np.flatnonzero((sizes[0] > 0) & (sizes[1] > 0))
        for chunk in _chunks(sizes[0][both] + sizes[1][both]):
            pairs = both[chunk]
            found[pairs] = np.fmax(found[pairs], _similarity(files, unit, left[pairs], right[pairs]))
    return found


class _Comparer:
    """Compares pairs of rows by one unit and remembers what came of it."""

    def __init__(
        self, files: SignatureFiles, unit: Unit, threshold: float, clusters: Clusters, closest: "_Closest"
    ) -> None:
        self._files = files
        self._unit = unit
        self._threshold = threshold
        self._clusters = clusters
        self._closest = closest
        self._too_different = np.full(_SLOTS, np.iinfo(np.uint64).max, dtype=np.uint64)
        self.sizes = files.sizes(unit)
        # Rows with the very shingles of an earlier row: whatever matches them matches that one.
        self.copies = np.zeros(files.rows, dtype=np.bool_)

    def compare(self, left: Rows, right: Rows) -> None:
        """Join the clusters of the pairs that are near-duplicates."""
        smaller = np.minimum(self.sizes[left], self.sizes[right])
        larger = np.maximum(self.sizes[left], self.sizes[right])
        keys = left.astype(np.uint64) << np.uint64(32) ^ right.astype(np.uint64)
        slots = (keys * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(44)).astype(np.int64)
        wanted = np.flatnonzero(
            (smaller >= self._threshold * larger - 1e-9) & (self._too_different[slots] != keys)
        )
        for chunk in _chunks(smaller[wanted].astype(np.int64) + larger[wanted]):
            pairs = wanted[chunk]
            found = _similarity(self._files, self._unit, left[pairs], right[pairs])
            near = found >= self._threshold
            self._too_different[slots[pairs[~near]]] = keys[pairs[~near]]
            self._joined(left[pairs[near]], right[pairs[near]], found[near])

    def _joined(self, left: Rows, right: Rows, found: npt.NDArray[np.float64]) -> None:
        self._clusters.join(left, right)
        self._closest.note(left, right, found)
        self._closest.note(right, left, found)
        self.copies[np.maximum(left, right)[found == 1]] = True


class _Closest:
    """The most similar near-duplicate of each row; of equally similar ones, the first."""

    def __init__(self, count: int) -> None:
        self.rows: RowNumbers = np.full(count, _NONE, dtype=row_type(count))
        self.similarity = np.zeros(count, dtype=np.float32)

    def note(self, rows: Rows, others: Rows, found: npt.NDArray[np.float64]) -> None:
        scores = found.astype(np.float32)
        order = np.lexsort((others, -scores, rows))
        rows, others, scores = rows[order], others[order], scores[order]
        best = np.flatnonzero(np.diff(rows, prepend=_NONE))
        rows, others, scores = rows[best], others[best], scores[best]
        known = self.similarity[rows]
        better = (scores > known) | ((scores == known) & (others < self.rows[rows]))
        self.rows[rows[better]] = others[better]
        self.similarity[rows[better]] = scores[better]


def _similarity(files: SignatureFiles, unit: Unit, left: Rows, right: Rows) -> npt.NDArray[np.float64]:
    rows, places = np.unique(np.concatenate([left, right]), return_inverse=True)
    sets = files.shingles(unit, rows)
    return jaccard(sets.select(places[: len(left)]), sets.select(places[len(left) :]))


def _sizes(files: SignatureFiles, unit: Unit, rows: Rows) -> npt.NDArray[np.int64]:
    ascending, places = np.unique(rows, return_inverse=True)
    return files.shingles(unit, ascending).sizes[places]


def _chunks(sizes: npt.NDArray[np.int64]) -> Iterator[slice]:
    for start, end in blocks(offsets_of(sizes), _AT_ONCE):
        yield slice(start, end)
