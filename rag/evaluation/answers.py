"""`malmoi eval answers`: do answers rest on their sources, cite the right ones, and come when they should?

What an answer says of itself is not believed: its passages are fetched from the index anew, and every
sentence is held against them again.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any, Final, Literal, Protocol, get_args

from curation.errors import UserError
from curation.progress import Progress, Quiet
from rag.answering.refusals import MODEL_FAILED
from rag.evaluation import gold
from rag.evaluation.grounding import Grounding, grounding
from rag.evaluation.metrics import percentile
from rag.evaluation.questions import Question, unchecked
from rag.types import EVERYTHING, Answer, Filter, Passage, Turn

MEASURES: Final = (
    "grounded",
    "citation_precision",
    "citation_recall",
    "refusal_accuracy",
    "exact_match",
    "f1",
    "contains",
)
# What can be wrong with an answer, the gravest first.
Wrong = Literal["false_answer", "ungrounded", "false_refusal", "other_answer", "wrong_citation"]


class Answerer(Protocol):
    """Who answers: `rag.answer.CitedAnswerer`, or a system that is compared with it."""

    def ask(self, question: str, history: Sequence[Turn] = (), *, among: Filter = EVERYTHING) -> Answer:
        """Answer, or refuse."""


class Passages(Protocol):
    """Where cited passages are looked up: `rag.search.Index`."""

    def passages_of(self, passage_ids: Sequence[str]) -> Mapping[str, Passage]:
        """Passages by id; unknown ids are left out."""


@dataclass(frozen=True, slots=True)
class AnsweredFor:
    """What one question was answered.

    ``cited`` are documents, or passages where the question names those, by number; ``faults`` the
    sentences that their sources do not hold, each with the reason. ``measures`` are by name, each in
    [0, 1], and ``None`` where the question or its answer has nothing to measure.
    """

    query: str
    answerable: bool
    relevant: tuple[str, ...]
    gold: str
    answer: str
    refused: bool
    reason: str
    cited: tuple[str, ...]
    sentences: int
    faults: tuple[str, ...]
    measures: Mapping[str, float | None]
    first_token_ms: float
    total_ms: float

    @property
    def wrongs(self) -> tuple[Wrong, ...]:
        """What is wrong with it, the gravest first; empty when nothing is."""
        found: dict[Wrong, bool] = {
            "false_answer": not self.answerable and not self.refused,
            "ungrounded": bool(self.faults),
            "false_refusal": self.answerable and self.refused,
            "other_answer": not self.refused and self.measures["contains"] == 0,
            "wrong_citation": self.measures["citation_precision"] not in (None, 1.0),
        }
        return tuple(name for name, holds in found.items() if holds)


@dataclass(frozen=True, slots=True)
class AnswersReport:
    """Measures of answers; ``unchecked`` counts questions that are drafts which nobody looked at."""

    questions: tuple[AnsweredFor, ...]
    unchecked: int = 0

    def measure(self, name: str) -> float | None:
        """The mean over the questions that have it; ``grounded`` counts sentences instead.

        ``None`` when no question has it.
        """
        if name == "grounded":
            sentences = sum(one.sentences for one in self.questions)
            return 1 - sum(len(one.faults) for one in self.questions) / sentences if sentences else None
        values = [value for one in self.questions if (value := one.measures[name]) is not None]
        return fmean(values) if values else None

    def count(self, name: str) -> int:
        """On how many questions a measure rests."""
        return sum(one.measures[name] is not None for one in self.questions)

    def first_token(self, share: float) -> float:
        """A percentile of the milliseconds until the first sentence stands."""
        return percentile([one.first_token_ms for one in self.questions], share)

    def total(self, share: float) -> float:
        """A percentile of the milliseconds until the answer is whole."""
        return percentile([one.total_ms for one in self.questions], share)

    def wrong(self, what: Wrong) -> int:
        """With how many answers something is wrong."""
        return sum(what in one.wrongs for one in self.questions)

    @property
    def failed(self) -> int:
        """How many answers the model broke off or never began."""
        return sum(one.reason == MODEL_FAILED for one in self.questions)

    def worst(self) -> list[AnsweredFor]:
        """Questions whose answers have something wrong, the gravest first; equal ones in their order."""
        wrong = [one for one in self.questions if one.wrongs]
        return sorted(wrong, key=lambda one: get_args(Wrong).index(one.wrongs[0]))

    def as_json(self) -> dict[str, Any]:
        """The object that ``--json`` prints; ``per_query`` is what `malmoi eval compare` pairs."""
        figures = {name: self.measure(name) for name in MEASURES}
        return {
            "questions": len(self.questions),
            **{name: None if value is None else round(value, 4) for name, value in figures.items()},
            "sentences": sum(one.sentences for one in self.questions),
            "false_answers": self.wrong("false_answer"),
            "false_refusals": self.wrong("false_refusal"),
            "model_failed": self.failed,
            "latency_ms": {
                "first_token": {
                    "p50": round(self.first_token(0.5), 1),
                    "p99": round(self.first_token(0.99), 1),
                },
                "total": {"p50": round(self.total(0.5), 1), "p99": round(self.total(0.99), 1)},
            },
            "unchecked": self.unchecked,
            "per_query": [asdict(one) for one in self.questions],
        }


def measure_answers(
    answerer: Answerer,
    index: Passages,
    questions: Sequence[Question],
    *,
    among: Filter = EVERYTHING,
    progress: Progress = Quiet(),  # noqa: B008 - it has no state
) -> AnswersReport:
    """Ask every question, each on its own, and hold the answers against the index.

    Raises
    ------
    UserError
        The model answered none of them.
    """
    # The first answer loads the models, which is not what an answer takes.
    answerer.ask(questions[0].query, among=among)
    answered = []
    with progress.task("Asking", len(questions), "questions") as advance:
        for question in questions:
            started = time.perf_counter()
            answer = answerer.ask(question.query, among=among)
            seconds = time.perf_counter() - started
            answered.append(_answered(question, answer, index, seconds))
            advance(1)
    report = AnswersReport(tuple(answered), unchecked(questions))
    if report.failed == len(questions):
        raise UserError(
            "The model failed at every question: there is nothing to measure.",
            where=next((step.what for step in answer.trace if "failed" in step.what), ""),
            fix='Make it answer first: malmoi ask "…" --model SPEC',
        )
    return report


def _answered(question: Question, answer: Answer, index: Passages, seconds: float) -> AnsweredFor:
    held = index.passages_of([one.passage_id for one in answer.citations])
    rests = Grounding() if answer.refused else grounding(answer, held)
    cited = tuple(_cited_id(one.passage_id, held, question.relevant) for one in answer.citations)
    return AnsweredFor(
        query=question.query,
        answerable=question.answerable,
        relevant=question.relevant,
        gold=question.answer,
        answer=answer.answer,
        refused=answer.refused,
        reason=answer.reason,
        cited=cited,
        sentences=rests.sentences,
        faults=rests.faults,
        measures=_measures(question, answer, cited, rests),
        # An answerer that does not say when its first sentence stood shows all at once.
        first_token_ms=1_000 * answer.timings.get("first_token", seconds),
        total_ms=1_000 * seconds,
    )


def _cited_id(passage_id: str, held: Mapping[str, Passage], relevant: Sequence[str]) -> str:
    """The document's id; the passage's where that is asked for, or the index does not know it."""
    if passage_id in relevant or passage_id not in held:
        return passage_id
    return held[passage_id].doc_id


def _measures(
    question: Question, answer: Answer, cited: Sequence[str], rests: Grounding
) -> dict[str, float | None]:
    answered, relevant = not answer.refused, set(question.relevant)
    found: dict[str, float | None] = dict.fromkeys(MEASURES)
    found["refusal_accuracy"] = float(answer.refused != question.answerable)
    if answered and rests.sentences:
        found["grounded"] = 1 - len(rests.faults) / rests.sentences
    if relevant:
        found["citation_recall"] = len(relevant & set(cited)) / len(relevant)
        if answered:
            found["citation_precision"] = sum(one in relevant for one in cited) / len(cited) if cited else 0.0
    if question.answer:
        # What a refusal says is no answer, whatever words it has.
        said = answer.answer if answered else ""
        found["exact_match"] = float(gold.exact_match(said, question.answer))
        found["f1"] = gold.f1(said, question.answer)
        found["contains"] = float(gold.contains(said, question.answer))
    return found
