"""Ranks what a store found for a query: BM25 over the lexical field, cosines, coverage.

Done here and not by the store, so that a score means the same on every store: some count document
frequencies by segment, some take no weights of ours. The store finds candidates, which is the costly
part, and these are scored again, all of them by words and by meaning.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rag.coverage import coverage, held, inverse_frequency
from rag.fusion import dense_weight, fuse
from rag.settings import Ranking
from rag.stores.base import Stored
from rag.types import Hit

# A token that stands in more than one passage of so many tells them hardly apart, and is dear: the
# store has to go through all of them.
_COMMON_IN_ONE_OF: Final = 8
# What a store looks a query up by, rarest first: the best fifty passages are among what these find.
_TOKENS: Final = 24
_LEAST_TOKENS: Final = 3
# The best passages by words, of which the one that covers most says how much of the query was found.
_COVERING: Final = 3


@dataclass(frozen=True, slots=True)
class Found:
    """What the two routes of a search found, not ranked yet.

    Parameters
    ----------
    passages
        By id.
    weights
        Inverse document frequency of each token of the query, times its count there.
    mean_length
        Mean number of tokens of a passage in the index.
    cosines
        With the query's vector, less what it shares with all passages, by id of a passage; empty when
        vectors take no part.
    terms
        What the query is about.
    asked
        What ``Hit.coverage`` is measured for; the same unless only a part of the query is the question.
    term_weights
        Inverse document frequency of every term.
    """

    passages: Mapping[str, Stored]
    weights: Mapping[str, float]
    mean_length: float
    cosines: Mapping[str, float]
    terms: Sequence[str]
    asked: Sequence[str]
    term_weights: Mapping[str, float]

    def covered(self, terms: Sequence[str], passage_id: str) -> float:
        """Share of the terms, by weight, that a passage holds."""
        return coverage(terms, held(terms, self.passages[passage_id]), self.term_weights)


def rank(found: Found, ranking: Ranking, k: int) -> list[Hit]:
    """The best ``k`` passages, best first."""
    lexical, covered = by_words(found, ranking)
    return [
        Hit(
            passage=found.passages[one.passage_id].passage,
            score=one.score,
            lexical=one.lexical,
            dense=one.dense,
            coverage=found.covered(found.asked, one.passage_id),
        )
        for one in fuse(lexical, found.cosines, dense_weight(covered, ranking))[:k]
    ]


def by_words(found: Found, ranking: Ranking) -> tuple[dict[str, float], float]:
    """BM25 by passage, and how much of the query the best passages by words cover.

    Without a word in common there are no scores, and nothing is covered.
    """
    lexical = {
        passage_id: bm25(found.weights, stored.lexical, found.mean_length, ranking)
        for passage_id, stored in found.passages.items()
    }
    if not any(lexical.values()):
        return {}, 0.0
    best = sorted(lexical, key=lambda passage_id: (-lexical[passage_id], passage_id))[:_COVERING]
    return lexical, max(found.covered(found.terms, passage_id) for passage_id in best)


def looked_up(counts: Mapping[str, int], frequencies: Mapping[str, int], passages: int) -> dict[str, float]:
    """Those of a query's tokens that a store should look for, with their weights.

    Parameters
    ----------
    counts
        How often each token stands in the query.
    frequencies
        In how many passages each token occurs.
    """
    known = sorted((token for token in counts if frequencies[token]), key=lambda token: frequencies[token])
    rare = sum(frequencies[token] * _COMMON_IN_ONE_OF <= passages for token in known)
    # Where hardly a word is rare, common ones have to find what a filter leaves over.
    chosen = known[: min(_TOKENS, max(rare, _LEAST_TOKENS))]
    return {token: counts[token] * inverse_frequency(frequencies[token], passages) for token in chosen}


def bm25(weights: Mapping[str, float], lexical_field: str, mean_length: float, ranking: Ranking) -> float:
    """BM25 of a passage (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009).

    Parameters
    ----------
    weights
        Inverse document frequency of each token of the query, times its count there.
    lexical_field
        The passage's tokens, joined by spaces.
    mean_length
        Mean number of tokens of a passage.
    """
    tokens = lexical_field.split()
    longer = len(tokens) / mean_length if mean_length else 1.0
    norm = ranking.k1 * (1 - ranking.b + ranking.b * longer)
    counts = Counter(filter(weights.__contains__, tokens))
    return sum(weights[token] * n * (ranking.k1 + 1) / (n + norm) for token, n in counts.items())
