"""What a run would index, found by reading every source once before anything is changed."""

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from curation.progress import Progress
from rag.sources import Source, Unreadable
from rag.types import Document

_KEEP_FAULTS: Final = 20


def content_hash(document: Document) -> bytes:
    """Changes when anything that reaches the index changes."""
    parts = (document.title, document.source, document.text)
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


class Plan:
    """Ids, content hashes and lengths of the documents to hold; on disk when there are many."""

    def __init__(self) -> None:
        # An empty name is SQLite's private temporary database: memory first, then a file.
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute(
            "CREATE TABLE plan (doc_id TEXT PRIMARY KEY, content BLOB, characters INTEGER) WITHOUT ROWID"
        )
        self.documents = 0
        self.skipped: Counter[str] = Counter()
        self.faults: list[Unreadable] = []

    def take(self, item: Document | Unreadable) -> None:
        """Add a document, or count why it is left out; the first of equal ids wins."""
        if isinstance(item, Unreadable):
            self._skip("unreadable", item)
        elif not item.text.strip():
            self._skip("empty", Unreadable(item.doc_id, "no text"))
        elif self._insert(item):
            self.documents += 1
        else:
            self._skip("duplicate_id", Unreadable(item.doc_id, "an earlier document has this id"))

    def rows(self) -> Iterator[tuple[str, bytes, int]]:
        """``(doc_id, content hash, characters)`` of every document."""
        yield from self._connection.execute("SELECT doc_id, content, characters FROM plan")

    def _insert(self, document: Document) -> bool:
        cursor = self._connection.execute(
            "INSERT OR IGNORE INTO plan VALUES (?, ?, ?)",
            (document.doc_id, content_hash(document), len(document.text)),
        )
        return cursor.rowcount == 1

    def _skip(self, reason: str, fault: Unreadable) -> None:
        self.skipped[reason] += 1
        if len(self.faults) < _KEEP_FAULTS:
            self.faults.append(fault)


def make_plan(sources: Sequence[Source], progress: Progress) -> Plan:
    """Read every source to its end."""
    plan = Plan()
    with progress.task("Reading the sources", None, "documents") as advance:
        for source in sources:
            for item in source():
                plan.take(item)
                advance(1)
    return plan
