"""Cosines with every vector of an index, exactly: they are held in memory as one matrix.

At 100,000 vectors of 384 dimensions the product takes 8 ms of CPU where LanceDB's flat search takes 63
and more, for 154 MB. An approximate index does not pay at this size: HNSW took 54 CPU seconds to build,
missed 7 in 100 of the nearest fifty and would save 5 ms; IVF-PQ was not done after 7 minutes. The
vectors were synthetic, drawn at random; those of texts lie closer together, and may be missed otherwise.
"""

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from rag.embedding import Vectors

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
# Groups of people ask again and again; a mask of 100,000 passages has 100 kB.
_KEEP_MASKS: Final = 64


@dataclass(frozen=True, slots=True)
class _Matrix:
    """Unit vectors (n, dimensions) of one version of the table, with their row and passage ids."""

    version: int
    rows: npt.NDArray[np.uint64]
    ids: npt.NDArray[np.object_]
    vectors: Floats
    at: Mapping[str, int]


class Nearness:
    """The vectors of a LanceDB table; they load with the first search, later what has changed since.

    Parameters
    ----------
    table
        A handle of its own, which is moved from version to version; has ``passage_id`` and ``vector``.
    """

    def __init__(self, table: Any, dimensions: int) -> None:
        self._table = table
        self._lock = threading.Lock()
        self._matrix = _Matrix(
            -1, np.empty(0, np.uint64), np.empty(0, object), np.empty((0, dimensions), np.float32), {}
        )
        self._masks: OrderedDict[object, Mask] = OrderedDict()

    def nearest(
        self, vector: Vectors, limit: int, among: object = None, admitted: Callable[[], set[str]] = set
    ) -> dict[str, float]:
        """Cosine by passage id of the nearest ``limit`` passages, nearest first.

        Parameters
        ----------
        among
            Stands for a filter and the version of the passages that it was asked of; ``None``: all.
        admitted
            Gives the ids that the filter admits; asked once for each ``among``.
        """
        matrix = self._current()
        # Reading the matrix is all of the work. A second thread of BLAS gains little and then spins for
        # fifty milliseconds, in case there is more to do.
        with _blas().limit(limits=1):
            scores = matrix.vectors @ _unit(vector)
        if among is None:
            candidates = np.arange(len(scores))
        else:
            candidates = np.flatnonzero(self._mask(matrix, among, admitted))
        if len(candidates) > limit:
            candidates = candidates[np.argpartition(-scores[candidates], limit - 1)[:limit]]
        nearest = candidates[np.argsort(-scores[candidates], kind="stable")]
        return dict(zip(matrix.ids[nearest].tolist(), scores[nearest].tolist(), strict=True))

    def similarities(self, vector: Vectors, passage_ids: Sequence[str]) -> dict[str, float]:
        """Cosine of the named passages; one without a vector is left out."""
        matrix = self._current()
        at = {name: matrix.at[name] for name in passage_ids if name in matrix.at}
        scores = matrix.vectors[list(at.values())] @ _unit(vector)
        return dict(zip(at, scores.tolist(), strict=True))

    def _mask(self, matrix: _Matrix, among: object, admitted: Callable[[], set[str]]) -> Mask:
        key = (among, matrix.version)
        mask = self._masks.get(key)
        if mask is None:
            ids = admitted()
            mask = np.fromiter((name in ids for name in matrix.ids), bool, len(matrix.ids))
            with self._lock:
                self._masks[key] = mask
                while len(self._masks) > _KEEP_MASKS:
                    self._masks.popitem(last=False)
        return mask

    def _current(self) -> _Matrix:
        with self._lock:
            self._table.checkout_latest()
            version = self._table.version
            if version != self._matrix.version:
                # What follows reads one version, whatever a run writes meanwhile.
                self._table.checkout(version)
                self._matrix = self._load(version)
            return self._matrix

    def _load(self, version: int) -> _Matrix:
        old = self._matrix
        present = np.sort(self._rows(["passage_id"])["_rowid"].to_numpy())
        # A row keeps its id until it is compacted, and new rows have larger ones.
        kept = np.isin(old.rows, present, assume_unique=True)
        new = self._rows(["passage_id", "vector"], after=int(old.rows.max()) if old.rows.size else -1)
        rows = np.concatenate([old.rows[kept], new["_rowid"].to_numpy()])
        ids = np.concatenate([old.ids[kept], np.array(new["passage_id"].to_pylist(), object)])
        column = new["vector"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
        added = _unit(column.reshape(-1, old.vectors.shape[1]))
        vectors = np.concatenate([old.vectors[kept], added]) if kept.any() else added
        return _Matrix(version, rows, ids, vectors, {name: at for at, name in enumerate(ids)})

    def _rows(self, columns: list[str], after: int = -1) -> Any:
        query = self._table.search()
        if after >= 0:
            query = query.where(f"_rowid > {after}")
        return query.select(columns).with_row_id(True).to_arrow()


@functools.cache
def _blas() -> Any:
    return ThreadpoolController().select(user_api="blas")


def _unit(vectors: npt.NDArray[Any]) -> Floats:
    unit: Floats = vectors.astype(np.float32)
    lengths = np.linalg.norm(unit, axis=-1, keepdims=True)
    # In place: the matrix may have hundreds of megabytes.
    unit /= np.maximum(lengths, np.finfo(np.float32).tiny)
    return unit
