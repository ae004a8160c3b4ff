"""Jamo: letters that were typed, or left, outside a syllable.

Three scripts of Unicode spell Hangul letters: conjoining jamo (U+1100), compatibility jamo (U+3131)
and half-width jamo (U+FFA1). Single letters are written with compatibility jamo.
"""

import re
import unicodedata
from itertools import pairwise

_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_CLUSTERS = {
    "ㄱㅅ": "ㄳ", "ㄴㅈ": "ㄵ", "ㄴㅎ": "ㄶ", "ㄹㄱ": "ㄺ", "ㄹㅁ": "ㄻ", "ㄹㅂ": "ㄼ",
    "ㄹㅅ": "ㄽ", "ㄹㅌ": "ㄾ", "ㄹㅍ": "ㄿ", "ㄹㅎ": "ㅀ", "ㅂㅅ": "ㅄ",
}  # fmt: skip
_DRAWN_VOWELS = frozenset("ㅗㅛㅜㅠㅡ")  # ㅠㅠ, ㅡㅡ and ㅗ are eyes and gestures

_RUN = re.compile("[ㄱ-ㅎㅏ-ㅣ]{2,}")
_SPELT = re.compile("[ㄱ-ㅎ][ㅏ-ㅣ]")
_REPEATED = re.compile(r"((.)\2+)")

_CONJOINING = re.compile(
    # Initials, and what they begin: a syllable of old Hangul, or one that is not yet composed.
    "(?P<initials>[\u1100-\u115f\ua960-\ua97c]++)(?P<syllable>[\u1160-\u11a7\ud7b0-\ud7c6]++)?[\u11a8-\u11ff\ud7cb-\ud7fb]*+"
    # An old final may follow a composed syllable; any other vowel or final is a stray.
    "|(?P<finals>[가-힣][\u11a8-\u11ff\ud7cb-\ud7fb]++)"
    "|[\u1161-\u11ff]"
)


def _half_width_table() -> dict[str, str]:
    table: dict[str, str] = {}
    for code in range(0xFFA1, 0xFFDD):
        kind, _, letter = unicodedata.decomposition(chr(code)).partition(" ")
        if kind == "<narrow>":
            table[chr(code)] = chr(int(letter, 16))
    return table


def _conjoining_table() -> dict[int, str]:
    table: dict[int, str] = {}
    for code in range(0x1100, 0x1200):
        position, _, letter = unicodedata.name(chr(code)).removeprefix("HANGUL ").partition(" ")
        if position in ("CHOSEONG", "JUNGSEONG", "JONGSEONG"):
            try:
                table[code] = unicodedata.lookup(f"HANGUL LETTER {letter}")
            except KeyError:  # a letter of old Hangul that has no compatibility form: it stays
                continue
    return table


_HALF_WIDTH_LETTERS = _half_width_table()
_HALF_WIDTH = re.compile(f"[{''.join(_HALF_WIDTH_LETTERS)}]")
_CONJOINING_LETTERS = _conjoining_table()


def join_jamo(text: str) -> tuple[str, int]:
    """Give ``text`` with letters put into syllables or into one script, and how many places changed.

    Half-width jamo and conjoining jamo that are part of no syllable become compatibility jamo.
    Runs of compatibility jamo that spell syllables are composed. Laughter, tears and initials
    (ㅋㅋ, ㅠㅠ, ㅇㅇ, ㄱㅅ, ㅇㅡㅇ) stay, and so does a run that is not syllables throughout.

    Examples
    --------
    >>> join_jamo("ㅎㅏㄴㄱㅡㄹ ㅋㅋㅠㅠ")
    ('한글 ㅋㅋㅠㅠ', 1)
    """
    text, halves = _HALF_WIDTH.subn(lambda found: _HALF_WIDTH_LETTERS[found[0]], text)
    count = halves

    def parted(found: re.Match[str]) -> str:
        nonlocal count
        if found["syllable"] or found["finals"]:
            return found[0]
        letters = found[0].translate(_CONJOINING_LETTERS)
        count += sum(before != after for before, after in zip(found[0], letters, strict=True))
        return letters

    return _composed(_CONJOINING.sub(parted, text), count)


def _composed(text: str, count: int) -> tuple[str, int]:
    pieces: list[str] = []
    end = 0
    for found in _RUN.finditer(text):
        if not _SPELT.search(found[0]):
            continue
        syllables = "".join(map(_syllables, _parts(found[0])))
        if syllables != found[0]:
            pieces += (text[end : found.start()], syllables)
            end = found.end()
            count += 1
    return ("".join(pieces) + text[end:] if pieces else text), count


def _parts(run: str) -> list[str]:
    """Part a run before and after repeated letters, which are laughter or tears."""
    edges = [0, *(edge for found in _REPEATED.finditer(run) for edge in found.span()), len(run)]
    return [run[start:end] for start, end in pairwise(edges) if start < end]


def _syllables(letters: str) -> str:
    """Compose ``letters`` when all of them make syllables, and give them back as they are otherwise."""
    vowels = [place for place, letter in enumerate(letters) if letter in _VOWELS]
    if not vowels or vowels[0] != 1:
        return letters
    composed: list[str] = []
    for place, after in zip(vowels, [*(vowel - 1 for vowel in vowels[1:]), len(letters)], strict=True):
        final = letters[place + 1 : after]
        final = _CLUSTERS.get(final, final) or " "
        if letters[place - 1] not in _INITIALS or after <= place or final not in _FINALS:
            return letters
        composed.append(_syllable(letters[place - 1], letters[place], final))
    drawn = _DRAWN_VOWELS.issuperset(letters[place] for place in vowels)
    return letters if drawn and len(vowels) < 3 else "".join(composed)


def _syllable(initial: str, vowel: str, final: str) -> str:
    # The Unicode Standard, section 3.12: S = 0xAC00 + (L * 21 + V) * 28 + T.
    return chr(0xAC00 + (_INITIALS.index(initial) * 21 + _VOWELS.index(vowel)) * 28 + _FINALS.index(final))
