"""`malmoi` commands with every canary at hand, and what they said."""

import contextlib
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.malmoi.command import malmoi_here
from tests.security.canaries import ENVIRONMENT, found_in, kept_below


@dataclass(frozen=True)
class Command:
    """A command, and what its environment has besides all canaries."""

    arguments: Sequence[str | Path]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """How a command ended and what it said; ``command`` for the message of a test that fails."""

    command: str
    code: int
    out: str
    err: str


def told(home: Path, commands: Iterable[Command]) -> list[Told]:
    """Run commands one after another in this process; all have every canary at hand."""
    return [_told(home, command) for command in commands]


def _told(home: Path, command: Command) -> Told:
    environment = {**ENVIRONMENT, "MALMOI_CACHE": str(home / "cache"), **command.environment}
    with _logging_as_at_a_start():
        done = malmoi_here(*command.arguments, home=home, **environment)
    name = " ".join(map(str, [*command.environment, *command.arguments]))
    return Told(name, done.code, done.out, done.err)


@contextlib.contextmanager
def _logging_as_at_a_start() -> Iterator[None]:
    """What a command does to logging ends with it: one that keeps text out must not do so for the next."""
    root = logging.getLogger()
    before = root.handlers, root.level, logging.getLogRecordFactory()
    root.handlers = []
    try:
        yield
    finally:
        root.handlers, level, factory = before
        root.setLevel(level)
        logging.setLogRecordFactory(factory)


def check_silence(said: Sequence[Told], home: Path) -> None:
    """No canary came up in what was said, nor in what was written."""
    assert [one for one in said if found_in(one.out + one.err)] == []
    assert kept_below(home) == {}
