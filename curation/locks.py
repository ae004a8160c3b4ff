"""The kernel's locks (flock) that runs hold, looked at and taken: they end with the process."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path


def is_locked(path: Path) -> bool:
    """Tell whether a process holds the lock on a file; a file that is not there is held by nobody."""
    try:
        with path.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


@contextlib.contextmanager
def taken(path: Path) -> Iterator[bool]:
    """Hold the lock on a file for the block, without waiting; the value tells whether it was free.

    A file that is not there is not made: nobody can hold it, and the value is true.
    """
    with contextlib.ExitStack() as stack:
        try:
            lock = stack.enter_context(path.open("rb"))
        except FileNotFoundError:
            yield True
            return
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
