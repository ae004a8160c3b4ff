"""How the page reads characters: what a word is made of, in ranges that every browser knows.

The twin of `compile/web/src/search/characters.ts`. Nothing here asks a Unicode table of the language:
Python's ``\\w`` and a browser's ``\\p{L}`` come from different versions, and what one calls a letter the
other calls unassigned. The ranges below were assigned long ago, so that NFC and lower case are settled.
"""

import re
import unicodedata
from typing import Final

# Letters, digits and combining marks: ASCII, Latin, Greek, Cyrillic; Hangul letters, syllables; kana,
# Han, and those compatibility Han of KS X 1001 that normalise within the plane; full-width forms.
_WORD: Final = (
    "0-9A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0300-\u036f\u0370-\u052f\u1100-\u11ff\u1e00-\u1eff"
    "\u3041-\u3096\u30a1-\u30fa\u30fc\u3131-\u318e\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c"
    "\uac00-\ud7a3\ud7b0-\ud7fb\uf900-\ufa0b\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"
)
# Signs inside of numbers, addresses and serial numbers: 1,000, user@host, 2026-11-23.
JOINERS: Final = ".,-_/:@#&+'%"
_OTHER: Final = re.compile(f"[^{_WORD}{re.escape(JOINERS)}]")
_HANGUL_RUN: Final = re.compile("[\uac00-\ud7a3]{2,}")
_BIGRAM_MARK: Final = "_"


def readable(text: str) -> str:
    """The text in NFC and lower case, everything that no word is made of as a space.

    One character stays one character where the text is in NFC already.
    """
    kept = unicodedata.normalize("NFC", _OTHER.sub(" ", text))
    # Character by character: a whole word's final sigma would depend on its neighbours.
    return "".join(lower if len(lower := char.lower()) == 1 else char for char in kept)


def pieces(text: str) -> list[tuple[int, str]]:
    """Start and text of each stretch of a `readable` text without spaces, outer joiners taken off."""
    found = []
    at = 0
    for part in text.split(" "):
        inner = part.strip(JOINERS)
        if inner:
            found.append((at + part.index(inner), inner))
        at += len(part) + 1
    return found


def kind(char: str) -> str:
    """``H`` a Hangul syllable, ``D`` a digit, ``L`` a letter of an alphabet, ``J`` a joiner, ``O`` other.

    Runs of digits and of letters are never cut inside.
    """
    if "\uac00" <= char <= "\ud7a3":
        return "H"
    if "0" <= char <= "9":
        return "D"
    if char in JOINERS:
        return "J"
    return "L" if char < "\u0530" or "\u1e00" <= char <= "\u1eff" else "O"


def bigrams(text: str) -> list[str]:
    """Marked pairs of neighbouring Hangul syllables, as `rag.lexical.bigrams` gives them."""
    return [
        _BIGRAM_MARK + run[at : at + 2] for run in _HANGUL_RUN.findall(text) for at in range(len(run) - 1)
    ]


def is_bigram(term: str) -> bool:
    """Whether a term of a lexical field is a marked pair."""
    return len(term) == 3 and term[0] == _BIGRAM_MARK and all(kind(char) == "H" for char in term[1:])
