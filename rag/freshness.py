"""Whether an index still holds what its sources hold: told from its manifest, without opening its store."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from curation.errors import UserError
from rag.acl import Rules, read_rules
from rag.manifest import Manifest
from rag.manifest_file import DIRTY, SETTINGS
from rag.plan import make_plan
from rag.settings_hash import settings_hash
from rag.sources import MOST_MEGABYTES, open_sources

# Stands in the meta: the paths and options of the last run over all sources.
BUILT_FROM: Final = "built_from"


@dataclass(frozen=True, slots=True)
class BuiltFrom:
    """What the last run over all sources was given; paths are absolute, ``acl`` is empty without rules."""

    paths: tuple[str, ...]
    configs: tuple[str, ...] = ()
    acl: str = ""
    most_megabytes: int = MOST_MEGABYTES

    @classmethod
    def of(
        cls, paths: Sequence[Path], configs: Sequence[str], acl: Path | None, most_megabytes: int
    ) -> "BuiltFrom":
        """From what a run is given."""
        # Not resolved: files are known by the names that the paths lead to.
        rules = str(acl.absolute()) if acl is not None else ""
        return cls(tuple(str(path.absolute()) for path in paths), tuple(configs), rules, most_megabytes)

    def as_json(self) -> str:
        """What the manifest keeps."""
        return orjson.dumps([self.paths, self.configs, self.acl, self.most_megabytes]).decode()

    @classmethod
    def read(cls, manifest: Manifest) -> "BuiltFrom | None":
        """What the manifest keeps; ``None`` when no run has told it."""
        told = manifest.meta(BUILT_FROM)
        if told is None:
            return None
        paths, configs, acl, most_megabytes = orjson.loads(told)
        return cls(tuple(paths), tuple(configs), acl, most_megabytes)


@dataclass(frozen=True, slots=True)
class Freshness:
    """How an index stands to its sources; documents' files and releases by the names the manifest has.

    ``changed`` and ``come`` would be read by the next run, ``gone`` be taken out. ``altered``: the rules who
    may find what, or the options, are others. ``unfinished``: a run was killed while it wrote. ``lost``:
    sources that do not exist any more.
    """

    changed: tuple[str, ...] = ()
    come: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    altered: bool = False
    unfinished: bool = False

    @property
    def is_current(self) -> bool:
        """Whether the next run would find nothing to do."""
        return self == Freshness()


def freshness(manifest: Manifest) -> Freshness:
    """Compare the sources of an index with its manifest, as the next run would, and change nothing.

    A file with the size and time that it had is taken for the same; of others the content is hashed. Of an
    index that does not say what it was built from, only the files that it knows are looked at.
    """
    unfinished = bool(manifest.meta(DIRTY))
    saved = manifest.saved_files()
    known = {path: entry for path, entry in manifest.files().items() if path not in saved}
    told = BuiltFrom.read(manifest)
    if told is None:
        told = BuiltFrom(tuple(known))
    there = [Path(path) for path in told.paths if Path(path).exists()]
    lost = tuple(path for path in told.paths if not Path(path).exists())
    altered = False
    if not there:
        return Freshness(gone=tuple(sorted(known)), lost=lost, unfinished=unfinished)
    try:
        rules = read_rules(Path(told.acl)) if told.acl else Rules()
        sources = open_sources(there, told.configs, rules=rules, most_megabytes=told.most_megabytes)
    except UserError:
        # The rules or a configuration are gone: the next run says so.
        return Freshness(lost=lost, altered=True, unfinished=unfinished)
    if manifest.meta(BUILT_FROM) is not None:
        now = settings_hash(told.configs, rules, told.most_megabytes, told_apart=sources.told_apart)
        altered = not lost and manifest.meta(SETTINGS) not in (now, "")
    plan = make_plan(sources.inputs, (), known, trust=True)
    read = [one.key for one, _ in plan.read]
    return Freshness(
        changed=tuple(sorted(key for key in read if key in known)),
        come=tuple(sorted(key for key in read if key not in known)),
        gone=tuple(plan.vanished),
        lost=lost,
        altered=altered,
        unfinished=unfinished,
    )
