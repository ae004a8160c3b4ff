"""The rows to measure: the task's own, general ones, and tasks of Super-NaturalInstructions held out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from curation.errors import UserError
from curation.progress import Progress
from curation.records import Message
from curation.superni.counting import Counter
from curation.superni.encoding import EVALUATION_ENCODING, SOURCE_TOKENS, TRAINING_ENCODINGS, encode
from curation.superni.files import selected_tasks
from curation.superni.metrics import metric_of
from curation.superni.ordering import digest
from curation.superni.schema import Fault, Task
from curation.superni.selection import Selection
from curation.superni.splits import evaluation_instances
from training.config import Evaluation
from training.data.examples import Example
from training.data.general import general_rows
from training.evaluation.harm import RED_TEAM
from training.evaluation.measured import EvaluationSet, Row, Tokens

TASK: Final = "task"
SUPERNI: Final = "superni"


def task_set(examples: Sequence[Example], settings: Evaluation, notes: tuple[str, ...] = ()) -> EvaluationSet:
    """Make a set of the task's own rows that were held back."""
    return EvaluationSet(TASK, "task", _rows(examples, settings), notes=notes)


def general_sets(settings: Evaluation) -> list[EvaluationSet]:
    """Read the general sets, ours where none is named: their loss is measured.

    Rows are answered where the answers are labels. Of a release the split ``test`` counts where none is
    named.

    Raises
    ------
    ConfigurationError, UserError
        When one of them cannot be read.
    """
    found: list[EvaluationSet] = []
    for read in general_rows(settings):
        rows = _rows(read.examples, settings)
        names = {TASK, SUPERNI, RED_TEAM, *(one.name for one in found)}
        free = (name for name in _numbered(read.name) if name not in names)
        found.append(
            EvaluationSet(next(free), "general", rows, answered=any(row.label_space for row in rows))
        )
    return found


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}#{number}" for number in count(2))


def _rows(examples: Sequence[Example], settings: Evaluation) -> tuple[Row, ...]:
    # The same rows whatever the order of the file, and others' rows do not move ours.
    answered = [
        one
        for one in examples
        if one.messages[-1].content.strip() and len(one.messages) - 1 not in one.unlearned
    ]
    drawn = sorted(answered, key=lambda one: (digest(one.id), one.id))[: settings.limit]
    return tuple(
        Row(
            id=one.id,
            prompt=one.messages[:-1],
            answer=one.messages[-1].content,
            references=one.references or (one.messages[-1].content,),
            label_space=one.label_space,
            task=one.task,
            metric="exact_match" if one.label_space else "rouge_l",
            tokens=settings.tokens,
            unlearned=one.unlearned,
        )
        for one in drawn
    )


@dataclass(frozen=True, slots=True)
class Room:
    """How many tokens an encoded instance may have, and what counts them."""

    counter: Counter
    tokens: int


def superni_set(
    settings: Evaluation, learned: Iterable[str], room: Room, progress: Progress
) -> EvaluationSet | None:
    """Make a set of held-out tasks: the definition and two positive examples above each instance.

    Of each task the first instances count, at most 100, whose order balances their labels; there are as
    many of each as ``settings.limit`` allows for all tasks together. None where no tasks are named.

    Parameters
    ----------
    learned
        Names of tasks that are trained on: those are not held out, and left out with a note.

    Raises
    ------
    ConfigurationError, UserError
        When there are no such files, none of them is a task, or all tasks are trained on.
    """
    if not settings.superni:
        return None
    faults: list[Fault] = []
    paths = [Path(given).expanduser() for given in settings.superni]
    seen = list(selected_tasks(paths, Selection(), faults, progress))
    trained = set(learned)
    tasks = [task for task in seen if task.name not in trained][: settings.limit]
    if not tasks:
        raise UserError(
            "Every one of the held-out tasks is trained on.",
            where="eval.superni",
            fix="Name other tasks there, or take them out of data.train.",
        )
    each = settings.limit // len(tasks)
    rows = tuple(row for task in tasks for row in _task_rows(task, each, settings, room))
    return EvaluationSet(SUPERNI, "superni", rows, notes=tuple(_notes(seen, trained, faults)))


def _task_rows(task: Task, most: int, settings: Evaluation, room: Room) -> Iterable[Row]:
    category = next(iter(task.categories), "")
    encoding, tokens = TRAINING_ENCODINGS[EVALUATION_ENCODING], _tokens(task, settings)
    for instance in evaluation_instances(task)[:most]:
        encoded = encode(task, instance.input, encoding, room.counter, min(SOURCE_TOKENS, room.tokens))
        yield Row(
            id=f"{task.name}:{instance.item}",
            prompt=(Message("user", encoded.source.strip()),),  # as it is learned
            answer=instance.outputs[0],
            references=instance.outputs,
            task=task.name,
            metric=metric_of(category),
            tokens=tokens,
        )


def _tokens(task: Task, settings: Evaluation) -> Tokens:
    """GPT-2's where their list is given, as in the xlingual track; else those that suit the language."""
    if settings.gpt2_merges:
        return "gpt2"
    return "rouge" if set(task.output_language) == {"English"} else settings.tokens


def _notes(seen: Sequence[Task], trained: set[str], faults: Sequence[Fault]) -> Iterable[str]:
    known = [task.name for task in seen if task.name in trained]
    if known:
        yield f"{', '.join(known)}: trained on, so not held out; left out."
    if faults:
        first = faults[0]
        yield f"{len(faults):,} faults in task files; the first: {first.file}, {first.field}: {first.fault}"
