"""Holds a model's answer against its sources: what they do not say is dropped.

A sentence stays when it carries ``[n]`` marks of passages that were given, when it stands
verbatim in one of them or quotes one verbatim in quotation marks, and when every number in it
occurs in the passages that it cites.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.types import Citation, Hit, Passage

_MARKS = re.compile(r"\s*((?:\[\d{1,3}\]\s*)+)")
_MARK = re.compile(r"\[(\d{1,3})\]")
_QUOTED = re.compile(r"[\"“]([^\"“”]{2,})[\"”]|「([^「」]{2,})」|『([^『』]{2,})』")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
# What a model puts before a sentence that it lists.
_LIST_MARK = re.compile(r"^(?:[-*•]|\d{1,2}[.)])\s+")


@dataclass(frozen=True, slots=True)
class Verified:
    """An answer whose every sentence is supported, with its citations numbered from 1."""

    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class _Quote:
    hit: Hit
    start: int
    end: int


def verify(answer: str, hits: Sequence[Hit]) -> Verified:
    """Keep the supported sentences of ``answer``; ``[n]`` counts ``hits`` from 1.

    The marks are numbered anew, one number for each quote, in order of appearance.
    """
    numbers: dict[tuple[str, int, int], int] = {}
    citations: list[Citation] = []
    kept: list[str] = []
    for sentence, marks in _cited_sentences(answer):
        cited = [hits[n - 1] for n in marks if 1 <= n <= len(hits)]
        quotes = _quotes(sentence, cited)
        if len(cited) != len(marks) or not quotes or not _numbers_occur(sentence, cited):
            continue
        shown = []
        for quote in quotes:
            key = (quote.hit.passage.passage_id, quote.start, quote.end)
            if key not in numbers:
                numbers[key] = len(numbers) + 1
                citations.append(_citation(numbers[key], quote))
            shown.append(f"[{numbers[key]}]")
        kept.append(f"{sentence} {''.join(shown)}")
    return Verified("\n".join(kept), tuple(citations))


def _cited_sentences(answer: str) -> list[tuple[str, list[int]]]:
    """Each piece of text with the marks that follow it; text without marks is left out."""
    sentences = []
    position = 0
    for found in _MARKS.finditer(answer):
        sentence = _LIST_MARK.sub("", answer[position : found.start()].strip())
        marks = list(dict.fromkeys(int(n) for n in _MARK.findall(found.group(1))))
        if sentence:
            sentences.append((sentence, marks))
        position = found.end()
    return sentences


def _quotes(sentence: str, cited: Sequence[Hit]) -> list[_Quote]:
    """Where the cited passages hold the sentence, or else everything that it quotes."""
    whole = _find(sentence, cited)
    if whole is not None:
        return [whole]
    quoted = ["".join(groups) for groups in _QUOTED.findall(sentence)]
    places = [_find(text, cited) for text in quoted]
    return [place for place in places if place is not None] if all(places) else []


def _find(text: str, cited: Sequence[Hit]) -> _Quote | None:
    for hit in cited:
        start = hit.passage.text.find(text)
        if start >= 0:
            return _Quote(hit, start, start + len(text))
    return None


def _numbers_occur(sentence: str, cited: Sequence[Hit]) -> bool:
    present = {number for hit in cited for number in _NUMBER.findall(_all_text(hit.passage))}
    return all(number in present for number in _NUMBER.findall(sentence))


def _all_text(passage: Passage) -> str:
    return f"{passage.title}\n{passage.text}"


def _citation(n: int, quote: _Quote) -> Citation:
    passage = quote.hit.passage
    return Citation(
        n=n,
        passage_id=passage.passage_id,
        source=passage.source or passage.title or passage.doc_id,
        quote=passage.text[quote.start : quote.end],
        start=quote.start,
        end=quote.end,
        score=quote.hit.score,
    )
