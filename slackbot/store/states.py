"""The values that the inbox gives and takes."""

from dataclasses import dataclass
from enum import StrEnum

from slackbot.intake import Question
from slackbot.render import Outgoing


class State(StrEnum):
    """Where a question is.

    ``withdrawn``: its author deleted it; what was posted for it is still to be removed.
    ``removed``: and that is done.
    """

    NEW = "new"
    RUNNING = "running"
    ANSWERED = "answered"
    REFUSED = "refused"
    DEAD = "dead"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Reply:
    """What is to be posted, and the state that the question has once it is."""

    messages: tuple[Outgoing, ...]
    outcome: State


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question to be taken up, with the reply that an earlier attempt had ready."""

    id: int
    question: Question
    attempts: int
    reply: Reply | None
