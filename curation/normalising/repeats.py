"""Letters held down: ㅋㅋㅋㅋㅋㅋ says hardly more than ㅋㅋㅋ."""

import functools
import re
from collections.abc import Callable

# Jamo, marks of feeling, hearts and stars, emoji: may be cut to any length of two or more.
_FELT = "ㄱ-ㅣ\u1100-\u11ff!?~^;,♡♥★☆❤♪♬♨…‥ㆍᆢ·\U0001f300-\U0001faff\u2600-\u26ff\u2702-\u27b0～！？"
# Hangul numerals are digits that somebody spelled out: 공일공 삼삼삼삼.
_SYLLABLE = "[가-힣]"
# A word of letters alone: what touches digits or the marks of addresses and codes is none.
_WORD = re.compile(r"(?<![A-Za-z0-9_/@:.&=#%+-])[A-Za-z]++(?![0-9_/@:&=#%+-]|\.\w)")
_NUMERAL = "공영일이삼사오육륙칠팔구"


def cutter(longest: int) -> Callable[[str], tuple[str, int]]:
    """Give the function that cuts repeated characters to ``longest`` (at least 2).

    - Jamo (ㅋㅋㅋㅋ, ㅠㅠㅠㅠ), ``!?~^;,``, hearts, stars, ellipses and emoji: to ``longest``;
      so are alternations of two jamo or marks (ㅋㅎㅋㅎㅋㅎ, ?!?!?!, ㅠㅜㅠㅜ): to ``longest`` pairs.
    - Syllables (하하하하하, 아아아아): to ``longest``, except numerals (삼삼삼삼), unless 오오오
      or 이이이 stands away from other numerals and digits.
    - Full stops: to ``longest``, at least three, for ... is one mark. Latin letters of a word of
      letters alone (sooooo): to ``longest``, at least three; addresses and codes are left.
    - Digits, blanks and what draws lines and tables (-=_*#+|/) are never cut.

    Examples
    --------
    >>> cutter(3)("ㅋㅋㅋㅋㅋㅋ 하하하하하!!!!! 1000000 -----")
    ('ㅋㅋㅋ 하하하!!! 1000000 -----', 3)
    """
    three = max(longest, 3)
    letters = re.compile(rf"([A-Za-z])\1{{{three},}}")
    return functools.partial(_cut, rules=_rules(longest, three), letters=letters, three=three)


Rules = tuple[tuple[re.Pattern[str], str], ...]


def _rules(longest: int, three: int) -> Rules:
    near = rf"[{_NUMERAL}0-9]"
    return (
        (re.compile(rf"([{_FELT}]\ufe0f?)\1{{{longest},}}"), r"\1" * longest),
        # Flags are pairs of regional indicators.
        (re.compile(rf"([\U0001f1e6-\U0001f1ff]{{2}})\1{{{longest},}}"), r"\1" * longest),
        (re.compile(rf"([ㄱ-ㅣ]{{2}}|[!?~^;]{{2}})\1{{{longest},}}"), r"\1" * longest),
        (re.compile(rf"((?![{_NUMERAL}]){_SYLLABLE})\1{{{longest},}}"), r"\1" * longest),
        (
            re.compile(rf"(?<!{near})(?<!{near}[-. ])([오이])\1{{{longest},}}(?![-. ]?{near})"),
            r"\1" * longest,
        ),
        (re.compile(rf"(\.)\1{{{three},}}"), r"\1" * three),
    )


def _cut(text: str, rules: Rules, letters: re.Pattern[str], three: int) -> tuple[str, int]:
    count = 0
    for pattern, kept in rules:
        text, cuts = pattern.subn(kept, text)
        count += cuts

    def cut_word(word: re.Match[str]) -> str:
        nonlocal count
        cut, cuts = letters.subn(r"\1" * three, word[0])
        count += cuts
        return cut

    return _WORD.sub(cut_word, text), count
