"""The file of a manifest: its tables, its versions, and what an index keeps about itself."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Self

from curation.errors import ConfigurationError
from rag.lexical import LEXICAL_VERSION
from rag.passages import CHUNKER_VERSION

FILE_NAME: Final = "manifest.sqlite"
FORMAT_VERSION: Final = "3"
DEFAULT_STORE: Final = "lancedb"
# Of the index's vectors, as its meta keeps them.
DIMENSIONS: Final = "dimensions"
# Stands in the meta while a run writes: whoever finds it compares store and manifest.
DIRTY: Final = "dirty"
# How the files were read: with other configurations or rules unchanged files are read again as well.
SETTINGS: Final = "settings"

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE totals (passages INTEGER NOT NULL, tokens INTEGER NOT NULL);
INSERT INTO totals VALUES (0, 0);
CREATE TABLE files (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, digest BLOB NOT NULL,
    skipped TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE documents (doc_id TEXT PRIMARY KEY, content BLOB NOT NULL, file TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX documents_of_file ON documents (file);
CREATE TABLE document_terms (doc_id TEXT PRIMARY KEY, terms BLOB NOT NULL);
CREATE TABLE passages (
    passage_id TEXT PRIMARY KEY, doc_id TEXT NOT NULL, characters INTEGER NOT NULL,
    tokens INTEGER NOT NULL, vector BLOB
);
CREATE INDEX passages_of_document ON passages (doc_id);
CREATE INDEX passages_of_vector ON passages (vector) WHERE vector IS NOT NULL;
CREATE TABLE lacking (
    passage_id TEXT PRIMARY KEY, doc_id TEXT NOT NULL, characters INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX lacking_of_document ON lacking (doc_id);
CREATE TABLE terms (term TEXT PRIMARY KEY, passages INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL);
"""


def expected_versions() -> dict[str, str]:
    """Versions of everything that an index's content depends on."""
    return {"format": FORMAT_VERSION, "chunker": CHUNKER_VERSION, "lexical": LEXICAL_VERSION}


class ManifestFile:
    """An open manifest; use as a context manager."""

    def __init__(self, connection: sqlite3.Connection, where: Path) -> None:
        self.connection = connection
        self._where = where

    @classmethod
    def create(cls, folder: Path, embedder: str, store: str = DEFAULT_STORE, dimensions: int = 0) -> Self:
        """Open the manifest in ``folder``, making an empty one when there is none.

        ``embedder``, ``store`` and the ``dimensions`` of vectors are those of a new index.
        """
        manifest = cls(_connect(folder / FILE_NAME, "rwc"), folder)
        with manifest.connection as transaction:
            transaction.execute("BEGIN IMMEDIATE")
            if not manifest.one("SELECT COUNT(*) FROM sqlite_master"):
                for statement in _SCHEMA.strip().split(";\n"):
                    transaction.execute(statement)
                values = {
                    **expected_versions(),
                    "embedder": embedder,
                    "store": store,
                    DIMENSIONS: str(dimensions),
                }
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
        self.connection.close()

    def check_version(self) -> None:
        """Refuse an index whose passages or tokens this version would cut otherwise."""
        try:
            found = dict(self.connection.execute("SELECT key, value FROM meta"))
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

    def meta(self, key: str) -> str | None:
        """A value that the index keeps about itself."""
        found = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if found is None else str(found[0])

    def set_meta(self, key: str, value: str) -> None:
        """Keep a value, at once."""
        with self.connection as transaction:
            transaction.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    @property
    def embedder(self) -> str:
        """Which embedder made the index's vectors; ``none``: the index is by words alone."""
        return self.meta("embedder") or "none"

    @property
    def dimensions(self) -> int:
        """Length of the index's vectors; 0: it has none."""
        return int(self.meta(DIMENSIONS) or 0)

    @property
    def store(self) -> str:
        """Where the passages are: ``lancedb``, or the address of a Milvus."""
        return self.meta("store") or DEFAULT_STORE

    def select(self, query: str, values: Sequence[object]) -> Iterator[Any]:
        """Rows of a query that ends with ``IN``, for any number of values."""
        for at in range(0, len(values), 500):
            part = values[at : at + 500]
            yield from self.connection.execute(f"{query} ({', '.join('?' * len(part))})", part).fetchall()

    def one(self, query: str) -> int:
        """The number that a query gives."""
        (value,) = self.connection.execute(query).fetchone()
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
