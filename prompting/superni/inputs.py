"""What a model is asked: every evaluation instance in Tk-Instruct's layout, as one user turn.

A chat model puts its own template around the turn. Turns of a prompt file may stand before it; the
figures are then no longer those of the official protocol.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from curation.errors import ConfigurationError
from curation.progress import Progress
from curation.records import Message
from curation.superni.counting import Counter
from curation.superni.encoding import EVALUATION_ENCODING, TRAINING_ENCODINGS, Encoded, encode
from curation.superni.schema import Instance, Task
from curation.superni.splits import EVALUATION_INSTANCES, evaluation_instances
from prompting.asking import Conversation, Reply, Sampler
from prompting.journal import CallJournal
from prompting.superni.calling import replies_of

TARGET_TOKENS: Final = 128
"""Most tokens of an answer, as Tk-Instruct's evaluation has it; answers are greedy."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An instance with the conversation that stands for it."""

    task: Task
    instance: Instance
    encoded: Encoded
    conversation: Conversation


def first_instances(task: Task, most: int = EVALUATION_INSTANCES) -> Task:
    """Leave the instances that count: those among the first ``most``, and never more than 100."""
    return replace(task, instances=tuple(one for one in evaluation_instances(task) if one.item <= most))


def check_names(tasks: Iterable[Task]) -> None:
    """Refuse two tasks of one name: their texts could not be told apart.

    Raises
    ------
    ConfigurationError
        For the first name that comes again.
    """
    names: set[str] = set()
    for task in tasks:
        if task.name in names:
            raise ConfigurationError(
                "Two task files have this name.", where=task.name, fix="Give the folder of one collection."
            )
        names.add(task.name)


def asked_of(tasks: Sequence[Task], counter: Counter, before: Sequence[Message] = ()) -> list[Asked]:
    """Encode the instances of tasks with the definition and two positive examples.

    Parameters
    ----------
    counter
        Counts the at most 1,024 tokens of an input.
    before
        Turns that stand before each of them; a demo of the very same input is left out.

    Raises
    ------
    ConfigurationError
        When two tasks have the same name, or none has an instance.
    """
    check_names(tasks)
    encoding = TRAINING_ENCODINGS[EVALUATION_ENCODING]
    asked: list[Asked] = []
    for task in tasks:
        for instance in evaluation_instances(task):
            encoded = encode(task, instance.input, encoding, counter)
            turns = _without(before, instance.input)
            asked.append(Asked(task, instance, encoded, [*turns, Message("user", encoded.source)]))
    if not asked:
        raise ConfigurationError(
            "No instance that counts can be read.",
            where=", ".join(task.name for task in tasks),
            fix="See what is wrong with the task files: malmoi superni stats.",
        )
    return asked


def answers_of(
    asked: Sequence[Asked],
    sampler: Sampler,
    journal: CallJournal,
    key: Mapping[str, Any],
    progress: Progress,
) -> list[Reply]:
    """Let a model answer, as `prompting.superni.calling.replies_of` does."""
    with progress.task("ask the model", len(asked), "instances") as advance:
        return replies_of([one.conversation for one in asked], sampler, journal, key, advance)


def _without(turns: Sequence[Message], given: str) -> list[Message]:
    """Leave out what a user says that is the input itself, and the answer to it."""
    same = [turn.role == "user" and turn.content.strip() == given.strip() for turn in turns]
    return [
        turn
        for at, turn in enumerate(turns)
        if not same[at] and not (at and same[at - 1] and turn.role == "assistant")
    ]
