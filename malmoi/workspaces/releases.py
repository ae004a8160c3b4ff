"""Releases as a workspace holds them: what they are of, and what of it has changed."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from curation.locks import is_locked
from curation.origin import Changes, Origin, changes_since, origin_of
from malmoi.workspaces.kinds import Reason, Release, Stale
from malmoi.workspaces.shown import command, few
from malmoi.workspaces.sizes import bytes_of, time_of

_MANIFEST: Final = "manifest.json"
# Not told by the manifest; `curation.manifest.OF_THE_DAY` says the same.
_OF_THE_DAY: Final = ("croissant.json", "timings.json")


def release_at(folder: Path) -> Release | None:
    """Read a release; ``None`` when the folder is none of ours."""
    try:
        manifest = orjson.loads((folder / _MANIFEST).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        manifest = None
    if manifest is None:
        is_ours = (folder / "report.html").is_file()
        return _torn(folder, "its manifest is gone or cannot be read") if is_ours else None
    if not isinstance(manifest, dict) or not str(manifest.get("format", "")).startswith("malmoi release"):
        return None
    try:
        return _release(folder, manifest)
    except (AttributeError, KeyError, TypeError, ValueError):
        return _torn(folder, "its manifest lacks what that of a release says")


def _torn(folder: Path, what: str) -> Release:
    torn = Stale("torn", what, _MANIFEST, f"move it away, then: {_again(folder, None)}")
    return Release(folder, folder.name, bytes_of([folder]), time_of(folder / _MANIFEST), (torn,))


def _release(folder: Path, manifest: Mapping[str, Any]) -> Release:
    return Release(
        path=folder,
        name=folder.name,
        bytes=bytes_of([folder]),
        made=time_of(folder / _MANIFEST),
        stale=tuple(_stale(folder, manifest)),
        title=str(manifest["recipe"].get("title") or ""),
        rows=sum(int(entry.get("kept", 0)) for entry in manifest["ledger"].values()),
        sources=tuple(one["name"] for one in manifest["sources"]),
    )


def unfinished_release(work: Path, out: Path) -> Release:
    """A release that no run has finished yet."""
    return Release(out, out.name, bytes_of([work]), None, (_unfinished(work, out),))


def _stale(folder: Path, manifest: Mapping[str, Any]) -> Iterator[Stale]:
    work = folder.with_name(f".{folder.name}.work")
    if (work / "run.json").is_file():
        yield _unfinished(work, folder)
    origin = origin_of(folder)
    again = _again(folder, origin)
    if damaged := _damaged(folder, manifest):
        yield Stale("damaged", f"not as its manifest says: {few(damaged)}", damaged[0], again)
    if origin is not None:
        yield from _changes(changes_since(origin, manifest["recipe"]), origin, again)


def _unfinished(work: Path, out: Path) -> Stale:
    if is_locked(work / "lock"):
        return Stale("unfinished", "a run works on it now", str(work), "wait until it is done")
    return Stale("unfinished", "a run of it was stopped", str(work), command("curate", "resume", out))


def _damaged(folder: Path, manifest: Mapping[str, Any]) -> list[str]:
    """Files that are gone or have another size; their content is looked at by `malmoi curate` alone."""
    wrong = [name for name in _OF_THE_DAY if not (folder / name).is_file()]
    for file in manifest["files"]:
        try:
            if (folder / file["path"]).stat().st_size != file["bytes"]:
                wrong.append(file["path"])
        except OSError:
            wrong.append(file["path"])
    return wrong


def _changes(changes: Changes, origin: Origin, again: str) -> Iterator[Stale]:
    if changes.recipe:
        yield Stale("changed", "its recipe says something else now", origin.recipe, again)
    if changes.recipe_gone:
        fix = "put the recipe back, or keep the release as it is"
        yield Stale("gone", "its recipe is gone", origin.recipe, fix)
    if changes.data_gone:
        fix = f"put the folder back, then: {again}"
        yield Stale("gone", "the folder of its data is gone", origin.data, fix)
    for names, what in (
        (changes.changed, "source files have changed"),
        (changes.gone, "source files are gone"),
        (changes.come, "new source files are there"),
    ):
        if names:
            reason: Reason = "gone" if names is changes.gone else "changed"
            yield Stale(reason, f"{what}: {few(names)}", origin.data, again)


def _again(folder: Path, origin: Origin | None) -> str:
    if origin is None or not origin.recipe:
        return command("curate", "RECIPE", "--data", "DIR", "--out", folder)
    data = origin.data if "://" in origin.data else Path(origin.data)
    return command("curate", Path(origin.recipe), "--data", data, "--out", folder)
