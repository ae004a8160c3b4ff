"""A hash of every word of a batch of texts, without a loop over words.

With prefix sums ``S[i] = v[0] B^0 + ... + v[i] B^i`` (mod 2^64) over character values ``v``, the
span of characters ``a..b`` hashes to ``(S[b] - S[a - 1]) B^-a``, wherever it stands (Rabin and
Karp's rolling hash, taken from prefix sums). The values are pseudorandom and the result is mixed,
so that neighbouring letters do not give neighbouring hashes.
"""

from functools import cache

import numpy as np

from curation.dedup.characters import Codes, values_of
from curation.dedup.hashing import U64, mix
from curation.dedup.runs import Offsets

# A piece stays in the processor's cache: 64 Ki values of 8 bytes.
PIECE = 1 << 16
_BASE = 0x2545F4914F6CDD1D
_CHAIN = np.uint64(0xD6E8FEB86659FD93)
_MASK = (1 << 64) - 1


def word_hashes(codes: Codes) -> tuple[Offsets, U64]:
    """Give where each word begins and its hash; words are what white space separates.

    ``codes`` begins and ends with white space, as :func:`curation.dedup.characters.codes_of`
    gives it.
    """
    starts: list[Offsets] = []
    hashes: list[U64] = []
    begin, last = 0, len(codes) - 1
    while begin < last:
        values = values_of(codes[begin : begin + PIECE])
        spaces = np.flatnonzero(values == 0)
        end = int(spaces[-1])
        if end == 0:
            end, hashed = _giant(codes, begin)
            starts.append(np.array([begin + 1]))
            hashes.append(np.array([hashed], dtype=np.uint64))
        else:
            before, after = spaces[:-1], spaces[1:]
            is_word = after - before > 1
            before, after = before[is_word], after[is_word]
            starts.append(before + (begin + 1))
            hashes.append(_spans(values[: end + 1], before, after))
        begin += end
    if not starts:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint64)
    return np.concatenate(starts), np.concatenate(hashes)


def _spans(values: U64, before: Offsets, after: Offsets) -> U64:
    """Hash ``values[before + 1 : after]`` for each pair; the values at ``after`` are 0."""
    powers, inverses = _powers()
    sums = values * powers[: len(values)]
    np.cumsum(sums, out=sums)
    return mix((sums[after] - sums[before]) * inverses[before])


def _giant(codes: Codes, begin: int) -> tuple[int, np.uint64]:
    """Hash a word longer than a piece; give how far its end is from the space at ``begin``."""
    powers, _ = _powers()
    chained = np.zeros(1, dtype=np.uint64)
    position = begin + 1
    while True:
        values = values_of(codes[position : position + PIECE])
        spaces = np.flatnonzero(values == 0)
        size = int(spaces[0]) if len(spaces) else len(values)
        part = (values[:size] * powers[:size]).sum(keepdims=True, dtype=np.uint64)
        chained = mix(chained * _CHAIN + part + np.uint64(size))
        position += size
        if len(spaces):
            return position - begin, chained[0]


@cache
def _powers() -> tuple[U64, U64]:
    """Give ``B^i`` and ``B^-(i + 1)`` for the positions of a piece."""
    inverse = pow(_BASE, -1, 1 << 64)
    powers = np.full(PIECE, _BASE, dtype=np.uint64)
    powers[0] = 1
    inverses = np.full(PIECE, inverse, dtype=np.uint64)
    return np.multiply.accumulate(powers), np.multiply.accumulate(inverses)
