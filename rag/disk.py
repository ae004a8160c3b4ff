"""A full disk, told in words for people, whoever found it out."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from curation.errors import UserError

_SIGNS: Final = ("no space left", "os error 28", "disk is full", "errno 28")


@contextlib.contextmanager
def room_on_disk(where: Path, what_stands: str) -> Iterator[None]:
    """Tell that the disk is full, as SQLite, LanceDB and Python say it; ``what_stands`` is as it was."""
    try:
        yield
    except (OSError, RuntimeError, sqlite3.OperationalError) as error:
        if not any(sign in str(error).lower() for sign in _SIGNS):
            raise
        raise UserError(
            f"The disk is full; {what_stands}.",
            where=str(where),
            fix="Make room and run the same command again.",
        ) from error
