"""The first phase of indexing: changed documents are split, tokenised and stored.

Each batch is whole: older rows go, the passages come, and one transaction records them. From then
on its documents can be found by their words; `rag.meaning` adds the vectors.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from curation.progress import Advance
from rag.lexical import lexical_fields, morphemes_of, titled
from rag.manifest import Manifest, PassageEntry
from rag.meaning import vector_key
from rag.passages import split_documents
from rag.plan import content_hash
from rag.sources import Source
from rag.store import PassageStore
from rag.types import Document
from rag.vectors import VectorStore

# A batch is what a killed run loses at most, and one version of the passages.
_BATCH_DOCUMENTS: Final = 256
_BATCH_CHARACTERS: Final = 200_000


@dataclass(slots=True)
class Words:
    """Documents of one run on their way into and out of an index; ``vectors``: None without any."""

    manifest: Manifest
    passages: PassageStore
    vectors: VectorStore | None
    added: int = 0
    updated: int = 0

    def repair(self) -> int:
        """Mend what a killed run left: half-written documents and vectors of no passage.

        Such documents are new to this run, or lack vectors. Returns how many there were.
        """
        broken = self.manifest.differences(self.passages.ids())
        self._remove(broken)
        self.manifest.forget(broken)
        if self.vectors is None:
            return len(broken)
        stray = self.manifest.stray_vectors(self.vectors.ids())
        self.vectors.remove_documents(stray)
        return len({*broken, *stray})

    def take_in(self, sources: Sequence[Source], advance: Advance) -> None:
        """Store the documents that the plan wants and the index does not hold so."""
        documents = (item for source in sources for item in source() if isinstance(item, Document))
        changed = itertools.chain.from_iterable(map(self._changed, _batches(documents)))
        for batch in _batches(changed):
            self._store(batch)
            advance(sum(len(document.text) for document in batch))

    def remove_vanished(self) -> int:
        """Remove the documents that the plan does not have; returns how many."""
        vanished = self.manifest.vanished()
        self._remove(vanished)
        self.manifest.forget(vanished)
        return len(vanished)

    def _changed(self, documents: Sequence[Document]) -> list[Document]:
        ids = [document.doc_id for document in documents]
        planned, held = self.manifest.planned(ids), self.manifest.contents(ids)
        wanted: dict[str, Document] = {}
        for document in documents:
            content = content_hash(document)
            if planned.get(document.doc_id) == content != held.get(document.doc_id):
                wanted.setdefault(document.doc_id, document)
        return list(wanted.values())

    def _store(self, documents: Sequence[Document]) -> None:
        by_id = {document.doc_id: document for document in documents}
        older = list(self.manifest.contents(list(by_id)))
        passages = [passage for found in split_documents(documents) for passage in found]
        texts = [titled(passage.title, passage.text) for passage in passages]
        lexical = lexical_fields(texts)
        self._remove(older)
        self.passages.add(passages, lexical)
        self.manifest.record(
            {doc_id: content_hash(document) for doc_id, document in by_id.items()},
            [
                PassageEntry(
                    passage.passage_id,
                    passage.doc_id,
                    len(passage.text),
                    morphemes_of(field),
                    None if self.vectors is None else vector_key(text),
                )
                for passage, field, text in zip(passages, lexical, texts, strict=True)
            ],
        )
        self.updated += len(older)
        self.added += len(by_id) - len(older)

    def _remove(self, doc_ids: Sequence[str]) -> None:
        # Vectors go first: one of an older title must never stand beside a newer passage.
        if self.vectors is not None:
            self.vectors.remove_documents(doc_ids)
        self.passages.remove_documents(doc_ids)


def _batches(documents: Iterator[Document]) -> Iterator[list[Document]]:
    batch: list[Document] = []
    characters = 0
    for document in documents:
        batch.append(document)
        characters += len(document.text)
        if len(batch) >= _BATCH_DOCUMENTS or characters >= _BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch
