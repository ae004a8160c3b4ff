"""A question as people type it: without spaces, misspelled.

Bigrams find most of what Kiwi cuts otherwise without spaces or misses for a wrong letter. What they
do not mend is mended here: spaces for the embedder, and letters by what stands in the index.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from curation.korean import spaced
from rag.lexical import bigrams

# Hardly a Korean word with its particles is longer: words were run together.
_RUN_TOGETHER: Final = re.compile(r"[가-힣]{10,}")
_WORD: Final = re.compile(r"[가-힣]{2,}")

# Letters that sound alike or nearly so, and are therefore taken for each other. Composed syllables
# count initials, vowels and finals in this order (The Unicode Standard, section 3.12).
_INITIALS: Final = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS: Final = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS: Final = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_ALIKE: Final = {
    _INITIALS: ("ㄱㄲㅋ", "ㄷㄸㅌ", "ㅂㅃㅍ", "ㅅㅆ", "ㅈㅉㅊ"),
    _VOWELS: (
        "ㅐㅔ",
        "ㅒㅖ",
        "ㅔㅖ",
        "ㅙㅚㅞ",
        "ㅔㅚ",
        "ㅗㅜ",
        "ㅓㅗ",
        "ㅓㅡ",
        "ㅜㅡ",
        "ㅡㅢㅣ",
        "ㅟㅣ",
        "ㅏㅘ",
        "ㅓㅝ",
    ),
    _FINALS: ("ㄱㄲㅋ", "ㄱㄳ", "ㄱㄺ", "ㄴㄵㄶ", "ㄷㅅㅆㅈㅊㅌ", "ㄹㄼㅀ", "ㅁㄻ", "ㅂㅄㅍ"),
}
_FIRST_SYLLABLE: Final = 0xAC00


def with_spaces(text: str) -> str:
    """The text with spaces between words that were run together.

    It is for the embedder: without spaces the right passage came first for 87 % of questions instead
    of 96 %, with Kiwi's for 95 %. The lexical route does better with the text as it is.
    """
    return spaced(text) if _RUN_TOGETHER.search(text) else text


def corrected(text: str, frequencies: Callable[[Sequence[str]], Mapping[str, int]]) -> str:
    """The text with syllables that stand nowhere in the index changed into ones that sound alike.

    A syllable is changed when no passage has it beside its neighbours and one that sounds alike
    stands there in some: a name that no dictionary knows is corrected too, and a word that the index
    knows never is. Kiwi's own correction finds a tenth of this.

    Parameters
    ----------
    frequencies
        In how many passages each token of a lexical field occurs.
    """
    known = frequencies(bigrams(text))
    doubtful = [
        (at, word.start(), word.end())
        for word in _WORD.finditer(text)
        for at in range(word.start(), word.end())
        if not any(known[token] for token in _beside(text[at], text, at, word.start(), word.end()))
    ]
    found = {
        (at, other): _beside(other, text, at, start, end)
        for at, start, end in doubtful
        for other in sounding_alike(text[at])
    }
    if not found:
        return text
    known = frequencies([token for tokens in found.values() for token in tokens])
    letters = list(text)
    least: dict[int, int] = {}
    for (at, other), tokens in found.items():
        passages = min(known[token] for token in tokens)
        if passages > least.get(at, 0):
            least[at], letters[at] = passages, other
    return "".join(letters)


def _beside(syllable: str, text: str, at: int, start: int, end: int) -> list[str]:
    """Bigrams of a syllable at a place of the word from ``start`` to ``end`` with its neighbours there."""
    before = bigrams(text[at - 1] + syllable) if at > start else []
    return [*before, *(bigrams(syllable + text[at + 1]) if at + 1 < end else [])]


def sounding_alike(syllable: str) -> list[str]:
    """Syllables that differ in one letter which sounds alike: 베 for 배, 되 for 돼, 않 for 안."""
    number = ord(syllable) - _FIRST_SYLLABLE
    places = ((number // 588, 588), (number // 28 % 21, 28), (number % 28, 1))
    found = []
    for (letters, groups), (at, step) in zip(_ALIKE.items(), places, strict=True):
        alike = {other for group in groups if letters[at] in group for other in group} - {letters[at]}
        found += [chr(ord(syllable) + (letters.index(other) - at) * step) for other in sorted(alike)]
    return found
