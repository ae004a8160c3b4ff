"""Indexes as a workspace holds them, told from their manifests; no store is opened."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from curation.errors import ConfigurationError
from curation.locks import is_locked
from malmoi.workspaces.kinds import Index, Reason, Stale
from malmoi.workspaces.shown import command, few
from malmoi.workspaces.sizes import bytes_of, time_of
from rag.freshness import BuiltFrom, Freshness, freshness
from rag.lock import LOCK_FILE
from rag.manifest import DEFAULT_STORE, FILE_NAME, Manifest
from rag.manifest_file import DIRTY
from rag.sources import MOST_MEGABYTES

_NOTHING_YET: Final = "a run was stopped before it had written anything"


def index_at(folder: Path) -> Index:
    """Read an index; one that cannot be read is damaged."""
    held = is_locked(folder / LOCK_FILE)
    if not (folder / FILE_NAME).is_file() or not (folder / FILE_NAME).stat().st_size:
        return _torn(folder, held=held)
    size, made = bytes_of([folder]), time_of(folder / FILE_NAME)
    try:
        with Manifest.open(folder) as manifest:
            built = BuiltFrom.read(manifest)
            paths = built.paths if built is not None else ()
            return Index(
                path=folder,
                name=folder.name,
                bytes=size,
                made=made,
                stale=tuple(_stale(folder, manifest, built, held=held)),
                documents=manifest.documents(),
                passages=manifest.passages(),
                lacking=manifest.lacking()[0],
                embedder=manifest.embedder,
                store=manifest.store,
                sources=paths,
                held=held,
            )
    except ConfigurationError as error:
        fault = Stale("damaged", error.what.rstrip("."), FILE_NAME, error.fix)
    except (sqlite3.DatabaseError, ValueError) as error:
        fix = "restore a backup (malmoi rag restore), or build it again in a new folder"
        fault = Stale("damaged", f"its manifest cannot be read: {error}", FILE_NAME, fix)
    return Index(folder, folder.name, size, made, (fault,), held=held)


def _torn(folder: Path, *, held: bool) -> Index:
    """A folder that a run was killed in before it had written anything, or whose manifest is gone."""
    if (folder / "tables").is_dir() and not (folder / FILE_NAME).exists():
        fix = "restore a backup (malmoi rag restore), or remove the folder and build it again"
        fault = Stale("torn", "its manifest is gone", FILE_NAME, fix)
    else:
        fault = Stale("torn", _NOTHING_YET, FILE_NAME, again(folder, None))
    return Index(folder, folder.name, bytes_of([folder]), None, (fault,), held=held)


def _stale(folder: Path, manifest: Manifest, built: BuiltFrom | None, *, held: bool) -> Iterator[Stale]:
    if not held and built is None and not manifest.documents() and not manifest.meta(DIRTY):
        # An index without documents is not made: the run that began it did not come so far.
        yield Stale("torn", _NOTHING_YET, FILE_NAME, again(folder, None))
        return
    if manifest.store == DEFAULT_STORE and not (folder / "tables").is_dir():
        yield Stale("damaged", "its passages are gone", "tables", again(folder, built))
    if held:
        yield Stale("unfinished", "a run writes to it now", LOCK_FILE, "wait until it is done")
        return
    yield from _behind(freshness(manifest), folder, built)
    lacking = manifest.lacking()[0]
    if lacking:
        what = f"{lacking:,} passages have no vector yet"
        yield Stale("unfinished", what, "", again(folder, built))


def _behind(found: Freshness, folder: Path, built: BuiltFrom | None) -> Iterator[Stale]:
    fix = again(folder, built)
    if found.unfinished:
        yield Stale("unfinished", "a run was stopped while it wrote", "", fix)
    if found.lost:
        back = f"put it back; or index what is left: {_without(folder, built, found.lost)}"
        yield Stale("gone", f"what it was built from is gone: {few(found.lost)}", found.lost[0], back)
    if found.altered:
        what = "who may find what, or an option, is another now"
        yield Stale("changed", what, built.acl if built is not None else "", fix)
    for names, what in (
        (found.changed, "changed"),
        (found.come, "new"),
        (found.gone, "gone"),
    ):
        if names and not (names is found.gone and found.lost):
            reason: Reason = "gone" if names is found.gone else "changed"
            yield Stale(reason, f"{what} since it was built: {few(map(_name, names))}", names[0], fix)


def again(folder: Path, built: BuiltFrom | None) -> str:
    """The command that brings an index up to its sources."""
    if built is None:
        return command("rag", "index", "PATH", "--out", folder)
    return command("rag", "index", *map(Path, built.paths), "--out", folder, *_options(built))


def _without(folder: Path, built: BuiltFrom | None, lost: tuple[str, ...]) -> str:
    left = [path for path in (built.paths if built is not None else ()) if path not in lost]
    if built is None or not left:
        return command("rag", "index", "PATH", "--out", folder)
    return command("rag", "index", *map(Path, left), "--out", folder, *_options(built))


def _options(built: BuiltFrom) -> list[str | Path]:
    told: list[str | Path] = [part for name in built.configs for part in ("--config", name)]
    if built.acl:
        told += ["--acl", Path(built.acl)]
    if built.most_megabytes != MOST_MEGABYTES:
        told += ["--most-megabytes", str(built.most_megabytes)]
    return told


def _name(path: str) -> str:
    return Path(path).name
