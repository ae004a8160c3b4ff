"""How much of a question a passage covers: the signal for refusing, and for how much meaning counts."""

import math
from collections.abc import Collection, Mapping, Sequence

from rag.lexical import titled
from rag.stores.base import Stored


def inverse_frequency(passages_with_term: int, passages: int) -> float:
    """BM25's inverse document frequency with the +1 that keeps it positive (Lucene's form)."""
    # A run may have added passages with the term since the passages were counted.
    without = max(0, passages - passages_with_term)
    return math.log1p((without + 0.5) / (passages_with_term + 0.5))


def held(terms: Sequence[str], stored: Stored) -> set[str]:
    """The terms that the passage holds, as morphemes or inside a word.

    Kiwi cuts a compound by its surroundings: 비밀번호 in a passage may be 비밀 and 번호 in a question.
    """
    # Its bigrams are marked, so that no term is one.
    morphemes = set(stored.lexical.split(" "))
    text = titled(stored.passage.title, stored.passage.text).lower()
    return {term for term in terms if term in morphemes or (len(term) > 1 and term in text)}


def coverage(terms: Collection[str], present: Collection[str], weights: Mapping[str, float]) -> float:
    """Share, by weight, of ``terms`` that are in ``present``; 0 when the question has no terms."""
    total = sum(weights[term] for term in terms)
    if not total:
        return 0.0
    found = set(present)
    return sum(weights[term] for term in terms if term in found) / total
