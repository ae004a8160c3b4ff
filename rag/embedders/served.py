"""Embeddings of a server with OpenAI's interface: vLLM, llama-server, Ollama, text-embeddings-inference."""

import asyncio
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
from anyio.from_thread import start_blocking_portal

from chat.errors import ModelUnavailableError
from chat.model_server import ModelServer
from chat.server_address import ServerAddress
from rag.embedders.base import Vectors, encodable, prefixes_of, unit_vectors

# Texts in one request; a few requests are on their way at a time.
_BATCH: Final = 32


class ServedEmbedder:
    """Vectors of ``<model>@<base url>``; what e5 and its like want before a text is put there.

    Raises
    ------
    UserError
        From every method: the server cannot be reached, refuses, or answers with no vectors.
    """

    def __init__(self, address: ServerAddress) -> None:
        self.name = f"openai:{address.model}@{address.url}"
        self._address = address
        self._server = ModelServer(address)
        self._before_queries, self._before_passages = prefixes_of(address.model)

    @cached_property
    def dimensions(self) -> int:
        """Length of a vector, as the server's first one has it."""
        return len(self.query("차원"))

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimensions)."""
        if not texts:
            return np.empty((0, self.dimensions), np.float16)
        return self._vectors([self._before_passages + text for text in texts])

    def query(self, text: str) -> Vectors:
        """Vector of shape (dimensions,)."""
        vector: Vectors = self._vectors([self._before_queries + text])[0]
        return vector

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        clean = encodable(texts)
        batches = [clean[at : at + _BATCH] for at in range(0, len(clean), _BATCH)]

        async def every() -> list[Any]:
            return await asyncio.gather(*(self._batch(batch) for batch in batches))

        with start_blocking_portal() as portal:
            found = portal.call(every)
        if len({vectors.shape[1] for vectors in found}) > 1:
            raise self._no_vectors("their lengths differ")
        return np.concatenate(found)

    async def _batch(self, texts: Sequence[str]) -> Vectors:
        payload = {"model": self._address.model, "input": texts, "encoding_format": "float"}
        reply = await self._server.reply("embeddings", payload)
        try:
            # Servers may answer in any order.
            rows = sorted(reply["data"], key=lambda row: row["index"])
            # None, which JSON has instead of NaN, becomes NaN.
            wide = np.array([row["embedding"] for row in rows], np.float64)
        except (KeyError, TypeError, ValueError):
            raise self._no_vectors("they are no lists of numbers of one length") from None
        if wide.ndim != 2 or wide.shape[0] != len(texts) or not wide.shape[1]:
            raise self._no_vectors(f"{len(texts)} texts gave an array of shape {wide.shape}")
        return unit_vectors(wide)

    def _no_vectors(self, why: str) -> ModelUnavailableError:
        return ModelUnavailableError(
            f"The server's embeddings are not usable: {why}.",
            where=self._address.url,
            fix=f"Look whether {self._address.model!r} is an embedding model.",
        )
