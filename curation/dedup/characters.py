"""Texts as one array of character values: equal for upper and lower case, 0 for white space."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from curation.dedup.hashing import U64, mix
from curation.dedup.runs import Offsets, offsets_of

# The planes with scripts in use; characters beyond them (rare Hanja) are hashed one by one.
_TABLE_SIZE = 0x20000
_LAST_SPACE = 0x3000
_DOTTED_I = 0x130  # the one capital whose lower case is two characters: it stays as it is

Codes = npt.NDArray[np.uint32]


def codes_of(texts: Sequence[str]) -> tuple[Codes, Offsets]:
    """Give the code points of all texts, and where each text begins.

    A space stands before each text and after the last; ``offsets`` has one entry a text and one
    more, so that text ``i`` with the space before it is ``codes[offsets[i]:offsets[i + 1]]``.
    """
    joined = f" {' '.join(texts)} "
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return codes, offsets_of(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) + 1)


def values_of(codes: Codes) -> U64:
    """Give a pseudorandom value of each character: 0 for white space, else never 0."""
    table = _table()
    if len(codes) and int(codes.max()) >= _TABLE_SIZE:
        values = table.take(codes, mode="clip")
        beyond = codes >= _TABLE_SIZE
        values[beyond] = _scrambled(codes[beyond].astype(np.uint64))
        return values
    return table.take(codes)


@cache
def _table() -> U64:
    codes = np.arange(_TABLE_SIZE, dtype=np.uint32)
    codes[_DOTTED_I] = 0
    lower = codes.tobytes().decode("utf-32-le", "surrogatepass").lower()
    folded = np.frombuffer(lower.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    folded[_DOTTED_I] = _DOTTED_I
    values = _scrambled(folded)
    values[[code for code in range(_LAST_SPACE + 1) if chr(code).isspace()]] = 0
    return values


def _scrambled(codes: U64) -> U64:
    # `mix` is a bijection that maps 0 to 0, and no code is 2**64 - 1.
    return mix(codes + np.uint64(1))
