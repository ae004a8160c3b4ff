"""Divides groups of records among splits: in given proportions, and the same way next time.

Groups are taken in the order of a hash, and a split gets those up to its share of the rows. To
draw the line by the hash itself would never move a group when others come, but 20 records of a
rare label could then all fall into one split. To draw it by rank holds the proportions, and moves
only groups next to a line: of ``n`` groups, about the square root of the number that came.

A group of hundreds of rows in a small split would break its proportion, so groups go by size: the
largest first, and what they put out of proportion the smaller ones make up for.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from curation.dedup.runs import begins, offsets_of, ranges

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Groups:
    """Groups and how many rows of each stratum they hold.

    ``hashes`` has one value a group and decides their order. The other columns have one value for
    each pair of a group and a stratum that it has rows of.
    """

    hashes: npt.NDArray[np.uint64]
    group: Numbers
    stratum: Numbers
    rows: Numbers

    def __len__(self) -> int:
        return len(self.hashes)


def allot(groups: Groups, shares: npt.NDArray[np.float64]) -> Numbers:
    """Give the split of each group; every split gets one at least.

    Parameters
    ----------
    shares
        The share of the rows of each split; together 1. There are as many groups as splits, or
        more.
    """
    sizes = np.zeros(len(groups), dtype=np.int64)
    np.add.at(sizes, groups.group, groups.rows)
    main, main_rows = _main_strata(groups)
    size_class = np.frexp(sizes.astype(np.float64))[1]
    order = np.lexsort((groups.hashes, main, -size_class))
    cell = np.flatnonzero(begins(main[order], size_class[order]))
    pairs = _Pairs(groups)
    strata = int(groups.stratum.max()) + 1
    seen = np.zeros(strata)
    tally = np.zeros((len(shares), strata))
    chosen = np.empty(len(groups), dtype=np.int64)
    for first, last in zip(cell, [*cell[1:], len(order)], strict=True):
        members = order[first:last]
        stratum = main[members[0]]
        group, of_stratum, rows = pairs.of(members)
        np.add.at(seen, of_stratum, rows)
        wanted = np.maximum(shares * seen[stratum] - tally[:, stratum], 0)
        chosen[members] = _filled(main_rows[members], wanted)
        np.add.at(tally, (chosen[group], of_stratum), rows)
    _give_each_split_one(chosen, sizes, groups.hashes, len(shares))
    return chosen


def _filled(rows: Numbers, wanted: npt.NDArray[np.float64]) -> Numbers:
    """Fill splits with groups in order, each up to its part of ``wanted``."""
    middle = np.cumsum(rows) - rows / 2
    limits = np.cumsum(wanted) * (rows.sum() / wanted.sum())
    return np.searchsorted(limits[:-1], middle, side="right")


def _main_strata(groups: Groups) -> tuple[Numbers, Numbers]:
    """Give the stratum that most rows of a group belong to, and how many."""
    order = np.lexsort((groups.stratum, -groups.rows, groups.group))
    first = order[begins(groups.group[order])]
    return groups.stratum[first], groups.rows[first]


class _Pairs:
    """Looks up the pairs of some groups."""

    def __init__(self, groups: Groups) -> None:
        self._groups = groups
        self._order = np.argsort(groups.group, kind="stable")
        self._starts = np.searchsorted(groups.group[self._order], np.arange(len(groups) + 1))

    def of(self, members: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        counts = self._starts[members + 1] - self._starts[members]
        at = self._order[ranges(self._starts[members], offsets_of(counts))]
        return self._groups.group[at], self._groups.stratum[at], self._groups.rows[at]


def _give_each_split_one(
    chosen: Numbers, sizes: Numbers, hashes: npt.NDArray[np.uint64], splits: int
) -> None:
    """Move the smallest group of the split with the most groups into each split that has none."""
    for empty in np.flatnonzero(np.bincount(chosen, minlength=splits) == 0):
        members = np.flatnonzero(chosen == np.bincount(chosen, minlength=splits).argmax())
        chosen[members[np.lexsort((hashes[members], sizes[members]))[0]]] = empty
