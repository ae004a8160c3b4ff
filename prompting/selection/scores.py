"""How sure a model is of a reply: entropies, overlap of texts, repetitiveness. All plain numbers.

COSP (arXiv 2305.14106) and USP (arXiv 2305.14926) say what to maximise with signs and factors that do
not fit what they do with it: the entropy of COSP is printed without its minus, USP's score of short
answers as a positive entropy that is then maximised, and USP's mean of overlaps counts each pair twice.
Here an entropy is an entropy, from 0 (sure), and a mean of pairs counts each once; `prompting.selection.usp`
and `prompting.selection.cosp` give them their signs.
"""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from curation.superni.metrics import rouge_l
from curation.superni.tokens import Tokenise, characters, morphemes

Numbers = npt.NDArray[np.float64]

_LEAST_SPREAD: Final = 1e-12
_LEAST_FENCED: Final = 4
_TOKENS: Final[dict[str, Tokenise]] = {"morphemes": morphemes, "characters": characters}


def entropy(answers: Sequence[str]) -> float:
    """Give the entropy of answers over its largest value, log m: 0 when all agree, 1 when none do.

    An answer that could not be read (empty) agrees with no other. One answer alone has entropy 0.

    Examples
    --------
    >>> round(entropy(["7", "7", "7", "8"]), 4)
    0.4056
    >>> entropy(["7", "", "", ""])
    1.0
    """
    m = len(answers)
    if m < 2:
        return 0.0
    counts = Counter(answers)
    unread = counts.pop("", 0)
    terms = [count / m * math.log(count / m) for count in (*counts.values(), *[1] * unread)]
    return max(0.0, -math.fsum(terms) / math.log(m))


def label_shares(log_probs: Sequence[float]) -> Numbers | None:
    """Probabilities of the labels alone, which sum to 1; None when no label has any."""
    logs = np.asarray(log_probs, np.float64)
    if np.isnan(logs).any() or not np.isfinite(logs.max(initial=-np.inf)):
        return None
    weights = np.exp(logs - logs.max())
    shares: Numbers = weights / weights.sum()
    return shares


def label_entropy(shares: Numbers) -> float:
    """Give the entropy of label probabilities in nats: at most the logarithm of their number."""
    some = shares[shares > 0]
    return max(0.0, -math.fsum(some * np.log(some)))


def repetitiveness(vectors: npt.NDArray[Any]) -> float:
    """Mean cosine of all pairs of sentences, their vectors of shape (sentences, dimensions); one has 0."""
    count = len(vectors)
    if count < 2:
        return 0.0
    wide = np.asarray(vectors, np.float64)
    return math.fsum((wide @ wide.T)[np.triu_indices(count, 1)]) / (count * (count - 1) / 2)


def overlaps(
    groups: Sequence[Sequence[str]],
    rouge: Literal["rouge-l", "rouge-1"] = "rouge-l",
    tokens: Literal["morphemes", "characters"] = "morphemes",
) -> list[float]:
    """Give the mean ROUGE F of all pairs of texts of each group, each pair once; 0 for fewer than two.

    An empty text is one that could not be used, and overlaps with no other.
    """
    tokenise = _TOKENS[tokens]
    pairs = [pair for texts in groups for pair in combinations([text for text in texts if text], 2)]
    if rouge == "rouge-l":
        found = rouge_l([one for one, _ in pairs], [[other] for _, other in pairs], tokenise)
    else:
        found = _rouge_1(pairs, tokenise)
    scores = iter(found)
    return [_mean_of_pairs(texts, scores) for texts in groups]


def z_scores(values: Sequence[float] | Numbers, over: Sequence[float] | Numbers | None = None) -> Numbers:
    """Give each value's distance from the mean in standard deviations (of the population).

    Mean and deviation are those of ``over``, of the values themselves where it is not given. When these
    do not differ all are 0: they say nothing about which is better.
    """
    numbers = np.asarray(values, np.float64)
    known = numbers if over is None else np.asarray(over, np.float64)
    if not len(known):
        return np.zeros_like(numbers)
    mean = math.fsum(known) / len(known)
    spread = math.sqrt(math.fsum((known - mean) ** 2) / len(known))
    scored: Numbers = (numbers - mean) / spread if spread > _LEAST_SPREAD else np.zeros_like(numbers)
    return scored


def upper_fence(values: Sequence[float], ranges: float = 1.5) -> float:
    """Give Q3 + ``ranges`` · (Q3 − Q1), quartiles interpolated linearly; infinity for fewer than four."""
    if len(values) < _LEAST_FENCED:
        return math.inf
    first, third = np.quantile(np.asarray(values, np.float64), (0.25, 0.75))
    return float(third + ranges * (third - first))


def _mean_of_pairs(texts: Sequence[str], scores: Any) -> float:
    used, count = sum(map(bool, texts)), len(texts)
    known = [next(scores) for _ in range(used * (used - 1) // 2)]
    return math.fsum(known) / (count * (count - 1) / 2) if count > 1 else 0.0


def _rouge_1(pairs: Sequence[tuple[str, str]], tokenise: Tokenise) -> list[float]:
    texts = list(dict.fromkeys(text for pair in pairs for text in pair))
    counted = {text: Counter(found) for text, found in zip(texts, tokenise(texts), strict=True)}
    sizes = {text: counts.total() for text, counts in counted.items()}
    return [
        2 * (counted[one] & counted[other]).total() / (sizes[one] + sizes[other])
        if sizes[one] + sizes[other]
        else 0.0
        for one, other in pairs
    ]
