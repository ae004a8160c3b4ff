"""Keeps an index equal to its sources while they change: `malmoi rag watch PATH… --out INDEX`."""

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any, Final

import watchfiles

from curation.errors import ConfigurationError, UserError
from rag.index import index_paths
from rag.index_report import IndexReport

# Changes that come within a second of each other are one update; a stream of them waits no longer.
_QUIET_MS: Final = 1_000
_LONGEST_MS: Final = 5_000
# Vectors are made in turns of so many seconds, so that a change waits no longer for its words.
_TURN_SECONDS: Final = 20.0
# Network drives tell no changes, and a system's queue of them may overflow: look by oneself now and then.
_LOOK_SECONDS: Final = 300.0


def watch(
    paths: Sequence[Path],
    out: Path,
    *,
    say: Callable[[str], None],
    **options: Any,
) -> None:
    """Index ``paths``, and again after every change, until Ctrl-C or a request to end (SIGTERM).

    A run that is stopped loses nothing: the next one goes on. A file that is still being written may
    be told as unreadable; it is read again when its next part comes.

    Parameters
    ----------
    say
        Is handed one line for every update that did something, and for what went wrong.
    options
        Those of `rag.index.index_paths`.

    Raises
    ------
    ConfigurationError
        When the first run cannot start. Later errors are said, and the next change is waited for.
    """
    with _ending_on_request():
        try:
            _watch(paths, out, say, options)
        except KeyboardInterrupt:
            say("Stopped; the next run goes on from here.")


def _watch(paths: Sequence[Path], out: Path, say: Callable[[str], None], options: dict[str, Any]) -> None:
    changes = _changes(paths, out)
    next(changes)  # from here on none is missed
    left = _update(paths, out, say, options, is_first=True)
    say(f"Watching {', '.join(map(str, paths))}; end with Ctrl-C.")
    looked = time.monotonic()
    while True:
        changed = next(changes)
        if not changed and not left and time.monotonic() - looked < _LOOK_SECONDS:
            continue
        left = _update(paths, out, say, options)
        looked = time.monotonic()


def _update(
    paths: Sequence[Path],
    out: Path,
    say: Callable[[str], None],
    options: dict[str, Any],
    *,
    is_first: bool = False,
) -> bool:
    """Run once; tells whether vectors are left to make."""
    try:
        report = index_paths(paths, out, **{"vector_seconds": _TURN_SECONDS} | options)
    except ConfigurationError as error:
        if is_first:
            raise
        say(_line(error.what))
        return False
    except UserError as error:
        say(_line(f"{error.what} {error.where}".strip()))
        return False
    if is_first or report.added or report.updated or report.deleted or (report.files_read and report.faults):
        say(_line(told(report)))
    return report.without_vectors > 0 and options.get("vectors", True)


def told(report: IndexReport) -> str:
    """What a run did, in one line."""
    parts = [
        f"{report.added:,} added, {report.updated:,} updated, {report.deleted:,} deleted",
        f"{report.passages:,} passages",
    ]
    if report.faults:
        first = report.faults[0]
        parts.append(f"{sum(report.skipped.values()):,} skipped ({first.where}: {first.error})")
    if report.without_vectors:
        parts.append(f"{report.without_vectors:,} wait for their vectors")
    return " · ".join([*parts, f"{report.seconds:.1f} s"])


def _line(what: str) -> str:
    return f"{datetime.now().astimezone():%H:%M:%S} {' '.join(what.split())}"


def _changes(paths: Sequence[Path], out: Path) -> Iterator[bool]:
    """Whether something changed in each stretch of a second; the first item says that it watches."""
    roots = {path.resolve() if path.is_dir() else path.resolve().parent for path in paths}
    files = {path.resolve() for path in paths if not path.is_dir()}
    folders = [path.resolve() for path in paths if path.is_dir()]
    index = out.resolve()

    def matters(_: watchfiles.Change, name: str) -> bool:
        path = Path(name)
        if path.is_relative_to(index):
            return False
        inside = [folder for folder in folders if path.is_relative_to(folder)]
        # As in `rag.files`: hidden files are no documents.
        visible = any(not any(part.startswith(".") for part in path.relative_to(one).parts) for one in inside)
        return visible or path in files

    found = watchfiles.watch(
        *roots,
        watch_filter=matters,
        debounce=_LONGEST_MS,
        step=_QUIET_MS,
        rust_timeout=_QUIET_MS,
        yield_on_timeout=True,
        raise_interrupt=True,
        recursive=bool(folders),
        ignore_permission_denied=True,
    )
    yield bool(next(found))
    for changes in found:
        yield bool(changes)


@contextmanager
def _ending_on_request() -> Iterator[None]:
    """Let SIGTERM end the work as Ctrl-C does."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
