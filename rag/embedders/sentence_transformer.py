"""A model of the library sentence-transformers, from this machine."""

import importlib
import threading
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from chat.local_model import local_folder
from rag.embedders.base import Vectors, encodable, prefixes_of, unit_vectors


class SentenceTransformerEmbedder:
    """Vectors of a model folder, or of a model in the cache of the Hugging Face hub.

    What the model's own settings put before queries and passages is put there; without any, what
    its name suggests (e5 and its like).
    """

    def __init__(self, source: str) -> None:
        self.name = f"sentence-transformers:{source}"
        self._source = source
        self._model: Any = None
        self._lock = threading.Lock()

    @cached_property
    def dimensions(self) -> int:
        """Length of a vector."""
        return len(self.query("차원"))

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimensions)."""
        if not texts:
            return np.empty((0, self.dimensions), np.float16)
        return self._vectors("encode_document", texts, prefixes_of(self._source)[1])

    def query(self, text: str) -> Vectors:
        """Vector of shape (dimensions,)."""
        vector: Vectors = self._vectors("encode_query", [text], prefixes_of(self._source)[0])[0]
        return vector

    def _vectors(self, encode: str, texts: Sequence[str], prefix: str) -> Vectors:
        with self._lock:
            if self._model is None:
                library = importlib.import_module("sentence_transformers")
                # Neither downloads nor code from the model's folder.
                self._model = library.SentenceTransformer(
                    str(local_folder(self._source)), local_files_only=True, trust_remote_code=False
                )
        own_prompts = any((self._model.prompts or {}).values())
        prompt = None if own_prompts else prefix or None
        return unit_vectors(
            getattr(self._model, encode)(encodable(texts), prompt=prompt, show_progress_bar=False)
        )
