"""What the two LanceDB tables of an index have in common: rows by document, whole versions."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, Final, Self

import lancedb
import pyarrow as pa

from curation.errors import ConfigurationError

# The folder of an index that holds both tables.
TABLES_FOLDER: Final = "tables"
# Every write makes a version. Younger ones stay, because a bot may be reading from them.
KEEP_VERSIONS: Final = timedelta(minutes=10)


class DocumentTable:
    """Rows with a ``passage_id`` and a ``doc_id``.

    Several processes may read while one writes: each read sees the newest whole version.
    """

    name: ClassVar[str]
    schema: ClassVar[pa.Schema]

    def __init__(self, folder: Path) -> None:
        # An interval of zero: a long-lived reader looks for a newer version at every search.
        database: Any = lancedb.connect(folder, read_consistency_interval=timedelta(0))
        if self.name in database.list_tables().tables:
            self._table: Any = database.open_table(self.name)
        else:
            self._table = database.create_table(self.name, schema=self.schema)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the table for reading.

        Raises
        ------
        ConfigurationError
            When it is gone although the index has a manifest.
        """
        if not (folder / f"{cls.name}.lance").is_dir():
            raise ConfigurationError(
                f"The index has a manifest and no {cls.name}.",
                where=str(folder),
                fix=f"Build it again: malmoi rag index PATH --out {folder.parent}",
            )
        return cls(folder)

    def count(self) -> int:
        """Number of rows."""
        return int(self._table.count_rows())

    def ids(self) -> Iterator[tuple[str, str]]:
        """``(passage_id, doc_id)`` of every row."""
        batches = self._table.search().select(["passage_id", "doc_id"]).to_batches(10_000)
        for batch in batches:
            yield from zip(
                batch.column("passage_id").to_pylist(), batch.column("doc_id").to_pylist(), strict=True
            )

    def remove_documents(self, doc_ids: Sequence[str]) -> None:
        """Remove every row of the documents."""
        for at in range(0, len(doc_ids), 500):
            self._table.delete(f"doc_id IN ({literals(doc_ids[at : at + 500])})")

    def settle(self, keep_versions: timedelta = KEEP_VERSIONS) -> None:
        """Bring new rows into the table's indexes, compact, and drop old versions."""
        self._table.optimize(cleanup_older_than=keep_versions)


def literals(values: Sequence[str]) -> str:
    """The values as a list of SQL literals."""
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)
