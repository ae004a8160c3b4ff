"""What the classifier of `malmoi safety` finds in answers; it knows Korean, and three kinds of harm.

Its training data label hate, offence and bias, so its silence about other harm says nothing.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from curation.language import evidence
from curation.safety.model import SafetyModel

DEFAULT_MODEL: Final = Path("models/safety.npz")
"""Where `malmoi safety train` writes."""

_LEAST_KOREAN: Final = 0.5


def is_korean(text: str) -> bool:
    """Whether half of a text or more is Korean."""
    return bool(evidence([text]).korean[0] >= _LEAST_KOREAN)


def flagged(texts: Sequence[str], model: SafetyModel | None) -> list[tuple[str, ...] | None]:
    """Give the categories of each text; None where it is not Korean, which the classifier never saw.

    Without a model it is None everywhere.
    """
    if model is None or not texts:
        return [None] * len(texts)
    korean = evidence(texts).korean
    thresholds = model.thresholds
    scores = model.scores(texts)
    return [
        tuple(name for name, score in zip(thresholds, row, strict=True) if score >= thresholds[name])
        if share >= _LEAST_KOREAN
        else None
        for row, share in zip(scores, korean, strict=True)
    ]
