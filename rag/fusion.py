"""Joins the lexical and the dense ranking into one: min-max scores, weighted.

Done here and not by the store, so that a ranking means the same on every store. The weight follows
the question: one weight for all measured worse than either route alone on one kind of question or
the other, and so did equal-weight reciprocal rank fusion (benchmarks/rag/quality.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rag.settings import Ranking


@dataclass(frozen=True, slots=True)
class Fused:
    """Scores of one passage, each in [0, 1]; a route that has no score for it gives 0."""

    passage_id: str
    score: float
    lexical: float
    dense: float


def dense_weight(coverage: float, ranking: Ranking) -> float:
    """How much nearness in meaning counts for a question of which so much was found in words.

    Falls in a straight line from ``dense_most`` to ``dense_least`` between the two coverages.
    """
    low, high = ranking.coverage_low, ranking.coverage_high
    if coverage <= low:
        return ranking.dense_most
    if coverage >= high:
        return ranking.dense_least
    return ranking.dense_most - (ranking.dense_most - ranking.dense_least) * (coverage - low) / (high - low)


def fuse(lexical: Mapping[str, float], dense: Mapping[str, float], weight: float) -> list[Fused]:
    """Every passage with a score, best first; equal scores in the order of their ids.

    Parameters
    ----------
    lexical, dense
        Raw score by passage id, larger is better, any range. A passage that one of them lacks has no
        vector yet, and is ranked by the other alone; what a route merely did not find among its best
        has to be scored too, or the ranking would hang on where each route stops looking.
    weight
        Share of the dense score.
    """
    of_lexical, of_dense = _min_max(lexical), _min_max(dense)
    fused = []
    for passage_id in of_lexical.keys() | of_dense.keys():
        one, other = of_lexical.get(passage_id, 0.0), of_dense.get(passage_id, 0.0)
        share = 0.0 if passage_id not in of_dense else weight if passage_id in of_lexical else 1.0
        fused.append(Fused(passage_id, (1 - share) * one + share * other, one, other))
    return sorted(fused, key=lambda item: (-item.score, item.passage_id))


def _min_max(scores: Mapping[str, float]) -> dict[str, float]:
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    if high == low:
        return dict.fromkeys(scores, 1.0)
    return {key: (score - low) / (high - low) for key, score in scores.items()}
