"""One writer to an index at a time; readers do not ask."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from curation.errors import ConfigurationError, UserError

LOCK_FILE: Final = ".lock"


class HeldError(UserError):
    """Another run holds the index; it may be tried again."""


@contextlib.contextmanager
def held_for_writing(out: Path) -> Iterator[None]:
    """Hold the index for this run; the system lets go when the process ends, however it ends."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = (out / LOCK_FILE).open("ab")
    except OSError as error:
        raise ConfigurationError(
            "The folder for the index cannot be written.",
            where=f"{out}: {error.strerror}",
            fix="Choose a folder of your own with --out.",
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise HeldError(
                "Another run is building this index.",
                where=str(out),
                fix="Wait until it is done, or choose another folder with --out.",
            ) from error
        yield
