"""The passages on disk: one LanceDB table with a full-text index over the lexical field."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Self

import lancedb
import numpy as np
import pyarrow as pa
from lancedb.index import FTS
from lancedb.query import MatchQuery

from curation.errors import ConfigurationError
from rag.embedding import DIMENSIONS, Vectors
from rag.types import Passage

# The folder of an index that is this store's own.
STORE_FOLDER: Final = "passages"
_TABLE: Final = "passages"
_FIELDS: Final = ("passage_id", "doc_id", "title", "source", "text", "start", "end", "lexical")
# Every write makes a version. Younger ones stay, because a bot may be reading from them.
KEEP_VERSIONS: Final = timedelta(minutes=10)


def _schema(*, dense: bool) -> pa.Schema:
    fields = [pa.field(name, pa.string(), nullable=False) for name in _FIELDS if name not in ("start", "end")]
    fields += [pa.field(name, pa.int64(), nullable=False) for name in ("start", "end")]
    if dense:
        fields.append(pa.field("vector", pa.list_(pa.float16(), DIMENSIONS), nullable=False))
    return pa.schema(fields)


class PassageStore:
    """Passages by id, found by tokens or by vector.

    Several processes may read while one writes: each search sees the newest whole version.
    """

    def __init__(self, folder: Path, *, dense: bool) -> None:
        self._dense = dense
        # An interval of zero: a long-lived reader looks for a newer version at every search.
        database: Any = lancedb.connect(folder, read_consistency_interval=timedelta(0))
        if _TABLE in database.list_tables().tables:
            self._table: Any = database.open_table(_TABLE)
        else:
            self._table = database.create_table(_TABLE, schema=_schema(dense=dense))
        if not self._table.list_indices():
            self._create_full_text_index()

    @classmethod
    def open(cls, folder: Path, *, dense: bool) -> Self:
        """Open passages for reading.

        Raises
        ------
        ConfigurationError
            When they are gone although the index has a manifest.
        """
        if not (folder / f"{_TABLE}.lance").is_dir():
            raise ConfigurationError(
                "The index has a manifest and no passages.",
                where=str(folder),
                fix=f"Build it again: malmoi rag index PATH --out {folder.parent}",
            )
        return cls(folder, dense=dense)

    def _create_full_text_index(self) -> None:
        # The field is tokenised already: split at white space and change nothing.
        self._table.create_index(
            "lexical",
            config=FTS(
                base_tokenizer="whitespace",
                lower_case=False,
                stem=False,
                remove_stop_words=False,
                ascii_folding=False,
                max_token_length=None,
                with_position=False,
            ),
        )

    def add(self, passages: Sequence[Passage], lexical: Sequence[str], vectors: Vectors | None) -> None:
        """Append passages in one version; the caller has removed older ones of the same ids."""
        columns: dict[str, Any] = {
            name: [getattr(passage, name) for passage in passages] for name in _FIELDS if name != "lexical"
        }
        columns["lexical"] = list(lexical)
        if vectors is not None:
            columns["vector"] = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), DIMENSIONS)
        self._table.add(pa.table(columns, schema=_schema(dense=self._dense)))

    def remove_documents(self, doc_ids: Sequence[str]) -> None:
        """Remove every passage of the documents."""
        for at in range(0, len(doc_ids), 500):
            self._table.delete(f"doc_id IN ({_literals(doc_ids[at : at + 500])})")

    def settle(self, keep_versions: timedelta = KEEP_VERSIONS) -> None:
        """Bring new passages into the full-text index, compact, and drop old versions."""
        self._table.optimize(cleanup_older_than=keep_versions)

    def count(self) -> int:
        """Number of passages."""
        return int(self._table.count_rows())

    def ids(self) -> Iterator[tuple[str, str]]:
        """``(passage_id, doc_id)`` of every passage."""
        batches = self._table.search().select(["passage_id", "doc_id"]).to_batches(10_000)
        for batch in batches:
            yield from zip(
                batch.column("passage_id").to_pylist(), batch.column("doc_id").to_pylist(), strict=True
            )

    def lexical_scores(self, tokens: str, limit: int) -> dict[str, float]:
        """BM25 by passage id of the best passages for space-joined tokens; larger is better."""
        if not tokens:
            return {}
        found = self._table.search(_match(tokens)).select(["passage_id", "_score"]).limit(limit).to_arrow()
        return dict(zip(found["passage_id"].to_pylist(), found["_score"].to_pylist(), strict=True))

    def dense_scores(self, vector: Vectors, limit: int) -> dict[str, float]:
        """Cosine by passage id of the nearest passages, compared exactly with every one."""
        found = (
            self._table.search(vector.astype(np.float32), vector_column_name="vector")
            .distance_type("cosine")
            .select(["passage_id", "_distance"])
            .limit(limit)
            .to_arrow()
        )
        distances = found["_distance"].to_pylist()
        return {
            passage_id: 1 - distance
            for passage_id, distance in zip(found["passage_id"].to_pylist(), distances, strict=True)
        }

    def fetch(self, passage_ids: Sequence[str]) -> dict[str, tuple[Passage, str]]:
        """Passages with their lexical fields, by id."""
        if not passage_ids:
            return {}
        rows = (
            self._table.search()
            .where(f"passage_id IN ({_literals(passage_ids)})")
            .select(list(_FIELDS))
            .limit(len(passage_ids))
            .to_list()
        )
        return {
            row["passage_id"]: (
                Passage(**{name: row[name] for name in _FIELDS if name != "lexical"}),
                row["lexical"],
            )
            for row in rows
        }


def _match(tokens: str) -> Any:
    # Any: the declared type of this pydantic dataclass asks for arguments that have defaults.
    query: Any = MatchQuery
    return query(tokens, "lexical")


def _literals(values: Sequence[str]) -> str:
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)
