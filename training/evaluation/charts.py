"""Charts of forgetting: each loss with its interval against the limit, and how rows share it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from curation.report.charts import Cell, Chart, Column, Columns, Line, Series, Table
from curation.report.words import Both
from training.evaluation.forgetting import Check, Verdict
from training.evaluation.measured import MeasuredSet, pairs
from training.evaluation.wording import ROWS, check_name, found_of

_BINS: Final = 24
_AXIS: Final = Both("토큰마다 잃은 nat (0보다 크면 나빠짐)", "nats a token lost (worse above 0)")


@dataclass(frozen=True, slots=True)
class Interval:
    """A check as a line: places are in percent of the line's width."""

    name: Both
    said: Both
    verdict: Verdict
    zero: float
    limit: float
    low: float
    high: float
    at: float


def intervals(checks: Sequence[Check]) -> list[Interval]:
    """Place each check on a line of its own that holds 0, its limit and its interval."""
    return [_interval(check) for check in checks]


def _interval(check: Check) -> Interval:
    marks = (0.0, check.limit, check.low, check.high)
    first, last = min(marks), max(marks)
    width = (last - first) or 1.0
    zero, limit, low, high, at = (
        round(4 + 92 * (mark - first) / width, 2) for mark in (*marks, min(max(check.loss, first), last))
    )
    return Interval(check_name(check), found_of(check), check.verdict, zero, limit, low, high, at)


def loss_chart(name: str, title: Both, before: MeasuredSet, after: MeasuredSet, limit: float) -> Chart:
    """Draw how many rows lost how much: a few that lost all, or all a little."""
    lost = [new.nats / new.tokens - old.nats / old.tokens for old, new in pairs(before, after) if new.tokens]
    low, high = min(0.0, *lost), max(limit, *lost)
    counts, edges = np.histogram(lost, bins=_BINS, range=(low, high if high > low else low + 1))
    centres = [float((one + two) / 2) for one, two in pairwise(edges)]
    spans = [f"{one:+.3f} … {two:+.3f}" for one, two in pairwise(edges)]
    values = [int(count) for count in counts]
    series = Series(
        ROWS, "bar", values, [f"{span}: {count}" for span, count in zip(spans, values, strict=True)]
    )
    rows: list[Sequence[Cell]] = [[span, count] for span, count in zip(spans, values, strict=True) if count]
    return Chart(
        name,
        Both(f"{title.ko}: 행마다 잃은 양", f"{title.en}: what rows lost"),
        Columns(
            centres,
            float(edges[1] - edges[0]),
            [series],
            _AXIS,
            ROWS,
            lines=[Line(limit, f"{limit:g}")],
        ),
        Table([Column(_AXIS), Column(ROWS, number=True)], rows),
    )
