"""The vectors on disk: a LanceDB table beside the passages, filled after them.

A passage may lack a vector for a while, so vectors are rows of their own: they are appended when
they are there, and no passage is ever written again because of them.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from rag.embedding import DIMENSIONS, Vectors
from rag.tables import DocumentTable
from rag.types import Passage

_SCHEMA: Final = pa.schema(
    [
        pa.field("passage_id", pa.string(), nullable=False),
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("vector", pa.list_(pa.float16(), DIMENSIONS), nullable=False),
    ]
)


class VectorStore(DocumentTable):
    """Vectors of passages, found by nearness."""

    name = "vectors"
    schema = _SCHEMA

    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Append a vector for each passage, in one version; none of them has one yet."""
        columns = {
            "passage_id": [passage.passage_id for passage in passages],
            "doc_id": [passage.doc_id for passage in passages],
            "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), DIMENSIONS),
        }
        self._table.add(pa.table(columns, schema=_SCHEMA))

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
