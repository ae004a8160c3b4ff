"""What a person and a program see: tables and progress for one, one JSON object for the other."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import orjson
from rich.console import Console
from rich.filesize import decimal
from rich.progress import (
    BarColumn,
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
        print_error_object(error.what, error.where, error.fix)
    err.print(f"[bold red]error:[/] {_plain(error.what)}", soft_wrap=True)
    if error.where:
        err.print(f"  [dim]where:[/] {_plain(error.where)}", soft_wrap=True)
    if error.fix:
        err.print(f"  [dim]fix:[/]   {_plain(error.fix)}", soft_wrap=True)


def print_error_object(what: str, where: str, fix: str) -> None:
    """Write what went wrong as ``{"error": …}`` on stdout, for programs."""
    print_json({"error": {"what": what, "where": where, "fix": fix}})


def warn_of_leaving(model: str, what: str = "The passages that are found") -> None:
    """Say on stderr that texts leave this machine, when the model of that spec is elsewhere."""
    import chat

    if chat.leaves_machine(model):
        address = _plain(model.partition("@")[2])
        err.print(f"[yellow]{what} are sent to {address}.[/]", soft_wrap=True)


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
            TextColumn("{task.fields[done]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
        )
        # A finished bar goes: what came of the work is printed by the command.
        with Progress(*columns, console=err, transient=True) as bars:
            task = bars.add_task(name, total=total, done="")

            def advance(amount: int) -> None:
                bars.advance(task, amount)
                shown = bars.tasks[0]
                done = amount_of(int(shown.completed), unit)
                if total:
                    done += f" of {amount_of(total, unit)}"
                if shown.speed:
                    done += f", {amount_of(int(shown.speed), unit)}/s"
                bars.update(task, done=done)

            yield advance


def amount_of(number: int, unit: str) -> str:
    """A number with its unit; bytes (``B``) in the usual multiples.

    Examples
    --------
    >>> amount_of(1_500_000, "B"), amount_of(24_323, "rows")
    ('1.5 MB', '24,323 rows')
    """
    return decimal(number) if unit == "B" else f"{number:,} {unit}"


def progress() -> ProgressProtocol:
    """Bars where standard error is a terminal, with ``--json`` too; silence for pipes and logs."""
    return TerminalProgress() if err.is_terminal else Quiet()
