"""Outputs that are labels: translated once, or as a person says."""

from collections import Counter
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from curation.superni.schema import Task
from curation.yaml_lines import invalid, nearest, read_yaml

_MOST: Final = 20
_LONGEST: Final = 40  # characters
_USES: Final = 3  # instances a label, on average, from which on outputs repeat on purpose


class Words(BaseModel):
    """What a person wants labels of each task, and names anywhere, to be called."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    labels: dict[str, dict[str, str]] = Field(default_factory=dict)
    names: dict[str, str] = Field(default_factory=dict)


def labels_of(task: Task) -> list[str]:
    """Give the labels of a task, in the order of their first use; none where outputs are written freely."""
    counts = Counter(output.strip() for one in task.instances for output in one.outputs)
    few = 2 <= len(counts) <= min(_MOST, sum(counts.values()) / _USES)
    return list(counts) if few and all(len(label) <= _LONGEST for label in counts) else []


def read_words(path: Path) -> Words:
    """Read a map of labels and names (YAML): ``labels: {task: {"yes": 예}}``, ``names: {Paris: 파리}``.

    Raises
    ------
    ConfigurationError
        For the first fault, with its line.
    """
    file = read_yaml(path)
    if not isinstance(file.data, dict):
        raise file.fault((), "this is no map of labels", 'write labels: {task1_…: {"yes": 예, "no": 아니요}}')
    try:
        return Words.model_validate(file.data)
    except ValidationError as error:
        raise invalid(file, error, Words.model_fields) from error


def check_words(path: Path, words: Words, tasks: dict[str, list[str]]) -> None:
    """Refuse labels that no task has: a typing error would be translated by the model, unnoticed.

    Raises
    ------
    ConfigurationError
        For the first task or label that is not there, with its line.
    """
    file = read_yaml(path)
    for name, labels in words.labels.items():
        if name not in tasks:
            raise file.fault(("labels", name), f"no task is called '{name}'", nearest(name, tasks))
        for label in labels:
            if label not in tasks[name]:
                raise file.fault(
                    ("labels", name, label),
                    f"'{label}' is no label of this task",
                    nearest(label, tasks[name]),
                )
