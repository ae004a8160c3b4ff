"""Labelled Korean corpora as Super-NaturalInstructions tasks, by the task files of `curation.tasks`.

A task file has several wordings of the same task; each becomes a task of its own, over the same rows.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import orjson
from pydantic import ValidationError

from curation.atomic import write_bytes
from curation.errors import ConfigurationError, UserError
from curation.progress import Progress
from curation.readers.base import Item, Reader, SourceFile
from curation.records import BadRow, InstructionRecord, Row
from curation.superni.checks import MOST_INSTANCES
from curation.superni.ordering import chosen, digest
from curation.superni.schema import Example, Instance, Task, task_bytes
from curation.tasks.spec import Example as SpecExample
from curation.tasks.spec import TaskOptions, TaskSpec, task, task_names

WORDINGS = (0, 1, 2)


@dataclass(frozen=True, slots=True)
class Exported:
    """A task that was made, and what became of the rows: ``rows`` = instances + all that is counted.

    ``merged`` rows have the input of another one and gave it their outputs; ``examples`` have that of an
    example of the task file; ``over_limit`` were not chosen.
    """

    task: Task
    wording: int
    rows: int
    merged: int
    examples: int
    over_limit: int


@dataclass(slots=True)
class _Rows:
    """The rows of one task in one wording: inputs with their outputs, repeated ones merged."""

    spec: TaskSpec
    count: int = 0
    outputs: dict[str, list[str]] = field(default_factory=dict)

    def add(self, record: InstructionRecord) -> None:
        self.count += 1
        held = self.outputs.setdefault(record.messages[0].content, [])
        held += (one for one in record.references if one not in held)


@dataclass(slots=True)
class Export:
    """Makes tasks of the rows that a reader gives; ``quarantined`` counts those it cannot read.

    ``options`` are the reader's, as in a recipe. Tasks are numbered from ``number`` on.
    """

    reader: Reader[Any]
    options: Mapping[str, object] = field(default_factory=dict)
    number: int = 9100
    seed: int = 0
    most: int = MOST_INSTANCES
    quarantined: int = 0

    def tasks(
        self, files: Sequence[SourceFile], wordings: Sequence[int], progress: Progress
    ) -> Iterator[Exported]:
        """Give the tasks, in the order of their names and wordings.

        Raises
        ------
        ConfigurationError
            When the reader makes no tasks, or has no such options.
        UserError
            When a file cannot be read, or no row is of a task.
        """
        options = [self._options(wording) for wording in wordings]
        known = frozenset(task_names())
        found: dict[tuple[str, int], _Rows] = {}
        with progress.task(f"read {self.reader.name}", len(files) * len(wordings), "files") as advance:
            for wording, wanted in zip(wordings, options, strict=True):
                self.quarantined = 0
                for file in files:
                    for record in self._records(self.reader.read(file, wanted), known):
                        key = (record.task, wording)
                        if key not in found:
                            found[key] = _Rows(task(record.task))
                        found[key].add(record)
                    advance(1)
        if not found:
            raise UserError(
                f"The reader '{self.reader.name}' gave no row of a task.",
                where=", ".join(file.name for file in files[:3]),
                fix=self._advice(options[0]),
            )
        for number, (name, wording) in enumerate(sorted(found), self.number):
            yield self._task(number, found[name, wording], wording)

    def _advice(self, options: TaskOptions) -> str:
        if self.reader.kind(options) == "text":
            kinds = get_args(self.reader.options.model_fields["record"].annotation)
            wanted = next(kind for kind in kinds if kind != "text")
            return f"Ask for its tasks, as it gives texts otherwise: --option record={wanted}"
        return (
            f"Give the files of the corpus, or another option ({self._own_options()}); "
            "`malmoi curate plan` says what is wrong with rows."
        )

    def _options(self, wording: int) -> TaskOptions:
        if not issubclass(self.reader.options, TaskOptions):
            raise ConfigurationError(
                f"The reader '{self.reader.name}' makes no tasks.",
                where="READER",
                fix="Name the reader of a labelled corpus, such as kobest_boolq or klue_nli.",
            )
        try:
            return self.reader.options.model_validate_json(
                orjson.dumps({**self.options, "template": wording})
            )
        except ValidationError as error:
            first = error.errors()[0]
            raise ConfigurationError(
                f"The reader '{self.reader.name}' does not take this option: {first['msg']}.",
                where=f"--option {'.'.join(map(str, first['loc']))}",
                fix=f"Its own options: {self._own_options()}.",
            ) from error

    def _own_options(self) -> str:
        return ", ".join(sorted({*self.reader.options.model_fields} - {"template"})) or "none"

    def _records(self, items: Iterable[Item], known: Collection[str]) -> Iterator[InstructionRecord]:
        for item in items:
            if isinstance(item, BadRow):
                self.quarantined += 1
            elif isinstance(item, Row):
                record = item.record
                if isinstance(record, InstructionRecord) and record.task in known:
                    yield record

    def _task(self, number: int, rows: _Rows, wording: int) -> Exported:
        spec = rows.spec
        positive = tuple(_example(spec, one, wording) for one in spec.positive)
        shown = {one.input for one in positive}
        inputs = [given for given in rows.outputs if given not in shown]
        labels = [min(rows.outputs[given]) if spec.label_space else "" for given in inputs]
        taken = chosen(inputs, labels, self.seed, self.most)
        named = Task(
            name=f"task{number:03d}_{spec.name}_wording{wording}",
            contributors=("malmoi",),
            source=(spec.source,),
            url=(spec.url,),
            categories=spec.categories,
            reasoning=spec.reasoning,
            definition=(spec.definition[wording],),
            input_language=(spec.input_language,),
            output_language=(spec.output_language,),
            instruction_language=("Korean",),
            domains=spec.domains,
            positive=positive,
            negative=tuple(_example(spec, one, wording) for one in spec.negative),
            instance_licence=(spec.licence,),
            instances=tuple(
                Instance(given, tuple(rows.outputs[given]), item, f"task{number:03d}-{digest(given)}")
                for item, given in enumerate(taken, 1)
            ),
        )
        return Exported(
            named,
            wording,
            rows.count,
            merged=rows.count - len(rows.outputs),
            examples=len(rows.outputs) - len(inputs),
            over_limit=len(inputs) - len(taken),
        )


def corpus_files(reader: Reader[Any], paths: Sequence[Path]) -> list[SourceFile]:
    """Find what the reader is handed: the given files, its files in given folders, or the folders.

    Raises
    ------
    ConfigurationError
        When a path does not exist, or no file is one of the reader's.
    """
    found: list[SourceFile] = []
    for path in paths:
        if not path.exists():
            raise ConfigurationError(
                "This path does not exist.", where=str(path), fix="Give a file of the corpus, or its folder."
            )
        if path.is_dir() and reader.unit == "file":
            below = sorted(one for one in path.rglob("*") if one.is_file() and not one.name.startswith("."))
            found += (
                SourceFile(one, one.relative_to(path).as_posix())
                for one in below
                if not reader.suffixes or one.name.lower().endswith(reader.suffixes)
            )
        else:
            found.append(SourceFile(path, path.name))
    if not found:
        raise ConfigurationError(
            f"There is no file that the reader '{reader.name}' takes.",
            where=", ".join(map(str, paths)),
            fix=f"Its files end with {' or '.join(reader.suffixes)}.",
        )
    return found


def write_tasks(made: Iterable[Exported], out: Path) -> list[dict[str, Any]]:
    """Write each task as ``<name>.json`` into ``out``, and say what became of its rows."""
    written = []
    for one in made:
        write_bytes(out / f"{one.task.name}.json", task_bytes(one.task))
        counts = {key: getattr(one, key) for key in ("wording", "rows", "merged", "examples", "over_limit")}
        written.append({"task": one.task.name, "instances": len(one.task.instances), **counts})
    return written


def _example(spec: TaskSpec, example: SpecExample, wording: int) -> Example:
    return Example(spec.rendered(example.fields, wording), example.output, example.explanation)
