"""MinHash signatures and their bands.

The smallest value of a random permutation over a set of shingles is equal for two sets with a
probability of their Jaccard similarity (Broder: On the resemblance and containment of documents,
1997). A band is a hash of several such minima: two sets share one of ``bands`` bands of ``rows``
minima with a probability of ``1 - (1 - J^rows)^bands``.
"""

import numpy as np

from curation.dedup.hashing import U32, U64, drawn, mix
from curation.dedup.runs import blocks
from curation.dedup.shingles import BLOCK, Shingles

# Names the permutations; another number gives signatures that cannot be compared with these.
SEED = 20_261_122


def signatures(shingles: Shingles, bands: int, rows: int, scope: np.uint64) -> U64:
    """Give, for each set, a hash of the whole set and then its ``bands`` band hashes.

    Sets are compared within a ``scope`` only: it goes into every hash. No set may be empty.
    The result has the shape ``(sets, bands + 1)``.
    """
    hashes = np.empty((len(shingles), bands + 1), dtype=np.uint64)
    multipliers = (drawn(bands * rows, SEED) | np.uint64(1)).astype(np.uint32)
    weights = drawn(rows, SEED + 1) | np.uint64(1)
    for start, end in blocks(shingles.offsets, BLOCK):
        first, last = shingles.offsets[start], shingles.offsets[end]
        block = shingles.hashes[first:last]
        starts = shingles.offsets[start:end] - first
        hashes[start:end, 0] = np.add.reduceat(mix(block.astype(np.uint64)), starts)
        minima = _minima(block, starts, multipliers).reshape(bands, rows, end - start)
        hashes[start:end, 1:] = np.einsum("brn,r->nb", minima.astype(np.uint64), weights)
    # The place of a band goes in too, so that equal minima in different bands do not meet.
    hashes += drawn(bands + 1, SEED + 2) + scope
    return mix(hashes)


def _minima(block: U32, starts: np.ndarray, multipliers: U32) -> U32:
    """Give the smallest value of each set under each permutation, one row a permutation.

    Multiplication by an odd number permutes 32-bit integers, and the hashes are random already.
    """
    minima = np.empty((len(multipliers), len(starts)), dtype=np.uint32)
    permuted = np.empty_like(block)
    for number, multiplier in enumerate(multipliers):
        np.multiply(block, multiplier, out=permuted)
        np.minimum.reduceat(permuted, starts, out=minima[number])
    return minima
