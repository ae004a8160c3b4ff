"""A chat model without a model: it quotes the sentences of the sources that answer the question."""

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from chat.call_settings import CallSettings, call_settings
from chat.questions import answers_type, question_terms, question_type
from chat.sources import NumberedSource, parse_sources
from curation.errors import ConfigurationError
from curation.korean import content_morphemes, is_syllable
from curation.sentences import units_of

# Cosines of texts with a question, or nothing.
Nearness = Callable[[str, Sequence[str]], Sequence[float]]

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
# Sentences that are compared by meaning, best by words first: each costs some 20 ms.
_COMPARED: Final = 5
# How much nearness counts, and how steeply it falls from the nearest sentence; fitted on the split "dev"
# of benchmarks/rag/data/answers.jsonl.
_NEARNESS_SHARE: Final = 0.5
_NEARNESS_SLOPE: Final = 10.0
_MARKER = re.compile(r"\s*(#{1,6}|[-*+•·○●□■▪※]|\d{1,3}[.)])\s+")
# Tie a sentence to one that is not quoted. 다만 and 단 stay: what follows is an exception.
CONNECTIVES: Final = (
    r"(?:그리고|그러나|하지만|그런데|그래서|그러므로|따라서|또한|또|한편|아울러|이에"
    r"|이 밖에|그 밖에)(?:,\s*|\s+)"
)
_CONNECTIVE = re.compile(rf"{CONNECTIVES}|\([^()]*\)\s+")
_POLITE = re.compile(r"(?:니다|니까|세요|시오|[까어아에예해여]요|지요|죠|네요|군요|소서)[.!?…]*[\"'”’)\]]*$")
# Digits as they are read: 영, 일, 삼, 육, 칠 and 팔 end in a consonant.
_CONSONANT_DIGITS: Final = frozenset("013678")


@dataclass(frozen=True, slots=True)
class _Candidate:
    n: int
    place: int
    title: str
    text: str
    terms: frozenset[str]
    context: frozenset[str]


class ExtractiveChatModel(BaseChatModel):
    """Answers a message in the format of `chat.sources` with up to three verbatim sentences.

    Each sentence is followed by the number of its source: ``연차는 15일입니다. [1]``; one that is not
    polite stands in quotation marks: ``"연차는 15일이다"라고 나와 있습니다. [1]``. A sentence scores by
    the question's terms that it holds, weighted by how rare they are among the sentences at
    hand; its title, its heading and the sentence before count half. One without the kind of
    fact that is asked for (an amount for 얼마, a time for 언제) counts less, and each later
    source a tenth less. By words alone, the answer is empty when no sentence shares enough with
    the question.

    Parameters
    ----------
    nearness
        Gives how near texts are to the question in meaning, as cosines, or nothing when it cannot tell.
        With it the best sentences by words are chosen among by meaning too.
    """

    nearness: Nearness | None = None

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
        _refuse(call_settings(kwargs), stop)
        parsed = parse_sources(str(messages[-1].text)) if messages else None
        answer = answer_from(*parsed, nearness=self.nearness) if parsed else ""
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=answer))])


def answer_from(sources: Sequence[NumberedSource], question: str, *, nearness: Nearness | None = None) -> str:
    """The sentences that answer, each followed by ``[n]``; empty when none does."""
    candidates = _candidates(sources)
    (terms,) = question_terms([question])
    if not candidates or not terms:
        return ""
    weights = _weights(terms, candidates)
    wanted = question_type(question)
    shares = {
        item: (1.0 if answers_type(item.text, wanted) else _OTHER_TYPE_SHARE) * _RANK_DECAY ** (item.n - 1)
        for item in candidates
    }
    held = {item: _held(item, weights) for item in candidates}
    scored = [(held[item] * shares[item], item) for item in candidates]
    scored.sort(key=_best_first)
    near = [item for _, item in scored[:_COMPARED]]
    cosines = nearness(question, [f"{item.title}\n{item.text}" for item in near]) if nearness else ()
    if cosines:
        nearest = max(cosines)
        scored = [
            ((held[item] + _NEARNESS_SHARE * (1 + _NEARNESS_SLOPE * (cosine - nearest))) * shares[item], item)
            for item, cosine in zip(near, cosines, strict=True)
        ]
        scored.sort(key=_best_first)
    else:
        scored = [(score, item) for score, item in scored if held[item] >= _LEAST_HELD]
    chosen = _choose(scored, frozenset(weights))
    return "\n".join(f"{_politely(item.text)} [{item.n}]" for item in chosen)


def _refuse(settings: CallSettings, stop: Sequence[str] | None) -> None:
    """Let nobody believe that quotes were drawn, or cut: without drawing a seed changes nothing."""
    asked = [name for name in settings.given() if settings.draws or name == "max_tokens"]
    if stop:
        asked.append("stop")
    if asked:
        raise ConfigurationError(
            f"'extractive' is no language model: it quotes sentences, and takes no {', '.join(asked)}.",
            where="chat model",
            fix="Choose a model that writes: transformers:<folder>, openai:<model>@<base url> or smollm2.",
        )


def _held(item: _Candidate, weights: Mapping[str, float]) -> float:
    """Share of the question's terms, by weight, that a sentence holds or that stand around it."""
    return sum(
        weight * max(_match(term, item.terms), _CONTEXT_SHARE * _match(term, item.context))
        for term, weight in weights.items()
    )


def _best_first(scored: tuple[float, _Candidate]) -> tuple[float, int, int]:
    return -scored[0], scored[1].n, scored[1].place


def _politely(sentence: str) -> str:
    """The sentence itself, or as a quote in a polite one."""
    if _POLITE.search(sentence) or '"' in sentence:
        return sentence
    quote = sentence.strip("| ").rstrip(".")
    return f'"{quote}"{"이라고" if _ends_in_consonant(quote) else "라고"} 나와 있습니다.'


def _ends_in_consonant(text: str) -> bool:
    last = next((character for character in reversed(text) if character.isalnum()), "")
    if is_syllable(last):
        return (ord(last) - ord("가")) % 28 > 0
    return last in _CONSONANT_DIGITS


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
    if not scored or scored[0][0] <= 0:
        return []
    best_score, best = scored[0]
    chosen = [best]
    covered = best.terms & terms
    for score, item in scored[1:]:
        missing = (item.terms & terms) - covered
        if missing and item.n == best.n and score >= _FURTHER_SHARE * best_score:
            chosen.append(item)
            covered |= missing
    return sorted(chosen[:_MAX_SENTENCES], key=lambda item: item.place)


def _candidates(sources: Sequence[NumberedSource]) -> list[_Candidate]:
    # The source, the place, the sentence, and what stands around it.
    found: list[tuple[NumberedSource, int, str, str]] = []
    units = units_of([source.text for source in sources])
    for source, of_source in zip(sources, units, strict=True):
        heading = before = ""
        for unit in of_source:
            text = source.text[unit.start : unit.end]
            if unit.kind == "heading":
                heading, before = text, ""
            elif re.search(r"\w", text):
                context = f"{source.title}\n{heading}\n{before}"
                found.append((source, unit.start, _without_lead(text), context))
                before = text
    own = content_morphemes([text for _, _, text, _ in found])
    around = content_morphemes([context for _, _, _, context in found])
    return [
        _Candidate(source.n, place, source.title, text, frozenset(terms), frozenset(context))
        for (source, place, text, _), terms, context in zip(found, own, around, strict=True)
    ]


def _without_lead(text: str) -> str:
    marker = _MARKER.match(text)
    bare = text[marker.end() :] if marker else text
    connective = _CONNECTIVE.match(bare)
    return bare[connective.end() :] if connective and len(bare) > connective.end() else bare


def _weights(terms: Sequence[str], candidates: Sequence[_Candidate]) -> dict[str, float]:
    """Inverse frequency of each term among the candidates; they add up to 1."""
    holding = Counter(term for item in candidates for term in item.terms | item.context)
    raw = {term: math.log1p(len(candidates) / (holding[term] + 0.5)) for term in terms}
    total = sum(raw.values())
    return {term: weight / total for term, weight in raw.items()}
