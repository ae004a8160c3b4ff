"""Arithmetic that gives the same bits here and in every browser; the twin of `arithmetic.ts`.

IEEE 754 fixes the four operations, not the logarithm: libraries differ in its last bit.
"""

import math
from typing import Final

_ROOT: Final = math.sqrt(2.0)
# The nearest float64 to the natural logarithm of 2.
_LOG_OF_2: Final = 0.6931471805599453


def natural_log(value: float) -> float:
    """The natural logarithm of a number from 1, to some 2e-16 of its size.

    Halved until it is near 1, then by the series of 2 artanh((x - 1) / (x + 1)).
    """
    halvings = 0
    while value > _ROOT:
        value /= 2
        halvings += 1
    ratio = (value - 1) / (value + 1)
    square = ratio * ratio
    series = 1 / 23
    for odd in range(21, 0, -2):
        series = series * square + 1 / odd
    return halvings * _LOG_OF_2 + 2 * ratio * series


def inverse_frequency(passages_with_term: int, passages: int) -> float:
    """BM25's inverse document frequency, as in `rag.coverage`: log(1 + (N - n + 0.5) / (n + 0.5))."""
    return natural_log((passages + 1) / (passages_with_term + 0.5))
