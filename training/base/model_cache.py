"""Folders that malmoi makes by itself (models, runtime and page of bundles): made once, kept in a cache."""

import contextlib
import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from curation.checkpoints import Checkpoint, once
from curation.errors import UserError

VARIABLE: Final = "MALMOI_CACHE"


def cache_folder() -> Path:
    """The folder named in the environment variable ``MALMOI_CACHE``, else ``~/.cache/malmoi``."""
    named = os.environ.get(VARIABLE, "")
    # Programs that fill it run in folders of their own.
    return Path(named).expanduser().absolute() if named else Path.home() / ".cache" / "malmoi"


def made_once(name: str, key: str, make: Callable[[Path], Mapping[str, Any]]) -> Checkpoint:
    """Give the model folder ``models/<name>/<key>`` of the cache, as `cached` does."""
    return cached(f"models/{name}", key, make, what=f"The model '{name}'")


def cached(place: str, key: str, make: Callable[[Path], Mapping[str, Any]], *, what: str) -> Checkpoint:
    """Give the folder ``<place>/<key>`` of the cache; ``make`` fills it when it is not there.

    Processes that want the same thing wait for the one that makes it. Every file is hashed each time:
    a folder that was changed or cut short is made again.

    Parameters
    ----------
    what
        What it is, to begin a message.

    Raises
    ------
    UserError
        When the cache cannot be written.
    """
    stage = cache_folder() / place
    try:
        stage.mkdir(parents=True, exist_ok=True)
        with _held(stage):
            for draft in stage.glob(f"{key[:40]}.*"):  # of a process that was killed: nobody else is here
                shutil.rmtree(draft, ignore_errors=True)
            return once(stage, key, make)
    except OSError as error:
        raise UserError(
            f"{what} cannot be put into the cache: {error.strerror or error}",
            where=str(stage),
            fix=f"Make room there, or name another folder in the environment variable {VARIABLE}.",
        ) from error


def is_cached(place: str, key: str) -> bool:
    """Tell whether the cache has the folder that `cached` gives for ``place`` and ``key``."""
    return (cache_folder() / place / key[:40]).is_dir()


@dataclass(frozen=True, slots=True)
class Entry:
    """A folder of the cache, and the lock that is held while it is made; ``draft``: it never was whole."""

    path: Path
    lock: Path
    draft: bool


def entries() -> list[Entry]:
    """List what the cache holds, in the order of the paths; what malmoi did not put there is left out."""
    home = cache_folder()
    found = []
    for lock in sorted(home.glob("**/.lock")) if home.is_dir() and not home.is_symlink() else []:
        for path in sorted(lock.parent.iterdir()):
            whole = re.fullmatch(r"[0-9a-f]{40}", path.name) is not None and (path / "done.json").is_file()
            draft = re.fullmatch(r"[0-9a-f]{40}\.[0-9a-f]{8}", path.name) is not None
            if (whole or draft) and path.is_dir() and not path.is_symlink():
                found.append(Entry(path, lock, draft))
    return found


@contextlib.contextmanager
def _held(stage: Path) -> Iterator[None]:
    """Wait for the lock; the system lets go when the process ends, however it ends."""
    with (stage / ".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
