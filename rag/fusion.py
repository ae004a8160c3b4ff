"""Joins the lexical and the dense ranking into one: min-max scores, weighted.

Done here and not by the store, so that a ranking means the same on every store. Equal-weight
reciprocal rank fusion measured worse than either route alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

LEXICAL_WEIGHT = 0.7


@dataclass(frozen=True, slots=True)
class Fused:
    """Scores of one passage, each in [0, 1]; a route that did not find it gives 0."""

    passage_id: str
    score: float
    lexical: float
    dense: float


def fuse(
    lexical: Mapping[str, float], dense: Mapping[str, float], lexical_weight: float = LEXICAL_WEIGHT
) -> list[Fused]:
    """Every passage that a route found, best first; equal scores in the order of their ids.

    Parameters
    ----------
    lexical, dense
        Raw score by passage id of each route's best passages, larger is better, any range.
        An empty route leaves the whole weight to the other.
    lexical_weight
        Share of the lexical route in the score.
    """
    if not dense:
        lexical_weight = 1.0
    elif not lexical:
        lexical_weight = 0.0
    of_lexical, of_dense = _min_max(lexical), _min_max(dense)
    fused = []
    for passage_id in of_lexical.keys() | of_dense.keys():
        one, other = of_lexical.get(passage_id, 0.0), of_dense.get(passage_id, 0.0)
        score = lexical_weight * one + (1 - lexical_weight) * other
        fused.append(Fused(passage_id, score, one, other))
    return sorted(fused, key=lambda item: (-item.score, item.passage_id))


def _min_max(scores: Mapping[str, float]) -> dict[str, float]:
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    if high == low:
        return dict.fromkeys(scores, 1.0)
    return {key: (score - low) / (high - low) for key, score in scores.items()}
