"""Shingle sets: the distinct n-grams of words or of characters of each text, as 32-bit hashes.

Two different n-grams share a hash with a probability of 2^-32, so that two texts of 130 words
differ from their exact Jaccard similarity once in about 270,000 pairs, and then by one shingle.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from curation.dedup.characters import codes_of, values_of
from curation.dedup.hashing import U32, U64, mix
from curation.dedup.runs import Offsets, Runs, begins, blocks, offsets_of, ranges
from curation.dedup.words import word_hashes

# Shingles handled at once: what a block needs stays in the processor's cache.
BLOCK = 1 << 16
_FACTOR = np.uint64(0x9FB21C651E98DF25)
_HALF = np.uint64(32)


@dataclass(frozen=True, slots=True)
class Shingles(Runs):
    """Sets of hashes: each run of ``hashes`` is one set, ascending and distinct."""

    hashes: U32

    def select(self, rows: npt.NDArray[np.int64]) -> "Shingles":
        """Give the sets of ``rows``, in that order; a row may be asked for more than once."""
        offsets = offsets_of(self.sizes[rows])
        return Shingles(offsets, self.hashes[ranges(self.offsets[rows], offsets)])


def word_shingles(texts: Sequence[str], size: int) -> Shingles:
    """Give the n-grams of ``size`` words of each text.

    Words are what white space separates; upper and lower case are equal. A text with fewer words
    is one shingle, a text without words has none.
    """
    codes, bounds = codes_of(texts)
    starts, hashes = word_hashes(codes)
    return _distinct(*_ngrams(hashes, np.searchsorted(starts, bounds), size))


def character_shingles(texts: Sequence[str], size: int) -> Shingles:
    """Give the n-grams of ``size`` characters of each text, white space left out.

    Korean is often written with words spaced differently; without white space that makes no
    difference. A shorter text is one shingle, an empty text has none.
    """
    codes, bounds = codes_of(texts)
    values = values_of(codes)
    letters = values != 0
    before = np.zeros(len(codes) + 1, dtype=np.int64)
    np.cumsum(letters, out=before[1:])
    return _distinct(*_ngrams(values[letters], before[bounds], size))


def _ngrams(symbols: U64, offsets: Offsets, size: int) -> tuple[U32, Offsets]:
    """Hash the n-grams of each run of symbols; a run shorter than ``size`` is one n-gram."""
    lengths = np.diff(offsets)
    few = (lengths > 0) & (lengths < size)
    counts = np.where(few, 1, np.maximum(lengths - (size - 1), 0))
    ngram_offsets = offsets_of(counts)
    windows = max(len(symbols) - size + 1, 0)
    chained = symbols[:windows].copy()
    for shift in range(1, size):
        chained *= _FACTOR
        chained += symbols[shift : shift + windows]
    # A window that begins among the last symbols of a run would cross into the next.
    inside = np.ones(windows, dtype=np.bool_)
    for shift in range(1, size):
        last = offsets[1:] - shift
        inside[last[(last >= 0) & (last < windows)]] = False
    hashes = chained[inside]
    if few.any():
        whole = np.repeat(few, counts)
        joined = np.empty(len(whole), dtype=np.uint64)
        joined[~whole] = hashes
        joined[whole] = _whole_runs(symbols, offsets[:-1][few], lengths[few])
        hashes = joined
    return (mix(hashes) >> _HALF).astype(np.uint32), ngram_offsets


def _whole_runs(symbols: U64, starts: Offsets, lengths: Offsets) -> U64:
    chained = np.zeros(len(starts), dtype=np.uint64)
    for shift in range(int(lengths.max())):
        more = lengths > shift
        chained[more] = chained[more] * _FACTOR + symbols[starts[more] + shift]
    return chained


def _distinct(hashes: U32, offsets: Offsets) -> Shingles:
    """Sort the hashes of each run and leave out repetitions."""
    kept: list[U32] = []
    sizes = np.zeros(len(offsets) - 1, dtype=np.int64)
    for start, end in blocks(offsets, BLOCK):
        keys = np.repeat(np.arange(end - start, dtype=np.uint64), np.diff(offsets[start : end + 1]))
        keys <<= _HALF
        keys |= hashes[offsets[start] : offsets[end]]
        keys.sort()
        keys = keys[begins(keys)]
        kept.append(keys.astype(np.uint32))
        sizes[start:end] = np.bincount((keys >> _HALF).astype(np.int64), minlength=end - start)
    return Shingles(offsets_of(sizes), np.concatenate([np.empty(0, np.uint32), *kept]))
