"""`malmoi rag tune`: fits an index's ranking and its gate to one's own questions, and says if it helps.

Settings are drawn at random around the present ones, and every question is ranked once with each.
Whether the best of them is better is decided on questions that had no part in choosing it: cross
validation, and a paired bootstrap over what comes of it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from curation.progress import Progress, Quiet
from rag.evaluation.comparison import Difference, compare
from rag.evaluation.metrics import ndcg_at
from rag.evaluation.questions import Question
from rag.evaluation.retrieval import ids_of
from rag.fusion import dense_weight, fuse
from rag.manifest import Manifest
from rag.ranking import Found, by_words
from rag.search import RANKING, Index
from rag.settings import Ranking

# Of fewer questions nobody can tell a gain from luck.
FEWEST: Final = 20
FEWEST_OF_EACH: Final = 10
_FOLDS: Final = 5
_SEED: Final = 20_260_101
SETTINGS: Final = 500
_K1: Final = (0.6, 0.9, 1.2, 1.6, 2.2)
_B: Final = (0.2, 0.4, 0.6, 0.75, 0.9)
_FIRST: Final = 10
# As many passages as `rag.answer` makes an answer of.
_OF_AN_ANSWER: Final = 5

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fit:
    """What was fitted, and how much better it is on questions that it was not fitted to.

    ``difference`` is ``None`` when ``questions`` are too few to tell.
    """

    settings: Mapping[str, float]
    questions: int
    difference: Difference | None

    @property
    def is_real(self) -> bool:
        """Whether the gain is more than luck."""
        return self.difference is not None and self.difference.low > 0


@dataclass(frozen=True, slots=True)
class Tuning:
    """Fits of the ranking (nDCG@10) and of the gate (refusal accuracy, both kinds weighing the same)."""

    present: Ranking
    ranking: Fit
    gate: Fit
    unanswerable: int

    @property
    def is_real(self) -> bool:
        """Whether any gain is more than luck."""
        return self.ranking.is_real or self.gate.is_real

    def settings(self, *, force: bool = False) -> Ranking:
        """The present settings with those fits whose gain is real; with ``force`` with all."""
        changed = dict(self.ranking.settings) if force or self.ranking.is_real else {}
        if force or self.gate.is_real:
            changed |= self.gate.settings
        return Ranking.model_validate(self.present.model_dump() | changed)

    def as_json(self) -> dict[str, Any]:
        """The object that ``--json`` prints."""
        return {
            "present": self.present.model_dump(),
            "fitted": self.settings(force=True).model_dump(),
            "unanswerable": self.unanswerable,
            **{
                name: {
                    "questions": fit.questions,
                    "is_real": fit.is_real,
                    "difference": None if fit.difference is None else asdict(fit.difference),
                }
                for name, fit in (("ranking", self.ranking), ("gate", self.gate))
            },
        }


def tune(
    index: Index,
    questions: Sequence[Question],
    *,
    progress: Progress = Quiet(),  # noqa: B008 - it has no state
) -> Tuning:
    """Fit the settings of an index; nothing is changed, see `apply`."""
    with progress.task("Ranking with other settings", len(questions), "questions") as advance:

        def found(question: Question) -> Found:
            advance(1)
            return index.find(question.query)

        return fit(questions, found, index.ranking)


def apply(index: Path, ranking: Ranking) -> None:
    """Make an index rank and refuse so from now on."""
    with Manifest.open(index) as manifest:
        manifest.set_meta(RANKING, ranking.model_dump_json())


def fit(questions: Sequence[Question], find: Callable[[Question], Found], present: Ranking) -> Tuning:
    """Fit the settings; ``find`` gives what a search finds for a question, before it is ranked."""
    settings = _settings(present)
    # Of each question and setting: nDCG@10, and how much of the question its best passages cover.
    gains, covered = (
        np.stack(values, axis=1)
        for values in zip(*(_tried(find(one), one, settings) for one in questions), strict=True)
    )
    labelled = np.array([bool(question.relevant) for question in questions])
    ranking, chosen = _ranking_fit(settings, gains[:, labelled])
    answerable = np.array([question.answerable for question in questions])
    gate = _gate_fit(covered[chosen if ranking.is_real else 0], answerable, present.gate)
    return Tuning(present, ranking, gate, int((~answerable).sum()))


def _settings(present: Ranking) -> list[Ranking]:
    """The present settings, others of BM25, and some drawn at random: those least changed come first."""
    random = np.random.default_rng(_SEED)
    found = [present]
    for k1 in (present.k1, *_K1):
        found += [present.model_copy(update={"k1": k1, "b": b}) for b in (present.b, *_B)]
    while len(found) < SETTINGS:
        # Two places of a grid for each pair: settings finer than these cannot be told apart.
        low, high = sorted(random.integers(0, 21, 2) / 20)
        least, most = sorted(random.integers(0, 21, 2) / 20)
        of_words = found[random.integers(1, 1 + (1 + len(_K1)) * (1 + len(_B)))]
        found.append(
            of_words.model_copy(
                update={
                    "coverage_low": float(low),
                    "coverage_high": float(high),
                    "dense_least": float(least),
                    "dense_most": float(most),
                }
            )
        )
    return sorted(found, key=lambda one: _distance(one, present))


def _distance(one: Ranking, other: Ranking) -> float:
    names = Ranking.model_fields
    return sum(abs(float(getattr(one, name)) - float(getattr(other, name))) for name in names)


def _tried(found: Found, question: Question, settings: Sequence[Ranking]) -> tuple[Values, Values]:
    """Of each setting nDCG@10, and the best coverage among the passages that an answer is made of."""
    words: dict[tuple[float, float], tuple[dict[str, float], float]] = {}
    coverages: dict[str, float] = {}
    gains, covered = np.zeros(len(settings)), np.zeros(len(settings))
    for at, ranking in enumerate(settings):
        key = (ranking.k1, ranking.b)
        if key not in words:
            words[key] = by_words(found, ranking)
        lexical, of_query = words[key]
        order = [one.passage_id for one in fuse(lexical, found.cosines, dense_weight(of_query, ranking))]
        if question.relevant:
            ids = ids_of([found.passages[one].passage for one in order], question.relevant)
            gains[at] = ndcg_at(ids, question.relevant, _FIRST)
        for one in order[:_OF_AN_ANSWER]:
            if one not in coverages:
                coverages[one] = found.covered(found.asked, one)
        covered[at] = max((coverages[one] for one in order[:_OF_AN_ANSWER]), default=0.0)
    return gains, covered


def _ranking_fit(settings: Sequence[Ranking], gains: Values) -> tuple[Fit, int]:
    """The fit of everything but the gate, and its place among the settings."""
    count = gains.shape[1]
    if count < FEWEST:
        return Fit({}, count, None), 0
    # Of settings that are as good the first: the present ones, or those least changed.
    chosen = int(gains.mean(axis=1).argmax())
    held_out = np.empty(count)
    for fold in _folds(count):
        best = gains[:, ~fold].mean(axis=1).argmax()
        held_out[fold] = gains[best, fold]
    values = settings[chosen].model_dump(exclude={"gate"})
    return Fit(values, count, compare("ndcg@10", list(gains[0]), list(held_out))), chosen


def _gate_fit(covered: Values, answerable: npt.NDArray[np.bool_], present: float) -> Fit:
    count = len(answerable)
    if min(answerable.sum(), (~answerable).sum()) < FEWEST_OF_EACH:
        return Fit({}, count, None)
    # Both kinds weigh the same, however many there are of each: a mean of these is balanced accuracy.
    weights = np.where(answerable, count / (2 * answerable.sum()), count / (2 * (~answerable).sum()))

    def right(gate: float, among: npt.NDArray[np.bool_]) -> Values:
        kept = (covered[among] >= gate) == answerable[among]
        return np.asarray(weights[among] * kept, dtype=np.float64)

    def best(among: npt.NDArray[np.bool_]) -> float:
        seen = np.unique(covered[among])
        between = [present, *((seen[1:] + seen[:-1]) / 2)]
        return float(max(between, key=lambda gate: (right(gate, among).sum(), -abs(gate - present))))

    everything = np.ones(count, dtype=np.bool_)
    held_out = np.empty(count)
    for fold in _folds(count):
        held_out[fold] = right(best(~fold), fold)
    difference = compare("refusal_accuracy", list(right(present, everything)), list(held_out))
    return Fit({"gate": round(best(everything), 3)}, count, difference)


def _folds(count: int) -> list[npt.NDArray[np.bool_]]:
    """Which questions are held out, in each of the folds."""
    of_fold = np.random.default_rng(_SEED).permutation(count) % _FOLDS
    return [of_fold == fold for fold in range(_FOLDS)]
