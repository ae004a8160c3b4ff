"""What of a workspace can go: made again where it is needed, or left behind by runs that were killed.

Each kind is looked for only where we put it, by names and marks that are ours; what a lock is held on stays.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from curation.errors import ConfigurationError
from curation.locks import is_locked
from malmoi.workspace import Workspace
from malmoi.workspaces.finding import Found, find, out_of_work
from malmoi.workspaces.sizes import freed_by, newest

Kind = Literal["temporary", "work", "checkpoints", "rows", "versions", "cache", "journal"]
# A file that nobody has written to for so long is no running command's.
_IDLE_S: Final = 3600.0
_TEMPORARY: Final = re.compile(r"\.(.+)\.[a-z0-9_]{8}\.tmp")
# As `tempfile` names them; one of letters alone, a case in seventeen, may be a word of somebody else's.
_TEMPORARY_FOLDER: Final = re.compile(r"\.(.+)\.(?=[a-z_]*[0-9_])[a-z0-9_]{8}")
# What lies at the top of folders that we fill before they get their name.
_IN_DRAFTS: Final = frozenset(
    {"index", "manifest.sqlite", "tables", "index.json", "passages", "page.json", "app-config.json"}
    | {"mlc-chat-config.json", "tensor-cache.json", "ndarray-cache.json", "tokenizer.json", "SHA256SUMS"}
)
_NOTE: Final = re.compile(r"\.(.+)\.origin\.json")
_CALL: Final = b'{"call":"'


@dataclass(frozen=True, slots=True)
class Item:
    """Something that can go.

    ``lock`` is held while it goes (``None``: none protects it); ``bytes`` is what removing it frees, ``None``
    where that shows only when it is done; ``root`` is the folder that all its paths lie in.
    """

    kind: Kind
    what: str
    paths: tuple[Path, ...]
    bytes: int | None
    root: Path
    lock: Path | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that could go, and why it stays."""

    what: str
    path: Path
    why: str


@dataclass(frozen=True, slots=True)
class Rubbish:
    """A plan: what goes, and what stays although it is of the same kind."""

    items: tuple[Item, ...]
    kept: tuple[Kept, ...]

    @property
    def bytes(self) -> int:
        """What is known to be freed."""
        return sum(item.bytes or 0 for item in self.items)


def rubbish(home: Path, *, cache: bool = True, journals: bool = False) -> Rubbish:
    """Look for what can go; nothing is written.

    Parameters
    ----------
    cache
        Look into the cache (`MALMOI_CACHE`), too, which may serve other workspaces.
    journals
        And at journals of a model's replies: without them the same questions are asked of it again.

    Raises
    ------
    ConfigurationError
        When `malmoi.toml` cannot be read.
    """
    from malmoi.workspaces.bot import store_files
    from slackbot.glance import lock_of

    workspace = Workspace(home)
    settings = workspace.settings()
    found = find(home)
    store = home / settings.slack.store
    bot = is_locked(lock_of(store))
    busy = [path for path in found.runs if is_locked(path / ".lock")]
    told = [
        *_temporaries(home, found),
        *_works(home, found),
        *_of_runs(home, found),
        *_versions(home, found, bot=bot),
        *(_cache(busy=bool(busy) or bot) if cache else ()),
        *(_journals(home, found) if journals else ()),
    ]
    protected = {path.absolute() for path in store_files(store)}
    items = [one for one in told if isinstance(one, Item) and not protected & set(one.paths)]
    return Rubbish(tuple(items), tuple(one for one in told if isinstance(one, Kept)))


def _item(kind: Kind, what: str, paths: list[Path], root: Path, lock: Path | None = None) -> Iterator[Item]:
    if paths:
        yield Item(kind, what, tuple(path.absolute() for path in paths), freed_by(paths), root, lock)


def _temporaries(home: Path, found: Found) -> Iterator[Item | Kept]:
    """What was being written when a command was killed, and notes of what is gone."""
    holdings = [*found.releases, *found.indexes, *found.runs, *found.bundles]
    ours = {home, *(path.parent for path in holdings), *(path.parent for path in found.works)}
    ours |= {path for path in found.others if ".malmoi" in path.relative_to(home).parts}
    left: list[Path] = []
    for folder in sorted(ours):
        for path in sorted(folder.glob(".*")):
            if not path.is_symlink() and _is_left(path):
                left.append(path)
    yield from _item("temporary", "left by commands that were killed", left, home)
    yield from _item("temporary", "replaced folders of killed commands", _replaced(holdings), home)
    for index in found.indexes:
        inside = [path for path in sorted(index.glob(".*.tmp")) if _TEMPORARY.fullmatch(path.name)]
        yield from _item("temporary", "left in an index", inside, home, index / ".lock")


def _is_left(path: Path) -> bool:
    noted = _NOTE.fullmatch(path.name)
    if noted is not None and path.is_file():
        there = (path.with_name(noted[1]), path.with_name(f".{noted[1]}.work"))
        return not any(one.exists() for one in there) and _is_idle(path)
    if path.is_file():
        return _TEMPORARY.fullmatch(path.name) is not None and _is_idle(path)
    if path.is_dir() and _TEMPORARY_FOLDER.fullmatch(path.name):
        inside = {one.name for one in path.iterdir()}
        return (not inside or bool(inside & _IN_DRAFTS)) and _is_idle(path)
    return False


def _is_idle(path: Path) -> bool:
    return newest(path) < time.time() - _IDLE_S


def _replaced(holdings: list[Path]) -> list[Path]:
    """Folders that were put aside for a moment; only where the one that took their name is there."""
    aside = [path.with_name(f".{path.name}.old") for path in holdings]
    return [path for path in aside if path.is_dir() and not path.is_symlink() and _is_idle(path)]


def _works(home: Path, found: Found) -> Iterator[Item | Kept]:
    from curation.workfolder import abandoned_drafts, is_superseded

    for work in found.works:
        out, lock = out_of_work(work), work / "lock"
        if is_locked(lock):
            yield Kept("unfinished work", work, "a run is at it now")
        elif is_superseded(work, out):
            yield from _item("work", f"of a run of {out.name} that is finished", [work], home, lock)
        elif not any(path.is_dir() or path.name == "run.json" for path in work.iterdir()):
            yield from _item("work", f"of a run of {out.name} that had done nothing", [work], home, lock)
        else:
            yield from _item(
                "work", f"half-done pieces of {out.name}", list(abandoned_drafts(work)), home, lock
            )
            fix = (
                f"malmoi curate resume {out.name}"
                if (work / "run.json").is_file()
                else "malmoi compile build"
            )
            yield Kept("unfinished work", work, f"it can be gone on with: {fix}")


def _of_runs(home: Path, found: Found) -> Iterator[Item | Kept]:
    from curation.errors import UserError
    from training.run_folder import RunFolder
    from training.standing import LOCK, leftovers, superseded_checkpoints, tokenised_rows

    for path in found.runs:
        run, lock = RunFolder(path), path / LOCK
        if is_locked(lock):
            yield Kept("checkpoints", path, "a run or stage is at it now")
            continue
        yield from _item("temporary", f"left in the run {path.name}", _no_links(leftovers(run)), home, lock)
        try:
            checkpoints, rows = list(superseded_checkpoints(run)), list(tokenised_rows(run))
        except UserError:
            yield Kept("checkpoints", path, "its record cannot be read")
            continue
        what = f"of the run {path.name}, which is finished"
        yield from _item("checkpoints", what, _no_links(checkpoints), home, lock)
        yield from _item("rows", f"tokenised, of {path.name}, which is merged", _no_links(rows), home, lock)


def _no_links(paths: "Iterator[Path] | list[Path]") -> list[Path]:
    return [path for path in paths if not path.is_symlink()]


def _versions(home: Path, found: Found, *, bot: bool) -> Iterator[Item | Kept]:
    from rag.lock import LOCK_FILE
    from rag.versions import old_versions

    for index in found.indexes:
        try:
            old = old_versions(index)
        except (ConfigurationError, OSError):
            continue  # `status` tells of it
        if not old:
            continue
        if is_locked(index / LOCK_FILE):
            yield Kept("old versions", index, "a run writes to it now")
        elif bot:
            yield Kept("old versions", index, "the bot runs, and may be reading from it")
        else:
            yield Item("versions", f"{old:,} old versions of tables", (index.absolute(),), None, home)


def _cache(*, busy: bool) -> Iterator[Item | Kept]:
    from training.base.model_cache import cache_folder, entries

    home = cache_folder()
    for entry in entries():
        name = entry.path.parent.relative_to(home).as_posix()
        if busy:
            yield Kept("cache", entry.path, "a run or the bot is at work, and may be using it")
        elif is_locked(entry.lock):
            yield Kept("cache", entry.path, "it is being made now")
        else:
            what = f"{name}, half made" if entry.draft else f"{name}, made again when it is needed"
            yield from _item("cache", what, [entry.path], home, entry.lock)


def _journals(home: Path, found: Found) -> Iterator[Item | Kept]:
    for folder in found.others:
        for path in sorted(folder.glob("*.jsonl")):
            if path.is_symlink() or not _is_journal(path):
                continue
            if is_locked(path):
                yield Kept("journal", path, "a run writes to it now")
            else:
                yield from _item("journal", "replies of a model", [path], home, path)


def _is_journal(path: Path) -> bool:
    """Whether a file begins as `prompting.journal_file` writes it, and has a place that commands give it."""
    named = path.name.endswith("calls.jsonl") or path.parent.name in ("calls", "guard")
    try:
        with path.open("rb") as stream:
            return named and stream.read(len(_CALL)) == _CALL
    except OSError:
        return False
