"""How likely a word is, syllable by syllable: which of several readings is Korean.

A bigram model of the 8,000 most frequent pairs of letters in words of NSMC, BEEP!, KOTE and the
Blue House petitions (3 million letters), with the frequency of single syllables for the rest.
"""

import functools
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from curation.normalising.syllables import RARITY

_PAIRS = Path(__file__).with_name("syllable_pairs.txt")
_START, _END = "^", "$"
_LETTER = re.compile("[가-힣ㄱ-ㅣ]")
_SEEN = 0.9  # weight of the pair; the rest is the weight of the single letter
_UNKNOWN = 20  # rarity, as a power of two, of what the tables do not hold
_OTHER = {_END: 2, ".": 4, "ㅋ": 7, "ㅠ": 9, "ㅎ": 10, "ㅜ": 10, "ㅡ": 11, "ㅉ": 11}


def most_likely(slots: Sequence[Sequence[str]]) -> tuple[str, float]:
    """Give the likeliest word with one letter of each slot, and how far the next best is behind.

    The distance is the logarithm of how many times as likely; it is infinite when there is no
    other word. A letter that is no Hangul says nothing about its neighbours.
    """
    ranked: dict[str, list[tuple[float, str]]] = {_START: [(0.0, "")]}
    for slot in (*slots, (_END,)):
        ranked = {
            letter: sorted(
                (
                    (score + _log_probability(before, letter), word + letter)
                    for before, words in ranked.items()
                    for score, word in words
                ),
                reverse=True,
            )[:2]
            for letter in slot
        }
    best, *others = ranked[_END]
    return best[1][: -len(_END)], best[0] - others[0][0] if others else math.inf


@functools.lru_cache(maxsize=1 << 14)
def _log_probability(before: str, letter: str) -> float:
    """Logarithm of the probability of ``letter`` after ``before``."""
    before, letter = _known(before), _known(letter)
    alone = 2.0 ** -(RARITY.get(letter) or _OTHER.get(letter, _UNKNOWN))
    pair = _pairs().get(before + letter)
    return math.log((0.0 if pair is None else _SEEN * 2.0**-pair) + (1 - _SEEN) * alone)


def _known(letter: str) -> str:
    return letter if letter in (_START, _END) or _LETTER.match(letter) else "."


@functools.cache
def _pairs() -> Mapping[str, int]:
    """Give for each frequent pair k, where 2^-k is about the share of the second after the first."""
    pairs: dict[str, int] = {}
    for line in _PAIRS.read_text(encoding="utf-8").splitlines():
        rarity, _, letters = line.partition(" ")
        pairs |= {letters[place : place + 2]: int(rarity) for place in range(0, len(letters), 2)}
    return pairs
