"""What could a rule find in a text: one look at a whole batch, so that clean texts cost next to nothing.

Every code point has a class of bits; a text's signs are the bits of its characters together, plus
what only neighbours show: blanks in a row, a consonant before a vowel, repeated characters. A sign
says where to look, never what to do: a text with all signs comes out the same, only slower.
"""

import functools
import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from enum import IntFlag

import numpy as np
import numpy.typing as npt

from curation.normalising.misread_utf8 import LEADS
from curation.spans import Codes, code_points

# ASCII but for controls, & and <; punctuation and symbols of Unicode's U+2010 to U+2BFF without
# blanks and marks of direction; CJK brackets; Hangul.
_PLAIN = (
    "\n -%'-;=-~·\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2100-\u2125\u2190-\u2328\u2460-\u27ff\u3001-\u3020"
)
_REMARKABLE = re.compile(rf"[^{_PLAIN}ㄱ-ㅣ가-힣]|[ㄱ-ㅎ][ㅏ-ㅣ]| [ \n]|\n[ \n]|\A[ \n]|[ \n]\Z")


class Sign(IntFlag):
    """What a text holds, as far as rules care."""

    MOJIBAKE = 1
    LESS_THAN = 2
    AMPERSAND = 4
    INVISIBLE = 8
    DECOMPOSED = 16
    JAMO = 32
    FULL_WIDTH = 64
    HAN = 128
    BLANK = 256
    REPEATED = 512


ALL = 1023
_SPACE, _CONSONANT, _VOWEL = 1 << 10, 1 << 11, 1 << 12  # they make signs with their neighbours only
_BLANK, _JAMO, _REPEATED = np.uint16(Sign.BLANK), np.uint16(Sign.JAMO), np.uint16(Sign.REPEATED)
_CACHED = 1 << 16  # characters; looking takes some 10 bytes for each
_LONGEST = 1 << 20

_LINE_BREAK = 10

Signs = npt.NDArray[np.uint16]


def signs(texts: Sequence[str], wanted: int = ALL) -> Signs:
    """Give the signs of each text, of those ``wanted``; a very long text gets all of them unseen."""
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    found = np.full(len(texts), wanted, dtype=np.uint16)
    for start, end in _groups(lengths):
        if lengths[start] < _LONGEST:
            found[start:end] = _look(texts[start:end], lengths[start:end], wanted)
    return found


def _groups(lengths: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    """Part texts into groups whose characters fit into a processor's cache; a long one goes alone."""
    if lengths.sum() <= _CACHED:
        return [(0, len(lengths))] if len(lengths) else []
    groups: list[tuple[int, int]] = []
    start = size = 0
    for place, length in enumerate(lengths.tolist()):
        if size and size + length > _CACHED:
            groups.append((start, place))
            start, size = place, 0
        size += length
    return [*groups, (start, len(lengths))]


def is_plain(text: str) -> bool:
    """Whether ``text`` surely has no sign but ``REPEATED``: a quick look at one text."""
    return _REMARKABLE.search(text) is None


def _look(texts: Sequence[str], lengths: npt.NDArray[np.int64], wanted: int) -> Signs:
    # A line break after each text parts it from its neighbours, and makes outer blanks inner ones.
    joined = "\n".join(["", *texts, ""])
    codes = code_points([joined]).codes
    classes = _classes().take(codes)
    _mark_neighbours(codes, classes)
    if wanted & Sign.REPEATED:
        _mark_repeated(codes, classes)
    ends = np.cumsum(lengths + 1)
    starts = ends - lengths
    combined = np.bitwise_or.reduceat(classes, starts)
    # A text that begins or ends with a line break, which the comparison with neighbours let pass.
    outer = (codes[starts] == _LINE_BREAK) | (codes[ends - 1] == _LINE_BREAK)
    combined[outer] |= _BLANK
    combined[lengths == 0] = 0
    return combined & np.uint16(wanted)


def _mark_neighbours(codes: Codes, classes: Signs) -> None:
    """Add the signs that a character shows together with those before it."""
    before, here = classes[:-1], classes[1:]
    blanks = np.flatnonzero(before & here & _SPACE)
    spelt = np.flatnonzero((before << 1) & here & _VOWEL)
    # An empty line between paragraphs is as it should be; a second one is not.
    breaks = (codes[blanks] == _LINE_BREAK) & (codes[blanks + 1] == _LINE_BREAK)
    third = codes[np.maximum(blanks - 1, 0)] == _LINE_BREAK
    here[blanks[~breaks | third]] |= _BLANK
    here[spelt] |= _JAMO


def _mark_repeated(codes: Codes, classes: Signs) -> None:
    """Add the sign of characters that stand three times in a row, or two in turn three times."""
    same = codes[1:] == codes[:-1]
    classes[2:][same[1:] & same[:-1]] |= _REPEATED
    # Two in turn: ㅋㅎㅋㅎㅋㅎ, flags, hearts with their variation selectors.
    turn = codes[2:] == codes[:-2]
    classes[5:][turn[3:] & turn[2:-1] & turn[1:-2] & turn[:-3]] |= _REPEATED


@functools.cache
def _classes() -> Signs:
    """Give the class of every code point."""
    classes = np.zeros(sys.maxunicode + 1, dtype=np.uint16)
    for sign, ranges in _RANGES.items():
        for first, last in ranges:
            classes[first : last + 1] |= np.uint16(sign)
    for hanja in LEADS:
        classes[ord(hanja)] |= np.uint16(Sign.MOJIBAKE)
    for code in _unstable_in_nfc():
        classes[code] |= np.uint16(Sign.DECOMPOSED)
    return classes


def _unstable_in_nfc() -> Iterator[int]:
    """Code points that NFC may change, alone or together with what stands before them."""
    composing: set[str] = set()
    for code in (
        *range(0xC0, 0x3400),
        *range(0xA000, 0xAC00),
        *range(0xD7A4, 0xD800),
        *range(0xF900, 0x20000),
    ):
        letter = chr(code)
        parts = unicodedata.decomposition(letter)
        if unicodedata.combining(letter) or not unicodedata.is_normalized("NFC", letter):
            yield code
        if parts and parts[0] != "<":
            composing.update(chr(int(part, 16)) for part in parts.split()[1:])
    yield from map(ord, composing)
    yield from (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))  # composed by arithmetic, not by table
    yield from range(0x2F800, 0x2FA20)
    yield from range(0x1D165, 0x1D1AE)


_RANGES: dict[int, tuple[tuple[int, int], ...]] = {
    Sign.MOJIBAKE: (
        # All of Latin-1 but the blank, the line break and the middle dot, which is good Korean.
        (0x80, 0x84), (0x86, 0x9F), (0xA1, 0xB6), (0xB8, 0xFF), (0x152, 0x153), (0x160, 0x161),
        (0x178, 0x178), (0x17D, 0x17E), (0x192, 0x192), (0xFFFD, 0xFFFD),
    ),
    Sign.LESS_THAN: ((0x3C, 0x3C),),
    Sign.AMPERSAND: ((0x26, 0x26),),
    Sign.INVISIBLE: (
        (0x00, 0x08), (0x0E, 0x1B), (0x1F, 0x1F), (0x7F, 0x84), (0x86, 0x9F), (0xAD, 0xAD),
        (0x34F, 0x34F), (0x61C, 0x61C), (0x180E, 0x180E), (0x200B, 0x200F), (0x202A, 0x202E),
        (0x2060, 0x206F), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB), (0xE0000, 0xE007F),
    ),
    Sign.JAMO: ((0x1100, 0x11FF), (0xA960, 0xA97C), (0xD7B0, 0xD7FB), (0xFFA1, 0xFFDC)),
    Sign.FULL_WIDTH: ((0xFF01, 0xFF5E), (0xFFE0, 0xFFE6)),
    Sign.HAN: ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFA0B)),
    Sign.BLANK: (
        (0x09, 0x09), (0x0B, 0x0D), (0x1C, 0x1F), (0x85, 0x85), (0xA0, 0xA0), (0x115F, 0x1160),
        (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F),
        (0x2800, 0x2800), (0x3000, 0x3000), (0x3164, 0x3164), (0xFFA0, 0xFFA0),
    ),
    _SPACE: ((0x0A, 0x0A), (0x20, 0x20)),
    _CONSONANT: ((0x3131, 0x314E),),
    _VOWEL: ((0x314F, 0x3163),),
}  # fmt: skip
