"""What shingles and Jaccard similarity are, written as a person would say it."""

from collections.abc import Sequence
from functools import cache

Grams = frozenset[tuple[str, ...]]


def folded(text: str) -> str:
    """Give lower case, letter by letter, so that lengths stay."""
    return "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)


def grams(symbols: Sequence[str], size: int) -> Grams:
    """Give the n-grams of symbols; fewer symbols than ``size`` are one n-gram."""
    if 0 < len(symbols) < size:
        return frozenset([tuple(symbols)])
    return frozenset(tuple(symbols[start : start + size]) for start in range(len(symbols) - size + 1))


@cache
def words(text: str, size: int) -> Grams:
    return grams(folded(text).split(), size)


@cache
def characters(text: str, size: int) -> Grams:
    return grams("".join(folded(text).split()), size)


def jaccard(left: Grams, right: Grams) -> float:
    return len(left & right) / len(left | right) if left | right else 0.0
