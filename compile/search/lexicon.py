"""What the page knows of morphemes: counted in Kiwi's analyses of the passages that it ships.

Kiwi itself stays out of the page (87 MB). Its morphemes are noted as they are written, so that 가르쳐 is
known to hold 가르치, and the page cuts a query by the likeliest way through them (`tokeniser`).
"""

import functools
import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from compile.search.characters import kind, pieces, readable
from curation.korean import Morpheme, analyses, is_syllable, plain_tag, spelled

# Classes of what a piece is cut into: nouns and the like, bare stems, stems written as one with their
# ending, particles, endings, what makes predicates of nouns or goes on after a predicate (하, 이, 있), other
# words without a topic, unknown characters; the last class stands before and after a piece.
NOUN, STEM, BENT, PARTICLE, ENDING, LINK, WORD, UNKNOWN, EDGE = CLASSES = range(9)
# Classes that give terms.
CONTENT: Final = (NOUN, STEM, BENT)
# A form that was seen less often says nothing of how words end.
_LEAST_SEEN: Final = 2
# Longer ones are sentences without spaces, or serial numbers that nobody types twice.
LONGEST: Final = 24
# What `curation.korean` takes for content, which keeps the topic of a text.
_NOUN_TAGS: Final = frozenset({"NNG", "NNP", "NNB", "NR", "SN", "SL", "SH", "XR"})
_STEM_TAGS: Final = frozenset({"VV", "VA"})
_LINK_TAGS: Final = frozenset({"XSV", "XSA", "XSN", "XSM", "VCP", "VCN", "VX"})
# Endings that change the stem before them, with what of them stands apart.
_BENDING: Final = (
    ("어", "EC", ""),
    ("었", "EP", ""),
    ("은", "ETM", ""),
    ("을", "ETM", ""),
    ("음", "ETN", ""),
    ("ᆸ니다", "EF", "니다"),
)

Terms = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A way to read a stretch of text: its class, how often it was seen, the terms that it gives."""

    kind: int
    count: int
    terms: Terms = ()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything that the page cuts words by.

    Parameters
    ----------
    entries
        Readings of a written form: at most one of each class, in their order.
    words
        Pieces that are looked up whole, with their terms: Kiwi reads them otherwise than the cut.
    steps
        Costs of a class (column) after another (row), natural logarithms, shape (9, 9).
    """

    entries: Mapping[str, Sequence[Entry]]
    words: Mapping[str, Terms]
    steps: Sequence[Sequence[float]]


@dataclass(slots=True)
class _Seen:
    forms: defaultdict[tuple[str, int], Counter[Terms]] = field(default_factory=lambda: defaultdict(Counter))
    steps: Counter[tuple[int, int]] = field(default_factory=Counter)
    words: defaultdict[str, Counter[Terms]] = field(default_factory=lambda: defaultdict(Counter))
    stems: set[tuple[str, str]] = field(default_factory=set)


def learn(texts: Iterable[str], known: Collection[str]) -> tuple[Lexicon, Mapping[str, Terms]]:
    """Learn from texts in NFC; gives the lexicon without ``words``, and Kiwi's reading of every piece.

    Parameters
    ----------
    known
        Terms of the index; others are left out of what a form gives.
    """
    seen = _Seen()
    waiting: list[str] = []

    def noted() -> Iterator[str]:
        for text in texts:
            waiting.append(text)
            yield text

    for at, morphemes in enumerate(analyses(noted())):
        _note(seen, readable(waiting[at]), morphemes)
        waiting[at] = ""
    found: dict[tuple[str, int], Entry] = {}
    for (form, group), readings in seen.forms.items():
        count = readings.total()
        terms = tuple(term for term in _most_common(readings) if term in known)
        if terms == (form,) or count >= _LEAST_SEEN:
            found[form, group] = Entry(group, count, terms)
    for stem, tag in sorted(one for one in seen.stems if one[0] in known):
        found.setdefault((stem, STEM), Entry(STEM, 1, (stem,)))
        for form in _bent(stem, tag):
            found.setdefault((form, BENT), Entry(BENT, 1, (stem,)))
    entries: dict[str, list[Entry]] = {}
    for form, group in sorted(found):
        entries.setdefault(form, []).append(found[form, group])
    words = {
        word: tuple(term for term in _most_common(readings) if term in known)
        for word, readings in sorted(seen.words.items())
    }
    return Lexicon(entries, {}, _steps(seen.steps)), words


def _most_common(readings: Counter[Terms]) -> Terms:
    return min(readings, key=lambda terms: (-readings[terms], terms))


def _note(seen: _Seen, text: str, morphemes: Sequence[Morpheme]) -> None:
    seen.stems.update((one.form, one.tag) for one in morphemes if plain_tag(one.tag) in _STEM_TAGS)
    written = list(_written(morphemes))
    at = 0
    for start, piece in pieces(text):
        end = start + len(piece)
        while at < len(written) and written[at][0] < start:
            at += 1
        before, whole = EDGE, True
        given: list[str] = []
        while at < len(written) and written[at][0] < end:
            begins, ends, group, terms = written[at]
            at += 1
            if ends > end:
                whole = False
                break
            given += terms
            if group != EDGE and ends - begins <= LONGEST:
                seen.forms[text[begins:ends], group][terms] += 1
            if before != EDGE or group != EDGE:
                seen.steps[before, group] += 1
            before = group
        if before != EDGE:
            seen.steps[before, EDGE] += 1
        if whole and len(piece) <= LONGEST and any(kind(char) == "H" for char in piece):
            seen.words[piece][tuple(given)] += 1


def _written(morphemes: Sequence[Morpheme]) -> Iterator[tuple[int, int, int, Terms]]:
    """Start, end, class and content of each stretch that is one morpheme, or several written as one."""
    at = 0
    while at < len(morphemes):
        first = morphemes[at]
        end = first.end
        group = [first]
        at += 1
        while at < len(morphemes) and (morphemes[at].start < end or morphemes[at].end == morphemes[at].start):
            group.append(morphemes[at])
            end = max(end, morphemes[at].end)
            at += 1
        terms = tuple("".join(one.form.split()).lower() for one in group if _is_content(one.tag))
        yield first.start, end, _class_of(tuple(plain_tag(one.tag) for one in group)), terms


@functools.cache
def _is_content(tag: str) -> bool:
    plain = plain_tag(tag)
    return plain in _NOUN_TAGS or plain in _STEM_TAGS or (tag.startswith("W_") and tag != "W_EMOJI")


@functools.cache
def _class_of(tags: tuple[str, ...]) -> int:
    first = tags[0]
    if first in _STEM_TAGS:
        return STEM if len(tags) == 1 else BENT
    if _is_content(first):
        return NOUN
    if any(map(_is_content, tags)):
        return BENT
    if first[0] == "S":
        # A sign: what comes next begins a word.
        return EDGE
    if first in _LINK_TAGS:
        return LINK
    return PARTICLE if first[0] == "J" else ENDING if first[0] == "E" else WORD


def _bent(stem: str, tag: str) -> Iterator[str]:
    """How a stem is written before the endings that change it: 마셔, 마셨, 마신, 마실, 마심, 마십."""
    for ending, ending_tag, apart in _BENDING:
        form = spelled([(stem, tag), (ending, ending_tag)]).removesuffix(apart)
        if form.endswith(ending) and len(form) > 1:
            form = form[:-1]
        if form not in (stem, stem + "습") and all(map(is_syllable, form)):
            yield form


def _steps(seen: Mapping[tuple[int, int], int]) -> list[list[float]]:
    """Costs with one more than seen of each; an unknown character steps like a noun."""
    learnt = [one for one in CLASSES if one != UNKNOWN]
    found = [[0.0] * len(CLASSES) for _ in CLASSES]
    for before in learnt:
        total = sum(seen.get((before, after), 0) + 1 for after in learnt)
        for after in learnt:
            found[before][after] = math.log(total / (seen.get((before, after), 0) + 1))
        found[before][UNKNOWN] = found[before][NOUN]
    found[UNKNOWN] = [*found[NOUN]]
    found[UNKNOWN][UNKNOWN] = 0.0
    found[EDGE][EDGE] = 0.0
    return found
