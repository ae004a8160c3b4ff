"""Runs laid end to end in one array: where each begins, and how runs of equal values are told apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Offsets = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Runs:
    """Run ``i`` reaches from ``offsets[i]`` up to ``offsets[i + 1]``."""

    offsets: Offsets

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def sizes(self) -> Offsets:
        """The number of members of each run."""
        return np.diff(self.offsets)


def offsets_of(sizes: npt.NDArray[np.integer]) -> Offsets:
    """Give where each of some consecutive runs begins, and where the last one ends."""
    offsets = np.zeros(len(sizes) + 1, dtype=np.int64)
    np.cumsum(sizes, out=offsets[1:])
    return offsets


def ranges(starts: Offsets, offsets: Offsets) -> npt.NDArray[np.int64]:
    """Give ``starts[i], starts[i] + 1, ...`` for each run ``i`` of ``offsets``, one after another."""
    positions = np.arange(offsets[-1])
    positions += np.repeat(starts - offsets[:-1], np.diff(offsets))
    return positions


def blocks(offsets: Offsets, size: int) -> Iterator[tuple[int, int]]:
    """Give spans of runs that hold up to ``size`` members each, or one larger run."""
    start, count = 0, len(offsets) - 1
    while start < count:
        end = int(np.searchsorted(offsets, offsets[start] + size, side="right")) - 1
        end = max(end, start + 1)
        yield start, end
        start = end


def begins(key: npt.NDArray[np.generic], *others: npt.NDArray[np.generic]) -> Flags:
    """Mark each member that differs from the one before in some key; the first does."""
    differs = np.ones(len(key), dtype=np.bool_)
    np.not_equal(key[1:], key[:-1], out=differs[1:])
    for other in others:
        differs[1:] |= other[1:] != other[:-1]
    return differs


def repeated(values: npt.NDArray[np.generic]) -> Flags:
    """Tell which values occur more than once; equal ones stand together."""
    same = values[1:] == values[:-1]
    several = np.zeros(len(values), dtype=np.bool_)
    several[1:] = same
    several[:-1] |= same
    return several


def list_array(values: npt.NDArray[Any] | pa.Array, offsets: Offsets) -> pa.ListArray:
    """Give runs as an Arrow array of lists."""
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(values))
