"""Measures of a ranking, for questions with one or a few right answers of equal worth.

A ranking is a list of ids without repetitions, best first. Definitions as in Manning, Raghavan and
Schütze, Introduction to Information Retrieval, chapter 8.
"""

import math
from collections.abc import Collection, Sequence


def recall_at(ranking: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Share of the relevant ids among the first ``k``.

    Examples
    --------
    >>> recall_at(["a", "b", "c"], {"b", "z"}, 2)
    0.5
    """
    return len(set(ranking[:k]) & set(relevant)) / len(set(relevant))


def reciprocal_rank_at(ranking: Sequence[str], relevant: Collection[str], k: int) -> float:
    """1 / rank of the first relevant id among the first ``k``; 0 without one.

    Examples
    --------
    >>> reciprocal_rank_at(["a", "b"], {"b"}, 10)
    0.5
    """
    return next((1 / rank for rank, found in enumerate(ranking[:k], 1) if found in relevant), 0.0)


def ndcg_at(ranking: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Normalised discounted cumulative gain, gain 1 for a relevant id, discount log2(rank + 1).

    Examples
    --------
    >>> round(ndcg_at(["a", "b"], {"b"}, 10), 4)
    0.6309
    """
    gain = sum(1 / math.log2(rank + 1) for rank, found in enumerate(ranking[:k], 1) if found in relevant)
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(set(relevant))) + 1))
    return gain / best


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that at least ``share`` of the values do not exceed (nearest rank).

    Examples
    --------
    >>> percentile([3.0, 1.0, 2.0, 4.0], 0.5)
    2.0
    """
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
