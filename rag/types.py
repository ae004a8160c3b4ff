"""The values that retrieval and answering hand to each other and to the bot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Document:
    """One document to index; ``source`` is what a person recognises: a file, a permalink."""

    doc_id: str
    text: str
    title: str = ""
    source: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of a document: ``document.text[start:end] == text``."""

    passage_id: str
    doc_id: str
    title: str
    source: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage; every score is in [0, 1].

    ``coverage`` is the IDF-weighted share of the query's lexical terms that occur in the passage.
    """

    passage: Passage
    score: float
    lexical: float
    dense: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered source: ``passage.text[start:end] == quote``."""

    n: int
    passage_id: str
    source: str
    quote: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of the conversation."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose ``[n]`` marks point to ``citations``, or a refusal with its reason."""

    answer: str
    citations: tuple[Citation, ...]
    refused: bool
    reason: str
    timings: Mapping[str, float]
