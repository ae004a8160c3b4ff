"""The measurement: scores by category and over all, beside the copy baselines, with their intervals."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property, partial
from typing import Any, Final, get_args

from curation.bootstrap import Difference, mean, paired_with_each
from curation.errors import UserError
from curation.report.words import Both
from curation.superni.baselines import Baseline, baseline
from curation.superni.metrics import Metric, Scored, metric_of
from curation.superni.scoring import Report, score
from curation.superni.tokens import Tokenise
from prompting.asking import Reply
from prompting.superni.faults import AnswerFault, answer_fault
from prompting.superni.inputs import Asked
from prompting.superni.published import PUBLISHED, SOURCE, Protocol

BASELINES: Final[tuple[Baseline, ...]] = get_args(Baseline)
_RESAMPLES: Final = 2_000
_SEED: Final = 20_260_101


@dataclass(frozen=True, slots=True)
class Row:
    """An instance with its answer: what is wrong with it, and its scores beside those of the baselines."""

    asked: Asked
    answer: str
    fault: AnswerFault
    scored: Scored
    copied: dict[Baseline, Scored]
    error: str = ""

    @property
    def reported(self) -> float:
        """Give the score, from 0 to 1, that the paper reports for the category."""
        return float(getattr(self.scored, metric_of(self.scored.category)))


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over instances, times 100, with its 95 % interval, and what it is more than each baseline.

    The interval is a bootstrap over these instances: it says nothing of tasks that were not measured.
    """

    metric: Metric
    instances: int
    ours: Difference
    copied: dict[Baseline, Difference]
    faults: int

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON data, rounded to four places."""
        return {
            "metric": self.metric,
            "instances": self.instances,
            "score": round(self.ours.after, 4),
            "interval": [round(self.ours.low, 4), round(self.ours.high, 4)],
            "baselines": {
                name: {
                    "score": round(one.before, 4),
                    "gain": round(one.change, 4),
                    "interval": [round(one.low, 4), round(one.high, 4)],
                }
                for name, one in self.copied.items()
            },
            "faults": self.faults,
        }


@dataclass(frozen=True)
class SuperniReport:
    """What a model scores; ``differences`` say why that is not to be held against published figures."""

    model: str
    protocol: Protocol
    differences: Sequence[Both]
    rows: Sequence[Row]

    @cached_property
    def overall(self) -> Figure:
        """The mean of ROUGE-L over all instances, which is what is published."""
        return _figure(self.rows, "rouge_l")

    @cached_property
    def categories(self) -> dict[str, Figure]:
        """Figures by category, in the metric that the paper reports for it."""
        return self._by(lambda row: row.scored.category)

    @cached_property
    def tasks(self) -> dict[str, Figure]:
        """Figures by task, in the metric of its category."""
        return self._by(lambda row: row.scored.task)

    @property
    def faults(self) -> Counter[AnswerFault]:
        """How many answers have which fault."""
        return Counter(row.fault for row in self.rows if row.fault)

    def worst(self) -> list[Row]:
        """Answers that have a fault, then those that score least, in the order of the tasks."""
        return sorted(self.rows, key=lambda row: (not row.fault, row.reported))

    def as_json(self) -> dict[str, Any]:
        """Give everything as JSON data, answers too."""
        whole = Report([row.scored for row in self.rows], self.faults["failed"]).as_json()
        return {
            "model": self.model,
            "protocol": asdict(self.protocol),
            "rouge_l": whole["rouge_l"],
            "exact_match": whole["exact_match"],
            "instances": whole["instances"],
            "overall": self.overall.as_json(),
            "categories": {name: one.as_json() for name, one in self.categories.items()},
            "tasks": {name: one.as_json() for name, one in self.tasks.items()},
            "faults": dict(self.faults),
            "published": {
                "source": SOURCE,
                "metric": "rouge_l",
                "comparable": not self.differences,
                "differences": [one.en for one in self.differences],
                "systems": {
                    one.system: figure
                    for one in PUBLISHED
                    if (figure := one.of(self.protocol.track)) is not None
                },
            },
            "answers": [
                {
                    "task": row.asked.task.name,
                    "item": row.asked.instance.item,
                    "prediction": row.answer,
                    "fault": row.fault,
                    **({"error": row.error} if row.error else {}),
                }
                for row in self.rows
            ],
        }

    def _by(self, group: Callable[[Row], str]) -> dict[str, Figure]:
        names = sorted({group(row) for row in self.rows})
        grouped = {name: [row for row in self.rows if group(row) == name] for name in names}
        return {name: _figure(rows, metric_of(rows[0].scored.category)) for name, rows in grouped.items()}


def measured(asked: Sequence[Asked], replies: Sequence[Reply], tokenise: Tokenise) -> list[Row]:
    """Score replies, in the order of ``asked``, and the two baselines on the same instances.

    A reply that failed scores as an empty answer.
    """
    tasks = list({one.task.name: one.task for one in asked}.values())
    said = {
        (one.task.name, one.instance.item): "" if isinstance(reply, UserError) else reply
        for one, reply in zip(asked, replies, strict=True)
    }
    ours = score(tasks, lambda task, instance: said[task.name, instance.item], tokenise).scored
    copied = {name: score(tasks, partial(baseline, name), tokenise).scored for name in BASELINES}
    return [
        Row(
            one,
            said[one.task.name, one.instance.item],
            answer_fault(one.task, one.instance, reply),
            ours[at],
            {name: scored[at] for name, scored in copied.items()},
            str(reply.what) if isinstance(reply, UserError) else "",
        )
        for at, (one, reply) in enumerate(zip(asked, replies, strict=True))
    ]


def _figure(rows: Sequence[Row], metric: Metric) -> Figure:
    ours = [getattr(row.scored, metric) for row in rows]
    others = [[0.0] * len(rows), *([getattr(row.copied[name], metric) for row in rows] for name in BASELINES)]
    found = paired_with_each(
        [mean(other) for other in others], mean(ours), len(rows), resamples=_RESAMPLES, seed=_SEED, span=1.0
    )
    mean_of_ours, *gains = [one.times(100) for one in found]
    return Figure(
        metric,
        len(rows),
        replace(mean_of_ours, low=max(0.0, mean_of_ours.low), high=min(100.0, mean_of_ours.high)),
        dict(zip(BASELINES, gains, strict=True)),
        sum(bool(row.fault) for row in rows),
    )
