"""How long work reports its progress, without knowing who shows it."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

Advance = Callable[[int], None]


class Progress(Protocol):
    """Something that shows tasks; the command line has one for terminals."""

    def task(self, name: str, total: int | None, unit: str) -> AbstractContextManager[Advance]:
        """Show a task of ``total`` units (``None``: unknown); call the result to advance it."""
        ...


class Quiet:
    """Shows nothing: for programs, tests and output that is not a terminal."""

    def task(self, name: str, total: int | None, unit: str) -> AbstractContextManager[Advance]:
        """Accept the task and show nothing."""
        return nullcontext(lambda _: None)
