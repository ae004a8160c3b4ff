"""A chat model without a model: it quotes the sentences of the sources that answer the question."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from chat.questions import answers_type, question_terms, question_type
from chat.sources import NumberedSource, parse_sources
from curation.korean import content_morphemes
from curation.sentences import units_of

# Chosen on the questions of samples/ (tests/chat/test_extractive.py holds the cases).
_TYPE_BONUS: Final = 0.35
_TITLE_SHARE: Final = 0.5
_RANK_STEP: Final = 0.04
_FURTHER_SHARE: Final = 0.75
_MAX_SENTENCES: Final = 3
_MARKER = re.compile(r"\s*(#{1,6}|[-*+•·○●□■▪※]|\d{1,3}[.)])\s+")


@dataclass(frozen=True, slots=True)
class _Candidate:
    n: int
    place: int
    text: str
    terms: frozenset[str]
    context: frozenset[str]


class ExtractiveChatModel(BaseChatModel):
    """Answers a message in the format of `chat.sources` with up to three verbatim sentences.

    Each sentence is followed by the number of its source: ``연차는 15일이다. [1]``. A sentence
    scores by the question's terms that it holds, weighted by how rare they are among the
    sentences at hand; its title and heading count half; one that holds the kind of fact that is
    asked for (a number for 며칠, a date for 언제) is preferred. The answer is empty when no
    sentence shares a term with the question.
    """

    @property
    def _llm_type(self) -> str:
        return "extractive"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        parsed = parse_sources(str(messages[-1].text)) if messages else None
        answer = answer_from(*parsed) if parsed else ""
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=answer))])


def answer_from(sources: Sequence[NumberedSource], question: str) -> str:
    """The sentences that answer, each followed by ``[n]``; empty when none does."""
    candidates = _candidates(sources)
    (terms,) = question_terms([question])
    if not candidates or not terms:
        return ""
    weights = _weights(terms, candidates)
    wanted = question_type(question)
    best_source = min(source.n for source in sources)

    def score(candidate: _Candidate) -> float:
        own = sum(weights[term] for term in candidate.terms & weights.keys())
        around = sum(weights[term] for term in (candidate.context - candidate.terms) & weights.keys())
        if not own + around:
            return 0.0
        bonus = _TYPE_BONUS if wanted != "open" and answers_type(candidate.text, wanted) else 0.0
        return own + _TITLE_SHARE * around + bonus - _RANK_STEP * (candidate.n - best_source)

    ranked = sorted(candidates, key=lambda item: (-score(item), item.n, item.place))
    chosen = _choose([(item, score(item)) for item in ranked], weights.keys())
    return "\n".join(f"{item.text} [{item.n}]" for item in chosen)


def _choose(ranked: Sequence[tuple[_Candidate, float]], terms: Any) -> list[_Candidate]:
    best, best_score = ranked[0]
    if best_score <= 0:
        return []
    chosen = [best]
    covered = set(best.terms & terms)
    for item, score in ranked[1:]:
        adds = (item.terms & terms) - covered
        if len(chosen) < _MAX_SENTENCES and adds and score >= _FURTHER_SHARE * best_score:
            chosen.append(item)
            covered |= adds
    return sorted(chosen, key=lambda item: (item.n != best.n, item.n, item.place))


def _candidates(sources: Sequence[NumberedSource]) -> list[_Candidate]:
    found: list[tuple[int, int, str, str]] = []
    units = units_of([source.text for source in sources])
    for source, of_source in zip(sources, units, strict=True):
        heading = ""
        for unit in of_source:
            text = source.text[unit.start : unit.end]
            if unit.kind == "heading":
                heading = text
            elif re.search(r"\w", text):
                found.append((source.n, unit.start, _without_marker(text), f"{source.title}\n{heading}"))
    own = content_morphemes([text for _, _, text, _ in found])
    around = content_morphemes([context for _, _, _, context in found])
    return [
        _Candidate(n, place, text, frozenset(terms), frozenset(context))
        for (n, place, text, _), terms, context in zip(found, own, around, strict=True)
    ]


def _without_marker(text: str) -> str:
    marker = _MARKER.match(text)
    return text[marker.end() :] if marker else text


def _weights(terms: Sequence[str], candidates: Sequence[_Candidate]) -> dict[str, float]:
    """Inverse frequency of each term among the candidates; they add up to 1."""
    holding = Counter(term for item in candidates for term in item.terms | item.context)
    raw = {term: math.log1p(len(candidates) / (holding[term] + 0.5)) for term in terms}
    total = sum(raw.values())
    return {term: weight / total for term, weight in raw.items()}
