"""What a person and a program see: tables and progress for one, one JSON object for the other."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import orjson
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from curation.errors import UserError
from curation.progress import Advance, Quiet
from curation.progress import Progress as ProgressProtocol

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def print_json(value: Mapping[str, Any]) -> None:
    """Write one JSON object and a newline to stdout; nothing else may go there with ``--json``."""
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()


def print_error(error: UserError, *, as_json: bool) -> None:
    """Say what went wrong on stderr, and as ``{"error": …}`` on stdout for programs."""
    if as_json:
        print_json({"error": {"what": error.what, "where": error.where, "fix": error.fix}})
    err.print(f"[bold red]error:[/] {_plain(error.what)}", soft_wrap=True)
    if error.where:
        err.print(f"  [dim]where:[/] {_plain(error.where)}", soft_wrap=True)
    if error.fix:
        err.print(f"  [dim]fix:[/]   {_plain(error.fix)}", soft_wrap=True)


def _plain(text: str) -> str:
    # The message may quote the user's data: square brackets in it are not markup.
    return text.replace("[", r"\[")


class TerminalProgress:
    """Progress bars with rate and remaining time, on stderr so that stdout stays clean."""

    def task(self, name: str, total: int | None, unit: str) -> AbstractContextManager[Advance]:
        """Show one bar until the block ends."""
        return self._bar(name, total, unit)

    @contextmanager
    def _bar(self, name: str, total: int | None, unit: str) -> Iterator[Advance]:
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[unit]} · {task.fields[rate]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=err, transient=False) as bars:
            task = bars.add_task(name, total=total, unit=unit, rate="")

            def advance(amount: int) -> None:
                bars.advance(task, amount)
                speed = bars.tasks[0].finished_speed or bars.tasks[0].speed
                bars.update(task, rate=f"{speed:,.0f}/s" if speed else "")

            yield advance


def progress(*, as_json: bool) -> ProgressProtocol:
    """Bars on a terminal, silence for programs and pipes."""
    return TerminalProgress() if err.is_terminal and not as_json else Quiet()
