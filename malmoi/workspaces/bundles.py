"""Bundles for a browser as a workspace holds them, and whether model and passages are still those."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from compile.origin import Origin, origin_of, state_of, weights_of
from curation.errors import UserError
from curation.locks import is_locked
from malmoi.workspaces.kinds import Bundle, Stale
from malmoi.workspaces.shown import command
from malmoi.workspaces.sizes import bytes_of, time_of
from training.run_folder import RunFolder
from training.standing import is_run, merged_revision


def bundle_at(folder: Path) -> Bundle:
    """Read a bundle; of one without a note beside it nobody knows where it came from."""
    made, size = time_of(folder / "page.json"), bytes_of([folder])
    try:
        page: dict[str, Any] = orjson.loads((folder / "page.json").read_bytes())
        models = tuple(str(one["name"]) for one in page["models"])
        passages = None if page["search"] is None else int(page["search"]["passages"])
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        fault = Stale("damaged", "page.json cannot be read", "page.json", command("compile", "check", folder))
        return Bundle(folder, folder.name, size, made, (fault,))
    return Bundle(folder, folder.name, size, made, tuple(_stale(folder)), models, passages)


def unfinished_bundle(work: Path, out: Path) -> Bundle:
    """A bundle whose build was stopped, or goes on."""
    return Bundle(out, out.name, bytes_of([work]), None, (_unfinished(work, out),))


def _stale(folder: Path) -> Iterator[Stale]:
    work = folder.with_name(f".{folder.name}.work")
    if work.is_dir() and not (work / "run.json").exists():
        yield _unfinished(work, folder)
    origin = origin_of(folder)
    if origin is None:
        return
    again = _again(folder, origin)
    yield from _model(origin, again)
    yield from _passages(origin, again)


def _unfinished(work: Path, out: Path) -> Stale:
    if is_locked(work / "lock"):
        return Stale("unfinished", "a build works on it now", str(work), "wait until it is done")
    origin = origin_of(out)
    fix = _again(out, origin) if origin is not None else command("compile", "build", "MODEL", "--out", out)
    return Stale("unfinished", "a build of it was stopped; the same command goes on", str(work), fix)


def _model(origin: Origin, again: str) -> Iterator[Stale]:
    """A merged model is told by the hashes of its run's record, another by size and time of its weights."""
    if not origin.weights:
        return  # one that malmoi makes by itself, or that the hub's cache holds by its commit
    model = Path(origin.model)
    if not model.exists():
        yield Stale("gone", "its model is gone", origin.model, f"put it back, then: {again}")
        return
    run = model.parent
    revision = merged_revision(RunFolder(run)) if model.name == "merged" and is_run(run) else ""
    changed = revision != origin.revision if revision else weights_of(model) != dict(origin.weights)
    if changed:
        yield Stale("changed", "its model has changed since it was built", origin.model, again)


def _passages(origin: Origin, again: str) -> Iterator[Stale]:
    if not origin.index:
        return
    index = Path(origin.index)
    if not index.exists():
        yield Stale("gone", "the index of its passages is gone", origin.index, f"put it back, then: {again}")
        return
    try:
        now = state_of(index)
    except UserError as error:
        yield Stale("damaged", f"the index of its passages: {error.what}", origin.index, error.fix)
        return
    if now != origin.index_state:
        yield Stale("changed", "the documents of its index have changed since", origin.index, again)


def _again(folder: Path, origin: Origin) -> str:
    model = Path(origin.model) if origin.weights else origin.model
    index: list[str | Path] = ["--index", Path(origin.index)] if origin.index else []
    return command("compile", "build", model, *index, *origin.options, "--out", folder)
