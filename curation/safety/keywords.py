"""The keyword layer: words that are harmful as such, found in many texts at once.

All texts of a batch are searched as one string: a regular expression looks at every character, and
Python sees only the places where a word may begin.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from curation.safety.automaton import alternatives
from curation.safety.joining import BETWEEN, join_texts
from curation.safety.lexicon import Entry, Lexicon

_LETTER = re.compile("[0-9a-z가-힣]")
# What makes a letter part of a longer run. Laughter behind a word (ㅅㅂㅋㅋ) and more of the same sign
# (ㅗㅗㅗ) do not; a single ㅎ does: ㅂㅅㅎ are initials.
_RUN_BEFORE = re.compile("[ㄱ-ㅊㅌ-ㅍㅏ-ㅣ]|ㅎ(?!ㅎ)")
_RUN_AFTER = re.compile("[ㄱ-ㅊㅌ-ㅍㅏ-ㅓㅕㅑㅛㅜㅠㅡㅣ]|ㅎ(?!ㅎ)")
_MARKS = r"(?:[^\w\s]|[0-9_ㅣㅡ])"
_BLANKS = 8  # blanks in an allowed phrase that are looked across


@dataclass(frozen=True, slots=True)
class Found:
    """A word that was found: its category, and how it is written in the text (in lower case)."""

    category: str
    word: str


class Keywords:
    """Finds the words of a lexicon.

    Parameters
    ----------
    lexicon
        What to find and what to overlook.
    allow
        More phrases in which a word is innocent.
    entries
        More words to find; they win over the same words of the lexicon.
    """

    def __init__(self, lexicon: Lexicon, allow: Iterable[str] = (), entries: Iterable[Entry] = ()) -> None:
        self._entries = {entry.word: entry for entry in (*lexicon.entries, *entries)}
        self._lengths = sorted({len(word) for word in self._entries}, reverse=True)
        self._candidates = re.compile(alternatives(self._entries))
        self._broken_category = {stem: self._category_of(stem) for stem in lexicon.broken}
        self._broken = re.compile("|".join(map(_broken_up, lexicon.broken)) or "(?!)")
        phrases = (*lexicon.allow, *allow)
        self._allowed = re.compile("|".join(map(_loosely, phrases)) or "(?!)")
        self._reach = max(map(len, phrases), default=0) + _BLANKS

    def find(self, texts: Sequence[str]) -> dict[int, list[Found]]:
        """Give what was found in each text by its position; clean texts are left out."""
        joined = join_texts(texts)
        found: dict[int, list[Found]] = {}
        borders: list[int] | None = None
        for start, one in (*self._words(joined), *self._broken_words(joined)):
            if borders is None:
                borders = [match.start() for match in re.finditer(BETWEEN, joined)]
            found.setdefault(bisect_right(borders, start), []).append(one)
        return found

    def _words(self, joined: str) -> Iterator[tuple[int, Found]]:
        position = 0
        while candidate := self._candidates.search(joined, position):
            start = candidate.start()
            entry = self._entry_at(joined, start)
            if entry is None:
                position = start + 1
            else:
                position = start + len(entry.word)
                if not self._is_allowed(joined, start, position):
                    yield start, Found(entry.category, entry.word)

    def _entry_at(self, joined: str, start: int) -> Entry | None:
        for length in self._lengths:
            entry = self._entries.get(joined[start : start + length])
            if entry is not None and _stands_alone(entry, joined, start):
                return entry
        return None

    def _broken_words(self, joined: str) -> Iterator[tuple[int, Found]]:
        for match in self._broken.finditer(joined):
            word = match[0]
            stem = "".join(letter for letter in word if "가" <= letter <= "힣")
            if word != stem and not _is(_LETTER, joined, match.start() - 1):
                yield match.start(), Found(self._broken_category[stem], word)

    def _is_allowed(self, joined: str, start: int, end: int) -> bool:
        around = self._allowed.finditer(joined, max(0, start - self._reach), end + self._reach)
        return any(phrase.start() <= start and end <= phrase.end() for phrase in around)

    def _category_of(self, stem: str) -> str:
        lengths = range(len(stem), 0, -1)
        parts = (stem[at : at + n] for n in lengths for at in range(len(stem) - n + 1))
        return next((self._entries[part].category for part in parts if part in self._entries), "profanity")


def _stands_alone(entry: Entry, joined: str, start: int) -> bool:
    before, after = start - 1, start + len(entry.word)
    if entry.run:
        return not _is(_RUN_BEFORE, joined, before) and not _is(_RUN_AFTER, joined, after)
    return not (entry.start and _is(_LETTER, joined, before)) and not (
        entry.end and _is(_LETTER, joined, after)
    )


def _is(letters: re.Pattern[str], joined: str, position: int) -> bool:
    return 0 <= position < len(joined) and letters.match(joined, position) is not None


def _broken_up(stem: str) -> str:
    return (_MARKS + "{0,3}").join(map(re.escape, stem))


def _loosely(phrase: str) -> str:
    start = r"(?<![0-9a-z가-힣])" if phrase.startswith("^") else ""
    parts = phrase.removeprefix("^").lower().split()
    return start + r"\s*".join(map(re.escape, parts))
