"""Indexes of benchmark texts, made with vectors that are kept between runs."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import texts

from rag.embedding import Embedder, Vectors
from rag.lexical import lexical_fields
from rag.manifest import DocumentEntry, Manifest, PassageEntry
from rag.passages import cut_documents, searched_text
from rag.search import Index
from rag.stores import DEFAULT_STORE, PassageStore, open_store
from rag.types import Document


class KeptQueries:
    """An embedder that embeds each text once and keeps its vector among the benchmarks' vectors."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Vectors] = {}
        self.name = embedder.name
        self.dimensions = embedder.dimensions

    def passages(self, wanted: Sequence[str]) -> Vectors:
        return texts.vectors(wanted, self._embedder.passages, f"passage of {self.name}")

    def query(self, text: str) -> Vectors:
        if text not in self._known:
            key = hashlib.sha256(f"{self.name}\x1f{text}".encode("utf-8", "replace")).hexdigest()[:32]
            file = texts.cache() / f"query-{key}.npy"
            if not file.is_file():
                np.save(file, self._embedder.query(text))
            self._known[text] = np.load(file)
        return self._known[text]


@dataclass(frozen=True)
class Made:
    """An index, and its store for the competitors."""

    index: Index
    store: PassageStore
    owners: dict[str, str]

    def nearest(self, vector: Vectors, limit: int) -> dict[str, float]:
        """Cosine by document of the nearest passages, nearest first."""
        found: dict[str, float] = {}
        for passage_id, cosine in self.store.dense_scores(vector, limit).items():
            found.setdefault(self.owners[passage_id], cosine)
        return found


def make_index(folder: Path, documents: Iterable[Document], embedder: Embedder) -> Made:
    """Index the documents as `malmoi rag index` does, in one batch."""
    given = list(documents)
    cuts = cut_documents(given)
    passages, fields = [cut.passage for cut in cuts], [cut.lexical for cut in cuts]
    store = open_store(DEFAULT_STORE, folder, embedder.dimensions, create=True)
    store.add(passages, fields)
    vectors = embedder.passages([searched_text(passage) for passage in passages])
    store.add_vectors(passages, vectors)
    store.settle()
    manifest = Manifest.create(folder, embedder.name)
    manifest.record(
        {document.doc_id: DocumentEntry(b"", "benchmark") for document in given},
        [
            PassageEntry(passage.passage_id, passage.doc_id, len(passage.text), field.split(), None)
            for passage, field in zip(passages, fields, strict=True)
        ],
    )
    keys = [hashlib.blake2b(passage.passage_id.encode(), digest_size=16).digest() for passage in passages]
    manifest.cache_vectors(dict(zip(keys, vectors, strict=True)))
    owners = {passage.passage_id: passage.doc_id for passage in passages}
    return Made(Index(manifest, store, embedder, has_vectors=True), store, owners)


class ExactWords:
    """BM25 over the same lexical field, exhaustively: the competitor that the index has to beat."""

    def __init__(self, documents: Iterable[Document], k1: float, b: float) -> None:
        cuts = cut_documents(list(documents))
        self._owners = [cut.passage.doc_id for cut in cuts]
        tokens = [cut.lexical.split() for cut in cuts]
        lengths = np.array([len(one) for one in tokens])
        norms = k1 * (1 - b + b * lengths / lengths.mean())
        holders: dict[str, dict[int, int]] = {}
        for at, one in enumerate(tokens):
            for token in one:
                counts = holders.setdefault(token, {})
                counts[at] = counts.get(at, 0) + 1
        self._weights = {}
        for token, counts in holders.items():
            rows, times = np.fromiter(counts, int), np.fromiter(counts.values(), float)
            rarity = np.log1p((len(cuts) - len(counts) + 0.5) / (len(counts) + 0.5))
            self._weights[token] = (rows, rarity * times * (k1 + 1) / (times + norms[rows]))

    def scores(
        self, query: str, limit: int, further: Mapping[str, float] = MappingProxyType({})
    ) -> dict[str, float]:
        """BM25 by document of the best ``limit``; ``further`` tokens count by the share they are given."""
        scores = np.zeros(len(self._owners))
        asked = [(token, 1.0) for token in lexical_fields([query])[0].split()]
        for token, share in (*asked, *further.items()):
            if token in self._weights:
                rows, weights = self._weights[token]
                scores[rows] += share * weights
        best = np.argsort(-scores, kind="stable")[:limit]
        found: dict[str, float] = {}
        for at in best:
            if scores[at] > 0:
                found.setdefault(self._owners[at], float(scores[at]))
        return found
