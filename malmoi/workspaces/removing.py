"""Removes what `rubbish` found, so that whatever moment ends it, what is left is as good as before."""

import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path

from curation.errors import UserError
from curation.locks import taken
from malmoi.workspaces.rubbish import Item
from malmoi.workspaces.sizes import bytes_of, freed_by


@dataclass(frozen=True, slots=True)
class Removed:
    """What became of an item: ``bytes`` were freed; ``why`` it stayed (``""``: it is gone)."""

    item: Item
    bytes: int
    why: str = ""


def remove(item: Item) -> Removed:
    """Remove an item under its lock; nothing is waited for.

    Nothing is removed that has become a link or lies outside its root meanwhile.
    """
    if item.kind == "versions":
        return _without_versions(item)
    if item.lock is None:
        return _gone(item)
    with taken(item.lock) as free:
        return _gone(item) if free else Removed(item, 0, "a run has it now")


def _gone(item: Item) -> Removed:
    paths = [path for path in item.paths if path.exists() and not path.is_symlink()]
    inside = item.root.resolve()
    if any(not path.resolve().is_relative_to(inside) for path in paths):
        return Removed(item, 0, "it lies outside the workspace")
    size = freed_by(paths)
    try:
        for path in paths:
            if path.is_dir():
                shutil.rmtree(_set_aside(item, path))
            else:
                path.unlink()
    except OSError as error:
        return Removed(item, size - freed_by(paths), f"it cannot be removed: {error.strerror}")
    return Removed(item, size)


def _set_aside(item: Item, path: Path) -> Path:
    """Give a folder that somebody would trust the name of a draft first: half of it must not be taken for it.

    Killed in between, the draft is found by its name the next time.
    """
    if item.kind in ("cache", "rows") and "." not in path.name:
        return path.rename(path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}"))
    if item.kind == "checkpoints":
        return path.rename(path.with_name(f".pruned-{path.name}"))
    return path


def _without_versions(item: Item) -> Removed:
    from rag.versions import drop_old_versions

    before = bytes_of(item.paths)
    try:
        for index in item.paths:
            drop_old_versions(index)
    except UserError as error:
        return Removed(item, 0, error.what.rstrip("."))
    return Removed(item, max(0, before - bytes_of(item.paths)))
