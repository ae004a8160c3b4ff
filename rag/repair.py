"""Mends an index whose manifest and store differ: after a killed run, or for `malmoi rag verify`."""

from collections.abc import Iterable
from dataclasses import dataclass

from rag.manifest import Manifest
from rag.plan import UNTOLD
from rag.stores import PassageStore

# What the store holds, and how that differs from the passages recorded in the manifest.
_COMPARISON = """
CREATE TEMP TABLE IF NOT EXISTS stored (passage_id TEXT, doc_id TEXT);
CREATE INDEX IF NOT EXISTS temp.stored_ids ON stored (passage_id);
CREATE TEMP VIEW IF NOT EXISTS stray AS
    SELECT doc_id FROM stored GROUP BY passage_id HAVING COUNT(*) > 1
    UNION SELECT doc_id FROM stored WHERE passage_id NOT IN (SELECT passage_id FROM passages);
CREATE TEMP VIEW IF NOT EXISTS lost AS
    SELECT doc_id FROM passages WHERE passage_id NOT IN (SELECT passage_id FROM stored);
DELETE FROM temp.stored
"""
_REFILLED = """
DELETE FROM lacking;
INSERT INTO lacking SELECT passage_id, doc_id, characters FROM passages
    WHERE vector IS NOT NULL AND passage_id NOT IN (SELECT passage_id FROM temp.stored)
"""


@dataclass(frozen=True, slots=True)
class Repair:
    """What was found.

    ``documents``: ids of those that were half written, lost or doubled; they are out of the index, and
    the next run reads their files again. ``vectors``: ids of documents with vectors of no passage;
    those vectors are gone. ``lacking``: passages without a vector.
    """

    documents: tuple[str, ...]
    vectors: tuple[str, ...]
    lacking: int

    @property
    def count(self) -> int:
        """Number of documents that needed mending."""
        return len({*self.documents, *self.vectors})


def repair(manifest: Manifest, store: PassageStore) -> Repair:
    """Compare every passage and vector of the store with the manifest, and mend both."""
    take_stored(manifest, store.passage_ids())
    broken = _ids(
        manifest, "SELECT doc_id FROM temp.stray UNION SELECT doc_id FROM temp.lost ORDER BY doc_id"
    )
    if broken:
        store.remove_documents(broken)
        _read_again(manifest, broken)
        manifest.forget(broken)
    take_stored(manifest, store.vector_ids())
    stray = _ids(manifest, "SELECT doc_id FROM temp.stray ORDER BY doc_id")
    if stray:
        store.remove_vectors(stray)
        take_stored(manifest, store.vector_ids())
    with manifest.connection as transaction:
        for statement in _REFILLED.strip().split(";\n"):
            transaction.execute(statement)
    return Repair(tuple(broken), tuple(stray), manifest.lacking()[0])


def take_stored(manifest: Manifest, stored: Iterable[tuple[str, str]]) -> None:
    """Put ``(passage_id, doc_id)`` of what a store holds into the table ``temp.stored``."""
    with manifest.connection as transaction:
        for statement in _COMPARISON.strip().split(";\n"):
            transaction.execute(statement)
        transaction.executemany("INSERT INTO temp.stored VALUES (?, ?)", stored)


def _read_again(manifest: Manifest, doc_ids: list[str]) -> None:
    files = {entry.file for entry in manifest.entries(doc_ids).values()}
    with manifest.connection as transaction:
        transaction.executemany(
            "UPDATE files SET digest = ? WHERE path = ?", [(UNTOLD, file) for file in files]
        )


def _ids(manifest: Manifest, query: str) -> list[str]:
    return [doc_id for (doc_id,) in manifest.connection.execute(query)]
