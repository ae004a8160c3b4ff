"""The published rules as they stand, for English: what they would do to Korean texts.

Gopher: Rae et al. 2021, appendix A.1.1 and table A1. C4: Raffel et al. 2020, section 2.2. FineWeb:
Penedo et al. 2024, section 3.6. Words are what stands between blanks. Each function says whether a
text would be dropped.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence

_STOP_WORDS = frozenset({"the", "be", "to", "of", "and", "that", "have", "with"})
_TOP = {2: 0.20, 3: 0.18, 4: 0.16}
_DUPLICATED = {5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.10}


def few_words(text: str) -> bool:
    """Gopher: fewer than 50 words."""
    return len(text.split()) < 50


def short_words(text: str) -> bool:
    """Gopher: mean word length below 3 characters."""
    return _mean_length(text) < 3


def long_words(text: str) -> bool:
    """Gopher: mean word length above 10 characters."""
    return _mean_length(text) > 10


def few_lettered(text: str) -> bool:
    """Gopher: fewer than 80 % of the words hold a letter."""
    words = text.split()
    return sum(any(map(str.isalpha, word)) for word in words) < 0.8 * len(words)


def many_ellipses(text: str) -> bool:
    """Gopher: more than one ellipsis for ten words."""
    return text.count("...") + text.count("…") > 0.1 * len(text.split())


def many_hashes(text: str) -> bool:
    """Gopher: more than one # for ten words."""
    return text.count("#") > 0.1 * len(text.split())


def few_stop_words(text: str) -> bool:
    """Gopher: fewer than two of eight stop words."""
    return len(_STOP_WORDS.intersection(text.lower().split())) < 2


def bullets(text: str) -> bool:
    """Gopher: more than 90 % of the lines start with a bullet."""
    return _share(text, lambda line: line.startswith(("•", "-", "*"))) > 0.9


def ellipsis_lines(text: str) -> bool:
    """Gopher: more than 30 % of the lines end with an ellipsis."""
    return _share(text, lambda line: line.endswith(("...", "…"))) > 0.3


def unpunctuated(text: str) -> bool:
    """FineWeb: at most 12 % of the lines end with punctuation."""
    return _share(text, lambda line: line.endswith((".", "?", "!", '"', "'"))) <= 0.12


def short_lines(text: str) -> bool:
    """FineWeb: at least 67 % of the lines are shorter than 30 characters."""
    return _share(text, lambda line: len(line) < 30) >= 0.67


def few_sentences(text: str) -> bool:
    """C4: fewer than three sentences, in lines of five words and more that end in punctuation."""
    lines = [line.strip() for line in text.split("\n")]
    kept = [line for line in lines if line.endswith((".", "?", "!", '"')) and len(line.split()) >= 5]
    return sum(len(re.findall(r"[.?!]+(?:\s|$)", line)) for line in kept) < 3


def braces(text: str) -> bool:
    """C4: a curly bracket."""
    return "{" in text


def repeated_lines(text: str) -> bool:
    """Gopher: 30 % of the lines, or lines with 20 % of the characters, stood there before."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    different = set(lines)
    if len(different) == len(lines):
        return False
    again = sum(map(len, lines)) - sum(map(len, different))
    return len(lines) - len(different) > 0.3 * len(lines) or again > 0.2 * len(text)


def top_phrase(text: str) -> bool:
    """Gopher: the most frequent 2-, 3- or 4-gram holds 20, 18 or 16 % of the characters."""
    words = text.split()
    for size, limit in _TOP.items():
        phrases = Counter(_phrases(words, size))
        if phrases:
            phrase, times = phrases.most_common(1)[0]
            if times * len(" ".join(phrase)) > limit * len(text):
                return True
    return False


def duplicated(text: str) -> bool:
    """Gopher: 5- to 10-grams that stood there before hold 15 to 10 % of the characters."""
    words = text.split()
    return any(_again(words, size) > limit * len(text) for size, limit in _DUPLICATED.items())


def _again(words: Sequence[str], size: int) -> int:
    seen: set[tuple[str, ...]] = set()
    characters, start = 0, 0
    while start <= len(words) - size:
        phrase = tuple(words[start : start + size])
        if phrase in seen:
            characters += len("".join(phrase))
            start += size
        else:
            seen.add(phrase)
            start += 1
    return characters


def _phrases(words: Sequence[str], size: int) -> list[tuple[str, ...]]:
    return list(zip(*(words[start:] for start in range(size)), strict=False))


def _mean_length(text: str) -> float:
    words = text.split()
    return sum(map(len, words)) / max(1, len(words))


def _share(text: str, holds: Callable[[str], bool]) -> float:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return sum(map(holds, lines)) / max(1, len(lines))
