"""How sure a difference is: a paired bootstrap over rows of any figure that is made of sums over rows.

A resample is the number of times that each row is drawn, so a whole figure, such as a loss a token or a
macro F1, is a product of matrices. Both sides see the same draws. The ends of the interval lie further
out than the percentiles of 2.5 and 97.5, as Student's t does from the normal distribution: plain ones
are too narrow for few rows (Hesterberg, The American Statistician 69(4), 2015, section 3.3).
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
_AT_ONCE: Final = 2**24
_ROUNDING: Final = 1e-12


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
    if rows < 1:
        raise ValueError("there are no rows to compare")
    whole = np.ones((1, rows))
    first, second = float(before(whole)[0]), float(after(whole)[0])
    random = np.random.default_rng(seed)
    shares = np.full(rows, 1 / rows)
    at_once = max(1, _AT_ONCE // rows)
    parts = []
    for at in range(0, resamples, at_once):
        draws = random.multinomial(rows, shares, size=min(at_once, resamples - at)).astype(np.float64)
        parts.append(after(draws) - before(draws))
    differences = np.concatenate(parts)
    tail = _tail(rows)
    low, high = (float(end) for end in np.quantile(differences, (tail, 1 - tail)))
    alike = bool(np.ptp(differences) < _ROUNDING)
    if span is not None and alike:
        unseen = span * (1 - (1 - CONFIDENCE) ** (1 / rows))
        low, high = max(-span, low - unseen), min(span, high + unseen)
    return Difference(first, second, low, high, rows, same=alike and abs(second - first) < _ROUNDING)


def _tail(rows: int) -> float:
    """How much of the draws lies beyond each end, of the 2.5 % that are meant to."""
    from scipy.special import ndtr, stdtrit  # noqa: PLC0415 - scipy takes half a second

    if rows < 2:
        return 0.0
    reach = stdtrit(rows - 1, (1 + CONFIDENCE) / 2) * np.sqrt(rows / (rows - 1))
    return float(ndtr(-reach))
