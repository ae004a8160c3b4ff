"""What a Korean sentence states: its content words, and in each clause the predicate, denied or not.

Read from Kiwi's morphemes; a clause ends at a coordinating ending (고, 지만, 으나 …) or a comma.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from curation.korean import Morpheme, analyses, plain_tag
from curation.table_text.names import korean_names, latin_names
from rag.answering.quantities import Quantities, quantities
from rag.answering.vocabulary import (
    COORDINATING,
    DENYING_NOUNS,
    DENYING_PREFIXES,
    KINDS_OF_FACT,
    LIGHT,
    OPPOSITES,
    ORDERING_ENDINGS,
    ROLES,
    SYNONYM_OF,
)

Modality = Literal["must", "may", ""]

_CONTENT: Final = frozenset({"NNG", "NNP", "SL", "SH", "XR", "VV", "VA"})
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*[A-Za-z0-9]")
_RESTRICTED = re.compile(
    r"(?:경우|때|한)에?만|에 ?한(?:해|하여|정)|(?:어|아|여|해)야만|외에는|외에 ?(?:다른|어떤)"
    r"|빼고|제외하고|밖에"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence with one predicate; ``denied`` when it is said not to be so, ``asks`` for orders.

    ``roles`` are the nouns by the particle that they bear: who does it (이), to what (을), where (에서) …
    """

    words: frozenset[str]
    predicate: str
    denied: bool
    asks: bool
    modality: Modality
    roles: Mapping[str, frozenset[str]]
    numbers: Quantities


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, row or item as it can be compared; ``start`` is its place in the text it is from."""

    start: int
    text: str
    morphemes: Sequence[Morpheme]
    names: tuple[str, ...]
    words: frozenset[str]
    clauses: tuple[Clause, ...]
    numbers: Quantities
    only: frozenset[str]
    also: frozenset[str]
    is_restricted: bool
    is_sentence: bool

    @property
    def end(self) -> int:
        """Where it ends in the text it is from."""
        return self.start + len(self.text)

    @property
    def size(self) -> int:
        """How many words and numbers it has."""
        return len(self.words) + len(self.numbers.each())


def statements(texts: Sequence[str], starts: Sequence[int] = ()) -> list[Statement]:
    """Read sentences."""
    places = starts or [0] * len(texts)
    return [
        state(text, morphemes, start)
        for text, morphemes, start in zip(texts, analyses(texts) if texts else (), places, strict=True)
    ]


def state(text: str, morphemes: Sequence[Morpheme], start: int = 0) -> Statement:
    """Read a sentence from its morphemes."""
    found = quantities(text, morphemes)
    names = (*latin_names(text), *korean_names(text, morphemes))
    return Statement(
        start=start,
        text=text,
        morphemes=morphemes,
        names=tuple(dict.fromkeys([*(name.text for name in names), *_LATIN_WORD.findall(text)])),
        words=frozenset(_words(morphemes)),
        clauses=tuple(_clause(part, found) for part in _parts(morphemes)),
        numbers=found,
        only=_with_particle(morphemes, "만"),
        also=_with_particle(morphemes, "도"),
        is_restricted=_RESTRICTED.search(text) is not None,
        is_sentence=any(plain_tag(one.tag) in ("EF", "ETN") for one in morphemes[-3:]),
    )


def holds(words: Iterable[str], word: str) -> bool:
    """Whether the word is there, in a compound, or as a synonym."""
    synonym = SYNONYM_OF.get(word)
    for other in words:
        if word == other or (synonym and SYNONYM_OF.get(other) == synonym):
            return True
        shorter, longer = sorted((word, other), key=len)
        if len(shorter) > 1 and (longer.startswith(shorter) or longer.endswith(shorter)):
            return True
    return False


def opposite(said: Iterable[str], held: Iterable[str]) -> str:
    """The first word of ``said`` whose opposite stands in ``held`` and which does not; or nothing."""
    mine, theirs = set(said), set(held)
    for pair in OPPOSITES:
        for word, other in (pair, pair[::-1]):
            if word in mine and other not in mine and other in theirs and word not in theirs:
                return word
    return ""


def _parts(morphemes: Sequence[Morpheme]) -> list[list[Morpheme]]:
    parts: list[list[Morpheme]] = [[]]
    for at, one in enumerate(morphemes):
        parts[-1].append(one)
        tag = plain_tag(one.tag)
        following = plain_tag(morphemes[at + 1].tag) if at + 1 < len(morphemes) else ""
        coordinates = tag == "EC" and one.form in COORDINATING and following != "VX"
        if coordinates or (tag == "SP" and one.form in ",;"):
            parts.append([])
    return [part for part in parts if any(_is_word(one) or plain_tag(one.tag) == "SN" for one in part)]


def _clause(part: Sequence[Morpheme], found: Quantities) -> Clause:
    words = _words(part)
    return Clause(
        words=frozenset(words),
        predicate=words[-1] if words else "",
        denied=_denials(part) % 2 == 1,
        asks=any(plain_tag(one.tag) == "EF" and one.form.endswith(ORDERING_ENDINGS) for one in part),
        modality=_modality(part),
        roles=_roles(part),
        numbers=found.between(part[0].start, part[-1].end),
    )


def _is_word(one: Morpheme) -> bool:
    return plain_tag(one.tag) in _CONTENT and one.form.lower() not in LIGHT


def _words(morphemes: Sequence[Morpheme]) -> list[str]:
    return [one.form.lower() for one in morphemes if _is_word(one)]


def _roles(part: Sequence[Morpheme]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for before, one in pairwise(part):
        role = ROLES.get(one.form, "") if plain_tag(one.tag) in ("JKS", "JKO", "JKB", "JX") else ""
        if role and plain_tag(before.tag) in ("NNG", "NNP") and before.form not in KINDS_OF_FACT:
            found.setdefault(role, set()).add(before.form.lower())
    return {role: frozenset(nouns) for role, nouns in found.items()}


def _denials(part: Sequence[Morpheme]) -> int:
    count = 0
    for at, one in enumerate(part):
        tag, form = plain_tag(one.tag), one.form
        before = part[at - 1].form if at else ""
        if (
            (tag in ("VX", "VV", "VA") and form in ("않", "못하", "말"))
            or (tag == "MAG" and form in ("안", "못", "없이"))
            or (tag == "VCN" and before not in ("만", "뿐"))
            or (tag == "VA" and form == "없")
            or (tag == "NNG" and form in DENYING_NOUNS)
            or (tag == "XPN" and form in DENYING_PREFIXES)
        ):
            count += 1
    return count


def _modality(part: Sequence[Morpheme]) -> Modality:
    pairs = list(pairwise(part))
    forms = {one.form for one in part}
    if any(
        plain_tag(one.tag) == "EC" and one.form.endswith("야") and other.form in ("하", "되")
        for one, other in pairs
    ):
        return "must"
    if forms & {"의무", "필수"}:
        return "must"
    can = any(one.form == "수" and other.form in ("있", "없") for one, other in pairs)
    allowed = any(
        plain_tag(one.tag) == "EC" and one.form.endswith("도") and other.form in ("되", "좋")
        for one, other in pairs
    )
    return "may" if can or allowed or forms & {"가능", "허용"} else ""


def _with_particle(morphemes: Sequence[Morpheme], particle: str) -> frozenset[str]:
    return frozenset(
        before.form.lower()
        for before, one in pairwise(morphemes)
        if one.form == particle and plain_tag(one.tag) == "JX" and _is_word(before)
    )
