"""Hashes of whole arrays: the finaliser of SplitMix64, and constants drawn with it.

Every hash here depends on the content and a fixed seed alone, so that signatures made on another
day or another machine can be compared.
"""

import hashlib

import numpy as np
import numpy.typing as npt

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]

_GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


def mix(values: U64) -> U64:
    """Scramble ``values`` in place so that every bit depends on every bit, and give them.

    The finaliser of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
    Generators, 2014): a bijection of 64-bit integers.
    """
    values ^= values >> np.uint64(30)
    values *= np.uint64(0xBF58476D1CE4E5B9)
    values ^= values >> np.uint64(27)
    values *= np.uint64(0x94D049BB133111EB)
    values ^= values >> np.uint64(31)
    return values


def drawn(count: int, seed: int) -> U64:
    """Give ``count`` fixed pseudorandom integers for a seed."""
    start = (seed * _GOLDEN) & _MASK
    counter = np.arange(1, count + 1, dtype=np.uint64)
    return mix(counter * np.uint64(_GOLDEN) + np.uint64(start))


def name_hash(name: str) -> np.uint64:
    """Hash a name, such as that of a scope."""
    return np.uint64(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little"))
