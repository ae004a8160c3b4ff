"""How a run stands: what was finished, what waits, and what of it fits together no more. No torch.

Told from ``run.json`` and the notes of begun stages; a file is hashed only where its time is later than
that of what was made of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from curation.checkpoints import sha256_of
from curation.errors import UserError
from training.run_folder import RunFolder

LOCK: Final = ".lock"
_STAGES: Final = ("run", "preference", "eval", "merge", "export", "push")
_MANIFEST: Final = "manifest.json"
# What looking into a record raises that is JSON of another shape: edited by hand, or of another program.
_NO_RECORD: Final = (AttributeError, KeyError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Standing:
    """A run.

    ``stages`` are finished; ``unfinished`` is one that was begun and is not, or that the configuration asks
    for (``""``: none). ``changed`` and ``gone`` are data that it learned; ``merged_older``: the adapter is
    not the one that was merged; ``merged_torn``: a file of the merged model has another size than it was
    written with.
    """

    stages: tuple[str, ...]
    unfinished: str = ""
    base: str = ""
    data: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    merged_older: bool = False
    merged_torn: bool = False


def is_run(folder: Path) -> bool:
    """Tell whether a folder is that of a run, begun or finished."""
    return (folder / "begun-run.json").is_file() or all(
        (folder / name).is_file() for name in ("run.json", "config.yaml")
    )


def standing(folder: RunFolder, homes: Sequence[Path]) -> Standing:
    """Look at a run.

    Parameters
    ----------
    homes
        What relative paths of its data may start from: a run does not note where it was started.

    Raises
    ------
    UserError
        When its record is damaged.
    """
    record = folder.record()
    try:
        return _told(folder, record, homes)
    except _NO_RECORD as error:
        raise UserError(
            f"The record of the run is not one that a run writes: {type(error).__name__}: {error}",
            where=str(folder.record_file),
            fix="Run the stage again that wrote it last, or put the file back from a backup.",
        ) from error


def merged_revision(folder: RunFolder) -> str:
    """Give the revision of a merged model as `training.base.resolve` tells it, from the record alone.

    Empty when the record does not say it or is damaged, or the folder is torn.
    """
    try:
        merge = folder.record().get("merge") or {}
        weights = sorted((str(one["path"]), str(one["sha256"])) for one in merge.get("weights") or ())
        if not weights or _is_torn(folder, merge):
            return ""
    except (UserError, *_NO_RECORD):
        return ""
    from training.base.weights import sha256_of_listed  # noqa: PLC0415 - beside those who resolve models

    return f"sha256:{sha256_of_listed(weights)}"


def _told(folder: RunFolder, record: Mapping[str, Any], homes: Sequence[Path]) -> Standing:
    stages = tuple(stage for stage in _STAGES if stage in record)
    sources = (record.get("run") or {}).get("sources") or ()
    data = tuple(dict.fromkeys(str(one["path"]) for one in sources))
    changed, gone = _data(sources, _when(folder.path / "begun-run.json"), homes)
    merge = record.get("merge") or {}
    return Standing(
        stages,
        _unfinished(folder, record),
        str(((record.get("run") or {}).get("base") or {}).get("name", "")),
        data,
        changed,
        gone,
        merged_older=bool(merge) and _is_older(folder, merge),
        merged_torn=bool(merge) and _is_torn(folder, merge),
    )


def _unfinished(folder: RunFolder, record: Mapping[str, Any]) -> str:
    for stage in ("run", "preference"):
        note = folder.path / f"begun-{stage}.json"
        if note.is_file() and stage not in record:
            return stage
    begun = _read(folder.path / "begun-run.json")
    decisive = begun.get("decisive")
    wanted = isinstance(decisive, dict) and decisive.get("preference") is not None
    return "preference" if wanted and "run" in record and "preference" not in record else ""


def _data(
    sources: Sequence[Mapping[str, Any]], begun: float, homes: Sequence[Path]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    changed: dict[str, None] = {}
    gone: dict[str, None] = {}
    for one in sources:
        named, sha256 = str(one["path"]), str(one["sha256"])
        path = _found(named, homes)
        if path is None:
            gone[named] = None
            continue
        file = path / _MANIFEST if path.is_dir() else path
        # Older than the run, it is what the run read.
        if file.is_file() and _when(file) > begun and sha256_of(file) != sha256:
            changed[named] = None
    return tuple(changed), tuple(gone)


def _found(named: str, homes: Sequence[Path]) -> Path | None:
    given = Path(named).expanduser()
    places = [given] if given.is_absolute() else [home / given for home in homes]
    return next((place for place in places if place.exists()), None)


def _is_older(folder: RunFolder, merge: Mapping[str, Any]) -> bool:
    was: Mapping[str, str] = merge.get("of") or {}
    if not was:
        return False
    merged = max((_when(path) for path in folder.merged.glob("*.safetensors")), default=0.0)
    for name, sha256 in was.items():
        path = folder.adapter / name
        if not path.is_file():
            return True
        if _when(path) > merged and sha256_of(path) != sha256:
            return True
    return False


def _is_torn(folder: RunFolder, merge: Mapping[str, Any]) -> bool:
    return any(_size(folder.merged / str(one["path"])) != one["bytes"] for one in merge.get("weights") or ())


def leftovers(folder: RunFolder) -> Iterator[Path]:
    """Give what killed stages left in a run's folder; only while nobody works there (``.lock``).

    Drafts of an adapter and of merged models, half tokenised rows, checkpoints that were being removed, and
    those that were set aside because they are damaged. ``.merged.old`` is not among them: it may be the only
    whole model.
    """
    for pattern in (".adapter.draft", ".merged.????????", ".*.????????.tmp"):
        yield from sorted(folder.path.glob(pattern))
    yield from sorted(path for path in folder.data.glob("*.*") if _is_draft(path))
    for own in (folder, RunFolder(folder.path / "preference")):
        yield from sorted(own.checkpoints.glob(".pruned-*"))
        yield from sorted(own.checkpoints.glob("set-aside"))


def superseded_checkpoints(folder: RunFolder) -> Iterator[Path]:
    """Give the checkpoints of a run whose every stage is finished: nothing goes on from them any more.

    ``run`` and ``preference`` have put what they learned into ``adapter/``.
    """
    record = folder.record()
    if "run" not in record or _unfinished(folder, record) or not _has_weights(folder.adapter):
        return
    from training.running.checkpoints import all_in  # noqa: PLC0415 - not for every look

    for own in (folder, RunFolder(folder.path / "preference")):
        yield from all_in(own.checkpoints)


def tokenised_rows(folder: RunFolder) -> Iterator[Path]:
    """Give the tokenised rows of a run that is merged: they are made again from the data where needed."""
    record = folder.record()
    if "merge" in record and not _unfinished(folder, record):
        yield from sorted(path for path in folder.data.glob("*") if (path / "done.json").is_file())


def _has_weights(folder: Path) -> bool:
    return any(folder.glob("*.safetensors"))


def _is_draft(path: Path) -> bool:
    key, _, rest = path.name.partition(".")
    return len(key) == 40 and len(rest) == 8 and path.is_dir()


def _read(path: Path) -> Mapping[str, Any]:
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _when(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
