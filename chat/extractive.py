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

# Chosen on the questions of samples/ and on 200 of KorQuAD's.
_CONTEXT_SHARE: Final = 0.5
_OTHER_TYPE_SHARE: Final = 0.4
_RANK_DECAY: Final = 0.9
_ALIKE_SHARE: Final = 0.7
_SHORTEST_ALIKE: Final = 2
_FURTHER_SHARE: Final = 0.6
# Share of the question below which a sentence is about something else.
_LEAST_HELD: Final = 0.2
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
    sentences at hand; its title, its heading and the sentence before count half. One without the
    kind of fact that is asked for (an amount for 얼마, a time for 언제) counts less, and each
    later source a tenth less. The answer is empty when no sentence shares enough with the question.
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

    def score(candidate: _Candidate) -> float:
        held = sum(
            weight * max(_match(term, candidate.terms), _CONTEXT_SHARE * _match(term, candidate.context))
            for term, weight in weights.items()
        )
        if held < _LEAST_HELD:
            return 0.0
        type_share = 1.0 if answers_type(candidate.text, wanted) else _OTHER_TYPE_SHARE
        return held * type_share * _RANK_DECAY ** (candidate.n - 1)

    scored = [(score(candidate), candidate) for candidate in candidates]
    scored.sort(key=lambda pair: (-pair[0], pair[1].n, pair[1].place))
    return "\n".join(f"{item.text} [{item.n}]" for item in _choose(scored, frozenset(weights)))


def _match(term: str, present: frozenset[str]) -> float:
    """1 for the term itself; less for a compound that begins like it (지원금, 지원)."""
    if term in present:
        return 1.0
    alike = any(
        min(len(term), len(other)) >= _SHORTEST_ALIKE and (term.startswith(other) or other.startswith(term))
        for other in present
    )
    return _ALIKE_SHARE if alike else 0.0


def _choose(scored: Sequence[tuple[float, _Candidate]], terms: frozenset[str]) -> list[_Candidate]:
    """The best sentence, and those of its source that hold terms of the question that it lacks."""
    best_score, best = scored[0]
    if best_score <= 0:
        return []
    chosen = [best]
    covered = best.terms & terms
    for score, item in scored[1:]:
        missing = (item.terms & terms) - covered
        if missing and item.n == best.n and score >= _FURTHER_SHARE * best_score:
            chosen.append(item)
            covered |= missing
    return sorted(chosen[:_MAX_SENTENCES], key=lambda item: item.place)


def _candidates(sources: Sequence[NumberedSource]) -> list[_Candidate]:
    found: list[tuple[int, int, str, str]] = []  # number, place, sentence, what stands around it
    units = units_of([source.text for source in sources])
    for source, of_source in zip(sources, units, strict=True):
        heading = before = ""
        for unit in of_source:
            text = source.text[unit.start : unit.end]
            if unit.kind == "heading":
                heading, before = text, ""
            elif re.search(r"\w", text):
                context = f"{source.title}\n{heading}\n{before}"
                found.append((source.n, unit.start, _without_marker(text), context))
                before = text
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
