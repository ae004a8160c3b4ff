"""What one check found."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from curation.errors import UserError


class Grade(StrEnum):
    """``fault``: the bot does not work like this. ``warning``: it works, and somebody should look."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report: ``seen`` is a fact, ``fix`` what to do next; no secret stands in either."""

    name: str
    grade: Grade
    seen: str
    fix: str = ""


def ok(name: str, seen: str) -> Check:
    """A check that found nothing wrong."""
    return Check(name, Grade.OK, seen)


def warning(name: str, seen: str, fix: str) -> Check:
    """A check that found something to look at."""
    return Check(name, Grade.WARNING, seen, fix)


def fault(name: str, error: UserError) -> Check:
    """A check that found what stops the bot, in the words that the bot itself would use."""
    seen = error.what.rstrip(".")
    where = f" ({error.where})" if error.where and error.where != name else ""
    return Check(name, Grade.FAULT, f"{seen}{where}", error.fix)


def tried(name: str, look: Callable[[], str]) -> Check:
    """What ``look`` says it saw, or the fault that it raises."""
    try:
        return ok(name, look())
    except UserError as error:
        return fault(name, error)
