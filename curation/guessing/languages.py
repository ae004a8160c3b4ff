"""Which languages a sample of texts is in."""

from collections import Counter
from collections.abc import Sequence

from curation.language import UNDETERMINED, bundled_model, evidence, identify

_LEAST_SHARE = 0.05
_LEAST_SURE = 0.5


def shares(texts: Sequence[str]) -> dict[str, float]:
    """Share of the letters in each language, the largest first; small ones and undetermined ones left out."""
    weighed = evidence(texts)
    amounts: Counter[str] = Counter()
    for text, weight, korean in zip(texts, weighed.weight, weighed.korean, strict=True):
        language, _ = identify(text, float(korean), bundled_model(), _LEAST_SURE)
        amounts[language] += round(float(weight))
    total = amounts.total()
    named = [(language, amount / total) for language, amount in amounts.most_common() if amount]
    return {
        language: share for language, share in named if share >= _LEAST_SHARE and language != UNDETERMINED
    }
