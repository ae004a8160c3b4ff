"""Turns a Korean statement into the question that it answers: a number or what something is.

Rules, not a model: of "신청 기한은 매월 25일입니다." they make "신청 기한은 매월 며칠인가요?" and know that
the answer is 25일. A statement that they cannot turn gives none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from curation.korean import Morpheme, analyses, plain_tag, spelled

_LONGEST: Final = 90
_SHORTEST: Final = 12
# What asks for a number of the unit; 몇 with the unit for any other.
_ASKED: Final = {"일": "며칠", "원": "얼마", "퍼센트": "몇 퍼센트", "%": "몇 %", "년": "몇 년"}
_UNIT_TAGS: Final = frozenset({"NNB", "NNG", "SW"})
_PARTS_OF_TIME: Final = frozenset({"년", "월", "시"})
# 하나요, 있나요, but 높은가요, 25일인가요.
_OF_VERB, _OF_STATE = ("나요", "EF"), ("ᆫ가요", "EF")
_LIKE_VERBS: Final = frozenset({"있", "없", "계시"})
_PREDICATE: Final = frozenset({"VV", "VA", "VX", "VCP", "VCN", "XSV", "XSA", "EP"})
_NOUNS: Final = frozenset({"NNG", "NNP", "SL", "SH", "XSN", "XPN", "SN", "NNB"})
_TOPIC: Final = frozenset({"JX", "JKS"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, its answer, and the common nouns that name what it is about, in order."""

    question: str
    answer: str
    nouns: tuple[str, ...]


def questions_of(sentences: Sequence[str]) -> list[Asked | None]:
    """The question that each statement answers; ``None`` where the rules find none.

    Examples
    --------
    >>> questions_of(["신청 기한은 매월 25일입니다."])[0].question
    '신청 기한은 매월 며칠인가요?'
    """
    return [_asked(text, tokens) for text, tokens in zip(sentences, analyses(sentences), strict=True)]


def _asked(text: str, tokens: Sequence[Morpheme]) -> Asked | None:
    tokens = [token for token in tokens if not token.tag.startswith("SF")]
    if not _SHORTEST <= len(text) <= _LONGEST or not tokens or tokens[-1].tag != "EF":
        return None
    first = _predicate(tokens)
    topic = next((at for at, token in enumerate(tokens) if plain_tag(token.tag) in _TOPIC), None)
    # Without a topic nobody knows what is asked about.
    if first is None or topic is None or not 0 < topic < first:
        return None
    found = _number(text, tokens, topic + 1, first) or _what(tokens, topic + 1, first)
    if found is None:
        return None
    start, end, asking = found
    ending = _ending(tokens[first:-1])
    predicate = spelled([(token.form, token.tag) for token in tokens[first:-1]] + [ending])
    nouns = tuple(token.form for token in tokens if token.tag == "NNG" and not start <= token.start < end)
    asking, end_of_word = _with_particle(asking, end, tokens)
    between = text[end_of_word : tokens[first].start]
    question, answer = f"{text[:start]}{asking}{between}{predicate}?".strip(), text[start:end].strip()
    # A question that holds its answer asks nothing.
    return None if answer in question else Asked(question, answer, nouns)


def _with_particle(asking: str, end: int, tokens: Sequence[Morpheme]) -> tuple[str, int]:
    """What asks, with the particle of the answer that ends at ``end``: 얼마를 for 2,000원을."""
    particle = next((token for token in tokens if token.start == end and token.tag.startswith("J")), None)
    if particle is None:
        return asking, end
    before, space, word = asking.rpartition(" ")
    return before + space + spelled([(word, "NNG"), (particle.form, particle.tag)]), particle.end


def _compounds(tokens: Sequence[Morpheme]) -> list[tuple[int, int]]:
    """Where common nouns stand, those that are written together as one: 비밀번호, 숙박비."""
    found: list[tuple[int, int]] = []
    for token in tokens:
        if found and token.tag in ("NNG", "XSN") and token.start == found[-1][1]:
            found[-1] = (found[-1][0], token.end)
        elif token.tag == "NNG":
            found.append((token.start, token.end))
    return found


def _predicate(tokens: Sequence[Morpheme]) -> int | None:
    """Where the last verb, adjective or copula begins, with the noun that 하다 makes a verb of."""
    at = len(tokens) - 1
    while at > 0 and plain_tag(tokens[at - 1].tag) in _PREDICATE:
        at -= 1
    if at == len(tokens) - 1:
        return None
    if plain_tag(tokens[at].tag) in ("XSV", "XSA"):
        at -= 1
    return at


def _ending(predicate: Sequence[Morpheme]) -> tuple[str, str]:
    last = predicate[-1]
    tag = plain_tag(last.tag)
    if tag == "EP" or last.form in _LIKE_VERBS or tag in ("VV", "XSV", "VX"):
        return _OF_VERB
    return _OF_STATE


def _number(text: str, tokens: Sequence[Morpheme], first: int, last: int) -> tuple[int, int, str] | None:
    """The last number with its unit between the topic and the predicate, or the whole of a date."""
    for at in range(last - 2, first - 1, -1):
        if tokens[at].tag == "SN" and tokens[at + 1].start == tokens[at].end:
            end = _unit_end(tokens, at + 1, last)
            if end is not None and not _is_one_of_many(tokens, at, end):
                break
    else:
        return None
    begin = at
    # 3월 25일, 오전 9시 30분: half of it would not be the answer.
    while begin - 2 >= first and tokens[begin - 2].tag == "SN" and tokens[begin - 1].form in _PARTS_OF_TIME:
        begin -= 2
    if begin - 1 >= first and tokens[begin - 1].form in ("오전", "오후"):
        begin -= 1
    if begin == at:
        unit = text[tokens[end - 1].start : tokens[end - 1].end]
        return tokens[at].start, tokens[end - 1].end, _ASKED.get(unit, f"몇 {unit}")
    stop = tokens[end - 1].end
    if end < last and tokens[end].form == "에" and tokens[end].start == stop:
        return tokens[begin].start, stop + 1, "언제"
    return None


def _is_one_of_many(tokens: Sequence[Morpheme], at: int, end: int) -> bool:
    """Whether the number is a part of a word, as in 제1차, or one of several: 2014년, 2018년."""
    before, behind = tokens[at - 1], tokens[end : end + 2]
    inside = before.end == tokens[at].start and before.tag in ("XPN", "SL", "SO", "SN")
    return inside or before.tag == "SP" or [token.tag for token in behind] == ["SP", "SN"]


def _unit_end(tokens: Sequence[Morpheme], at: int, last: int) -> int | None:
    """The token after the unit that begins at ``at``: 일, % or, after 만 and 억, 명."""
    while at < last and tokens[at].tag == "NR":
        at += 1
    return at + 1 if at < last and tokens[at].tag in _UNIT_TAGS else None


def _what(tokens: Sequence[Morpheme], first: int, last: int) -> tuple[int, int, str] | None:
    """The nouns before the copula: "담당 부서는 총무팀이다"."""
    if plain_tag(tokens[last].tag) != "VCP":
        return None
    at = last
    while at > first and plain_tag(tokens[at - 1].tag) in _NOUNS:
        at -= 1
    # 것, 때문, 중 end many sentences and answer nothing; 필수적 and 말 hardly more.
    if at == last or any(token.tag in ("SN", "NNB") for token in tokens[at:last]):
        return None
    start, end = tokens[at].start, tokens[last - 1].end
    return None if end - start < 2 or tokens[last - 1].form == "적" else (start, end, "무엇")
