"""Whether the sentences of an answer stand in the passages that they cite, as the index holds them."""

from collections.abc import Mapping
from dataclasses import dataclass

from curation.sentences import units_of
from rag.answering.draft import Draft, Piece
from rag.answering.evidence import evidence_of
from rag.answering.refusals import CUT_SHORT
from rag.citations import Checker
from rag.types import Answer, Citation, Hit, Passage


@dataclass(frozen=True, slots=True)
class Grounding:
    """How many sentences an answer has, and those that its sources do not hold, with the reason."""

    sentences: int = 0
    faults: tuple[str, ...] = ()


def grounding(answer: Answer, held: Mapping[str, Passage]) -> Grounding:
    """Hold every sentence of an answer against the passages that it cites.

    A citation counts only when the index holds its passage and the quote stands in it where it says;
    what a sentence says must stand in the passages of its marks (`rag.citations.Checker`).

    Parameters
    ----------
    held
        The cited passages by id, from the index.
    """
    broken = {one.n: fault for one in answer.citations if (fault := _fault(one, held))}
    sound = [one for one in answer.citations if one.n not in broken]
    place = {one.n: at for at, one in enumerate(sound, 1)}
    checker = Checker([evidence_of(_as_hit(held[one.passage_id])) for one in sound])
    sentences, faults = 0, []
    for piece in _pieces(answer.answer.removesuffix(CUT_SHORT)):
        fault = "" if piece.marks else "it names no source"
        for n in piece.marks:
            fault = fault or broken.get(n, "" if n in place else f"there is no citation [{n}]")
        if fault:
            (units,) = units_of([piece.text])
            sentences += len(units)
            faults += [f"{piece.text[unit.start : unit.end]}: {fault}" for unit in units]
        else:
            sentences += len(checker.check(Piece(piece.text, tuple(place[n] for n in piece.marks))))
    removed = [f"{one.sentence}: {one.fault}" for one in checker.verified().removed]
    return Grounding(sentences + len(removed), (*faults, *removed))


def _as_hit(passage: Passage) -> Hit:
    return Hit(passage, score=0.0, lexical=0.0, dense=0.0, coverage=0.0)


def _fault(citation: Citation, held: Mapping[str, Passage]) -> str:
    passage = held.get(citation.passage_id)
    if passage is None:
        return f"the passage of [{citation.n}] is not in the index"
    if not citation.quote.strip() or passage.text[citation.start : citation.end] != citation.quote:
        return f"the quote of [{citation.n}] is not in its passage"
    return ""


def _pieces(text: str) -> list[Piece]:
    draft = Draft()
    return [*draft.add(text), *draft.end()]
