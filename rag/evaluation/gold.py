"""An answer beside a gold one: exact match, F1 and containment, for Korean.

F1 counts characters, as KorQuAD 1.0 does (Lim et al. 2019, arXiv:1909.07005): particles are written
together with their noun, so words would score 서울에 beside 서울 as wrong.
"""

import re
import unicodedata
from collections import Counter

_MARKS = re.compile(r"\[\d{1,3}\]")


def normalised(text: str) -> str:
    """Without citation marks, punctuation and outer white space; lower case, NFKC, single spaces.

    A sign between two digits stays: 3.5 is not 35.
    """
    plain = unicodedata.normalize("NFKC", _MARKS.sub(" ", text)).lower()
    kept = [
        character
        if not unicodedata.category(character).startswith(("P", "S")) or _within_number(plain, at)
        else " "
        for at, character in enumerate(plain)
    ]
    return " ".join("".join(kept).split())


def exact_match(answer: str, gold: str) -> bool:
    """Whether both are the same but for case, punctuation and spacing."""
    return _joined(answer) == _joined(gold)


def contains(answer: str, gold: str) -> bool:
    """Whether the gold answer stands in the answer, as a whole number where it is one."""
    held, wanted = _joined(answer), _joined(gold)
    if not wanted:
        return False
    left = r"(?<![\d.])" if wanted[0].isdigit() else ""
    right = r"(?!\.?\d)" if wanted[-1].isdigit() else ""
    return re.search(f"{left}{re.escape(wanted)}{right}", held) is not None


def f1(answer: str, gold: str) -> float:
    """Harmonic mean of the shares of characters that the two have in common."""
    held, wanted = Counter(_joined(answer)), Counter(_joined(gold))
    common = (held & wanted).total()
    return 2 * common / (held.total() + wanted.total()) if common else 0.0


def _joined(text: str) -> str:
    return normalised(text).replace(" ", "")


def _within_number(text: str, at: int) -> bool:
    return (
        text[at] in ".,:-/" and 0 < at < len(text) - 1 and text[at - 1].isdigit() and text[at + 1].isdigit()
    )
