"""What a row of training data is, whatever file it came from."""

from collections.abc import Sequence
from dataclasses import dataclass

from curation.records import Message


@dataclass(frozen=True, slots=True)
class Example:
    """A conversation whose answers are learned.

    ``messages`` ends with an answer; ``unlearned`` are the places in it of answers that are only read.
    ``definition`` heads the first question already; ``input`` is the question without it and without
    examples, where that is known. ``references`` are all accepted last answers,
    ``label_space`` the closed set of them, else empty. Rows of one ``split_group`` stay on one side.
    """

    id: str
    messages: tuple[Message, ...]
    references: tuple[str, ...] = ()
    label_space: tuple[str, ...] = ()
    task: str = ""
    definition: str = ""
    input: str = ""
    source: str = ""
    licence: str = ""
    split_group: str = ""
    unlearned: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RowsRead:
    """What was read: its examples, the SHA-256 of where they stand, and what could not be used.

    ``bad`` has a line each: file, line, what is wrong. ``card`` is the SHA-256 of a release's card.
    """

    examples: list[Example]
    sha256: str
    bad: list[str]
    name: str = ""
    card: str = ""


def fault_of(messages: Sequence[Message]) -> str:
    """Say what is wrong with a conversation to learn from; "" when nothing is.

    Empty answers are no fault here: preparation drops such rows and counts them.
    """
    for number, message in enumerate(messages, 1):
        if message.role == "system" and number > 1:
            return f"message {number} is the system's, which only the first may be"
        if message.role != "assistant" and not message.content.strip():
            return f"message {number} ({message.role}) is empty"
    if not any(message.role == "user" for message in messages):
        return "no message is the user's"
    if messages[-1].role != "assistant":
        return f"the last message is the {messages[-1].role}'s, not an answer to learn"
    return ""
