"""The values that retrieval and answering hand to each other and to the bot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Document:
    """One document to index; ``source`` is what a person recognises: a file, a permalink.

    ``acl`` names the groups that may read it; empty: everybody. ``date`` is ISO 8601
    (``2026-11-22`` or with a time), empty when unknown.
    """

    doc_id: str
    text: str
    title: str = ""
    source: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    acl: tuple[str, ...] = ()
    date: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of a document: ``document.text[start:end] == text``.

    ``place`` says where a person finds it: ``2쪽, 취업 규칙 > 제5조``; ``acl`` and ``date`` are the
    document's.
    """

    passage_id: str
    doc_id: str
    title: str
    source: str
    text: str
    start: int
    end: int
    place: str = ""
    acl: tuple[str, ...] = ()
    date: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which passages may be found; both routes of a search keep to it.

    Parameters
    ----------
    groups
        The asker's groups: passages with an ``acl`` are found only by a member of one of them.
        ``None``: the index's owner, who sees everything.
    sources
        Beginnings of sources, such as ``규정/``; empty: all.
    since, until
        First and last date, ISO 8601, both included; a passage without a date is left out when one
        is given. Empty: no limit.
    without
        ``doc_id`` of documents that are not found.
    """

    groups: frozenset[str] | None = None
    sources: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    without: tuple[str, ...] = ()

    def admits(self, passage: Passage) -> bool:
        """Whether the passage may be found."""
        if self.groups is not None and passage.acl and self.groups.isdisjoint(passage.acl):
            return False
        if passage.doc_id in self.without:
            return False
        if self.sources and not passage.source.startswith(self.sources):
            return False
        if (self.since or self.until) and not passage.date:
            return False
        # The last day is included whole: 2026-11-22T09:00 is not after 2026-11-22.
        return passage.date >= self.since and (
            not self.until or passage.date[: len(self.until)] <= self.until
        )


EVERYTHING: Final = Filter()


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
    """A numbered source: ``passage.text[start:end] == quote``; ``place`` is the passage's."""

    n: int
    passage_id: str
    source: str
    quote: str
    start: int
    end: int
    score: float
    place: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of the conversation."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """What one node of the answer graph decided: ``verify``, ``dropped: 30일 is in no source``."""

    node: str
    what: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose ``[n]`` marks point to ``citations``, or a refusal with its reason.

    ``timings`` are seconds by node, ``first_token`` and ``total`` among them; ``trace`` says what
    each node decided, so that a removed sentence or a refusal can be explained.
    """

    answer: str
    citations: tuple[Citation, ...]
    refused: bool
    reason: str
    timings: Mapping[str, float]
    trace: tuple[Step, ...] = ()
