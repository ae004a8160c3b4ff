"""The exact Jaccard similarity of many pairs of shingle sets at once."""

import numpy as np
import numpy.typing as npt

from curation.dedup.hashing import U64
from curation.dedup.shingles import Shingles

_HALF = np.uint64(32)


def jaccard(left: Shingles, right: Shingles) -> npt.NDArray[np.float64]:
    """Give the similarity of ``left[i]`` and ``right[i]``: shared shingles by shingles of either.

    Two empty sets have the similarity 0.
    """
    mine, theirs = _keys(left), _keys(right)
    # Both are ascending: first by pair, then by hash.
    both = np.concatenate([mine, theirs])
    both.sort(kind="stable")  # merges the two runs; several times faster than sorting anew
    shared = both[1:][both[1:] == both[:-1]] >> _HALF
    common = np.bincount(shared.astype(np.int64), minlength=len(left))
    either = left.sizes + right.sizes - common
    similarity: npt.NDArray[np.float64] = common / np.maximum(either, 1)
    return similarity


def _keys(sets: Shingles) -> U64:
    keys = np.repeat(np.arange(len(sets), dtype=np.uint64), sets.sizes)
    keys <<= _HALF
    keys |= sets.hashes
    return keys
