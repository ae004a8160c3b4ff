"""The second phase of indexing: passages that have no vector get one.

It is nearly all of the work, so it may be stopped at any time: vectors are kept as they are made,
and the next run goes on with the passages that still lack one.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from curation.progress import Advance, Progress
from rag.embedding import Embedder, Vectors
from rag.manifest import Manifest
from rag.passages import searched_text
from rag.stores import PassageStore
from rag.types import Passage

# A batch is one version of the vectors.
_BATCH_PASSAGES: Final = 1024
# How often vectors are kept and progress shows: half a second of short texts, six of full ones.
_EMBED_PASSAGES: Final = 64
# What the rate is measured with before the estimate is told, and how much of it may be asked for.
_MEASURED_PASSAGES: Final = 16
# Characters a second, as the index's meta keeps it.
RATE: Final = "embedding_rate"


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long the rest of the vectors takes, at the rate of the first ones."""

    passages: int
    characters: int
    seconds: float


def vector_key(embedder: str, text: str) -> bytes:
    """Key of a text's vector; equal texts share one."""
    content = f"{embedder}\x1f{text}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(content, digest_size=16).digest()


def estimate(manifest: Manifest) -> Estimate | None:
    """How long the vectors that are missing will take; ``None`` before any was made here."""
    passages, characters = manifest.lacking()
    rate = float(manifest.meta(RATE) or 0)
    return Estimate(passages, characters, characters / rate) if rate else None


class Meaning:
    """Vectors of one run.

    Parameters
    ----------
    manifest, store, model
        Of the index, held for writing.
    tell
        Is handed the estimate as soon as the rate is known.
    seconds
        How long it may go on; ``None``: to the end.
    """

    def __init__(
        self,
        manifest: Manifest,
        store: PassageStore,
        model: Embedder,
        *,
        tell: Callable[[Estimate], None] = lambda _: None,
        seconds: float | None = None,
    ) -> None:
        self._manifest = manifest
        self._store = store
        self._model = model
        self._tell = tell
        self._until = None if seconds is None else time.monotonic() + seconds
        self._is_told = False

    def fill(self, progress: Progress) -> None:
        """Give every passage its vector, as far as the time goes."""
        _, characters = self._manifest.lacking()
        if not characters:
            return
        with progress.task("Adding meaning", characters, "characters") as advance:
            after = ""
            while not self._is_over() and (ids := self._manifest.without_vector(_BATCH_PASSAGES, after)):
                after = ids[-1]
                found = self._store.fetch(ids)
                batch = [found[one].passage for one in ids if one in found]
                made = list(self._embedded(batch, advance))
                done = batch[: sum(len(vectors) for vectors in made)]
                if done:
                    self._store.add_vectors(done, np.concatenate(made))
                    self._manifest.have_vectors([passage.passage_id for passage in done])

    def _embedded(self, batch: Sequence[Passage], advance: Advance) -> Iterator[Vectors]:
        at = 0
        while at < len(batch) and (at == 0 or not self._is_over()):
            part = batch[at : at + (_EMBED_PASSAGES if self._is_told else _MEASURED_PASSAGES)]
            yield self._vectors(part)
            at += len(part)
            advance(sum(len(passage.text) for passage in part))

    def _vectors(self, passages: Sequence[Passage]) -> Vectors:
        texts = [searched_text(passage) for passage in passages]
        keys = [vector_key(self._model.name, text) for text in texts]
        known = self._manifest.cached_vectors(keys)
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        started = time.monotonic()
        made = dict(zip(new, self._model.passages(list(new.values())), strict=True))
        if made:
            self._manifest.cache_vectors(made)
            self._measure(sum(map(len, new.values())), time.monotonic() - started)
        return np.stack([(known | made)[key] for key in keys])

    def _measure(self, characters: int, seconds: float) -> None:
        if self._is_told or seconds <= 0:
            return
        self._is_told = True
        self._manifest.set_meta(RATE, f"{characters / seconds:.1f}")
        told = estimate(self._manifest)
        if told is not None:
            self._tell(told)

    def _is_over(self) -> bool:
        return self._until is not None and time.monotonic() >= self._until
