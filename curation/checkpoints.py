"""Finished work that may be trusted: folders named by a key, with a manifest written last."""

import hashlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    folder.mkdir(parents=True)
    facts = work(folder)
    outputs = {path.name: sha256_of(path) for path in sorted(folder.iterdir())}
    record = {"key": key, "outputs": outputs, "facts": facts}
    write_bytes(folder / _MANIFEST, orjson.dumps(record, option=orjson.OPT_SORT_KEYS))
    return Checkpoint(key, folder, tuple(outputs), facts)


def _trusted(folder: Path, key: str) -> Checkpoint | None:
    try:
        record = orjson.loads((folder / _MANIFEST).read_bytes())
        outputs = record["outputs"]
        if record["key"] != key or any(sha256_of(folder / name) != sha for name, sha in outputs.items()):
            return None
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        return None
    return Checkpoint(key, folder, tuple(sorted(outputs)), record["facts"])
