"""Ranks passages as the page does, to the last bit; the twin of `compile/web/src/search/bm25.ts`."""

from collections import Counter
from collections.abc import Mapping, Sequence

from compile.search.arithmetic import inverse_frequency
from compile.search.tokeniser import PageTokeniser

# Number of the passage, and how often the term stands in it.
Posting = tuple[int, int]


class PageRanking:
    """BM25 over an exported index (see `rag.ranking.bm25`), exhaustive and in a fixed order.

    Parameters
    ----------
    postings
        By term, in the order of passages.
    lengths
        Number of tokens of every passage.
    """

    def __init__(
        self,
        tokeniser: PageTokeniser,
        postings: Mapping[str, Sequence[Posting]],
        lengths: Sequence[int],
        k1: float,
        b: float,
    ) -> None:
        self.tokeniser = tokeniser
        self._postings = postings
        self._k1 = k1
        mean = sum(lengths) / len(lengths)
        self._norms = [k1 * (1 - b + b * (length / mean)) for length in lengths]

    def search(self, query: str, count: int = 10) -> list[tuple[int, float]]:
        """Number and score of the best passages, best first; equal scores in the passages' order."""
        scores: dict[int, float] = {}
        for term, times in Counter(self.tokeniser.tokens(query)).items():
            found = self._postings.get(term, ())
            weight = times * inverse_frequency(len(found), len(self._norms))
            for number, frequency in found:
                part = weight * frequency * (self._k1 + 1) / (frequency + self._norms[number])
                scores[number] = scores.get(number, 0.0) + part
        return sorted(scores.items(), key=lambda one: (-one[1], one[0]))[:count]
