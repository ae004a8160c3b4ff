"""Task files below a folder, read one after the other: the whole collection does not fit in memory."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from curation.errors import ConfigurationError, UserError
from curation.progress import Progress
from curation.readers.base import SourceFile
from curation.superni.checks import read_task
from curation.superni.schema import Fault, Task
from curation.superni.selection import Selection


def task_files(paths: Sequence[Path]) -> list[SourceFile]:
    """Find task files: the given ones, and every ``.json`` in given folders and below them.

    Raises
    ------
    ConfigurationError
        When a path does not exist, or there is no such file.
    """
    found: dict[Path, SourceFile] = {}
    for path in paths:
        if not path.exists():
            raise ConfigurationError(
                "This path does not exist.", where=str(path), fix="Give a task file or a folder of them."
            )
        below = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        for file in below:
            inside = file.relative_to(path) if path.is_dir() else Path(file.name)
            if not any(part.startswith(".") for part in inside.parts):
                found.setdefault(file.resolve(), SourceFile(file, inside.as_posix()))
    if not found:
        raise ConfigurationError(
            "There is no .json file here.",
            where=", ".join(map(str, paths)),
            fix="Give the folder `tasks` of natural-instructions.",
        )
    return list(found.values())


def read_tasks(files: Sequence[SourceFile], progress: Progress) -> Iterator[tuple[Task | None, list[Fault]]]:
    """Read the files in order, each with what is wrong with it; one that is no task gives None."""
    with progress.task("read the tasks", len(files), "tasks") as advance:
        for file in files:
            try:
                read: tuple[Task | None, list[Fault]] = read_task(file)
            except UserError as error:
                read = None, [Fault(file.name, "the whole file", error.what, error.fix)]
            yield read
            advance(1)


def selected_tasks(
    paths: Sequence[Path], selection: Selection, faults: list[Fault], progress: Progress
) -> Iterator[Task]:
    """Read the tasks below ``paths`` that ``selection`` takes.

    What is wrong with them goes to ``faults``, and so does every file that is no task.

    Raises
    ------
    ConfigurationError
        When there are no files.
    UserError
        When none of them is a task, or none is wanted.
    """
    there: dict[str, set[str]] = {"languages": set(), "categories": set(), "licences": set()}
    seen = taken = 0
    for task, found in read_tasks(task_files(paths), progress):
        if task is None:
            faults += found
            continue
        seen += 1
        there["languages"].update(task.input_language, task.output_language)
        there["categories"].update(task.categories)
        there["licences"].update(task.instance_licence)
        if selection.takes(task):
            taken += 1
            faults += found
            yield task
    if not seen:
        raise UserError(
            faults[0].fault,
            where=faults[0].file,
            fix="Give task files, or folders of them; `malmoi superni export` makes tasks of a corpus.",
        )
    if not taken:
        raise UserError(
            f"None of {seen} tasks is like that.",
            where=", ".join(map(str, paths)),
            fix=" ".join(["Ask for less.", *_listed(selection, there)]),
        )


def _listed(selection: Selection, there: Mapping[str, set[str]]) -> Iterator[str]:
    """What the tasks have of that which is asked for."""
    for criterion, values in there.items():
        if getattr(selection, criterion):
            yield f"The {criterion} are {', '.join(sorted(values)) or 'not stated'}."
