"""The default store: two LanceDB tables in the index's folder."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from lancedb.query import MatchQuery

from rag.embedding import Vectors
from rag.stores.base import Stored
from rag.stores.filters import sql, sql_literals
from rag.stores.lancedb_tables import (
    KEEP_VERSIONS,
    PASSAGE_FIELDS,
    PASSAGES,
    ids_of,
    open_table,
    remove_documents,
    vectors_schema,
)
from rag.stores.nearness import Nearness
from rag.types import EVERYTHING, Filter, Passage

# The folder of an index that holds both tables.
TABLES_FOLDER: Final = "tables"
_FETCHED_AT_ONCE: Final = 500


class LanceDBStore:
    """Passages found by a full-text index over the lexical field, vectors compared in memory.

    Parameters
    ----------
    folder
        The tables' folder.
    dimensions
        Of the vectors; 0: an index by words alone.
    create
        Make the tables that are not there; else they must be.
    """

    def __init__(self, folder: Path, dimensions: int, *, create: bool) -> None:
        # Vectors first: where a reader sees passages, their vectors' table is there too.
        self._vectors: Any = (
            open_table(folder, "vectors", vectors_schema(dimensions), create=create) if dimensions else None
        )
        self._passages: Any = open_table(folder, "passages", PASSAGES, create=create)
        self._nearness = (
            Nearness(open_table(folder, "vectors", vectors_schema(dimensions), create=False), dimensions)
            if dimensions
            else None
        )
        self._dimensions = dimensions

    def add(self, passages: Sequence[Passage], lexical: Sequence[str]) -> None:
        """Append passages in one version; the caller has removed older ones of the same ids."""
        if not passages:
            return
        columns: dict[str, Any] = {
            name: [getattr(passage, name) for passage in passages] for name in PASSAGE_FIELDS
        }
        self._passages.add(pa.table({**columns, "lexical": list(lexical)}, schema=PASSAGES))

    def add_vectors(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Append a vector for each passage, in one version; none of them has one yet."""
        if not passages:
            return
        values = pa.array(vectors.astype(np.float16, copy=False).ravel())
        columns = {
            "passage_id": [passage.passage_id for passage in passages],
            "doc_id": [passage.doc_id for passage in passages],
            "vector": pa.FixedSizeListArray.from_arrays(values, self._dimensions),
        }
        self._vectors.add(pa.table(columns, schema=vectors_schema(self._dimensions)))

    def remove_documents(self, doc_ids: Sequence[str]) -> None:
        """Remove the documents' vectors, then their passages."""
        # A vector of an older title must never stand beside a newer passage.
        self.remove_vectors(doc_ids)
        remove_documents(self._passages, doc_ids)

    def remove_vectors(self, doc_ids: Sequence[str]) -> None:
        """Remove the documents' vectors alone."""
        if self._vectors is not None:
            remove_documents(self._vectors, doc_ids)

    def passages(self) -> int:
        """Number of passages."""
        return int(self._passages.count_rows())

    def vectors(self) -> int:
        """Number of vectors."""
        return 0 if self._vectors is None else int(self._vectors.count_rows())

    def passage_ids(self) -> Iterator[tuple[str, str]]:
        """``(passage_id, doc_id)`` of every passage, repeated ones included."""
        return ids_of(self._passages)

    def vector_ids(self) -> Iterator[tuple[str, str]]:
        """``(passage_id, doc_id)`` of every vector, repeated ones included."""
        return iter(()) if self._vectors is None else ids_of(self._vectors)

    def lexical_candidates(
        self, weights: Mapping[str, float], limit: int, among: Filter = EVERYTHING
    ) -> list[Stored]:
        """The best passages for the tokens by LanceDB's own BM25; the weights are not used."""
        tokens = " ".join(weights)
        if not tokens:
            return []
        query = self._passages.search(_match(tokens)).select([*PASSAGE_FIELDS, "lexical", "_score"])
        return _stored(_among(query, sql(among)).limit(limit).to_arrow())

    def dense_scores(self, vector: Vectors, limit: int, among: Filter = EVERYTHING) -> dict[str, float]:
        """Cosine by passage id of the nearest passages, compared exactly with every one."""
        if self._nearness is None:
            return {}
        # Every thread of a chat leaves out another document: they would push the masks of the groups out,
        # which many share, and each mask reads the whole table.
        barred = self._ids(f"doc_id IN ({sql_literals(among.without)})") if among.without else set()
        condition = sql(replace(among, without=()))
        nearest = self._nearest(self._nearness, vector, limit + len(barred), condition)
        return dict([one for one in nearest.items() if one[0] not in barred][:limit])

    def similarities(self, vector: Vectors, passage_ids: Sequence[str]) -> dict[str, float]:
        """Cosine of the named passages; one without a vector is left out."""
        return {} if self._nearness is None else self._nearness.similarities(vector, passage_ids)

    def fetch(self, passage_ids: Sequence[str]) -> dict[str, Stored]:
        """Passages by id; unknown ids are left out."""
        rows = _rows(self._passages, passage_ids, [*PASSAGE_FIELDS, "lexical"])
        return {stored.passage.passage_id: stored for part in rows for stored in _stored(part)}

    def fetch_vectors(self, passage_ids: Sequence[str]) -> dict[str, Vectors]:
        """Vectors of shape (dimensions,) by passage id; a passage without one is left out."""
        found: dict[str, Vectors] = {}
        if self._vectors is not None:
            for part in _rows(self._vectors, passage_ids, ["passage_id", "vector"]):
                values = part["vector"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
                found |= zip(
                    part["passage_id"].to_pylist(), values.reshape(-1, self._dimensions), strict=True
                )
        return found

    def settle(self, keep_versions: timedelta = KEEP_VERSIONS) -> None:
        """Bring new rows into the tables' indexes, compact, and drop old versions."""
        for table in (self._passages, self._vectors):
            if table is not None:
                table.optimize(cleanup_older_than=keep_versions)

    def close(self) -> None:
        """Let go of the vectors in memory; the tables hold no files open."""
        self._nearness = None

    def _nearest(
        self, nearness: Nearness, vector: Vectors, limit: int, condition: str | None
    ) -> dict[str, float]:
        if condition is None:
            return nearness.nearest(vector, limit)
        asked = (condition, self._passages.version)
        return nearness.nearest(vector, limit, asked, lambda: self._ids(condition))

    def _ids(self, condition: str) -> set[str]:
        rows = self._passages.search().where(condition).select(["passage_id"]).to_arrow()
        return set(rows["passage_id"].to_pylist())


def _rows(table: Any, passage_ids: Sequence[str], columns: list[str]) -> Iterator[pa.Table]:
    for at in range(0, len(passage_ids), _FETCHED_AT_ONCE):
        part = sql_literals(passage_ids[at : at + _FETCHED_AT_ONCE])
        yield table.search().where(f"passage_id IN ({part})").select(columns).to_arrow()


def _among(query: Any, condition: str | None) -> Any:
    return query if condition is None else query.where(condition, prefilter=True)


def _match(tokens: str) -> Any:
    # Any: the declared type of this pydantic dataclass asks for arguments that have defaults.
    query: Any = MatchQuery
    return query(tokens, "lexical")


def _stored(rows: pa.Table) -> list[Stored]:
    columns = {name: rows[name].to_pylist() for name in (*PASSAGE_FIELDS, "lexical")}
    columns["acl"] = [tuple(groups) for groups in columns["acl"]]
    lexical = columns.pop("lexical")
    return [
        Stored(Passage(**dict(zip(columns, values, strict=True))), field)
        for *values, field in zip(*columns.values(), lexical, strict=True)
    ]
