"""How much of a question a passage covers: the signal for refusing."""

import math
from collections.abc import Collection, Mapping


def inverse_frequency(passages_with_term: int, passages: int) -> float:
    """BM25's inverse document frequency with the +1 that keeps it positive (Lucene's form)."""
    return math.log1p((passages - passages_with_term + 0.5) / (passages_with_term + 0.5))


def coverage(terms: Collection[str], present: Collection[str], weights: Mapping[str, float]) -> float:
    """Share, by weight, of ``terms`` that are in ``present``; 0 when the question has no terms."""
    total = sum(weights[term] for term in terms)
    if not total:
        return 0.0
    found = set(present)
    return sum(weights[term] for term in terms if term in found) / total
