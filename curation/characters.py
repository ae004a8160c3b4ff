"""Which kinds of characters texts are made of, counted over a whole batch at a time.

The texts of a batch are laid end to end as one array of code points; one table look-up gives each
character its class. Counting then costs a few nanoseconds a character, however short the texts.
"""

import functools
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from curation.spans import code_points

Count = npt.NDArray[np.int64]

# Characters that are looked at together: the arrays of a chunk stay within the processor's cache.
_CHUNK = 1 << 16

# Planes beyond the third hold no letter, digit or blank (Unicode 14 to 17): private use, tags.
_CLASSIFIED = 0x40000
_JAMO = ((0x1100, 0x11FF), (0x3131, 0x318E), (0xA960, 0xA97C), (0xD7B0, 0xD7FB), (0xFFA0, 0xFFDC))
_LATIN = (
    (0x41, 0x5A),
    (0x61, 0x7A),
    (0xAA, 0xAA),
    (0xBA, 0xBA),
    (0xC0, 0x2AF),
    (0x1E00, 0x1EFF),
    (0x2C60, 0x2C7F),
    (0xA722, 0xA7FF),
    (0xAB30, 0xAB64),
    (0xFB00, 0xFB06),
    (0xFF21, 0xFF3A),
    (0xFF41, 0xFF5A),
)
_KANA = ((0x3041, 0x3096), (0x309D, 0x309F), (0x30A1, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9D))
_HAN = (
    (0x3005, 0x3007),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3134F),
)


class Kind(IntEnum):
    """What a character is; the columns of :func:`count`."""

    SYMBOL = 0
    """Punctuation, pictographs, marks, control characters: all that is none of the others."""
    SPACE = 1
    LINE_BREAK = 2
    DIGIT = 3
    SYLLABLE = 4
    """A whole Hangul syllable, 가 to 힣."""
    JAMO = 5
    """A single Hangul letter of any block, as in ㅋㅋ."""
    LATIN = 6
    HAN = 7
    KANA = 8
    LETTER = 9
    """A letter of any other script."""


KINDS = len(Kind)
HANGUL = (Kind.SYLLABLE, Kind.JAMO)
LETTERS = (Kind.SYLLABLE, Kind.JAMO, Kind.LATIN, Kind.HAN, Kind.KANA, Kind.LETTER)


@dataclass(frozen=True, slots=True)
class Layout:
    """Texts laid end to end: the kind of each character, and where each text ends."""

    kinds: npt.NDArray[np.uint8]
    ends: Count

    @property
    def lengths(self) -> Count:
        """Number of characters of each text."""
        return np.diff(self.ends, prepend=0)


def count(texts: Sequence[str]) -> Count:
    """Count the characters of each text by kind: one row a text, one column a :class:`Kind`.

    Examples
    --------
    >>> count(["한국어 ok!", ""])[:, [Kind.SYLLABLE, Kind.LATIN, Kind.SYMBOL]].tolist()
    [[3, 2, 1], [0, 0, 0]]
    """
    parts = [count_kinds(layout(chunk)) for chunk in chunks(texts)]
    return np.concatenate(parts) if parts else np.zeros((0, KINDS), np.int64)


def count_kinds(laid: Layout) -> Count:
    """Count the characters of each text of a layout by kind."""
    texts = len(laid.ends)
    if texts == 1:  # a book: no array of eight bytes a character
        pieces = range(0, len(laid.kinds), _CHUNK)
        counted = (np.bincount(laid.kinds[at : at + _CHUNK], minlength=KINDS) for at in pieces)
        return sum(counted, start=np.zeros(KINDS, np.int64)).reshape(1, KINDS)
    # A bin for each kind of each text. Unlike sums over slices between the ends
    # (`np.add.reduceat`), this gives an empty text its zeros.
    bins = np.repeat(np.arange(0, texts * KINDS, KINDS), laid.lengths)
    bins += laid.kinds
    return np.bincount(bins, minlength=texts * KINDS).reshape(texts, KINDS)


def count_words(laid: Layout) -> tuple[Count, Count]:
    """Count the eojeol (runs between blanks) of each text, and those that hold a letter."""
    blank = (laid.kinds == Kind.SPACE) | (laid.kinds == Kind.LINE_BREAK)
    first = ~blank
    first[1:] &= blank[:-1]
    begun = laid.ends[:-1]
    begun = begun[begun < len(blank)]
    first[begun] = ~blank[begun]  # a text begins anew whatever the one before ended with
    starts = np.flatnonzero(first)
    texts = len(laid.ends)
    if not len(starts):
        return np.zeros(texts, np.int64), np.zeros(texts, np.int64)
    # `side="right"` skips the empty texts that end where the next one starts.
    text_of = np.searchsorted(laid.ends, starts, side="right")
    lettered = np.logical_or.reduceat(laid.kinds >= Kind.SYLLABLE, starts)
    return (
        np.bincount(text_of, minlength=texts),
        np.bincount(text_of[lettered], minlength=texts),
    )


def layout(texts: Sequence[str]) -> Layout:
    """Lay ``texts`` end to end."""
    points = code_points(texts)
    # Codes beyond the table are symbols, and so is its last entry.
    return Layout(_table().take(points.codes, mode="clip"), points.starts[1:])


def chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Give ``texts`` in order, in runs of about 65,000 characters; a longer text stands alone."""
    begin, characters = 0, 0
    for position, text in enumerate(texts):
        if position > begin and (characters + len(text) > _CHUNK or position - begin == _CHUNK):
            yield texts[begin:position]
            begin, characters = position, 0
        characters += len(text)
    if begin < len(texts):
        yield texts[begin:]


@functools.cache
def _table() -> npt.NDArray[np.uint8]:
    """Give the kind of every code point of the planes that hold letters."""
    table = np.zeros(_CLASSIFIED, np.uint8)
    for code, character in enumerate(map(chr, range(_CLASSIFIED))):
        if character.isalpha():
            table[code] = Kind.LETTER
        elif character.isspace():
            table[code] = Kind.SPACE
        elif unicodedata.category(character) == "Nd":
            table[code] = Kind.DIGIT
    table[list(map(ord, "\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"))] = Kind.LINE_BREAK
    for kind, ranges in (
        (Kind.LATIN, _LATIN),
        (Kind.HAN, _HAN),
        (Kind.KANA, _KANA),
        (Kind.JAMO, _JAMO),
        (Kind.SYLLABLE, ((0xAC00, 0xD7A3),)),
    ):
        for first, last in ranges:
            part = table[first : last + 1]
            part[part == Kind.LETTER] = kind
    return table
