"""Hanja in Korean text, written in Hangul."""

import re

from curation.normalising.hanja_readings import readings
from curation.normalising.hanja_words import PREFIXES, STARTS_ANEW, WORDS
from curation.normalising.initial_sound import after, at_start

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufa0b"
_RUN = re.compile(rf"[{_HAN}]+")
# Possessive, and only from the start of a run: matching stays linear in the text.
_GLOSSED = re.compile(rf"(?<![{_HAN}])([{_HAN}]++) ?[(（]([가-힣]++)[)）]")
_GLOSS = re.compile(rf"(?<![가-힣])([가-힣]++) ?[(（]([{_HAN}]++)[)）]")
_JAPANESE = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_HANGUL = re.compile("[가-힣]")
_LONGEST_WORD = max(map(len, WORDS))
_UNITS = frozenset("年里輛")  # dependent nouns keep their sound after a number: 20年 is 20년


def to_hangul(text: str) -> tuple[str, int]:
    """Give ``text`` with Hangul for Hanja, and how many runs of Hanja were replaced.

    Readings follow KS X 1001, the initial sound law and a list of words that have readings of their
    own; of two readings of a character that no word decides, the usual one is taken. A gloss goes
    with its twin: ``漢字(한자)`` and ``한자(漢字)`` become ``한자``. A run with a character that
    Korean does not use stays whole, and so does a text with kana, or one without Hangul that uses
    such characters.

    Examples
    --------
    >>> to_hangul("女子 大學의 李 敎授, 失敗率 5%, 20年 歷史")
    ('여자 대학의 이 교수, 실패율 5%, 20년 역사', 7)
    """
    if not _RUN.search(text) or _JAPANESE.search(text) or _is_chinese(text):
        return text, 0
    count = 0

    def replaced(found: re.Match[str], spoken: str | None) -> str:
        nonlocal count
        count += spoken is not None
        return found[0] if spoken is None else spoken

    text = _GLOSSED.sub(lambda found: replaced(found, _glossed(found[1], found[2])), text)
    text = _GLOSS.sub(lambda found: replaced(found, _gloss(found[1], found[2])), text)
    text = _RUN.sub(
        lambda found: replaced(found, _read(found[0], text[max(found.start() - 1, 0) : found.start()])), text
    )
    return text, count


def _is_chinese(text: str) -> bool:
    return not _HANGUL.search(text) and any(_read(run) is None for run in _RUN.findall(text))


def _glossed(run: str, gloss: str) -> str | None:
    """Give the gloss of ``漢字(한자)``: it knows the reading better than any table."""
    return gloss if len(gloss) == len(run) and _read(run) is not None else None


def _gloss(word: str, run: str) -> str | None:
    """Give ``word`` of ``한자(漢字)`` when the Hanja only say it again."""
    spoken = _read(run)
    if spoken is None or len(word) < len(spoken):
        return None
    same = sum(a == b for a, b in zip(word[-len(spoken) :], spoken, strict=True))
    return word if same * 2 >= len(spoken) else None


def _read(run: str, before: str = "") -> str | None:
    """Read a run of Hanja that follows ``before``; ``None`` when one of them has no Korean reading."""
    table = readings()
    if any(hanja not in table for hanja in run):
        return None
    spoken = ""
    place = 0
    while place < len(run):
        word = next(
            (w for size in range(_LONGEST_WORD, 1, -1) if (w := run[place : place + size]) in WORDS), None
        )
        if word is not None:
            spoken += WORDS[word]
            place += len(word)
            continue
        spoken += _syllable(run, place, spoken or before)
        place += 1
    return spoken


def _syllable(run: str, place: int, previous: str) -> str:
    table = readings()
    hanja, syllable = run[place], table[run[place]]
    inside = "가" <= previous[-1:] <= "힣"
    if hanja == "不" and place + 1 < len(run) and _begins_with_d_or_j(table[run[place + 1]]):
        return "부"
    if _starts_anew(run, place) or not (inside or (hanja in _UNITS and previous.isdigit())):
        return at_start(syllable)
    return after(syllable, previous[-1]) if inside else syllable


def _starts_anew(run: str, place: int) -> bool:
    return run[place : place + 2] in STARTS_ANEW and (place > 1 or (place == 1 and run[0] in PREFIXES))


def _begins_with_d_or_j(syllable: str) -> bool:
    return "다" <= syllable < "따" or "자" <= syllable < "짜"
