"""A glance at the bot's file, by the standard library alone: the whole store takes seconds to load."""

import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from curation.locks import is_locked

# As `store.states.State` spells what is not done.
WAITING: Final = ("new", "running", "withdrawn")


@dataclass(frozen=True, slots=True)
class Glance:
    """What was seen: ``waiting`` questions, ``saved`` threads; ``None`` where the file does not say."""

    running: bool
    waiting: int | None
    saved: int | None
    fault: str = ""


def glance(store: Path) -> Glance:
    """Look at a store in SQLite, whether or not a bot has it open; nothing is written."""
    running = is_locked(lock_of(store))
    uri = f"{store.absolute().as_uri()}?mode=ro"
    try:
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=5)) as connection:
            marks = ", ".join("?" * len(WAITING))
            # S608: nothing but marks goes in.
            (waiting,) = connection.execute(
                f"SELECT COUNT(*) FROM inbox WHERE state IN ({marks})",  # noqa: S608
                WAITING,
            ).fetchone()
            (saved,) = connection.execute("SELECT COUNT(*) FROM saved").fetchone()
    except sqlite3.Error as error:
        return Glance(running, None, None, str(error))
    return Glance(running, int(waiting), int(saved))


def lock_of(store: Path) -> Path:
    """The file whose lock a bot holds while it has the store."""
    return store.with_name(f"{store.name}.lock")
