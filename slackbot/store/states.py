"""The values that the inbox gives and takes."""

from dataclasses import dataclass
from enum import StrEnum

from slackbot.intake import Question, Reason
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
class Kept:
    """What became of a message: ``reason`` is ``None`` when it is a new question.

    ``number`` is the question whose work has to begin, or to begin anew; 0 when there is none.
    """

    number: int
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question as it stands in the inbox.

    Parameters
    ----------
    attempts
        How often it was taken up before without coming to an end.
    version
        Grows with every change of its text; what was made for an older one is not posted.
    posted
        The ts of each message that stands in the thread for it, in order.
    down_since
        Since when the model is known not to answer, in seconds of the wall clock; 0: it answers.
    """

    id: int
    question: Question
    attempts: int
    reply: Reply | None
    state: State = State.RUNNING
    version: int = 1
    posted: tuple[str, ...] = ()
    down_since: float = 0.0
