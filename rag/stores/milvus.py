"""Passages in a Milvus: a server for indexes that outgrow one machine, or Milvus Lite in a file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

import numpy as np

from rag.embedding import Vectors
from rag.stores.base import Stored
from rag.stores.filters import expression
from rag.stores.milvus_rows import PASSAGE_FIELDS, key, passage_row, sparse_query, stored, vector_row
from rag.stores.milvus_server import Milvus
from rag.types import EVERYTHING, Filter, Passage

# A message may have 64 MB; a passage has a few kilobytes.
_ROWS_AT_ONCE: Final = 1_000
# An answer has at most so many rows; ids are asked for in parts of a quarter of it, on average.
_MOST_ROWS: Final = 16_384
_IDS_AT_ONCE: Final = 4_096
_Item = TypeVar("_Item")


class MilvusStore:
    """Two collections, ``<prefix>_passages`` and ``<prefix>_vectors``.

    Parameters
    ----------
    spec
        ``milvus://host:port/prefix``, with the token in MILVUS_TOKEN where the server wants one, or
        ``milvus-lite:FILE.db``, which one process may open at a time.
    dimensions
        Of the vectors; 0: an index by words alone.
    create
        Make the collections that are not there; else they must be.

    Raises
    ------
    UserError
        When the server does not answer or refuses, or another process holds the file.
    """

    def __init__(self, spec: str, dimensions: int, *, create: bool) -> None:
        self._milvus = Milvus(spec, create=create)
        self._client: Any = self._milvus.client
        self._has_vectors = dimensions > 0
        # Vectors first: where a reader sees passages, their vectors' collection is there too.
        self._vectors = self._milvus.open_vectors(dimensions, create=create) if dimensions else ""
        self._passages = self._milvus.open_passages(create=create)

    def add(self, passages: Sequence[Passage], lexical: Sequence[str]) -> None:
        """Write passages; one of an id that is there takes its place."""
        pairs = zip(passages, lexical, strict=True)
        self._write(self._passages, (passage_row(passage, field) for passage, field in pairs))

    def add_vectors(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Write a vector for each passage."""
        pairs = zip(passages, vectors.astype(np.float32), strict=True)
        self._write(self._vectors, (vector_row(passage, vector.tolist()) for passage, vector in pairs))

    def remove_documents(self, doc_ids: Sequence[str]) -> None:
        """Remove the documents' vectors, then their passages."""
        self.remove_vectors(doc_ids)
        self._remove(self._passages, doc_ids)

    def remove_vectors(self, doc_ids: Sequence[str]) -> None:
        """Remove the documents' vectors alone."""
        if self._has_vectors:
            self._remove(self._vectors, doc_ids)

    def passages(self) -> int:
        """Number of passages."""
        return self._count(self._passages)

    def vectors(self) -> int:
        """Number of vectors."""
        return self._count(self._vectors) if self._has_vectors else 0

    def passage_ids(self) -> Iterator[tuple[str, str]]:
        """``(passage_id, doc_id)`` of every passage."""
        return self._ids(self._passages)

    def vector_ids(self) -> Iterator[tuple[str, str]]:
        """``(passage_id, doc_id)`` of every vector."""
        return self._ids(self._vectors) if self._has_vectors else iter(())

    def lexical_candidates(
        self, weights: Mapping[str, float], limit: int, among: Filter = EVERYTHING
    ) -> list[Stored]:
        """The best passages by BM25 with the given inverse document frequencies."""
        query = sparse_query(weights)
        if not query:
            return []
        found = self._search(
            self._passages, query, limit, among, anns_field="sparse", output_fields=list(PASSAGE_FIELDS)
        )
        return [stored(hit["entity"]) for hit in found]

    def dense_scores(self, vector: Vectors, limit: int, among: Filter = EVERYTHING) -> dict[str, float]:
        """Cosine by passage id of the nearest passages; the index is flat, so it is exact."""
        if not self._has_vectors:
            return {}
        query = vector.astype(np.float32).tolist()
        found = self._search(
            self._vectors, query, limit, among, anns_field="vector", output_fields=["passage_id"]
        )
        return {hit["entity"]["passage_id"]: float(hit["distance"]) for hit in found}

    def similarities(self, vector: Vectors, passage_ids: Sequence[str]) -> dict[str, float]:
        """Cosine of the named passages; one without a vector is left out."""
        if not self._has_vectors:
            return {}
        query = vector.astype(np.float32)
        rows = self._get(self._vectors, passage_ids, ["passage_id", "vector"])
        return {row["passage_id"]: _cosine(query, np.array(row["vector"], np.float32)) for row in rows}

    def fetch(self, passage_ids: Sequence[str]) -> dict[str, Stored]:
        """Passages by id; unknown ids are left out."""
        rows = self._get(self._passages, passage_ids, list(PASSAGE_FIELDS))
        return {row["passage_id"]: stored(row) for row in rows}

    def fetch_vectors(self, passage_ids: Sequence[str]) -> dict[str, Vectors]:
        """Vectors of shape (dimensions,) by passage id; a passage without one is left out."""
        if not self._has_vectors:
            return {}
        rows = self._get(self._vectors, passage_ids, ["passage_id", "vector"])
        return {row["passage_id"]: np.array(row["vector"], np.float16) for row in rows}

    def settle(self) -> None:
        """Seal what was written; the server merges segments by itself."""
        with self._milvus.told():
            for name in self._collections():
                self._client.flush(name)

    def close(self) -> None:
        """Close the connection; Milvus Lite lets go of its file."""
        self._milvus.close()

    def _collections(self) -> tuple[str, ...]:
        return (self._vectors, self._passages) if self._has_vectors else (self._passages,)

    def _write(self, name: str, rows: Iterable[dict[str, Any]]) -> None:
        # Upsert: on a server, an insert with a known key makes a second row of it.
        distinct = list({row["key"]: row for row in rows}.values())
        with self._milvus.told():
            for part in _parts(distinct):
                self._client.upsert(name, part)

    def _remove(self, name: str, doc_ids: Sequence[str]) -> None:
        with self._milvus.told():
            for part in _parts(doc_ids):
                keys = ", ".join(f'"{key(doc_id)}"' for doc_id in part)
                self._client.delete(name, filter=f"doc_key in [{keys}]")

    def _count(self, name: str) -> int:
        with self._milvus.told():
            return int(self._client.query(name, filter="", output_fields=["count(*)"])[0]["count(*)"])

    def _ids(self, name: str) -> Iterator[tuple[str, str]]:
        # Not the client's iterator: it puts keys into expressions, and fills the log on Milvus Lite. The
        # keys are hashes, so a beginning of so many digits is shared by an equal part of the rows.
        digits = 0
        while self._count(name) > _IDS_AT_ONCE * 16**digits:
            digits += 1
        for number in range(16**digits):
            part = f'key like "{number:0{digits}x}%"' if digits else ""
            with self._milvus.told():
                rows = self._client.query(
                    name, filter=part, limit=_MOST_ROWS, output_fields=["passage_id", "doc_id"]
                )
            yield from ((row["passage_id"], row["doc_id"]) for row in rows)

    def _get(self, name: str, passage_ids: Sequence[str], wanted: list[str]) -> Iterator[Mapping[str, Any]]:
        for part in _parts(passage_ids):
            with self._milvus.told():
                rows = self._client.get(name, ids=[key(one) for one in part], output_fields=wanted)
            yield from rows

    def _search(self, name: str, query: Any, limit: int, among: Filter, **what: Any) -> Any:
        with self._milvus.told():
            (found,) = self._client.search(
                name, data=[query], limit=limit, filter=expression(among), search_params={}, **what
            )
        return found


def _cosine(one: Any, other: Any) -> float:
    length = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / length if length else 0.0


def _parts(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    return (items[at : at + _ROWS_AT_ONCE] for at in range(0, len(items), _ROWS_AT_ONCE))
