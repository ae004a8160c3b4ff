"""What an index holds, in SQLite: files, documents, passages, frequencies of terms, cached vectors.

The passages themselves and their vectors are in the store beside it (`rag.stores`). Each batch of
passages goes to the store first and is then recorded here in one transaction, so a process that dies
in between leaves passages that the manifest does not know. Therefore a run marks the index before its
first write and takes the mark away at its end; `rag.repair` compares both where it finds the mark.
"""

import hashlib
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from rag.embedding import Vectors
from rag.manifest_file import DEFAULT_STORE, FILE_NAME, ManifestFile

__all__ = [
    "DEFAULT_STORE",
    "FILE_NAME",
    "DocumentEntry",
    "FileEntry",
    "Manifest",
    "PassageEntry",
]


# What the path of a file begins with that was saved beside the sources; see `rag.saved`.
SAVED: Final = "saved:"


class DocumentEntry(NamedTuple):
    """A document as the manifest knows it: the hash of its content, and the file it comes from."""

    content: bytes
    file: str


@dataclass(frozen=True, slots=True)
class PassageEntry:
    """What the manifest keeps of a passage; ``vector_key``: None in an index without vectors.

    ``tokens`` are all tokens of its lexical field, with repetitions.
    """

    passage_id: str
    doc_id: str
    characters: int
    tokens: Sequence[str]
    vector_key: bytes | None


class FileEntry(NamedTuple):
    """A file as it was when it was read to its end.

    ``skipped`` is JSON of what in it gave no document; see `rag.files`.
    """

    path: str
    size: int
    mtime_ns: int
    digest: bytes
    skipped: str


class Manifest(ManifestFile):
    """What an index holds; use as a context manager."""

    def __init__(self, connection: sqlite3.Connection, where: Path) -> None:
        super().__init__(connection, where)
        self._freed: set[bytes] = set()

    def passages(self) -> int:
        """Number of passages."""
        return self.one("SELECT passages FROM totals")

    def documents(self) -> int:
        """Number of documents."""
        return self.one("SELECT COUNT(*) FROM documents")

    def contents_hash(self) -> str:
        """Hash every document's id and content: equal where equal documents may be found."""
        found = hashlib.blake2b(digest_size=16)
        for doc_id, content in self.connection.execute(
            "SELECT doc_id, content FROM documents ORDER BY doc_id"
        ):
            found.update(f"{doc_id}\0".encode("utf-8", "surrogatepass") + content)
        return found.hexdigest()

    def mean_length(self) -> float:
        """Mean number of tokens of a passage's lexical field, repetitions counted; 0 in an empty index."""
        passages, tokens = self.connection.execute("SELECT passages, tokens FROM totals").fetchone()
        return tokens / passages if passages else 0.0

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many passages each token of the lexical field occurs; 0 for an unknown one."""
        rows = self.select("SELECT term, passages FROM terms WHERE term IN", terms)
        return {**dict.fromkeys(terms, 0), **dict(rows)}

    def entries(self, doc_ids: Sequence[str]) -> dict[str, DocumentEntry]:
        """Those of the documents that the index holds, by id."""
        rows = self.select("SELECT doc_id, content, file FROM documents WHERE doc_id IN", doc_ids)
        return {doc_id: DocumentEntry(content, file) for doc_id, content, file in rows}

    def files(self) -> dict[str, FileEntry]:
        """Every file that was read to its end, by path."""
        return self._files("")

    def saved_files(self) -> dict[str, FileEntry]:
        """Those of the files that were saved beside the sources."""
        return self._files(SAVED)

    def _files(self, beginning: str) -> dict[str, FileEntry]:
        # A range of the primary key: there may be a hundred thousand other files.
        rows = self.connection.execute(
            "SELECT path, size, mtime_ns, digest, skipped FROM files WHERE path >= ? AND path < ?",
            (beginning, f"{beginning}\U0010ffff"),
        )
        return {row[0]: FileEntry(*row) for row in rows}

    def documents_of(self, file: str) -> list[str]:
        """Ids of the documents that come from a file."""
        rows = self.connection.execute("SELECT doc_id FROM documents WHERE file = ?", (file,))
        return [doc_id for (doc_id,) in rows]

    def record(
        self,
        documents: Mapping[str, DocumentEntry],
        passages: Sequence[PassageEntry],
        *,
        moved: Mapping[str, str] | None = None,
        gone: Sequence[str] = (),
        files: Sequence[FileEntry] = (),
    ) -> None:
        """Take in a batch, at once.

        Parameters
        ----------
        documents, passages
            Documents by id with all their passages; they replace what was known of them.
        moved
            Unchanged documents that now come from another file: the file by id.
        gone
            Documents to forget.
        files
            Files whose last document is recorded by now.
        """
        with self.connection as transaction:
            self._forget(transaction, [*documents, *gone])
            transaction.executemany(
                "INSERT INTO documents VALUES (?, ?, ?)",
                [(doc_id, *entry) for doc_id, entry in documents.items()],
            )
            self._add(transaction, passages)
            transaction.executemany(
                "UPDATE documents SET file = ? WHERE doc_id = ?",
                [(file, doc_id) for doc_id, file in (moved or {}).items()],
            )
            transaction.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)", files)

    def forget(self, doc_ids: Sequence[str], files: Iterable[str] = ()) -> None:
        """Remove documents and files, at once."""
        with self.connection as transaction:
            self._forget(transaction, doc_ids)
            transaction.executemany("DELETE FROM files WHERE path = ?", [(path,) for path in files])

    def passage_ids(self) -> list[str]:
        """Ids of all passages."""
        return [name for (name,) in self.connection.execute("SELECT passage_id FROM passages")]

    def some_vectors(self, limit: int) -> list[Vectors]:
        """At most so many of the cached vectors; keys are hashes, so the first are as good as any."""
        rows = self.connection.execute("SELECT vector FROM vectors ORDER BY key LIMIT ?", (limit,))
        return [np.frombuffer(vector, np.float16) for (vector,) in rows]

    def cached_vectors(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        """Cached vectors by key."""
        rows = self.select("SELECT key, vector FROM vectors WHERE key IN", keys)
        return {key: np.frombuffer(vector, np.float16) for key, vector in rows}

    def cache_vectors(self, vectors: Mapping[bytes, Vectors]) -> None:
        """Keep vectors at once, before their passages have them: they are the costly part."""
        with self.connection as transaction:
            transaction.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
                [(key, vector.tobytes()) for key, vector in vectors.items()],
            )

    def drop_freed_vectors(self) -> None:
        """Drop the cached vectors of passages that were removed, where no other passage uses them."""
        with self.connection as transaction:
            transaction.executemany(
                "DELETE FROM vectors WHERE key = ?1 "
                "AND NOT EXISTS (SELECT 1 FROM passages WHERE vector = ?1)",
                [(key,) for key in self._freed],
            )
        self._freed.clear()

    def drop_unused_vectors(self) -> None:
        """Drop the cached vectors that no passage uses; looks at every one."""
        with self.connection as transaction:
            transaction.execute(
                "DELETE FROM vectors WHERE key NOT IN (SELECT vector FROM passages WHERE vector IS NOT NULL)"
            )
        self._freed.clear()

    def lacking(self) -> tuple[int, int]:
        """Number and characters of the passages that still need a vector."""
        query = "SELECT COUNT(*), COALESCE(SUM(characters), 0) FROM lacking"
        passages, characters = self.connection.execute(query).fetchone()
        return int(passages), int(characters)

    def without_vector(self, limit: int, after: str = "") -> list[str]:
        """Ids of the next ``limit`` passages that need a vector, in the order of ids."""
        query = "SELECT passage_id FROM lacking WHERE passage_id > ? ORDER BY passage_id LIMIT ?"
        return [row for (row,) in self.connection.execute(query, (after, limit))]

    def have_vectors(self, passage_ids: Sequence[str]) -> None:
        """Note that the store holds these passages' vectors."""
        with self.connection as transaction:
            transaction.executemany(
                "DELETE FROM lacking WHERE passage_id = ?", [(one,) for one in passage_ids]
            )

    def _add(self, transaction: sqlite3.Connection, passages: Sequence[PassageEntry]) -> None:
        rows = [(one.passage_id, one.doc_id, one.characters, len(one.tokens)) for one in passages]
        transaction.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?)",
            [(*row, one.vector_key) for row, one in zip(rows, passages, strict=True)],
        )
        transaction.executemany(
            "INSERT INTO lacking VALUES (?, ?, ?)",
            [row[:3] for row, one in zip(rows, passages, strict=True) if one.vector_key is not None],
        )
        counts: Counter[str] = Counter()
        of_document: dict[str, list[str]] = {}
        for one in passages:
            distinct = dict.fromkeys(one.tokens)
            counts.update(distinct.keys())
            of_document.setdefault(one.doc_id, []).extend(distinct)
        transaction.executemany(
            "INSERT INTO document_terms VALUES (?, ?)",
            [(doc_id, _packed(terms)) for doc_id, terms in of_document.items()],
        )
        transaction.executemany(
            "INSERT INTO terms VALUES (?, ?) "
            "ON CONFLICT (term) DO UPDATE SET passages = passages + excluded.passages",
            # In the order of the table, which is on disk in an index of some size.
            sorted(counts.items()),
        )
        self._count(transaction, len(rows), sum(row[3] for row in rows))

    def _forget(self, transaction: sqlite3.Connection, doc_ids: Sequence[str]) -> None:
        packed = self.select("SELECT terms FROM document_terms WHERE doc_id IN", doc_ids)
        counts = Counter(term for (terms,) in packed for term in _unpacked(terms))
        transaction.executemany(
            "UPDATE terms SET passages = passages - ? WHERE term = ?",
            [(count, term) for term, count in sorted(counts.items())],
        )
        transaction.executemany(
            "DELETE FROM terms WHERE term = ? AND passages <= 0", [(term,) for term in sorted(counts)]
        )
        removed = list(self.select("SELECT tokens, vector FROM passages WHERE doc_id IN", doc_ids))
        self._freed.update(key for _, key in removed if key is not None)
        self._count(transaction, -len(removed), -sum(tokens for tokens, _ in removed))
        for table in ("document_terms", "lacking", "passages", "documents"):
            transaction.executemany(
                f"DELETE FROM {table} WHERE doc_id = ?",  # noqa: S608 - ours
                [(one,) for one in doc_ids],
            )

    @staticmethod
    def _count(transaction: sqlite3.Connection, passages: int, tokens: int) -> None:
        transaction.execute(
            "UPDATE totals SET passages = passages + ?, tokens = tokens + ?", (passages, tokens)
        )


def _packed(terms: Iterable[str]) -> bytes:
    return zlib.compress(" ".join(terms).encode("utf-8", "surrogatepass"), 1)


def _unpacked(terms: bytes) -> list[str]:
    return zlib.decompress(terms).decode("utf-8", "surrogatepass").split()
