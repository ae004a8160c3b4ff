"""A whole task file: read it with its instances, and name everything that is wrong with it."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from curation.readers.base import SourceFile
from curation.readers.quoting import shown
from curation.superni.schema import KEYS, LANGUAGES, Fault, Instance, Task, heading, instance, task_content
from curation.yaml_lines import nearest

MOST_INSTANCES = 6500
_NAME = re.compile(r"(task\d+)_[^A-Z]+")
_CODE = re.compile(r"[A-Za-z]{2,3}")


def read_task(file: SourceFile) -> tuple[Task, list[Fault]]:
    """Read a task, and say what is wrong with its file.

    An instance that cannot be read is a fault and is not in the task.

    Raises
    ------
    UserError
        When the file is no task.
    """
    content = task_content(file)
    task, faults = heading(content, file)
    instances: list[Instance] = []
    listed = content["Instances"]
    assert isinstance(listed, list)  # task_content saw to it
    for item, value in enumerate(listed, 1):
        try:
            instances.append(instance(value, item))
        except ValueError as error:
            fix = "give it an input and at least one output, none of them empty, or remove it"
            faults.append(Fault(file.name, f"Instances, item {item}", str(error), fix))
    faults += (
        Fault(file.name, shown(key), "no year's schema has this key", nearest(key, KEYS))
        for key in content
        if key not in KEYS
    )
    task = replace(task, instances=tuple(instances))
    faults += (Fault(file.name, *found) for found in _wrong(task))
    return task, faults


def _wrong(task: Task) -> Iterator[tuple[str, str, str]]:
    number = _NAME.fullmatch(task.name)
    if number is None:
        yield "file name", "it is not like task123_source_type.json", "rename it, without capitals"
    for field, languages in (
        ("Input_language", task.input_language),
        ("Output_language", task.output_language),
        ("Instruction_language", task.instruction_language),
    ):
        for language in languages:
            if language not in LANGUAGES.values() and _CODE.fullmatch(language):
                yield field, f"{language!r} is no language", "write its English name, such as Korean"
    if not task.positive:
        yield "Positive Examples", "there is none", "add two: encodings and copy-demo need them"
    yield from _wrong_instances(task, f"{number[1]}-" if number else "")


def _wrong_instances(task: Task, prefix: str) -> Iterator[tuple[str, str, str]]:
    count = len(task.instances)
    if not count:
        yield "Instances", "there is none that can be read", "add instances"
    if count > MOST_INSTANCES:
        yield "Instances", f"there are {count:,}", f"keep at most {MOST_INSTANCES:,}"
    named = [(one.id, one.item) for one in task.instances if one.id is not None]
    repeated = _repeated(identifier for identifier, _ in named)
    if repeated is not None:
        yield "Instances, id", f"{shown(repeated)!r} is there more than once", "give every instance its own"
    foreign = next(
        ((identifier, item) for identifier, item in named if not identifier.startswith(prefix)), None
    )
    if foreign is not None:
        fix = f"begin ids with the task's number: {prefix}"
        yield f"Instances, item {foreign[1]}", f"the id {shown(foreign[0])!r} is of another task", fix
    repeated = _repeated(one.input for one in task.instances)
    if repeated is not None:
        fix = "merge their outputs into one instance"
        yield "Instances, input", f"{shown(repeated)!r} is there more than once", fix
    shown_before = {example.input for example in task.positive}
    leak = next((one for one in task.instances if one.input in shown_before), None)
    if leak is not None:
        fix = "remove the instance: the example gives its answer away"
        yield f"Instances, item {leak.item}", "its input is that of a positive example", fix


def _repeated(values: Iterator[str]) -> str | None:
    return next((value for value, count in Counter(values).items() if count > 1), None)
