"""Writes that are either whole or absent: temporary file beside the target, fsync, rename."""

import contextlib
import ctypes
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def sync_directory(path: Path) -> None:
    """Make the directory's entries durable, so that a rename survives a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Make the content of a file written by another library durable."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def share(path: Path) -> None:
    """Give a file or folder the mode that the umask leaves: some are made for the owner alone."""
    path.chmod((0o777 if path.is_dir() else 0o666) & ~_umask())


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a temporary path beside ``target`` that takes its name when the block succeeds.

    When the block raises, the temporary file is removed and ``target`` stays as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        share(temporary)
        sync_file(temporary)
        temporary.replace(target)
        sync_directory(target.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_bytes(target: Path, content: bytes) -> None:
    """Write ``content`` to ``target`` atomically."""
    with replacing(target) as temporary:
        temporary.write_bytes(content)


def write_text(target: Path, content: str) -> None:
    """Write ``content`` to ``target`` as UTF-8, atomically."""
    write_bytes(target, content.encode("utf-8"))


def publish_directory(built: Path, target: Path) -> None:
    """Give the finished folder ``built`` the name ``target``; an older ``target`` is replaced.

    On Linux the two names are exchanged in one step (renameat2), so ``target`` is a whole
    folder at every instant. Both must lie on one file system.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        built.rename(target)
    else:
        _exchange(built, target)
        shutil.rmtree(built)
    sync_directory(target.parent)


def _exchange(one: Path, other: Path) -> None:
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is not None:
        done = renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
        if done == 0:
            return
        code = ctypes.get_errno()
        if code not in (errno.ENOSYS, errno.EINVAL):
            raise OSError(code, os.strerror(code), str(other))
    # A file system without the exchange: two renames, the old folder kept until both are done.
    aside = other.with_name(f".{other.name}.old")
    other.rename(aside)
    one.rename(other)
    aside.rename(one)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
