"""The folder beside a release that holds unfinished work, and the lock on it."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from curation.errors import UserError

_LOCK = "lock"


@contextlib.contextmanager
def work_folder(out: Path) -> Iterator[Path]:
    """Own the work folder of ``out`` as long as the block runs.

    The lock is the kernel's (flock): it ends with the process, however that ends. The folder is
    removed when the block succeeds; when it raises, what is finished stays for resuming.

    Raises
    ------
    UserError
        When another run works on the same release.
    """
    folder = out.parent / f".{out.name}.work"
    descriptor = _locked(folder, out)
    try:
        yield folder
        shutil.rmtree(folder)
    finally:
        if folder.exists() and [path.name for path in folder.iterdir()] == [_LOCK]:
            shutil.rmtree(folder)
        os.close(descriptor)


def _locked(folder: Path, out: Path) -> int:
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / _LOCK
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except FileNotFoundError:
            continue  # the run before removed the folder in this very moment
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise UserError(
                "another run is working on this release",
                where=str(out),
                fix="wait for it to end, or give another --out",
            ) from None
        # The run that held the lock may have removed the file that was just locked.
        if _same_file(descriptor, path):
            return descriptor
        os.close(descriptor)


def _same_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
