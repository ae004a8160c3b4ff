"""Cuts a query as the page does; the twin of `compile/web/src/search/tokeniser.ts`.

The likeliest way through a piece of text, by what was counted when the passages were exported (Viterbi,
IEEE Transactions on Information Theory, 1967): each morpheme costs the logarithm of how rare it is in its
class, and each step from class to class what such steps are worth.
"""

import math
from collections.abc import Iterator
from typing import Final, NamedTuple

from compile.search.arithmetic import natural_log
from compile.search.characters import bigrams, kind, pieces, readable
from compile.search.lexicon import CLASSES, EDGE, LONGEST, NOUN, UNKNOWN, Lexicon, Terms

# How much dearer an unknown character is than a morpheme that was seen once, in natural logarithms.
_UNKNOWN_COST: Final = 3.0
# Characters of either half of a compound.
_LEAST_HALF: Final = 2


class _Way(NamedTuple):
    """From where in a piece, and from which class, a place is reached; what the last step gives."""

    start: int
    before: int
    terms: Terms


class _Reading(NamedTuple):
    kind: int
    cost: float
    terms: Terms


_JOINER: Final = _Reading(EDGE, 0.0, ())


class PageTokeniser:
    """Terms of a text, morphemes and then bigrams, as the page finds them.

    Parameters
    ----------
    lexicon
        Of an exported index.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        totals = [0] * len(CLASSES)
        for readings in lexicon.entries.values():
            for one in readings:
                totals[one.kind] += one.count
        self._lexicon = lexicon
        self._readings = {
            form: [
                _Reading(one.kind, natural_log(totals[one.kind] / one.count), one.terms) for one in readings
            ]
            for form, readings in lexicon.entries.items()
        }
        self._longest = min(LONGEST, max(map(len, self._readings), default=0))
        self._unknown = natural_log(max(totals[NOUN], 1)) + _UNKNOWN_COST

    def tokens(self, text: str) -> list[str]:
        """All terms with repetitions; some may stand in no passage."""
        read = readable(text)
        found = [term for _, piece in pieces(read) for term in self._morphemes(piece)]
        return [part for term in found for part in self._with_halves(term)] + bigrams(read)

    def _morphemes(self, piece: str) -> Terms:
        whole = self._lexicon.words.get(piece)
        return self.cut(piece) if whole is None else whole

    def _with_halves(self, term: str) -> Terms:
        """The term, and the two nouns that it is made of: Kiwi cuts a compound here and keeps it there."""
        for at in range(_LEAST_HALF, len(term) - _LEAST_HALF + 1):
            if self._is_noun(term[:at]) and self._is_noun(term[at:]):
                return term, term[:at], term[at:]
        return (term,)

    def _is_noun(self, form: str) -> bool:
        readings = self._readings.get(form, ())
        return kind(form[0]) == "H" and any(one.kind == NOUN and one.terms == (form,) for one in readings)

    def cut(self, piece: str) -> Terms:
        """Terms of the likeliest way through a piece."""
        steps = self._lexicon.steps
        costs = [[math.inf] * len(CLASSES) for _ in range(len(piece) + 1)]
        ways: list[list[_Way | None]] = [[None] * len(CLASSES) for _ in range(len(piece) + 1)]
        costs[0][EDGE] = 0.0
        for start in range(len(piece)):
            reached = [(before, cost) for before, cost in enumerate(costs[start]) if cost < math.inf]
            if not reached:
                continue
            for end, readings in self._from(piece, start):
                there, ways_there = costs[end], ways[end]
                for group, cost, terms in readings:
                    for before, cost_before in reached:
                        total = cost_before + steps[before][group] + cost
                        if total < there[group]:
                            there[group] = total
                            ways_there[group] = _Way(start, before, terms)
        ends = [costs[-1][group] + steps[group][EDGE] for group in CLASSES]
        return _walked(piece, ways, ends.index(min(ends)))

    def _from(self, piece: str, start: int) -> Iterator[tuple[int, list[_Reading]]]:
        """Where a step from a place may end, and how what lies between is read."""
        first = kind(piece[start])
        if first == "J":
            yield start + 1, [_JOINER]
        elif first in "LD":
            end = start + 1
            while end < len(piece) and kind(piece[end]) == first:
                end += 1
            yield end, [_Reading(UNKNOWN, self._unknown, (piece[start:end],))]
        else:
            yield start + 1, [_Reading(UNKNOWN, self._unknown, ())]
        for end in range(start + 1, min(len(piece), start + self._longest) + 1):
            readings = self._readings.get(piece[start:end])
            if readings is not None and not _is_inside(piece, end):
                yield end, readings


def _is_inside(piece: str, at: int) -> bool:
    """Whether a place is inside a run of letters or of digits."""
    return at < len(piece) and kind(piece[at]) in "LD" and kind(piece[at - 1]) == kind(piece[at])


def _walked(piece: str, ways: list[list[_Way | None]], group: int) -> Terms:
    """Terms of the way that ends in a class, without those that are doubted."""
    found: list[tuple[bool, Terms]] = []
    at = len(ways) - 1
    while (way := ways[at][group]) is not None:
        found.append((group == NOUN and _is_syllable_alone(piece[way.start : at]), way.terms))
        at, group = way.start, way.before
    found.reverse()
    # Two nouns of one syllable in a row are hardly two words, but one that the index does not know: its
    # bigram finds it, and they would find what has nothing to do with it.
    doubted = {
        at
        for at, (alone, _) in enumerate(found)
        if alone and any(0 <= beside < len(found) and found[beside][0] for beside in (at - 1, at + 1))
    }
    return tuple(term for at, (_, terms) in enumerate(found) if at not in doubted for term in terms)


def _is_syllable_alone(text: str) -> bool:
    return len(text) == 1 and kind(text) == "H"
