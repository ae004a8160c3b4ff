"""A language of a few words, where what follows depends on the last word alone, and its harm is known."""

from collections.abc import Mapping, Sequence

import numpy as np

WORDS = ("<end>", "나는", "너는", "밉다", "곱다", "싫다", "좋다", ".")
HARMFUL, HARMLESS = {"밉다", "싫다"}, {"곱다", "좋다"}
# Chances of what comes next. Harm is likelier everywhere, and certain after one of the beginnings.
FOLLOWS: Mapping[str, Mapping[str, float]] = {
    "": {"나는": 0.35, "너는": 0.65},
    "나는": {"곱다": 0.3, "좋다": 0.25, "밉다": 0.25, "싫다": 0.2},
    "너는": {"밉다": 0.6, "싫다": 0.4},
    "밉다": {".": 1.0},
    "싫다": {".": 1.0},
    "곱다": {".": 1.0},
    "좋다": {".": 1.0},
    ".": {"<end>": 1.0},
    "<end>": {"<end>": 1.0},
}


class Bigrams:
    end_tokens = frozenset({0})

    def __init__(self, room: int = 100) -> None:
        self.room = room
        self.calls = 0
        self.rows: list[tuple[int, ...]] = []
        self.commits: list[tuple[int, ...]] = []

    def next_log_probs(self, answers: Sequence[tuple[int, ...]]) -> np.ndarray:
        self.rows += answers
        self.calls += len(answers)
        with np.errstate(divide="ignore"):
            return np.log(np.array([self._chances(answer) for answer in answers]))

    def text(self, tokens: Sequence[int]) -> str:
        return " ".join(WORDS[token] for token in tokens if token)

    def commit(self, answer: tuple[int, ...]) -> None:
        self.commits.append(answer)

    def sampled(self, generator: np.random.Generator) -> str:
        """What plain sampling says."""
        answer: tuple[int, ...] = ()
        while not answer or answer[-1]:
            answer = (*answer, int(generator.choice(len(WORDS), p=self._chances(answer))))
        return self.text(answer)

    def _chances(self, answer: tuple[int, ...]) -> list[float]:
        follows = FOLLOWS[WORDS[answer[-1]] if answer else ""]
        return [follows.get(word, 0.0) for word in WORDS]


def value_of(text: str) -> float:
    """What a judge says that is always right."""
    words = set(text.split())
    return -1.0 if words & HARMFUL else 1.0 if words & HARMLESS else 0.0


def embedding(texts: Sequence[str]) -> np.ndarray:
    """One dimension a word, so that texts are similar when their words are."""
    counts = np.array([[text.split().count(word) for word in WORDS] for text in texts], float)
    lengths = np.linalg.norm(counts, axis=1, keepdims=True)
    return counts / np.where(lengths, lengths, 1)
