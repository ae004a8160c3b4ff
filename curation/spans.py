"""Hashes of any span of a batch of strings, in constant time a span after one pass over the batch.

The code points of all strings lie in one array. A span's hash depends on its characters alone, not
on where it stands, so that the same words hash the same in every batch, process and machine.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from curation.dedup.hashing import mix

Codes = npt.NDArray[np.uint32]
Positions = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

# Odd, so that it has an inverse modulo 2**64; 5 modulo 8, so that its powers repeat after 2**62.
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_LOW = 12  # powers are products of two small tables: B**(i >> 12 << 12) and B**(i & 4095)


@dataclass(frozen=True, slots=True)
class CodePoints:
    """The strings of a batch, end to end: string ``k`` is ``codes[starts[k]:starts[k + 1]]``."""

    codes: Codes
    starts: Positions


def code_points(texts: Sequence[str]) -> CodePoints:
    """Lay the code points of ``texts`` end to end; lone surrogates stay what they are.

    Examples
    --------
    >>> code_points(["가나", "", "a"]).starts
    array([0, 2, 2, 3])
    """
    starts = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)), out=starts[1:])
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype="<u4")
    return CodePoints(codes, starts)


class SpanHashes:
    """64-bit hashes of spans of a sequence of code points.

    A polynomial hash over prefixes: ``H[i]`` is the sum of ``(code + 1) * B**j`` for ``j < i``
    modulo 2**64, and a span's value is ``(H[end] - H[start]) * B**-start``, mixed at the end by the
    finaliser of SplitMix64 (Steele, Lea and Flood 2014) so that all 64 bits are even. Differing
    spans of natural text share a hash about once in 2**64 pairs; texts made for the purpose
    (Thue-Morse sequences of some thousand characters) can share one more often, so whoever drops
    a row because of equal hashes compares the characters first. Memory: 16 bytes a code point.

    Examples
    --------
    >>> points = code_points(["우리말을 모은다", "말을"])
    >>> first, second = SpanHashes(points.codes).of([2, 8], [4, 10])
    >>> bool(first == second)
    True
    """

    def __init__(self, codes: Codes) -> None:
        sums = np.zeros(len(codes) + 1, dtype=np.uint64)
        terms = _powers(_BASE, len(codes))
        terms *= codes.astype(np.uint64) + np.uint64(1)
        np.cumsum(terms, out=sums[1:])
        self._sums = sums
        self._low, self._high = _tables(_INVERSE, len(codes))

    def of(self, starts: npt.ArrayLike, ends: npt.ArrayLike) -> Hashes:
        """Give the hash of each span from ``starts`` up to, not including, ``ends``."""
        first = np.asarray(starts, dtype=np.int64)
        last = np.asarray(ends, dtype=np.int64)
        hashes = self._sums[last] - self._sums[first]
        hashes *= self._high[first >> _LOW]
        hashes *= self._low[first & ((1 << _LOW) - 1)]
        return mix(hashes)

    def windows(self, length: int) -> Hashes:
        """Give the hash of the ``length`` code points from each place on, where so many are left.

        The same as :meth:`of` for all places at once, at half its cost. Windows that reach from
        one string into the next are among them.
        """
        if len(self._sums) <= length:
            return np.zeros(0, dtype=np.uint64)
        hashes = self._sums[length:] - self._sums[:-length]
        hashes *= np.multiply.outer(self._high, self._low).reshape(-1)[: len(hashes)]
        return mix(hashes)


def _powers(base: int, count: int) -> Hashes:
    low, high = _tables(base, count)
    return np.multiply.outer(high, low).reshape(-1)[:count]


def _tables(base: int, count: int) -> tuple[Hashes, Hashes]:
    """Give ``base**i`` for ``i < 2**_LOW``, and ``base**(i << _LOW)`` for as many ``i`` as needed."""
    return _small_powers(base), _progression(pow(base, 1 << _LOW, 1 << 64), (count >> _LOW) + 1)


@functools.cache
def _small_powers(base: int) -> Hashes:
    return _progression(base, 1 << _LOW)


def _progression(base: int, count: int) -> Hashes:
    factors = np.full(count, base, dtype=np.uint64)
    factors[0] = 1
    return np.multiply.accumulate(factors)
