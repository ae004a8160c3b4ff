"""How sure a figure or a difference is: a bootstrap over rows, of any figure that is made of sums over rows.

A resample is the number of times that each row is drawn, so a whole figure, such as a loss a token or a
macro F1, is a product of matrices. Both sides of a difference see the same draws. The ends of the
interval lie further out than the percentiles of 2.5 and 97.5, as Student's t does from the normal
distribution: plain ones are too narrow for few rows (Hesterberg, The American Statistician 69(4), 2015,
section 3.3).
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
Statistic = Callable[[Values], Values]
"""From how often each row was drawn, shape ``(draws, rows)``, to the figure of each draw, ``(draws,)``."""

CONFIDENCE: Final = 0.95
_AT_ONCE: Final = 2**22  # numbers of eight bytes, twice
_ROUNDING: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and its 95 % interval, over so many rows."""

    value: float
    low: float
    high: float
    rows: int

    def as_json(self) -> dict[str, Any]:
        """Give the figures as JSON data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure before and after, and the 95 % interval of after - before, over so many rows.

    ``same`` tells that no row changed, so that the interval is only what the rows cannot rule out.
    """

    before: float
    after: float
    low: float
    high: float
    rows: int
    same: bool = False

    @property
    def change(self) -> float:
        """Give after - before."""
        return self.after - self.before

    @property
    def is_real(self) -> bool:
        """Tell whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0

    def times(self, factor: float) -> "Difference":
        """Give the same in another unit, such as points of 100."""
        ends = {name: getattr(self, name) * factor for name in ("before", "after", "low", "high")}
        return replace(self, **ends)

    def as_json(self) -> dict[str, Any]:
        """Give the figures as JSON data."""
        return {**asdict(self), "change": self.change}


def mean(values: Sequence[float], weights: Sequence[float] | None = None) -> Statistic:
    """Give the statistic of the mean of ``values``, or of their sum by that of ``weights``.

    A loss a token is the sum of the rows' losses by the sum of their tokens.
    """
    over = np.asarray(values, dtype=np.float64)
    under = np.ones_like(over) if weights is None else np.asarray(weights, dtype=np.float64)

    def of(draws: Values) -> Values:
        result: Values = (draws @ over) / (draws @ under)
        return result

    return of


def paired(
    before: Statistic,
    after: Statistic,
    rows: int,
    *,
    resamples: int,
    seed: int,
    span: float | None = None,
) -> Difference:
    """Compare two measurements of the same rows, in the same order.

    Parameters
    ----------
    resamples, seed
        How many draws, and which; the same give the same interval.
    span
        The most that a single row can change, for scores that are bounded. Where no draw differs from
        another, as when no row changed, the bootstrap alone would be certain; the interval then takes
        in a change of as many rows as could have stayed unseen ("rule of three": about 3 in ``rows``).

    Raises
    ------
    ValueError
        Without rows.
    """
    return paired_with_each([before], after, rows, resamples=resamples, seed=seed, span=span)[0]


def paired_with_each(
    befores: Sequence[Statistic],
    after: Statistic,
    rows: int,
    *,
    resamples: int,
    seed: int,
    span: float | None = None,
) -> list[Difference]:
    """Compare a measurement with several earlier ones, as `paired` does with each, but draw once."""
    if rows < 1:
        raise ValueError("there are no rows to compare")
    whole = np.ones((1, rows))
    second = float(after(whole)[0])
    sides = _drawn(
        lambda draws: np.stack([of(draws) for of in (after, *befores)], axis=1), rows, resamples, seed
    )
    return [
        _difference(float(before(whole)[0]), second, sides[:, 0] - sides[:, at], rows, span)
        for at, before in enumerate(befores, 1)
    ]


def _difference(
    first: float, second: float, differences: Values, rows: int, span: float | None
) -> Difference:
    low, high = _ends(differences, rows)
    alike = bool(np.ptp(differences) < _ROUNDING)
    if span is not None and alike:
        unseen = span * _unseen(rows)
        low, high = max(-span, low - unseen), min(span, high + unseen)
    return Difference(first, second, low, high, rows, same=alike and abs(second - first) < _ROUNDING)


def interval(of: Statistic, rows: int, *, resamples: int, seed: int) -> Interval | None:
    """Give a figure with its interval; None without rows, or where these rows do not define it.

    A draw in which the figure is not defined (NaN) says nothing, and is left out. A coefficient that is
    the same in every draw has an interval of no width; of a share of rows, `share` knows more.
    """
    if rows < 1 or np.isnan(value := float(of(np.ones((1, rows)))[0])):
        return None
    found = _drawn(of, rows, resamples, seed)
    low, high = _ends(found[~np.isnan(found)], rows)
    return Interval(value, min(low, value), max(high, value), rows)


def share(marks: Sequence[bool], *, resamples: int, seed: int) -> Interval | None:
    """Give the share of rows that have the mark, with its interval; None without rows.

    Where all rows are alike it takes in as many others as could have stayed unseen, as in `paired`.
    """
    found = interval(mean([float(mark) for mark in marks]), len(marks), resamples=resamples, seed=seed)
    if found is None or 0 < found.value < 1:
        return found
    unseen = _unseen(len(marks))
    return replace(found, low=max(0.0, found.value - unseen), high=min(1.0, found.value + unseen))


def _drawn(of: Statistic, rows: int, resamples: int, seed: int) -> Values:
    random = np.random.default_rng(seed)
    shares = np.full(rows, 1 / rows)
    at_once = max(1, _AT_ONCE // rows)
    return np.concatenate(
        [
            of(random.multinomial(rows, shares, size=min(at_once, resamples - at)).astype(np.float64))
            for at in range(0, resamples, at_once)
        ]
    )


def _ends(found: Values, rows: int) -> tuple[float, float]:
    tail = _tail(rows)
    low, high = np.quantile(found, (tail, 1 - tail))
    return float(low), float(high)


def _unseen(rows: int) -> float:
    """How large a share can be of which none of so many rows is ("rule of three": about 3 in ``rows``)."""
    return 1 - float((1 - CONFIDENCE) ** (1 / rows))


def _tail(rows: int) -> float:
    """How much of the draws lies beyond each end, of the 2.5 % that are meant to."""
    from scipy.special import ndtr, stdtrit  # noqa: PLC0415 - scipy takes half a second

    if rows < 2:
        return 0.0
    reach = stdtrit(rows - 1, (1 + CONFIDENCE) / 2) * np.sqrt(rows / (rows - 1))
    return float(ndtr(-reach))
