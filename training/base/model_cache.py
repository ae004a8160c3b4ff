"""Model folders that malmoi makes by itself: made once on a machine, kept in its cache."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from curation.checkpoints import Checkpoint, once
from curation.errors import UserError

VARIABLE: Final = "MALMOI_CACHE"


def cache_folder() -> Path:
    """The folder named in the environment variable ``MALMOI_CACHE``, else ``~/.cache/malmoi``."""
    named = os.environ.get(VARIABLE, "")
    return Path(named).expanduser() if named else Path.home() / ".cache" / "malmoi"


def made_once(name: str, key: str, make: Callable[[Path], Mapping[str, Any]]) -> Checkpoint:
    """Give the model folder ``models/<name>/<key>`` of the cache; ``make`` fills it when it is not there.

    Processes that want the same model wait for the one that makes it. Every file is hashed each time:
    a folder that was changed or cut short is made again.

    Raises
    ------
    UserError
        When the cache cannot be written.
    """
    stage = cache_folder() / "models" / name
    try:
        stage.mkdir(parents=True, exist_ok=True)
        with _held(stage):
            for draft in stage.glob(f"{key[:40]}.*"):  # of a process that was killed: nobody else is here
                shutil.rmtree(draft, ignore_errors=True)
            return once(stage, key, make)
    except OSError as error:
        raise UserError(
            f"The model '{name}' cannot be put into the cache: {error.strerror or error}",
            where=str(stage),
            fix=f"Make room there, or name another folder in the environment variable {VARIABLE}.",
        ) from error


@contextlib.contextmanager
def _held(stage: Path) -> Iterator[None]:
    """Wait for the lock; the system lets go when the process ends, however it ends."""
    with (stage / ".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
