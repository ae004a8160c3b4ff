"""The first phase of indexing: changed documents are split, tokenised and stored.

Each batch is whole: older rows go, the passages come, and one transaction records them together with
the files whose last document they hold. From then on its documents can be found by their words;
`rag.meaning` adds the vectors.
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from curation.progress import Advance
from rag.files import Input, Stamp, Unreadable, is_settled
from rag.manifest import DocumentEntry, FileEntry, Manifest, PassageEntry
from rag.passages import cut_documents, searched_text
from rag.plan import UNTOLD, Plan, Skipped, content_hash
from rag.stores import PassageStore
from rag.types import Document

# A batch is what a killed run loses at most, and one version of the passages.
_BATCH_DOCUMENTS: Final = 256
_BATCH_CHARACTERS: Final = 200_000
_BATCH_FILES: Final = 1024


@dataclass(slots=True)
class _Batch:
    """What the next transaction holds, and the bytes of the sources that it stands for."""

    documents: dict[str, tuple[Document, DocumentEntry]] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    files: list[FileEntry] = field(default_factory=list)
    characters: int = 0
    bytes: int = 0

    @property
    def is_full(self) -> bool:
        return (
            len(self.documents) >= _BATCH_DOCUMENTS
            or self.characters >= _BATCH_CHARACTERS
            or len(self.files) >= _BATCH_FILES
        )


class Words:
    """Documents of one run on their way into and out of an index.

    Parameters
    ----------
    manifest, store
        Of the index, held for writing.
    vector_key
        Names the vector of a text; ``None``: the index has no vectors.
    """

    def __init__(
        self, manifest: Manifest, store: PassageStore, vector_key: Callable[[str], bytes] | None
    ) -> None:
        self.added = self.updated = self.deleted = 0
        # Rows that came into the store, and documents that left it.
        self.changes = 0
        self._manifest = manifest
        self._store = store
        self._vector_key = vector_key
        self._batch = _Batch()
        # Which file gave which document in this run. An empty name is SQLite's private temporary
        # database: memory first, then a file.
        self._seen = sqlite3.connect("", isolation_level=None)
        self._seen.execute("CREATE TABLE seen (doc_id TEXT PRIMARY KEY, file TEXT) WITHOUT ROWID")

    def take_in(self, plan: Plan, advance: Advance) -> None:
        """Do what the plan says: read new and changed files, forget those that vanished."""
        self._batch.files += plan.touched
        for one, stamp in plan.read:
            self._take_file(one, stamp, plan, advance)
        self._flush(advance)
        vanished = [doc_id for file in plan.vanished for doc_id in self._manifest.documents_of(file)]
        if vanished:
            self._store.remove_documents(vanished)
        if plan.vanished:
            self._manifest.forget(vanished, plan.vanished)
        self.deleted += len(vanished)
        self.changes += len(vanished)
        self._seen.close()

    def _take_file(self, one: Input, planned: Stamp, plan: Plan, advance: Advance) -> None:
        skipped = Skipped()
        left = one.bytes or planned.size
        stamp, digest = _told(one, planned, skipped)
        if digest != UNTOLD:
            for item in one.read():
                if isinstance(item, Unreadable):
                    skipped.take("unreadable", item)
                    continue
                # Reading goes on as if the file were new when one of its documents belongs to another.
                if not self._offer(item, one.key, plan, skipped):
                    digest = UNTOLD
                part = min(left, len(item.text.encode("utf-8", "surrogatepass")))
                left -= part
                self._batch.bytes += part
                if self._batch.is_full:
                    self._flush(advance)
            if _told(one, stamp, Skipped())[0] != stamp:
                fault = Unreadable(one.key, "it changed while it was read; the next run reads it again")
                skipped.take("unreadable", fault)
                digest = UNTOLD
        self._batch.bytes += left
        self._batch.gone += [
            doc_id for doc_id in self._manifest.documents_of(one.key) if self._owner(doc_id) is None
        ]
        time = stamp.mtime_ns if is_settled(stamp) else -1
        self._batch.files.append(FileEntry(one.key, stamp.size, time, digest, skipped.as_json()))
        plan.skipped.merge(skipped)
        if self._batch.is_full:
            self._flush(advance)

    def _offer(self, document: Document, file: str, plan: Plan, skipped: Skipped) -> bool:
        """Put a document into the batch if it is new; false when another file's stands in its way."""
        if not document.text.strip():
            skipped.take("empty", Unreadable(document.doc_id, "no text"))
            return True
        owner = self._owner(document.doc_id)
        held = self._manifest.entries([document.doc_id]).get(document.doc_id)
        if owner is None and held is not None and held.file != file and held.file in plan.kept:
            owner = held.file
        if owner is not None:
            skipped.take("duplicate_id", Unreadable(document.doc_id, "an earlier document has this id"))
            return owner == file
        self._seen.execute("INSERT INTO seen VALUES (?, ?)", (document.doc_id, file))
        entry = DocumentEntry(content_hash(document), file)
        if held is None or held.content != entry.content:
            self._batch.documents[document.doc_id] = document, entry
            self._batch.characters += len(document.text)
        elif held.file != file:
            self._batch.moved[document.doc_id] = file
        return True

    def _owner(self, doc_id: str) -> str | None:
        found = self._seen.execute("SELECT file FROM seen WHERE doc_id = ?", (doc_id,)).fetchone()
        return None if found is None else str(found[0])

    def _flush(self, advance: Advance) -> None:
        batch, self._batch = self._batch, _Batch()
        older = list(self._manifest.entries(list(batch.documents)))
        # A later file of the batch may give what an earlier one gave up.
        gone = [
            doc_id for doc_id in batch.gone if doc_id not in batch.documents and doc_id not in batch.moved
        ]
        cuts = cut_documents([document for document, _ in batch.documents.values()])
        if older or gone:
            self._store.remove_documents([*older, *gone])
        if cuts:
            self._store.add([cut.passage for cut in cuts], [cut.lexical for cut in cuts])
        self._manifest.record(
            {doc_id: entry for doc_id, (_, entry) in batch.documents.items()},
            [
                PassageEntry(
                    cut.passage.passage_id,
                    cut.passage.doc_id,
                    len(cut.passage.text),
                    cut.lexical.split(),
                    None if self._vector_key is None else self._vector_key(searched_text(cut.passage)),
                )
                for cut in cuts
            ],
            moved=batch.moved,
            gone=gone,
            files=batch.files,
        )
        self.updated += len(older)
        self.added += len(batch.documents) - len(older)
        self.deleted += len(gone)
        self.changes += len(cuts) + len(older) + len(gone)
        advance(batch.bytes)


def _told(one: Input, planned: Stamp, skipped: Skipped) -> tuple[Stamp, bytes]:
    """Stamp and digest of a file before it is read; no digest when it cannot be."""
    try:
        return one.stamp(), one.digest()
    except OSError as error:
        skipped.take("unreadable", Unreadable(one.key, f"it cannot be read: {error.strerror}"))
        return planned, UNTOLD


def is_empty(plan: Plan, manifest: Manifest | None) -> bool:
    """Whether nothing would be left in the index; looks no further than the first document."""
    if manifest is not None and any(manifest.documents_of(file) for file in plan.kept):
        return False
    return not any(_has_text(one) for one, _ in plan.read)


def _has_text(one: Input) -> bool:
    return any(isinstance(item, Document) and item.text.strip() for item in one.read())


def first_faults(plan: Plan, most: int = 5) -> Sequence[Unreadable]:
    """Why nothing can be indexed: faults of the files that the plan would read."""
    found = [*plan.skipped.faults]
    for one, _ in plan.read:
        if len(found) >= most:
            break
        found += [item for item in one.read() if isinstance(item, Unreadable)]
    return found[:most]
