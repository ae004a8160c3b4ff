"""A model's outputs, or a baseline's, scored over the evaluation instances of tasks."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from curation.errors import UserError
from curation.readers import json_file
from curation.superni.metrics import Mean, Scored, exact_match, mean, metric_of, rouge_l
from curation.superni.schema import Instance, Task
from curation.superni.splits import evaluation_instances
from curation.superni.tokens import Tokenise

Predict = Callable[[Task, Instance], str | None]
# The published predictions name one task as it was called before.
_RENAMED = {"task121_atomic_question_rewriting": "task121_zest_question_rewriting"}
_FIX = 'A line is a JSON object such as {"task": "task001_…", "id": "task001-…", "prediction": "…"}.'


class Predictions:
    """Outputs of a model by task and instance; ``unused`` counts those that no instance asked for."""

    def __init__(self, outputs: dict[tuple[str, str], str]) -> None:
        self._outputs = outputs
        self._asked: set[tuple[str, str]] = set()

    @property
    def unused(self) -> int:
        """Count predictions for no instance that was scored."""
        return len(self._outputs.keys() - self._asked)

    def __call__(self, task: Task, instance: Instance) -> str | None:
        """Give the output for an instance, by its id or by its number in the file."""
        for key in ((task.name, instance.id or ""), (task.name, str(instance.item))):
            if key in self._outputs:
                self._asked.add(key)
                return self._outputs[key]
        return None


def load_predictions(path: Path) -> Predictions:
    """Read predictions: a JSON object a line, with task, id (or item, its number from 1) and prediction.

    Lines of the published predictions, with ``Task`` and ``Instance``, are read too.

    Raises
    ------
    UserError
        When the file cannot be read, a line is no prediction, or two are for one instance.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise UserError(
            f"The predictions cannot be read: {error.strerror}.", where=str(path), fix="Check the path."
        ) from error
    outputs: dict[tuple[str, str], str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            key, output = _prediction(json_file.parsed(line))
            if key in outputs:
                raise ValueError(f"a second prediction for {key[1]} of {key[0]}")
        except ValueError as error:
            raise UserError(f"This is no prediction: {error}.", where=f"{path}:{number}", fix=_FIX) from error
        outputs[key] = output
    return Predictions(outputs)


@dataclass(slots=True)
class Report:
    """Scores of all instances; an instance without a prediction is ``missing`` and scores as an empty one."""

    scored: list[Scored] = field(default_factory=list)
    missing: int = 0

    def overall(self) -> Mean:
        """Average over all instances."""
        return mean(self.scored)

    def by(self, group: Callable[[Scored], str]) -> dict[str, Mean]:
        """Average over the instances of each group, in the order of their names."""
        groups: dict[str, list[Scored]] = defaultdict(list)
        for one in self.scored:
            groups[group(one)].append(one)
        return {name: mean(groups[name]) for name in sorted(groups)}

    def as_json(self) -> dict[str, Any]:
        """Give all figures, rounded to four places as the published ones are."""
        return {
            **_figures(self.overall()),
            "missing": self.missing,
            "categories": {
                name: {**_figures(one), "metric": metric_of(name)}
                for name, one in self.by(lambda one: one.category).items()
            },
            "tasks": {name: _figures(one) for name, one in self.by(lambda one: one.task).items()},
        }


def score(tasks: Iterable[Task], predict: Predict, tokenise: Tokenise) -> Report:
    """Score predictions for the first 100 instances of each task."""
    report = Report()
    for task in tasks:
        instances = evaluation_instances(task)
        given = [predict(task, instance) for instance in instances]
        report.missing += given.count(None)
        predictions = [one or "" for one in given]
        references = [instance.outputs for instance in instances]
        category = next(iter(task.categories), "")
        report.scored += (
            Scored(task.name, category, rouge, exact_match(prediction, outputs))
            for rouge, prediction, outputs in zip(
                rouge_l(predictions, references, tokenise), predictions, references, strict=True
            )
        )
    return report


def _prediction(value: object) -> tuple[tuple[str, str], str]:
    if not isinstance(value, dict):
        raise ValueError("it is no object")
    published = value.get("Instance")
    if isinstance(published, dict):
        value = {
            "task": value.get("Task"),
            "id": published.get("id"),
            "prediction": value.get("prediction"),
        }
    task = json_file.required_text(value, "task")
    place = value.get("item")
    instance = str(place) if isinstance(place, int) else json_file.required_text(value, "id")
    return (_RENAMED.get(task, task), instance), json_file.required_text(value, "prediction")


def _figures(one: Mean) -> dict[str, Any]:
    return {
        "instances": one.instances,
        "rouge_l": round(one.rouge_l, 4),
        "exact_match": round(one.exact_match, 4),
    }
