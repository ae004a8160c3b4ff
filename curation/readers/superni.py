"""Super-NaturalInstructions: one task a JSON file, one record an instance.

Files of several years lie about: instances without ids, a definition that is a string instead of
a list, "ko" for "Korean", single outputs instead of lists, keys that came later. All are read
alike (https://github.com/allenai/natural-instructions, task schema of 2021 to 2023).
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from curation.readers import json_file
from curation.readers.base import Item, Options, Reader, SourceFile
from curation.records import BadRow, InstructionRecord, Location, Message, Row
from curation.superni.schema import Instance, Task, heading, instance, task_content

# Category names that mean "choose one of a few answers" without saying "Classification".
_CLOSED = (
    *("classification", "detection", "recognition", "textual entailment", "sentiment analysis"),
    *("fact verification", "answer verification", "text matching", "identification"),
)
_MOST_LABELS = 20
_LONGEST_LABEL = 60
_LEAST_INSTANCES_A_LABEL = 2


class SuperniOptions(Options):
    """Task files have no options."""


def read(file: SourceFile, _options: SuperniOptions) -> Iterator[Item]:
    """Yield the instances of a task; the place of an instance is its item in ``Instances``.

    Raises
    ------
    UserError
        When the file is no task.
    """
    content = task_content(file)
    task, _ = heading(content, file)
    listed = content["Instances"]
    assert isinstance(listed, list)  # task_content saw to it
    instances: Iterable[Instance | BadRow] = _instances(listed, file.name)
    label_space: tuple[str, ...] = ()
    if _chooses(task):
        instances = list(instances)
        label_space = _label_space([one for one in instances if isinstance(one, Instance)])
    definition, attributes = task.definition[0].strip(), _attributes(task)
    for one in instances:
        if isinstance(one, BadRow):
            yield one
        else:
            record = InstructionRecord(
                messages=(Message("user", one.input), Message("assistant", one.outputs[0])),
                task=task.name,
                definition=definition,
                references=one.outputs,
                label_space=label_space,
                split_group=task.name,
                attributes=attributes if one.id is None else {**attributes, "instance_id": one.id},
            )
            yield Row(record, Location(file.name, one.item))


def _instances(listed: list[object], name: str) -> Iterator[Instance | BadRow]:
    for item, value in enumerate(listed, 1):
        try:
            yield instance(value, item)
        except ValueError as error:
            yield BadRow(json_file.spelled(value), Location(name, item), str(error))


def _chooses(task: Task) -> bool:
    """Tell whether the category speaks of a choice; recognised names are copied from the input."""
    categories = [category.lower() for category in task.categories]
    if any("named entity" in category for category in categories):
        return False
    return any(closed in category for category in categories for closed in _CLOSED)


def _label_space(instances: Sequence[Instance]) -> tuple[str, ...]:
    """All outputs in NFC, sorted, when they are few; else nothing.

    The category alone does not say it: "Cause Effect Classification" holds tasks that write the
    effect in words.
    """
    labels: set[str] = set()
    for one in instances:
        # One label may be written in two normal forms.
        labels.update(unicodedata.normalize("NFC", output.strip()) for output in one.outputs)
        if len(labels) > _MOST_LABELS:
            return ()
    if len(instances) < _LEAST_INSTANCES_A_LABEL * len(labels) or any(
        len(label) > _LONGEST_LABEL for label in labels
    ):
        return ()
    return tuple(sorted(labels))


def _attributes(task: Task) -> dict[str, str]:
    named = {
        "categories": task.categories,
        "input_language": task.input_language,
        "output_language": task.output_language,
        "instance_licence": task.instance_licence,
        "domains": task.domains,
    }
    return {key: ", ".join(values) for key, values in named.items() if values}


SUPERNI = Reader(
    name="superni",
    summary="Super-NaturalInstructions: one task a JSON file, of any year's schema",
    options=SuperniOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".json",),
)
