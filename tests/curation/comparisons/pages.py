"""Pages of made-up words, edits of them, and how similar two texts are by the plainest reckoning."""

import random
from typing import Any

from curation.steps.near_dedup import NearDedupParams
from tests.curation.dedup import reference

DEFAULT = NearDedupParams()
# Finds every pair at or above the threshold, for all practical purposes: tests must not be lucky.
THOROUGH = {"bands": 100, "rows": 2}
WORDS = [
    f"{first}{second}{third}" for first in "가나다라마바사" for second in "각낙닥락" for third in "는을에서"
]


def page(choose: random.Random, size: int = 80) -> str:
    return " ".join(choose.choices(WORDS, k=size))


def edited(text: str, choose: random.Random, edits: int) -> str:
    words = text.split()
    for place in choose.sample(range(len(words)), edits):
        words[place] = choose.choice(WORDS) + "!"
    return " ".join(words)


LONG = page(random.Random(1))


def short(found: list[dict[str, Any]]) -> list[tuple[int, str, str]]:
    return [(row["_order"], row["reason"], row["duplicate_of"]) for row in found]


def similarities(left: str, right: str, params: NearDedupParams) -> list[float]:
    """Compare two texts as the docs say: by words, by characters, by both, or not at all."""
    mine, theirs = reference.words(left, params.words), reference.words(right, params.words)
    least, most = sorted((len(mine), len(theirs)))
    found = []
    if least >= params.short * params.threshold:
        found.append(reference.jaccard(mine, theirs))
    if most < params.short:
        letters = [reference.characters(text, params.characters) for text in (left, right)]
        found.append(reference.jaccard(*letters))
    return found


def similarity(left: str, right: str, params: NearDedupParams) -> float:
    return max(similarities(left, right, params), default=0.0)
