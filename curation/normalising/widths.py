"""Full-width forms: Ｋ－１２３！ is K-123! typed in another mode."""

import re
from collections.abc import Callable
from typing import Literal

Widths = Literal["all", "letters", "keep"]

_OFFSET = 0xFF01 - ord("!")
_LETTERS = {
    code: code - _OFFSET for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_SIGNS = dict(zip(range(0xFFE0, 0xFFE7), map(ord, "¢£¬¯¦¥₩"), strict=True))
_ALL = {code: code - _OFFSET for code in range(0xFF01, 0xFF5F)} | _SIGNS

_LETTER = re.compile("[０-９Ａ-Ｚａ-ｚ]")
_FULL_WIDTH = re.compile("[！-～￠-￦]")
_HANGUL = re.compile("[가-힣ㄱ-ㅣ]")
_CHINESE_OR_JAPANESE = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def narrow_letters(text: str) -> tuple[str, int]:
    """Give ``text`` with ASCII letters and digits for full-width ones, and how many there were."""
    count = len(_LETTER.findall(text))
    return (text.translate(_LETTERS), count) if count else (text, 0)


def narrow(text: str) -> tuple[str, int]:
    """Give ``text`` with ASCII for full-width letters, digits and punctuation, and how many.

    Korean is written with ASCII punctuation, so ，！？（） only betray an input method. In Chinese
    and Japanese they are the proper marks: where Han and kana outnumber Hangul, punctuation
    stays. Marks that have no ASCII twin, such as 「」〈〉、。～'s cousin 〜, are not touched.

    Examples
    --------
    >>> narrow("ＫＢＳ（１ＴＶ）！")
    ('KBS(1TV)!', 9)
    >>> narrow("今日はＫ！")
    ('今日はK！', 1)
    """
    count = len(_FULL_WIDTH.findall(text))
    if not count:
        return text, 0
    if len(_CHINESE_OR_JAPANESE.findall(text)) > len(_HANGUL.findall(text)):
        return narrow_letters(text)
    return text.translate(_ALL), count


WIDTHS: dict[Widths, Callable[[str], tuple[str, int]] | None] = {
    "all": narrow,
    "letters": narrow_letters,
    "keep": None,
}
