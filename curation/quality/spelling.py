"""Misspelled words, told by an analysis that weighs typing errors (Kiwi's ``typos="basic"``).

Kiwi corrects sounds that are written alike (되/돼, ㅐ/ㅔ, 않/안, ㅅ/ㅆ) where the corrected reading is
much likelier. Of what it finds, a change is taken over only when it is one syllable of one word, in
a morpheme that could be misspelled: a name, a particle or a determiner that looks wrong is more
often a rare word than an error.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from curation.korean import Morpheme, plain_tag, spelled


class Respelling(NamedTuple):
    """``text[start:end]`` as it should be written; of the same length."""

    start: int
    end: int
    written: str


_WORD = re.compile("[가-힣]+")
_CORRECTED = frozenset({"NNG", "NNB", "NP", "VV", "VA", "VX", "XSV", "XSA", "MAG", "EP", "EF", "EC", "ETM"})

# Spellings that Kiwi's dictionary holds as words of their own, and the standard ones (표준국어대사전).
_STANDARD = {
    ("엇", "EP"): "었",
    ("겟", "EP"): "겠",
    ("ᆯ께", "EF"): "ᆯ게",
    ("ᆯ께요", "EF"): "ᆯ게요",
    ("역활", "NNG"): "역할",
    ("오랫만", "NNG"): "오랜만",
    ("만듬", "NNG"): "만듦",
    ("떡볶기", "NNG"): "떡볶이",
    ("금새", "MAG"): "금세",
    ("일찌기", "MAG"): "일찍이",
    ("곰곰히", "MAG"): "곰곰이",
    ("깨끗히", "MAG"): "깨끗이",
    ("모자르", "VV"): "모자라",
    ("움추리", "VV"): "움츠리",
}
# A syllable of no Korean word, which Kiwi reads as 되었 without a word.
_NO_SYLLABLE, _ITS_SPELLING = "됬", "됐"


def misspellings(text: str, morphemes: Sequence[Morpheme]) -> list[Respelling]:
    """Give what should be written otherwise in ``text``, in order; only Hangul ever changes.

    ``morphemes`` come from :func:`curation.korean.analyses` with ``typos``.
    """
    suspects = [morpheme for morpheme in morphemes if _is_suspect(morpheme)]
    if not suspects and _NO_SYLLABLE not in text:
        return []
    places = {morpheme.start for morpheme in suspects}
    found = []
    for match in _WORD.finditer(text):
        start, end = match.span()
        word = match.group()
        if any(place in places for place in range(start, end)):
            inside = [morpheme for morpheme in morphemes if start <= morpheme.start < end]
            word = _corrected(word, start, inside)
        word = word.replace(_NO_SYLLABLE, _ITS_SPELLING)
        if word != match.group():
            found.append(Respelling(start, end, word))
    return found


def _is_suspect(morpheme: Morpheme) -> bool:
    tag = plain_tag(morpheme.tag)
    return (morpheme.typo_cost > 0 and tag in _CORRECTED) or (morpheme.form, tag) in _STANDARD


def _corrected(word: str, start: int, morphemes: Sequence[Morpheme]) -> str:
    if any(morpheme.typo_cost > 0 and not _is_suspect(morpheme) for morpheme in morphemes):
        return word
    written = spelled(
        (_STANDARD.get((morpheme.form, plain_tag(morpheme.tag)), morpheme.form), morpheme.tag)
        for morpheme in morphemes
    )
    if len(written) != len(word):
        return word  # another morpheme was contracted as well: 하여 to 해
    changed = [place for place in range(len(word)) if word[place] != written[place]]
    if len(changed) != 1:
        return word
    place = start + changed[0]
    inside = any(
        morpheme.start <= place < max(morpheme.end, morpheme.start + 1)
        for morpheme in morphemes
        if _is_suspect(morpheme)
    )
    return written if inside else word
