"""Super-NaturalInstructions: one task a JSON file, one record an instance.

Files of several years lie about: instances without ids, a definition that is a string instead of
a list, "ko" for "Korean", single outputs instead of lists, keys that came later. All are read
alike (https://github.com/allenai/natural-instructions, task schema of 2021 to 2023).
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from curation.errors import UserError
from curation.readers import json_file
from curation.readers.base import Item, Options, Reader, SourceFile
from curation.records import BadRow, InstructionRecord, Location, Message, Row

# Language codes of early files, under the names that later files use.
_LANGUAGES = {
    **{"ar": "Arabic", "de": "German", "en": "English", "es": "Spanish", "fr": "French", "hi": "Hindi"},
    **{"it": "Italian", "ja": "Japanese", "ko": "Korean", "pt": "Portuguese", "ru": "Russian"},
    **{"vi": "Vietnamese", "zh": "Chinese"},
}
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


@dataclass(frozen=True, slots=True)
class _Task:
    name: str
    definition: str
    label_space: tuple[str, ...]
    attributes: dict[str, str]


def read(file: SourceFile, _options: SuperniOptions) -> Iterator[Item]:
    """Yield the instances of a task; the place of an instance is its item in ``Instances``.

    Raises
    ------
    UserError
        When the file is no task.
    """
    content = json_file.load(file)
    if not isinstance(content, dict):
        raise _no_task(file, "it holds no JSON object")
    definition = _first(content.get("Definition"))
    instances = content.get("Instances")
    if not definition:
        raise _no_task(file, "it has no Definition")
    if not isinstance(instances, list):
        raise _no_task(file, "it has no list of Instances")
    task = _Task(
        # The file's name is the task's name in the lists of splits; some hold dots (doqa2.1).
        name=file.path.name.removesuffix(".json"),
        definition=definition,
        label_space=_label_space(content, instances),
        attributes=_task_attributes(content),
    )
    for item, instance in enumerate(instances, 1):
        where = Location(file.name, item)
        try:
            yield Row(_record(instance, task), where)
        except ValueError as error:
            yield BadRow(json_file.spelled(instance), where, str(error))


def _record(instance: object, task: _Task) -> InstructionRecord:
    if not isinstance(instance, dict):
        raise ValueError("the instance is no object")
    given = json_file.required_text(instance, "input")
    outputs = _outputs(instance)
    identifier = instance.get("id")
    return InstructionRecord(
        messages=(Message("user", given), Message("assistant", outputs[0])),
        task=task.name,
        definition=task.definition,
        references=outputs,
        label_space=task.label_space,
        split_group=task.name,
        attributes=task.attributes | ({"instance_id": identifier} if isinstance(identifier, str) else {}),
    )


def _outputs(instance: dict[str, object]) -> tuple[str, ...]:
    if "output" not in instance:
        raise ValueError("no 'output'")
    output = instance["output"]
    outputs = output if isinstance(output, list) else [output]
    if not outputs:
        raise ValueError("'output' is empty")
    if not all(isinstance(one, str) and one.strip() for one in outputs):
        raise ValueError("an output is empty or no text")
    return tuple(outputs)


def _label_space(content: dict[str, object], instances: list[object]) -> tuple[str, ...]:
    """All outputs in NFC, sorted, when the task is a classification with few of them; else nothing.

    The category alone does not say it: "Cause Effect Classification" holds tasks that write the
    effect in words.
    """
    categories = [category.lower() for category in _texts(content.get("Categories"))]
    if not any(closed in category for category in categories for closed in _CLOSED):
        return ()
    if any("named entity" in category for category in categories):
        return ()  # recognised names are copied from the input
    labels: set[str] = set()
    readable = 0
    for instance in instances:
        try:
            outputs = _outputs(instance) if isinstance(instance, dict) else ()
            # One label may be written in two normal forms.
            labels.update(unicodedata.normalize("NFC", output.strip()) for output in outputs)
            readable += 1
        except ValueError:
            continue  # it is quarantined where it is read
        if len(labels) > _MOST_LABELS:
            return ()
    if readable < _LEAST_INSTANCES_A_LABEL * len(labels) or any(len(x) > _LONGEST_LABEL for x in labels):
        return ()
    return tuple(sorted(labels))


def _task_attributes(content: dict[str, object]) -> dict[str, str]:
    named = {
        "categories": _texts(content.get("Categories")),
        "input_language": [_LANGUAGES.get(x.lower(), x) for x in _texts(content.get("Input_language"))],
        "output_language": [_LANGUAGES.get(x.lower(), x) for x in _texts(content.get("Output_language"))],
        "instance_licence": _texts(content.get("Instance License")),
        "domains": _texts(content.get("Domains")),
    }
    return {key: ", ".join(values) for key, values in named.items() if values}


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _first(value: object) -> str:
    return next((text.strip() for text in _texts(value) if text.strip()), "")


def _no_task(file: SourceFile, reason: str) -> UserError:
    return UserError(
        f"This file is no Super-NaturalInstructions task: {reason}.",
        where=file.name,
        fix="A task is a JSON object with Definition and Instances; leave other files out of the recipe.",
    )


SUPERNI = Reader(
    name="superni",
    summary="Super-NaturalInstructions: one task a JSON file, of any year's schema",
    options=SuperniOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".json",),
)
