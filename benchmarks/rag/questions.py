"""The questions of the benchmarks of retrieval, and how people mistype them."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import texts

from rag.types import Document

# Composed syllables count initials, vowels and finals so (The Unicode Standard, section 3.12).
_FIRST, _STEPS, _LETTERS = 0xAC00, (588, 28, 1), (19, 21, 28)
# Letters that are taken for each other because they sound alike, as (place, one, other).
_VOWELS, _FINALS = (
    "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ",
    " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ",
)
_ALIKE = [
    *(
        (1, _VOWELS.index(one), _VOWELS.index(other))
        for one, other in ("ㅐㅔ", "ㅚㅙ", "ㅓㅗ", "ㅡㅜ", "ㅢㅣ")
    ),
    *(
        (2, _FINALS.index(one), _FINALS.index(other))
        for one, other in ("ㅅㅆ", "ㄱㄲ", "ㄴㄶ", "ㄷㅅ", "ㅈㅅ", "ㅂㅍ")
    ),
]

# Our own sets of questions that a passage answers (data/README.md).
SETS = ("paraphrases", "reworded", "keywords")


@dataclass(frozen=True)
class Asked:
    """A question, the document that answers it, and documents of the same matter."""

    question: str
    relevant: str
    nearby: frozenset[str] = frozenset()


def boolq() -> tuple[list[Document], list[Asked]]:
    """KoBEST BoolQ's questions, and their paragraphs among all of them."""
    paragraphs, questions = texts.questions_and_paragraphs()
    documents = [Document(name, text) for name, text in paragraphs.items()]
    return documents, [Asked(question, name) for question, name in questions]


def own(split: str) -> tuple[list[Document], dict[str, list[Asked]], list[str]]:
    """Our questions of one split, among the passages of both and 5,000 other texts.

    Returns the documents, the questions by set, and questions that no document answers.
    """
    sets = {name: texts.rows(name) for name in SETS}
    every = [row for rows in sets.values() for row in rows]
    documents = [Document(row["id"], row["passage"], row["title"]) for row in every]
    documents += [Document(name, text) for name, text in texts.distractors().items()]
    nearby = {
        domain: frozenset(row["id"] for row in every if row["domain"] == domain)
        for domain in {row["domain"] for row in every}
    }
    asked = {
        name: [
            Asked(row["question"], row["id"], nearby[row["domain"]]) for row in rows if row["split"] == split
        ]
        for name, rows in sets.items()
    }
    unanswerable = [row["question"] for row in texts.rows("unanswerable") if row["split"] == split]
    return documents, asked, unanswerable


def without_spaces(asked: Sequence[Asked]) -> list[Asked]:
    return [Asked("".join(one.question.split()), one.relevant) for one in asked]


def misheard(asked: Sequence[Asked]) -> list[Asked]:
    """One letter of each question changed into one that sounds alike."""
    draw = random.Random(0)
    return [Asked(_changed(one.question, draw, _sounding_alike), one.relevant) for one in asked]


def mistyped(asked: Sequence[Asked]) -> list[Asked]:
    """One letter of each question changed into any other."""
    draw = random.Random(0)
    return [Asked(_changed(one.question, draw, _any_other), one.relevant) for one in asked]


def _changed(text: str, draw: random.Random, others: Callable[[str], list[str]]) -> str:
    places = [at for at, char in enumerate(text) if "가" <= char <= "힣" and others(char)]
    if not places:
        return text
    at = draw.choice(places)
    return text[:at] + draw.choice(others(text[at])) + text[at + 1 :]


def _any_other(syllable: str) -> list[str]:
    return [
        _with(syllable, place, letter)
        for place, count in enumerate(_LETTERS)
        for letter in range(count)
        if letter != _letter(syllable, place)
    ]


def _sounding_alike(syllable: str) -> list[str]:
    found = []
    for place, one, other in _ALIKE:
        letter = _letter(syllable, place)
        if letter in (one, other):
            found.append(_with(syllable, place, one + other - letter))
    return found


def _letter(syllable: str, place: int) -> int:
    return (ord(syllable) - _FIRST) // _STEPS[place] % _LETTERS[place]


def _with(syllable: str, place: int, letter: int) -> str:
    return chr(ord(syllable) + (letter - _letter(syllable, place)) * _STEPS[place])
