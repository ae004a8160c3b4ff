"""An embedder that anyone can recompute, and models that are right as often as they are told to be."""

import math
import random
from collections.abc import Sequence

import numpy as np

from prompting.selection.types import Query


def embed(texts: Sequence[str]) -> np.ndarray:
    """How often each letter stands in a text, folded to 32 places, as a vector of length 1."""
    rows = np.zeros((len(texts), 32))
    for row, text in zip(rows, texts, strict=True):
        for letter in filter(str.isalnum, text):
            row[ord(letter) % 32] += 1
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def embedded(vectors: dict[str, Sequence[float]]):
    """Looks texts up by what they begin with."""

    def look_up(texts: Sequence[str]) -> np.ndarray:
        return np.array(
            [next(row for start, row in vectors.items() if text.startswith(start)) for text in texts]
        )

    return look_up


class Pupil:
    """Answers question n rightly with probability ``skills[n]``, else with one of four wrong answers."""

    def __init__(self, seed: int, questions: int = 64) -> None:
        self._random = random.Random(seed)
        self.skills = [self._random.random() for _ in range(questions)]
        self.queries = [
            Query(f"q{n}", f"{n + 3}번 상자에 사과가 몇 개 있습니까?", gold=str(n + 10))
            for n in range(questions)
        ]

    def samples(self, m: int, *, cot: bool = False) -> list[list[str]]:
        return [[self._reply(n, skill, cot) for _ in range(m)] for n, skill in enumerate(self.skills)]

    def log_probs(self, labels: Sequence[str]) -> tuple[list[str], list[list[float]]]:
        """True labels, and label probabilities that are the sharper the greater the skill."""
        truth, rows = [], []
        for skill in self.skills:
            true = self._random.choice(labels)
            raw = [math.exp(self._random.gauss(0, 1) + 4 * skill * (label == true)) for label in labels]
            truth.append(true)
            rows.append([math.log(one / sum(raw)) for one in raw])
        return truth, rows

    def _reply(self, n: int, skill: float, cot: bool) -> str:
        answer = n + 10 if self._random.random() < skill else 500 + self._random.randrange(4)
        spelled = self._random.choice([f"{answer}개", f"{answer:,} 개", f"{answer}"])
        if not cot:
            return spelled
        thought = self._random.choice(
            ["상자를 하나씩 세어 봅니다.", "먼저 상자를 엽니다. 그다음 사과를 셉니다."]
        )
        return f"{thought} 따라서 답은 {spelled}입니다."
