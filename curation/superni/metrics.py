"""ROUGE-L and exact match as the paper has them, over all instances and by category and task.

https://github.com/yizhongw/Tk-Instruct, src/compute_metrics.py: of several references the best counts;
figures are means over instances, times 100.
"""

import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rouge_score.rouge_scorer import RougeScorer

from curation.superni.tokens import Tokenise

Metric = Literal["exact_match", "rouge_l"]
# The categories of the test tasks whose answers are chosen; those of the others are written.
_EXACT = {
    *("Textual Entailment", "Cause Effect Classification", "Coreference Resolution"),
    *("Dialogue Act Recognition", "Answerability Classification", "Word Analogy"),
}
_WITHOUT_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True, slots=True)
class Scored:
    """An instance with its two scores, each from 0 to 1."""

    task: str
    category: str
    rouge_l: float
    exact_match: float


@dataclass(frozen=True, slots=True)
class Mean:
    """Means over instances, times 100."""

    instances: int
    rouge_l: float
    exact_match: float


def metric_of(category: str) -> Metric:
    """Tell which metric the paper reports for a category."""
    return "exact_match" if category in _EXACT else "rouge_l"


def normalised(text: str) -> str:
    """Lower case, no ASCII punctuation, single blanks; articles stay.

    Examples
    --------
    >>> normalised("  The  Answer: YES. ")
    'the answer yes'
    """
    return " ".join(text.lower().translate(_WITHOUT_PUNCTUATION).split())


def exact_match(prediction: str, references: Iterable[str]) -> float:
    """Give 1 when the prediction is one of the references after normalising, else 0."""
    return float(normalised(prediction) in map(normalised, references))


def rouge_l(
    predictions: Sequence[str], references: Sequence[Sequence[str]], tokenise: Tokenise
) -> list[float]:
    """Score predictions by the F measure of the longest common subsequence of tokens.

    Parameters
    ----------
    predictions, references
        One prediction, and one or more references, for each instance.
    tokenise
        What to compare; all texts are handed to it at once.

    Returns
    -------
    list of float
        A score from 0 to 1 for each instance.
    """
    texts = list(dict.fromkeys([*predictions, *(text for group in references for text in group)]))
    tokens = dict(zip(texts, tokenise(texts), strict=True))
    scorer = RougeScorer(["rougeL"], tokenizer=_Known(tokens))
    return [
        max(scorer.score(target=one, prediction=prediction)["rougeL"].fmeasure for one in group)
        for prediction, group in zip(predictions, references, strict=True)
    ]


def mean(scored: Sequence[Scored]) -> Mean:
    """Average scores."""
    count = len(scored) or 1
    return Mean(
        len(scored),
        100 * sum(one.rouge_l for one in scored) / count,
        100 * sum(one.exact_match for one in scored) / count,
    )


class _Known:
    """A tokenizer for rouge-score over texts whose tokens are known."""

    def __init__(self, tokens: dict[str, list[str]]) -> None:
        self._tokens = tokens

    def tokenize(self, text: str) -> list[str]:
        return self._tokens[text]
