"""The files of a folder of documents, and how a changed one is told: by size and time, then by content."""

import hashlib
import os
import re
import stat
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from rag.types import Document

# A file that was written less than this before it was looked at may change again within one tick of
# the file system's clock; its time proves nothing.
_TICK_NS: Final = 100_000_000
_SLACK_LISTS: Final = frozenset({"users.json", "channels.json"})
_SLACK_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\.json")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row or file that gave no document: where it is and why."""

    where: str
    error: str


Item = Document | Unreadable


class Stamp(NamedTuple):
    """What is compared before anything is read; of several files a sum and a hash of their times."""

    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Input:
    """A file, or a folder whose files belong together, that is read as one.

    ``key`` names it in the manifest, ``stamp`` and ``digest`` tell whether it changed since, ``read``
    gives its documents. ``stamp`` raises `OSError` when the file is gone. ``bytes`` is how much there
    is to read when that is not the stamp's size.
    """

    key: str
    stamp: Callable[[], Stamp]
    digest: Callable[[], bytes]
    read: Callable[[], Iterator[Item]]
    bytes: int = 0


class Found(NamedTuple):
    """An entry of a folder: ``path`` to open and ``name`` to show, relative with ``/``."""

    path: Path
    name: str
    is_export: bool = False


def walk(folder: Path, name: str = "") -> Iterator[Found | Unreadable]:
    """The files of a folder and the folders in it, in the order of their names; hidden ones stay out.

    A link to a folder is told and not followed, so that a circle of links has an end. A Slack export
    is one entry.
    """
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield Unreadable(name or folder.name, f"the folder cannot be read: {error.strerror}")
        return
    if is_slack_export(folder, {entry.name for entry in entries}):
        yield Found(folder, name or folder.name, is_export=True)
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        inner = f"{name}/{entry.name}" if name else entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from walk(Path(entry.path), inner)
        elif entry.is_symlink() and entry.is_dir():
            yield Unreadable(inner, "a link to a folder is not followed")
        else:
            yield Found(Path(entry.path), inner)


def is_slack_export(folder: Path, names: Iterable[str]) -> bool:
    """Whether a folder with these names in it is a Slack export."""
    if _SLACK_LISTS.isdisjoint(names):
        return False
    try:
        return any(
            _SLACK_DAY.fullmatch(day.name)
            for channel in os.scandir(folder)
            if channel.is_dir(follow_symlinks=False)
            for day in os.scandir(channel)
        )
    except OSError:
        return False


def is_slack_archive(path: Path) -> bool:
    """Whether a ZIP file is a Slack export: its lists stand at its top or in its one folder."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(
                name.rpartition("/")[2] in _SLACK_LISTS and name.count("/") <= 1
                for name in archive.namelist()
            )
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        return False


def of_file(path: Path, read: Callable[[], Iterator[Item]]) -> Input:
    """A file, by its absolute path, that is told by its own content."""
    return Input(str(path), lambda: _stamp_of(path), lambda: _digest_of(path), read)


def of_folder(path: Path, read: Callable[[], Iterator[Item]]) -> Input:
    """A folder, by its absolute path, whose files belong together."""
    return Input(str(path), lambda: _folder_stamp(path), lambda: _folder_digest(path), read)


def size_of_file(path: Path) -> int | None:
    """Size in bytes; ``None`` for what is no file: a pipe, or a link that leads nowhere."""
    try:
        return _stamp_of(path).size
    except OSError:
        return None


def is_settled(stamp: Stamp) -> bool:
    """Whether a later change is sure to show in the stamp."""
    return stamp.mtime_ns < time.time_ns() - _TICK_NS


def _stamp_of(path: Path) -> Stamp:
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise OSError(0, "it is no file")  # a pipe would be waited for
    return Stamp(found.st_size, found.st_mtime_ns)


def _digest_of(path: Path) -> bytes:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=16)).digest()


def _folder_stamp(folder: Path) -> Stamp:
    stamps = {name: _stamp_of(path) for name, path in _inside(folder).items()}
    lines = [f"{name}\0{stamp.mtime_ns}" for name, stamp in stamps.items()]
    hashed = hashlib.blake2b("\0".join(lines).encode("utf-8", "surrogateescape"), digest_size=7)
    return Stamp(sum(stamp.size for stamp in stamps.values()), int.from_bytes(hashed.digest()))


def _folder_digest(folder: Path) -> bytes:
    total = hashlib.blake2b(digest_size=16)
    for name, path in _inside(folder).items():
        total.update(name.encode("utf-8", "surrogateescape") + b"\0" + _digest_of(path))
    return total.digest()


def _inside(folder: Path) -> Mapping[str, Path]:
    paths = sorted(path for path in folder.rglob("*.json") if path.is_file())
    return {path.relative_to(folder).as_posix(): path for path in paths}
