"""Before and after in the figures of a set, each with its interval."""

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np

from curation.bootstrap import Difference, Statistic, mean, paired
from training.evaluation.measured import MeasuredRow, MeasuredSet, pairs
from training.evaluation.scoring import macro_f1

Measure = Literal["nll", "reported", "exact_match", "macro_f1", "rouge_l"]
"""Nats a token, of which fewer are better; all others are from 0 to 100, of which more are.

``reported`` is exact match for tasks whose answers are chosen and ROUGE-L for those whose answers are
written, as the paper of Super-NaturalInstructions reports it.
"""

_POINTS: Final = 100.0


def differences(
    before: MeasuredSet, after: MeasuredSet, *, resamples: int, seed: int
) -> dict[Measure, Difference]:
    """Compare two measurements of one set, in every figure that both have.

    Raises
    ------
    ValueError
        When they are of different sets.
    """
    paired_rows = pairs(before, after)
    found: dict[Measure, Difference] = {}
    for measure in measures_of(before):
        kept = [(one, two) for one, two in paired_rows if _counts(measure, one) and _counts(measure, two)]
        if not kept:
            continue
        first, second = (statistic(measure, side) for side in zip(*kept, strict=True))
        difference = paired(
            first,
            second,
            len(kept),
            resamples=resamples,
            seed=seed,
            span=None if measure == "nll" else 1.0,
        )
        found[measure] = difference if measure == "nll" else difference.times(_POINTS)
    return found


def figure(measured: MeasuredSet, measure: Measure) -> float:
    """Give one figure of one measurement, in its own unit."""
    rows = [one for one in measured.rows if _counts(measure, one)]
    value = float(statistic(measure, rows)(np.ones((1, len(rows))))[0])
    return value if measure == "nll" else _POINTS * value


def measures_of(measured: MeasuredSet) -> list[Measure]:
    """Name the figures of a set, what it is judged by first."""
    labelled = any(one.row.label_space for one in measured.rows)
    scored: list[Measure] = ["reported", "exact_match", "rouge_l"]
    if measured.kind != "superni":
        scored = ["exact_match", "macro_f1"] if labelled else ["rouge_l", "exact_match"]
    order: list[Measure] = ["nll", *scored] if measured.kind == "general" else [*scored, "nll"]
    return [one for one in order if any(_counts(one, row) for row in measured.rows)]


def statistic(measure: Measure, rows: Sequence[MeasuredRow]) -> Statistic:
    """Give the statistic of a figure over rows that have it; scores are from 0 to 1."""
    if measure == "nll":
        return mean([one.nats for one in rows], [one.tokens for one in rows])
    if measure == "macro_f1":
        return macro_f1(rows)
    return mean([getattr(one, measure) for one in rows])


def _counts(measure: Measure, one: MeasuredRow) -> bool:
    if measure == "nll":
        return one.tokens > 0
    if measure == "macro_f1":
        return one.given is not None and bool(one.row.label_space)
    return getattr(one, measure) is not None
