"""The letters of texts that are compared: without spacing, punctuation, case and width."""

import functools
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from curation.dedup.runs import begins
from curation.spans import Codes, Positions, code_points

_LINE_FEED = 0x0A
_WORD_BEGINS = np.uint32(1 << 31)


@dataclass(frozen=True, slots=True)
class Folded:
    """The letters and digits of a batch of texts, end to end.

    ``codes``
        code points in lower case and ordinary width;
    ``places``
        where each stood in the texts laid end to end;
    ``starts``
        text ``k`` has the letters from ``starts[k]`` up to ``starts[k + 1]``;
    ``origins``
        text ``k`` began at ``origins[k]`` of the texts laid end to end;
    ``begins``
        whether a letter begins a word: a run of letters and digits. One value more than there
        are letters: at the end of everything a word would begin.
    """

    codes: Codes
    places: Positions
    starts: Positions
    origins: Positions
    begins: npt.NDArray[np.bool_]

    def values(self, *, words: bool) -> Codes:
        """Give what must be equal for letters to match: the letters, or also where words begin."""
        return self.codes | (self.begins[:-1] * _WORD_BEGINS) if words else self.codes


def composed(text: str) -> str:
    """Give ``text`` in NFC, so that letters written as several code points compare."""
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", text)


def fold(texts: Sequence[str]) -> Folded:
    """Keep the letters and digits of ``texts``, which are in NFC."""
    points = code_points(texts)
    folded = _letters()[points.codes]
    kept = folded != 0
    places = np.flatnonzero(kept)
    starts = np.searchsorted(places, points.starts)
    begins = np.ones(len(places) + 1, dtype=bool)
    np.not_equal(places[1:], places[:-1] + 1, out=begins[1:-1])
    begins[starts] = True
    return Folded(folded[kept], places, starts, points.starts, begins)


def line_starts(texts: Sequence[str], folded: Folded) -> Positions:
    """Give where the letters of each line begin, ascending; lines without letters are none."""
    feeds = np.cumsum(code_points(texts).codes == _LINE_FEED, dtype=np.int32)
    line = feeds[folded.places]
    first = begins(line)
    first[folded.starts[folded.starts < len(line)]] = True
    return np.flatnonzero(first)


@functools.cache
def _letters() -> Codes:
    """Give what every code point is compared as; 0 for what is no letter and no digit."""
    table = np.zeros(sys.maxunicode + 1, dtype=np.uint32)
    for code in range(sys.maxunicode + 1):
        letter = chr(code)
        if letter.isalnum():
            plain = unicodedata.normalize("NFKC", letter).lower()
            table[code] = ord(plain) if len(plain) == 1 and plain.isalnum() else code
    return table
