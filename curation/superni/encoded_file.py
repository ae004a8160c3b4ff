"""Encoded instances as a file: a JSON object a line, for training or for evaluation."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from curation.atomic import replacing
from curation.errors import ConfigurationError
from curation.superni.counting import Counter
from curation.superni.encoding import (
    EVALUATION_ENCODING,
    TRAINING_ENCODINGS,
    encode,
    training_choice,
    training_instances,
)
from curation.superni.schema import Task

MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to write: an encoding's name, or ``mixed`` for one that is drawn for each instance.

    In training, at most ``instances`` of a task are drawn, and of each one output; in evaluation they are
    the first ones of the file, with all outputs. ``most`` is the limit of an input in tokens.
    """

    encoding: str
    training: bool
    instances: int
    most: int
    seed: int

    @classmethod
    def of(
        cls, encoding: str | None, *, training: bool, instances: int, most: int, seed: int = 0
    ) -> "Wanted":
        """Check a person's choice; without an encoding it is what the paper trains or evaluates with.

        Raises
        ------
        ConfigurationError
            When there is no such encoding, or it is ``mixed`` in evaluation.
        """
        name = encoding or (MIXED if training else EVALUATION_ENCODING)
        allowed = (*TRAINING_ENCODINGS, *((MIXED,) if training else ()))
        if name not in allowed:
            raise ConfigurationError(
                f"There is no encoding {name!r} here.",
                where="--encoding",
                fix=f"Use one of {', '.join(allowed)}{'' if training else '; or mixed with --training'}.",
            )
        return cls(name, training, instances, most, seed)


def write_encoded(tasks: Iterable[Task], out: Path, wanted: Wanted, counter: Counter) -> dict[str, Any]:
    """Write the file, and give counts: tasks, rows, and what did not fit in how many rows.

    A row has task, item and id of the instance, the encoding, the input, the target (the output that was
    drawn, or the first) and all references.
    """
    counts = {"tasks": 0, "rows": 0, "rows_without_some_examples": 0, "rows_cut": 0}
    with replacing(out) as temporary, temporary.open("wb") as stream:
        for task in tasks:
            counts["tasks"] += 1
            for row, fewer, cut in _rows(task, wanted, counter):
                stream.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
                counts["rows"] += 1
                counts["rows_without_some_examples"] += fewer
                counts["rows_cut"] += cut
    return {
        "out": str(out),
        "encoding": wanted.encoding,
        "tokenizer": counter.name,
        "most_tokens": wanted.most,
        **counts,
    }


def _rows(task: Task, wanted: Wanted, counter: Counter) -> Iterator[tuple[dict[str, Any], bool, bool]]:
    if wanted.training:
        instances = training_instances(task, wanted.instances, wanted.seed)
    else:
        instances = [one for one in task.instances if one.item <= wanted.instances]
    for instance in instances:
        name, target = wanted.encoding, instance.outputs[0]
        if wanted.training:
            choice = training_choice(task, instance, wanted.seed)
            name, target = choice.encoding if name == MIXED else name, choice.target
        encoding = TRAINING_ENCODINGS[name]
        encoded = encode(task, instance.input, encoding, counter, wanted.most)
        row = {
            "task": task.name,
            "item": instance.item,
            "id": instance.id,
            "encoding": name,
            "input": encoded.source,
            "target": target,
            "references": instance.outputs,
        }
        there = min(encoding.positive, len(task.positive)) + min(encoding.negative, len(task.negative))
        yield row, encoded.positive + encoded.negative < there, encoded.cut
