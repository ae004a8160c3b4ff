"""The contract of an embedder, and what all of them share."""

import re
from collections.abc import Sequence
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float16]

# What models were trained to see before a text, by their names; from the cards of
# intfloat/multilingual-e5-large(-instruct) and Qwen/Qwen3-Embedding. Others are given the text alone.
_TASK: Final = "Instruct: Given a web search query, retrieve relevant passages that answer the query\n"
_PREFIXES: Final = (
    (re.compile(r"e5[-_].*instruct", re.IGNORECASE), (f"{_TASK}Query: ", "")),
    (re.compile(r"qwen3[-_]embedding", re.IGNORECASE), (f"{_TASK}Query:", "")),
    (re.compile(r"(?<![a-jl-np-z0-9])(ko)?e5(?![0-9a-z])", re.IGNORECASE), ("query: ", "passage: ")),
)


class Embedder(Protocol):
    """Unit vectors of half precision; only vectors of one embedder can be compared.

    Half precision moves a cosine by less than 0.001 and halves the index.
    """

    @property
    def name(self) -> str:
        """The spec that `rag.embedding.load_embedder` makes this embedder from."""

    @property
    def dimensions(self) -> int:
        """Length of a vector; finding out may load the model or ask its server."""

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimensions)."""

    def query(self, text: str) -> Vectors:
        """Vector of shape (dimensions,)."""


def unit_vectors(rows: npt.NDArray[Any]) -> Vectors:
    """Rows of length 1, shape (n, dimensions).

    A row that is zero or not finite, as some models give for odd texts, becomes zeros: it is near
    nothing, and its passage is found by its words alone.
    """
    wide = np.asarray(rows, np.float64)
    # Squares of very large and very small numbers would leave the range.
    largest = np.abs(wide).max(axis=-1, keepdims=True, initial=0)
    usable = np.isfinite(largest) & (largest > 0)
    scaled = np.where(usable, wide / np.where(usable, largest, 1), 0)
    lengths = np.linalg.norm(scaled, axis=-1, keepdims=True)
    return (scaled / np.where(usable, lengths, 1)).astype(np.float16)


def prefixes_of(model: str) -> tuple[str, str]:
    """What stands before queries and before passages, by the model's name."""
    return next((prefixes for name, prefixes in _PREFIXES if name.search(model)), ("", ""))


def encodable(texts: Sequence[str]) -> list[str]:
    """Texts without NUL and lone surrogates, which C strings and UTF-8 cannot hold."""
    return [text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8") for text in texts]
