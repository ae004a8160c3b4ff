"""Is B better than A, or was it lucky? A paired bootstrap over questions.

Both were measured on the same questions, so the difference of each question is resampled: an
interval that holds 0 says that the questions do not tell the two apart (Efron and Tibshirani, An
Introduction to the Bootstrap, chapter 13; for retrieval Sakai, SIGIR 2006).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

_SAMPLES: Final = 10_000
_SEED: Final = 20_260_101
_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Difference:
    """Means of A and B, and the 95 % interval of B - A, over ``questions`` that have the measure.

    ``better`` and ``worse`` count those on which B is.
    """

    measure: str
    a: float
    b: float
    low: float
    high: float
    better: int
    worse: int
    questions: int

    @property
    def is_real(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0


def compare(measure: str, a: Sequence[float], b: Sequence[float], *, samples: int = _SAMPLES) -> Difference:
    """The difference of two measurements of the same questions, in the same order.

    The same input gives the same interval.

    Raises
    ------
    ValueError
        The two are not of the same length, or empty.
    """
    if len(a) != len(b) or not a:
        message = f"{len(a)} and {len(b)} questions cannot be paired"
        raise ValueError(message)
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    differences = second - first
    random = np.random.default_rng(_SEED)
    means = np.concatenate(
        [
            random.choice(differences, (min(_AT_ONCE, samples - at), len(differences))).mean(axis=1)
            for at in range(0, samples, _AT_ONCE)
        ]
    )
    low, high = np.quantile(means, (0.025, 0.975))
    return Difference(
        measure=measure,
        a=float(first.mean()),
        b=float(second.mean()),
        low=float(low),
        high=float(high),
        better=int((differences > 0).sum()),
        worse=int((differences < 0).sum()),
        questions=len(differences),
    )
