"""Whether the cited passages say what a sentence says, and where.

A sentence is supported when it stands verbatim as whole sentences of a passage; or when its numbers,
dates, times, names, quotes and links stand in sentences of a passage that hold most of its words, deny
what it denies and nothing else, and set its numbers beside the same things.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from chat.extractive import CONNECTIVES
from curation.table_text.names import Known
from rag.answering.clashes import QUOTED, clash
from rag.answering.evidence import Evidence
from rag.answering.quantities import missing
from rag.answering.statements import Statement, holds, opposite, state

# Least share of a sentence's words and numbers that its source must hold. Of the sentences in
# tests/rag/statements.yaml, .6 to .75 judges all rightly, .5 keeps a false one, .8 loses three faithful.
LEAST_COVERAGE: Final = 0.7
# What quotes its source shows by itself what it rests on.
_LEAST_BESIDE_A_QUOTE: Final = 0.6
_LINK = re.compile(
    r"!?\[[^\]\n]*\]\([^)\n]*\)|<[a-zA-Z/!][^>\n]*>|\b(?:https?|ftp|data|javascript|file):\S+|\bwww\.\S+"
    r"|\b[\w.+-]+@[\w-]+\.[\w.]+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|io|kr|dev|app|ai|co|me|info|biz|xyz|example|test)\b(?:/\S*)?",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"\*\*|__|`|^#{1,6}\s+|^>\s+", re.MULTILINE)
# What may stand between a sentence's beginning and that of its quote.
_LEAD = re.compile(
    r"\s*(?:#{1,6}\s|[-*+•·○●□■▪※①-⑳]\s?|\d{1,3}[.)]\s|[가-하][.)]\s)?\s*"
    rf"(?:{CONNECTIVES})?"
    r"(?:\([^()]*\)\s*)?"
)
_ENDS = re.compile(r"[.?!…。？！]+[\"'”’」』)]*\s*(?=\s|\Z|[①-⑳])|\s*(?=\n|\Z|\|)")
_STARTS = re.compile(r"(?:\A|\n|[.?!…。？！][\"'”’」』)]*\s+|(?=[①-⑳])|\|\s?)")


@dataclass(frozen=True, slots=True)
class Quote:
    """Where a passage says it: ``evidence.text[start:end]``."""

    evidence: Evidence
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Support:
    """Where the sources say it; no quotes: they do not, and ``fault`` says why."""

    quotes: tuple[Quote, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class _Window:
    """Neighbouring sentences of a passage, and what the passage is about."""

    quote: Quote
    statements: tuple[Statement, ...]
    context: tuple[Statement, ...]


def support(said: Statement, cited: Sequence[Evidence]) -> Support:
    """Hold a sentence against the passages that it cites."""
    bare = _MARKUP.sub("", said.text).strip()
    strange = next((link for link in _LINK.findall(bare) if not any(link in one.text for one in cited)), None)
    if strange is not None:
        return Support(fault=f"the link or address {strange!r} is in no source that it names")
    for evidence in cited:
        verbatim = _verbatim(bare, evidence)
        if verbatim is not None:
            return Support((verbatim,))
    quoted = ["".join(groups) for groups in QUOTED.findall(bare)]
    places = [_find(text, cited) for text in quoted]
    absent = next((text for text, place in zip(quoted, places, strict=True) if place is None), None)
    if absent is not None:
        return Support(fault=f"{absent!r} is quoted from no source that it names")
    return _said_otherwise(said, cited, [place for place in places if place])


def _verbatim(text: str, evidence: Evidence) -> Quote | None:
    """Where the text stands as whole sentences."""
    at = evidence.text.find(text)
    while at >= 0:
        end = at + len(text)
        ends = text[-1] in ".?!…。？！" or _ENDS.match(evidence.text, end)
        begun = max(
            (match.end() for match in _STARTS.finditer(evidence.text, 0, at + 1) if match.end() <= at),
            default=0,
        )
        if ends and _LEAD.fullmatch(evidence.text[begun:at]) and evidence.is_whole(at, end):
            return Quote(evidence, at, end)
        at = evidence.text.find(text, at + 1)
    return None


def _find(text: str, cited: Sequence[Evidence]) -> Quote | None:
    for evidence in cited:
        at = evidence.text.find(text)
        if at >= 0 and evidence.is_whole(at, at + len(text)):
            return Quote(evidence, at, at + len(text))
    return None


def _said_otherwise(said: Statement, cited: Sequence[Evidence], quoted: Sequence[Quote]) -> Support:
    least = _LEAST_BESIDE_A_QUOTE if quoted else LEAST_COVERAGE
    whole = [
        quote for quote in quoted if _verbatim(quote.evidence.text[quote.start : quote.end], quote.evidence)
    ]
    around = _without_quotes(said) if whole else said
    if whole and len(whole) == len(quoted) and not around.size:
        return Support(tuple(quoted))
    if not said.size:
        return Support(fault="it says nothing that a source could")
    supporting: list[Quote] = []
    best: list[_Window] = []
    faults: list[tuple[float, str]] = []
    for evidence in cited:
        ranked = [(_coverage(said, [window]), window) for window in _windows(evidence)]
        ranked.sort(key=lambda pair: -pair[0])
        best += [window for _, window in ranked[:1]]
        for share, window in ranked:
            fault = _fault(said, [window], is_covered=share >= least)
            if not fault:
                supporting.append(window.quote)
                break
            faults.append((share, fault))
            if share < least:
                break
    if not supporting and len(best) > 1:
        together = _coverage(said, best)
        fault = _fault(said, best, is_covered=together >= least)
        if not fault and all(
            _coverage(said, [one for one in best if one is not window]) < together for window in best
        ):
            supporting = [window.quote for window in best]
    if not supporting:
        return Support(fault=max(faults)[1] if faults else "its source has no sentences")
    return Support(tuple(quoted) if quoted else tuple(supporting))


def _windows(evidence: Evidence) -> list[_Window]:
    context = tuple(evidence.context)
    found = [_Window(Quote(evidence, one.start, one.end), (one,), context) for one in evidence.sentences]
    found += [
        _Window(Quote(evidence, one.start, other.end), (one, other), context)
        for one, other in pairwise(evidence.sentences)
        if evidence.is_whole(one.start, other.end)
    ]
    return found


def _coverage(said: Statement, windows: Sequence[_Window]) -> float:
    """Share of the words and numbers that the windows hold."""
    held = [statement for window in windows for statement in (*window.statements, *window.context)]
    words = {word for statement in held for word in statement.words}
    compact = "".join(" ".join(statement.text for statement in held).split()).lower()
    numbers = [statement.numbers for statement in held]
    found = sum(holds(words, word) or (len(word) > 1 and word in compact) for word in said.words)
    found += sum(missing(one, numbers) is None for _, one in said.numbers.each())
    return found / said.size if said.size else 0.0


def _fault(said: Statement, windows: Sequence[_Window], *, is_covered: bool) -> str:
    """What the windows do not say; empty when they say it all."""
    held = [statement for window in windows for statement in window.statements]
    context = [statement for window in windows for statement in window.context]
    lacking = missing(said.numbers, [statement.numbers for statement in (*held, *context)])
    if lacking:
        return f"{said.text[slice(*lacking)]!r} is not in its source"
    stranger = _strange_name(said, [statement.text for statement in (*held, *context)])
    if stranger:
        return f"the name {stranger!r} is not in its source"
    turned = opposite(said.words, {word for statement in held for word in statement.words})
    if turned:
        return f"its source says the opposite of {turned!r}"
    if not is_covered:
        return "it says more than its source"
    elsewhere = [
        clause for window in windows for one in window.quote.evidence.sentences for clause in one.clauses
    ]
    return clash(said, held, context, elsewhere)


def _strange_name(said: Statement, held: Sequence[str]) -> str:
    known = Known(held)
    folded = "\n".join(held).casefold()
    return next((name for name in said.names if not known.holds(name) and name.casefold() not in folded), "")


def _without_quotes(said: Statement) -> Statement:
    spans = [found.span() for found in QUOTED.finditer(said.text)]
    blanked = said.text
    for start, end in spans:
        blanked = blanked[:start] + " " * (end - start) + blanked[end:]
    left = [one for one in said.morphemes if not any(start <= one.start < end for start, end in spans)]
    return state(blanked, left)
