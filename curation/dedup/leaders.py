"""Which pairs of a bucket to compare: its rows take turns as leader.

A leader is compared with every row of its bucket that is not in its cluster yet. In a bucket of
up to :data:`ROUNDS` rows each row gets a turn, so every pair is compared or already together. In
a larger one, where that would be quadratic, the turn goes to the first row that is not together
with an earlier leader; copies and near copies of one text take one turn, however many there are.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from curation.dedup.bands import Buckets
from curation.dedup.clusters import Clusters
from curation.dedup.runs import offsets_of
from curation.dedup.signature_files import Rows

ROUNDS = 64

Compare = Callable[[Rows, Rows], None]
"""Compares ``left[i]`` with ``right[i]`` and joins their clusters when they are near-duplicates."""


@dataclass(slots=True)
class _Turns:
    """Buckets with more than one cluster in them; flags are per member."""

    buckets: Buckets
    served: npt.NDArray[np.bool_]  # had its turn
    led: npt.NDArray[np.bool_]  # is together with a leader

    def select(self, chosen: npt.NDArray[np.bool_]) -> "_Turns":
        members = np.repeat(chosen, self.buckets.sizes)
        kept = Buckets(offsets_of(self.buckets.sizes[chosen]), self.buckets.rows[members])
        return _Turns(kept, self.served[members], self.led[members])


def compare_buckets(buckets: Buckets, clusters: Clusters, compare: Compare, first_new: int) -> int:
    """Compare the rows of each bucket; give the number of buckets that were too varied to finish.

    Rows before ``first_new`` are those of older releases: they are not compared with each other.
    """
    none = np.zeros(len(buckets.rows), dtype=np.bool_)
    turns = _Turns(buckets, none, none.copy())
    for number in range(ROUNDS):
        turns = _undecided(turns, clusters, first_new, number)
        if not len(turns.buckets):
            return 0
        _one_round(turns, clusters, compare, first_new, number)
    return len(_undecided(turns, clusters, first_new, ROUNDS).buckets)


def _undecided(turns: _Turns, clusters: Clusters, first_new: int, number: int) -> _Turns:
    buckets = turns.buckets
    if not len(buckets):
        return turns
    starts, sizes = buckets.offsets[:-1], buckets.sizes
    roots = clusters.find(buckets.rows)
    several = np.minimum.reduceat(roots, starts) != np.maximum.reduceat(roots, starts)
    any_new = buckets.rows[buckets.offsets[1:] - 1] >= first_new
    turn_left = np.where(sizes <= ROUNDS, number < sizes - 1, ~np.logical_and.reduceat(turns.led, starts))
    return turns.select(several & any_new & turn_left)


def _one_round(turns: _Turns, clusters: Clusters, compare: Compare, first_new: int, number: int) -> None:
    buckets = turns.buckets
    starts, sizes, rows = buckets.offsets[:-1], buckets.sizes, buckets.rows
    places = np.arange(len(rows))
    first_unled = np.minimum.reduceat(np.where(turns.led, len(rows), places), starts)
    leaders = np.where(sizes <= ROUNDS, starts + number, first_unled)
    turns.served[leaders] = True
    leader_rows = np.repeat(rows[leaders], sizes)
    wanted = ~turns.served & (clusters.find(rows) != clusters.find(leader_rows))
    wanted &= (rows >= first_new) | (leader_rows >= first_new)
    compare(leader_rows[wanted], rows[wanted])
    turns.led |= clusters.find(rows) == clusters.find(leader_rows)
