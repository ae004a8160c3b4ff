"""Which rows belong together: a union-find over row numbers that joins many pairs at once."""

from typing import Any

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]
RowNumbers = npt.NDArray[np.signedinteger[Any]]


def row_type(count: int) -> type[np.int32] | type[np.int64]:
    """Give the smallest type that counts so many rows: there is one such number a row in memory."""
    return np.int32 if count < 2**31 else np.int64


class Clusters:
    """Disjoint sets of the rows ``0..count - 1``; a set is named by its lowest row.

    Every row points to itself or to a lower row of its set, so the root of a set is its lowest row.
    """

    def __init__(self, count: int) -> None:
        self._parents: RowNumbers = np.arange(count, dtype=row_type(count))

    def find(self, rows: Rows) -> Rows:
        """Give the lowest row of the set of each row."""
        found = self._parents[rows]
        while True:
            above = self._parents[found]
            if np.array_equal(above, found):
                self._parents[rows] = found
                return found.astype(np.int64)
            found = above

    def join(self, left: Rows, right: Rows) -> None:
        """Unite the sets of ``left[i]`` and ``right[i]``, for every ``i``."""
        while len(left):
            left, right = self.find(left), self.find(right)
            apart = left != right
            left, right = left[apart], right[apart]
            # Of several pairs that would hang up one root, the lowest wins; the others try again.
            high = np.maximum(left, right)
            low = np.minimum(left, right).astype(self._parents.dtype)
            np.minimum.at(self._parents, high, low)
            self._shorten(high)

    def _shorten(self, rows: Rows) -> None:
        """Let ``rows``, which were roots until now, point to their new roots.

        What was hung up in one go may be a long chain; each turn halves it.
        """
        while True:
            above = self._parents[self._parents[rows]]
            if np.array_equal(above, self._parents[rows]):
                return
            self._parents[rows] = above

    def roots(self) -> RowNumbers:
        """Give the lowest row of the set of every row, and shorten all paths."""
        while True:
            above = self._parents[self._parents]
            if np.array_equal(above, self._parents):
                return self._parents
            self._parents = above


def assert_one_survivor(roots: RowNumbers, dropped: npt.NDArray[np.bool_]) -> None:
    """Make sure that of every cluster exactly one row stays, and that it is the first.

    Raises
    ------
    RuntimeError
        When a cluster would lose all its rows or keep more than one: a fault of this program that
        must not reach a release.
    """
    kept = np.flatnonzero(~dropped)
    if not np.array_equal(roots[kept], kept) or dropped[roots].any():
        raise RuntimeError("a cluster of near-duplicates would not keep exactly its first row")
