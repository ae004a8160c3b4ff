"""The contract of a passage store."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.embedding import Vectors
from rag.types import EVERYTHING, Filter, Passage


@dataclass(frozen=True, slots=True)
class Stored:
    """A passage with its lexical field: tokens joined by spaces (`rag.lexical`)."""

    passage: Passage
    lexical: str


class PassageStore(Protocol):
    """Passages with their lexical fields, and vectors of some of them; one writer, many readers.

    A vector is a row of its own, appended when it is there: no passage is written again because of
    it. Every call is whole when it returns: a process that is killed later loses nothing of it, and
    a reader sees all of it or nothing. Ranking is not the store's business: it finds candidates,
    and `rag.search` scores them, so that a ranking means the same on every store.
    """

    def add(self, passages: Sequence[Passage], lexical: Sequence[str]) -> None:
        """Append passages; the caller has removed older ones of the same ids."""

    def add_vectors(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Append a vector, shape (len(passages), dimensions), for each passage; none has one yet."""

    def remove_documents(self, doc_ids: Sequence[str]) -> None:
        """Remove the documents' vectors, then their passages."""

    def remove_vectors(self, doc_ids: Sequence[str]) -> None:
        """Remove the documents' vectors alone."""

    def passages(self) -> int:
        """Number of passages."""

    def vectors(self) -> int:
        """Number of vectors."""

    def passage_ids(self) -> Iterator[tuple[str, str]]:
        """``(passage_id, doc_id)`` of every passage, repeated ones included."""

    def vector_ids(self) -> Iterator[tuple[str, str]]:
        """``(passage_id, doc_id)`` of every vector, repeated ones included."""

    def lexical_candidates(
        self, weights: Mapping[str, float], limit: int, among: Filter = EVERYTHING
    ) -> list[Stored]:
        """About the best ``limit`` passages for the tokens, by the sum over tokens of weight x tf part.

        Parameters
        ----------
        weights
            Inverse document frequency of each token of the query, times its count there. A store with
            an analyser of its own may use the tokens alone.
        """

    def dense_scores(self, vector: Vectors, limit: int, among: Filter = EVERYTHING) -> dict[str, float]:
        """Cosine by passage id of the nearest passages, exact."""

    def similarities(self, vector: Vectors, passage_ids: Sequence[str]) -> dict[str, float]:
        """Cosine of the named passages; one without a vector is left out."""

    def fetch(self, passage_ids: Sequence[str]) -> dict[str, Stored]:
        """Passages by id; unknown ids are left out."""

    def fetch_vectors(self, passage_ids: Sequence[str]) -> dict[str, Vectors]:
        """Vectors of shape (dimensions,) by passage id; a passage without one is left out."""

    def settle(self) -> None:
        """Bring new rows into the store's indexes, compact, and drop versions that nobody reads."""

    def close(self) -> None:
        """Let go of files and connections."""
