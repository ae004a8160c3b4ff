"""Where a sentence contradicts sentences that hold its words: who did what is turned round or denied."""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from rag.answering.quantities import missing
from rag.answering.statements import Clause, Statement, holds, opposite

QUOTED = re.compile(r"[\"“]([^\"“”]{2,})[\"”]|「([^「」]{2,})」|『([^『』]{2,})』")
# Share of a sentence's words that stand in what somebody is quoted to have said.
_SPOKEN_SHARE: Final = 0.6
_SPEECH = re.compile(r"[\"“「『']([^\"“”「」『』']{4,})[\"”」』']\s?(?:이?라고|이?라는|고\b|이?란)")
# "…다고 알려 주세요" asks somebody to say it; it does not say it.
_DICTATED = re.compile(
    r"^(.{4,}?)(?:다|라|자)고\s.{0,30}(?:세요|십시오|시오|[해하아어]라|바랍니다|바람|할 것|줘)[.!…]*$",
    re.DOTALL,
)


def clash(
    said: Statement, held: Sequence[Statement], context: Sequence[Statement], elsewhere: Sequence[Clause]
) -> str:
    """How the sentence contradicts the held ones; empty when it does not.

    Parameters
    ----------
    said
        A sentence whose words and numbers the others hold.
    held
        The sentences that it would rest on.
    context
        Titles and headings above them.
    elsewhere
        Every clause of their passages.
    """
    clauses = [clause for statement in held for clause in statement.clauses]
    words = {word for statement in (*held, *context) for word in statement.words}
    for clause in said.clauses:
        fault = _clause_clash(said.text, clause, clauses, words, elsewhere)
        if fault:
            return fault
    also = any(said.only & one.also or said.also & one.only for one in held)
    restricted = any(one.is_restricted and share(one.words, said.words) >= 0.5 for one in held)
    faults = {
        "it says 'only' or 'also' where its source does not": also
        or said.only - {word for one in held for word in one.only},
        "it leaves out the condition of its source": restricted and not (said.is_restricted or said.only),
        "it is a fragment": not said.is_sentence and said.size * 2 < max(one.size for one in held),
        "its source only quotes that": not QUOTED.search(said.text)
        and any(_is_only_speech(said, one) for one in held),
    }
    return next((fault for fault, is_so in faults.items() if is_so), "")


def _clause_clash(
    text: str, clause: Clause, held: Sequence[Clause], words: Collection[str], elsewhere: Sequence[Clause]
) -> str:
    near = _nearest(clause, held)
    if not _agrees(clause, held):
        return "it denies, allows or demands what its source does not"
    stolen = _stolen_number(clause, held, words, elsewhere)
    if stolen:
        return f"{text[slice(*stolen)]!r} belongs to something else in its source"
    if near is None:
        return ""
    if near.asks and not holds([near.predicate], clause.predicate):
        return "its source asks for something and does not say it"
    turned = opposite(clause.words, near.words)
    put = _put_in_place(clause, near, words)
    if turned:
        return f"its source says the opposite of {turned!r}"
    return f"{put!r} stands where its source has something else" if put else ""


def _nearest(clause: Clause, held: Sequence[Clause]) -> Clause | None:
    """The clause that shares most words and numbers, its predicate first of all."""
    about = clause.roles.get("about", frozenset())

    def nearness(one: Clause) -> tuple[bool, int, int, float]:
        numbers = sum(missing(number, [one.numbers]) is None for _, number in clause.numbers.each())
        return (
            bool(one.predicate) and holds([one.predicate], clause.predicate),
            sum(holds(one.words, word) for word in about),
            numbers,
            share(clause.words, one.words),
        )

    return max(held, key=nearness, default=None)


def _agrees(clause: Clause, held: Sequence[Clause]) -> bool:
    """Whether a clause with its predicate, or else the one nearest to it, denies and allows the same."""
    same = [
        one for one in held if clause.predicate and one.predicate and holds([one.predicate], clause.predicate)
    ]
    near = same or sorted(held, key=lambda one: -share(clause.words, one.words))[:1]
    return not near or any(
        one.denied == clause.denied and ({one.modality, clause.modality} != {"must", "may"}) for one in near
    )


def _stolen_number(
    clause: Clause, held: Sequence[Clause], words: Collection[str], elsewhere: Sequence[Clause]
) -> tuple[int, int] | None:
    """Where a number stands that the source sets beside other words, while these have their own.

    These words' own number may be in the held clauses, or anywhere in the passage if they are not held.
    """
    for unit, number in clause.numbers.each():
        beside = [one for one in held if missing(number, [one.numbers]) is None]
        for word in clause.words:
            if not beside or any(holds(one.words, word) for one in beside):
                continue
            rivals = [one for one in (held if holds(words, word) else elsewhere) if holds(one.words, word)]
            if any(other == unit for one in rivals for other, _ in one.numbers.each()):
                return missing(number, [])
    return None


def _put_in_place(clause: Clause, held: Clause, words: Iterable[str]) -> str:
    """A noun that stands in the role of another, which is not named or has taken its role."""
    if not (held.predicate and clause.predicate and holds([held.predicate], clause.predicate)):
        return ""
    known = list(words)
    for role, nouns in clause.roles.items():
        theirs = held.roles.get(role, frozenset())
        for noun in nouns:
            if holds(theirs, noun):
                continue
            left_out = any(not holds(clause.words, other) for other in theirs)
            moved = any(
                holds(others, noun) and any(holds(clause.roles.get(place, ()), other) for other in theirs)
                for place, others in held.roles.items()
                if place != role
            )
            if (left_out and not holds(known, noun)) or (moved and role != "about"):
                return noun
    return ""


def _is_only_speech(said: Statement, held: Statement) -> bool:
    spoken = " ".join([*_SPEECH.findall(held.text), *_DICTATED.findall(held.text)])
    # Verbs are contracted there: 옮기 is in 옮긴다.
    inside = sum(word in spoken.lower() for word in said.words)
    return bool(said.words) and inside >= _SPOKEN_SHARE * len(said.words)


def share(words: Iterable[str], held: Iterable[str]) -> float:
    """Share of the words that the others hold."""
    mine, theirs = set(words), list(held)
    return sum(holds(theirs, word) for word in mine) / len(mine) if mine else 0.0
