"""`malmoi eval retrieval`: how well an index finds what answers a question, and how fast."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any, Final

from curation.progress import Progress, Quiet
from rag.evaluation.metrics import ndcg_at, percentile, recall_at, reciprocal_rank_at
from rag.evaluation.questions import Question, unchecked
from rag.search import Index
from rag.types import EVERYTHING, Filter, Passage

# Several passages of one document stand for one: so many are searched that ten remain.
_PASSAGES: Final = 50
_SHOWN: Final = 10
MEASURES: Final = ("recall@1", "recall@5", "recall@10", "mrr@10", "ndcg@10")


@dataclass(frozen=True, slots=True)
class FoundFor:
    """What a search gave for one question: the first ten ids, its measures by name, milliseconds.

    ``unknown`` are relevant ids that the index does not hold: no search can find them.
    """

    query: str
    relevant: tuple[str, ...]
    ranking: tuple[str, ...]
    measures: Mapping[str, float]
    milliseconds: float
    unknown: tuple[str, ...] = ()

    @property
    def place(self) -> int:
        """Where the first relevant id stands, counted from 1; 0 when it is not among the first ten."""
        return next((rank for rank, one in enumerate(self.ranking, 1) if one in self.relevant), 0)


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """Measures of an index over questions; ``dense`` tells whether vectors took part.

    ``unchecked`` counts questions that are drafts which nobody looked at.
    """

    questions: tuple[FoundFor, ...]
    dense: bool
    unchecked: int = 0

    def measure(self, name: str) -> float:
        """The mean over all questions."""
        return fmean(found.measures[name] for found in self.questions)

    def latency(self, share: float) -> float:
        """A percentile of the milliseconds of a search."""
        return percentile([found.milliseconds for found in self.questions], share)

    def worst(self) -> list[FoundFor]:
        """The questions, worst found first; equal ones in their order."""
        return sorted(self.questions, key=lambda found: found.measures["ndcg@10"])

    @property
    def unknown(self) -> int:
        """How many relevant ids the index does not hold."""
        return sum(len(found.unknown) for found in self.questions)

    def as_json(self) -> dict[str, Any]:
        """The object that ``--json`` prints; ``per_query`` is what `malmoi eval compare` pairs."""
        return {
            "queries": len(self.questions),
            **{name: round(self.measure(name), 4) for name in MEASURES},
            "latency_ms": {"p50": round(self.latency(0.5), 1), "p99": round(self.latency(0.99), 1)},
            "dense": self.dense,
            "relevant_not_in_index": self.unknown,
            "unchecked": self.unchecked,
            "per_query": [asdict(found) for found in self.questions],
        }


def measure_retrieval(
    index: Index,
    questions: Sequence[Question],
    *,
    among: Filter = EVERYTHING,
    progress: Progress = Quiet(),  # noqa: B008 - it has no state
) -> RetrievalReport:
    """Search for every question.

    Parameters
    ----------
    questions
        Each with relevant ids, of documents or of passages.
    """
    # The first search loads the models, which is not what a search takes.
    index.search(questions[0].query, 1, among=among)
    known = index.known_ids({one for question in questions for one in question.relevant})
    found = []
    with progress.task("Searching", len(questions), "questions") as advance:
        for question in questions:
            started = time.perf_counter()
            hits = index.search(question.query, _PASSAGES, among=among)
            milliseconds = 1_000 * (time.perf_counter() - started)
            ranking = ids_of([hit.passage for hit in hits], question.relevant)
            found.append(
                FoundFor(
                    query=question.query,
                    relevant=question.relevant,
                    ranking=tuple(ranking[:_SHOWN]),
                    measures=_measures(ranking, question.relevant),
                    milliseconds=milliseconds,
                    unknown=tuple(one for one in question.relevant if one not in known),
                )
            )
            advance(1)
    return RetrievalReport(tuple(found), index.is_dense, unchecked(questions))


def ids_of(passages: Sequence[Passage], relevant: Sequence[str]) -> list[str]:
    """The documents found, best first, each once; a passage counts by its own id where that is asked for."""
    named = set(relevant)
    return list(dict.fromkeys(one.passage_id if one.passage_id in named else one.doc_id for one in passages))


def _measures(ranking: Sequence[str], relevant: Sequence[str]) -> dict[str, float]:
    return {
        **{f"recall@{k}": recall_at(ranking, relevant, k) for k in (1, 5, 10)},
        "mrr@10": reciprocal_rank_at(ranking, relevant, 10),
        "ndcg@10": ndcg_at(ranking, relevant, 10),
    }
