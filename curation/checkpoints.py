"""Finished work that may be trusted: folders named by a key, with a manifest written last."""

import contextlib
import hashlib
import os
import shutil
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol, Self

import orjson

from curation.atomic import write_bytes

_MANIFEST = "done.json"


def key_of(*parts: object) -> str:
    """Hash JSON data to a key; equal data give equal keys on every machine."""
    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()


def sha256_of(path: Path) -> str:
    """Hash a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class Hashed(NamedTuple):
    """A file's size, the time of its last change, and its SHA-256, which holds while they do."""

    bytes: int
    modified_ns: int
    sha256: str

    @classmethod
    def of(cls, status: os.stat_result, sha256: str) -> Self:
        """What is known of a file that had this state before it was hashed."""
        return cls(status.st_size, status.st_mtime_ns, sha256)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A finished piece of work: its key, its folder, its files in order, and what it counted."""

    key: str
    folder: Path
    outputs: tuple[str, ...]
    facts: Mapping[str, Any]

    def paths(self, suffix: str = "") -> list[Path]:
        """Give the output files whose name ends with ``suffix``."""
        return [self.folder / name for name in self.outputs if name.endswith(suffix)]


def once(stage: Path, key: str, work: Callable[[Path], Mapping[str, Any]]) -> Checkpoint:
    """Do ``work`` in a folder named by ``key``, or trust what an earlier run finished there.

    ``work`` fills the folder it is handed and gives back facts as JSON data. Every file is
    hashed into a manifest that is written last; an earlier result counts only when its
    manifest is there, names this key, and every file still has its hash.
    """
    folder = stage / key[:40]
    trusted = _trusted(folder, key)
    if trusted is not None:
        return trusted
    shutil.rmtree(folder, ignore_errors=True)
    # A name of its own: on a cluster, a task that was given up for lost may still be writing.
    draft = stage / f"{key[:40]}.{uuid.uuid4().hex[:8]}"
    draft.mkdir(parents=True)
    try:
        facts = work(draft)
        held = sorted(path for path in draft.rglob("*") if path.is_file())
        outputs = {path.relative_to(draft).as_posix(): sha256_of(path) for path in held}
        record = {"key": key, "outputs": outputs, "facts": facts}
        write_bytes(draft / _MANIFEST, orjson.dumps(record, option=orjson.OPT_SORT_KEYS))
        with contextlib.suppress(OSError):  # somebody else finished first
            draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    finished = _trusted(folder, key)
    if finished is None:
        raise OSError(f"finished work vanished from {folder.name}")
    return finished


Tell = Callable[[float], None]
"""Called now and then with the share of a piece of work that is done, from 0 to 1."""


class Work(Protocol):
    """A piece of work that can be sent to another process."""

    def __call__(self, folder: Path, tell: Tell) -> Mapping[str, Any]:
        """Fill ``folder``; give facts as JSON data."""
        ...


@dataclass(frozen=True, slots=True)
class Task:
    """A piece of work for :func:`once`."""

    stage: Path
    key: str
    work: Work

    def __call__(self, tell: Tell = lambda _: None) -> Checkpoint:
        """Do it, or trust what was done."""
        return once(self.stage, self.key, lambda folder: self.work(folder, tell))


def _trusted(folder: Path, key: str) -> Checkpoint | None:
    try:
        record = orjson.loads((folder / _MANIFEST).read_bytes())
        outputs = record["outputs"]
        if record["key"] != key or any(sha256_of(folder / name) != sha for name, sha in outputs.items()):
            return None
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        return None
    return Checkpoint(key, folder, tuple(sorted(outputs)), record["facts"])
