"""The loss of a run as a drawing: points for an SVG, thinned to what a screen shows."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

WIDTH: Final = 720
HEIGHT: Final = 240
_LEFT: Final = 48
_RIGHT: Final = 8
_TOP: Final = 8
_BOTTOM: Final = 24
_MOST_POINTS: Final = 360

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Curve:
    """Lines in the coordinates of the drawing, ``x,y x,y …``, and what its axes say."""

    loss: str
    validation: Sequence[tuple[float, float]]
    ticks: Sequence[tuple[float, str]]
    steps: tuple[int, int]
    first: float
    last: float
    least_validation: float | None


def curve_of(lines: Iterable[Mapping[str, Any]]) -> Curve | None:
    """Draw the lines of ``metrics.jsonl``; None when fewer than two have a loss."""
    loss: list[tuple[float, float]] = []
    validation: list[tuple[float, float]] = []
    for line in lines:
        for name, points in (("loss", loss), ("validation_loss", validation)):
            step, value = line.get("step"), line.get(name)
            if _is_number(step) and _is_number(value):
                points.append((float(step), float(value)))  # type: ignore[arg-type]  # both were looked at
    if len(loss) < 2:
        return None
    shown = _thinned(loss)
    every = [*shown, *validation]
    left, right = min(x for x, _ in every), max(x for x, _ in every)
    low, high = min(y for _, y in every), max(y for _, y in every)

    def x(step: float) -> float:
        return round(_LEFT + (step - left) / ((right - left) or 1) * (WIDTH - _LEFT - _RIGHT), 1)

    def y(value: float) -> float:
        return round(_TOP + (high - value) / ((high - low) or 1) * (HEIGHT - _TOP - _BOTTOM), 1)

    return Curve(
        loss=" ".join(f"{x(step)},{y(value)}" for step, value in shown),
        validation=[(x(step), y(value)) for step, value in validation],
        ticks=[(y(value), f"{value:.3g}") for value in (high, (high + low) / 2, low)],
        steps=(int(left), int(right)),
        first=loss[0][1],
        last=loss[-1][1],
        least_validation=min((value for _, value in validation), default=None),
    )


def _thinned(points: list[tuple[float, float]]) -> Points:
    """The mean of each stretch of neighbours, where there are more points than the drawing can show."""
    size = math.ceil(len(points) / _MOST_POINTS)
    stretches = (points[start : start + size] for start in range(0, len(points), size))
    return [(stretch[-1][0], sum(value for _, value in stretch) / len(stretch)) for stretch in stretches]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
