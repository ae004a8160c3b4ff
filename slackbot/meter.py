"""What parts say of how fast they were; `metrics` listens, tests and trials need not."""

from collections.abc import Callable
from dataclasses import dataclass


def _seconds(_: float) -> None:
    return None


def _once() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Meter:
    """Told of seconds and of things that happened.

    Parameters
    ----------
    acked
        Seconds from an event's arrival to its acknowledgement.
    shown, answered
        Seconds from a question, by its own time, to the first sign and to the whole answer.
    posted, limited
        A message was posted or edited; Slack put a call off.
    """

    acked: Callable[[float], None] = _seconds
    shown: Callable[[float], None] = _seconds
    answered: Callable[[float], None] = _seconds
    posted: Callable[[], None] = _once
    limited: Callable[[], None] = _once
