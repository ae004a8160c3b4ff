"""One category of the classifier: a logistic regression, its threshold, and how well it does.

Every row is scored by a model that did not see its fold. These scores give the threshold, and the line
that turns a score into the logit of a probability (Platt 1999); the line is folded into the weights of
the model of all rows.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import JsonValue

from curation.errors import UserError
from curation.safety.evaluation import Flags, measured
from curation.safety.features import Integers
from curation.safety.model import Floats

_STEPS = 10_000  # thresholds have four digits


@dataclass(frozen=True)
class Rows:
    """The rows that a category is learned from, as columns.

    ``features`` is a sparse matrix; ``fold`` keeps rows that belong together in one fold; ``home``
    marks rows of corpora in which the category occurs, which F1 is measured on; ``background`` marks
    harmless texts, which false alarms are counted on.
    """

    features: Any
    true: Flags
    fold: Integers
    home: Flags
    background: Flags


@dataclass(frozen=True)
class Fitted:
    """Weights and bias that give the logit of a probability, the threshold, and its validation."""

    weights: Floats
    bias: float
    threshold: float
    validation: dict[str, JsonValue]


def fit(
    name: str, rows: Rows, regularisation: float, false_alarms: float, advance: Callable[[int], None]
) -> Fitted:
    """Fit a category; ``advance`` is called after each of the folds and once more.

    Raises
    ------
    UserError
        When the rows outside a fold are all alike.
    """
    scores = np.zeros(len(rows.true))
    for fold in np.unique(rows.fold):
        inside = rows.fold == fold
        if rows.true[~inside].all() or not rows.true[~inside].any():
            raise UserError(
                f"the category '{name}' cannot be learned: the rows outside a fold are all alike",
                fix="give it more rows, or use fewer folds",
            )
        weights, bias = _regression(rows.features[~inside], rows.true[~inside], regularisation)
        scores[inside] = rows.features[inside] @ weights + bias
        advance(1)
    slope, shift = _line(scores, rows.true)
    probable = 1 / (1 + np.exp(-(slope * scores + shift)))
    true, at_home = rows.true[rows.home], probable[rows.home]
    threshold = choose_threshold(true, at_home, probable[rows.background], false_alarms)
    weights, bias = _regression(rows.features, rows.true, regularisation)
    advance(1)
    return Fitted(slope * weights, slope * bias + shift, threshold, measured(true, at_home >= threshold))


def choose_threshold(true: Flags, scores: Floats, harmless: Floats, false_alarms: float) -> float:
    """Choose the threshold of the best F1 that flags at most a share of the harmless texts."""
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(true[order])
    # Rows of one score are flagged together: only the last of them may be the cut.
    last = np.append(scores[order][1:] != scores[order][:-1], True)
    f1 = np.where(last, 2 * hits / (np.arange(1, len(order) + 1) + true.sum()), -1.0)
    cut = int(np.argmax(f1))
    # Half-way to the first row that is not flagged: rows of another corpus vary more than these.
    between = float(scores[order][cut] + np.append(scores[order], 0.0)[cut + 1]) / 2
    threshold = math.ceil(between * _STEPS) / _STEPS
    allowed = int(false_alarms * harmless.size)
    if allowed < harmless.size:
        # The first text that may not be flagged stays below the threshold.
        bar = float(np.sort(harmless)[-allowed - 1])
        threshold = max(threshold, (math.floor(bar * _STEPS) + 1) / _STEPS)
    return threshold


def _regression(
    features: Any, true: Flags, inverse: float, weights: Floats | None = None
) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - takes a second to import

    fitted = LogisticRegression(C=inverse, max_iter=1000).fit(features, true, sample_weight=weights)
    return fitted.coef_[0], float(fitted.intercept_[0])


def _line(scores: Floats, true: Flags) -> tuple[float, float]:
    """Fit Platt's line; his targets keep it from being a step where the scores part the rows."""
    positive, negative = true.sum(), (~true).sum()
    target = np.where(true, (positive + 1) / (positive + 2), 1 / (negative + 2))
    both = np.repeat([True, False], len(scores))
    twice = np.concatenate([scores, scores])[:, None]
    weights, shift = _regression(twice, both, 1e6, np.concatenate([target, 1 - target]))
    return float(weights[0]), shift
