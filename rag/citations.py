"""Holds a model's answer against its sources: what they do not say is dropped.

A sentence stays when it carries ``[n]`` marks of passages that were given and `rag.answering.support`
finds in them what it says. The marks are numbered anew, one number for each quote, in order of appearance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from curation.sentences import units_of
from rag.answering.draft import Draft, Piece
from rag.answering.evidence import Evidence, evidence_of
from rag.answering.statements import statements
from rag.answering.support import Quote, support
from rag.types import Citation, Hit


@dataclass(frozen=True, slots=True)
class Removed:
    """A sentence that was not let through, and why."""

    sentence: str
    fault: str


@dataclass(frozen=True, slots=True)
class Verified:
    """An answer whose every sentence is supported, with its citations numbered from 1."""

    text: str
    citations: tuple[Citation, ...]
    removed: tuple[Removed, ...] = ()


class Checker:
    """Takes an answer piece by piece; ``[n]`` counts ``evidence`` from 1."""

    def __init__(self, evidence: Sequence[Evidence]) -> None:
        self._evidence = evidence
        self._numbers: dict[tuple[str, int, int], int] = {}
        self._citations: list[Citation] = []
        self._kept: list[str] = []
        self._removed: list[Removed] = []

    def check(self, piece: Piece) -> list[str]:
        """What is to be shown of the piece: its supported sentences, each with its marks."""
        if not piece.marks or any(not 1 <= n <= len(self._evidence) for n in piece.marks):
            fault = "it names a source that was not given" if piece.marks else "it names no source"
            self._removed.append(Removed(piece.text, fault))
            return []
        cited = [self._evidence[n - 1] for n in piece.marks]
        (units,) = units_of([piece.text])
        shown = []
        for said in statements([piece.text[unit.start : unit.end] for unit in units]):
            found = support(said, cited)
            if found.quotes:
                marks = "".join(dict.fromkeys(f"[{self._number(quote)}]" for quote in found.quotes))
                shown.append(f"{said.text} {marks}")
            else:
                self._removed.append(Removed(said.text, found.fault))
        self._kept += shown
        return shown

    def verified(self) -> Verified:
        """What stands so far."""
        return Verified("\n".join(self._kept), tuple(self._citations), tuple(self._removed))

    def _number(self, quote: Quote) -> int:
        passage = quote.evidence.hit.passage
        start, end = quote.evidence.origin(quote.start, quote.end)
        key = (passage.passage_id, start, end)
        if key not in self._numbers:
            self._numbers[key] = len(self._numbers) + 1
            self._citations.append(
                Citation(
                    n=self._numbers[key],
                    passage_id=passage.passage_id,
                    source=passage.source or passage.title or passage.doc_id,
                    quote=passage.text[start:end],
                    start=start,
                    end=end,
                    score=quote.evidence.hit.score,
                    place=passage.place,
                )
            )
        return self._numbers[key]


def verify(answer: str, hits: Sequence[Hit]) -> Verified:
    """Keep the supported sentences of a whole ``answer``; ``[n]`` counts ``hits`` from 1."""
    checker = Checker([evidence_of(hit) for hit in hits])
    draft = Draft()
    for piece in [*draft.add(answer), *draft.end()]:
        checker.check(piece)
    return checker.verified()
