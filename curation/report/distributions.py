"""Distributions of kept against dropped rows: lengths, and the scores that steps gave.

Kept and dropped rows differ in number by far, so each is drawn as shares of its own total.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from curation.lengths import Lengths
from curation.recipe import Recipe
from curation.report.charts import Cell, Chart, Column, Columns, Label, Line, Series, Table, hovers, percent
from curation.report.data import Scores, SourceReport
from curation.report.words import Both, step_name

CLASSES = 24
_LIMITS = ("min", "max", "threshold", "limit")
_LOG_SPAN = 1000.0


@dataclass(frozen=True, slots=True)
class Classes:
    """Intervals of equal width in which values are counted, by their logarithm where ``log``."""

    start: float
    width: float
    count: int
    log: bool

    def of(self, value: float) -> int:
        """Give the class of a value; the last one holds its upper end."""
        # Values are rounded, so they stand on the edges: the small shift keeps an edge in its class.
        place = math.floor((self.place(value) - self.start) / self.width + 1e-9)
        return min(max(place, 0), self.count - 1)

    def place(self, value: float) -> float:
        """Give where a value stands on the axis."""
        return math.log10(value) if self.log else value

    def edges(self, number: int) -> tuple[float, float]:
        """Give the values that a class lies between."""
        low, high = self.start + number * self.width, self.start + (number + 1) * self.width
        return (10**low, 10**high) if self.log else (low, high)


def classes_for(values: Sequence[float]) -> Classes:
    """Choose about ``CLASSES`` classes of a round width that hold all values."""
    low, high = min(values), max(values)
    log = low > 0 and high >= _LOG_SPAN * low
    if log:
        low, high = math.log10(low), math.log10(high)
    width = _round_width((high - low) / CLASSES) if high > low else 1.0
    start = math.floor(low / width + 1e-9) * width
    return Classes(start, width, max(1, math.ceil((high - start) / width - 1e-9)), log)


def _round_width(width: float) -> float:
    power = 10.0 ** math.floor(math.log10(width))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= width * (1 - 1e-9))


def scores(step: str, found: Scores, recipe: Recipe) -> Chart | None:
    """Draw the scores that a step gave, with the limits that stand in the recipe."""
    values = sorted(value for value in {*found.kept, *found.dropped} if math.isfinite(value))
    if not values:
        return None
    classes = classes_for(values)
    kept, dropped = _counted(found.kept, classes), _counted(found.dropped, classes)
    ranges = ["–".join(f"{edge:.4g}" for edge in classes.edges(number)) for number in range(classes.count)]
    figure = Columns(
        [classes.start + (number + 0.5) * classes.width for number in range(classes.count)],
        classes.width,
        _shares(ranges, kept, dropped),
        Both("점수 (로그 눈금)", "score (logarithmic)") if classes.log else Both("점수", "score"),
        Both("묶음 안의 비율", "share of each group"),
        ticks=_decades(classes) if classes.log else (),
        lines=_lines(step, recipe, classes, values),
        percent=True,
    )
    table = _table(Both("점수", "score"), ranges, kept, dropped)
    return Chart(f"scores-{step}", step_name(step), figure, table)


def _counted(counts: Mapping[float, int], classes: Classes) -> list[int]:
    found = [0] * classes.count
    for value, count in counts.items():
        if math.isfinite(value):
            found[classes.of(value)] += count
    return found


def _decades(classes: Classes) -> list[tuple[float, str]]:
    first, last = math.floor(classes.start), math.ceil(classes.start + classes.count * classes.width)
    return [(float(power), f"{10.0**power:,.10g}") for power in range(first, last + 1)]


def _lines(step: str, recipe: Recipe, classes: Classes, values: Sequence[float]) -> list[Line]:
    found = {
        (key, value): None
        for use in recipe.steps
        if use.step == step
        for key, value in use.params.items()
        if key in _LIMITS and _is_number(value)
    }
    # A limit far from all scores would squeeze them; it stands in the list of steps anyway.
    reach = max(values) - min(values) or 1.0
    return [
        Line(classes.place(float(value)), f"{key} = {value:g}")  # type: ignore[arg-type]
        for key, value in found
        if (not classes.log or value > 0)  # type: ignore[operator]
        and min(values) - reach / 4 <= value <= max(values) + reach / 4  # type: ignore[operator]
    ]


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def lengths(sources: Sequence[SourceReport]) -> Chart | None:
    """Draw how long kept and dropped texts are, in classes that double in width."""
    kept, dropped = Lengths(), Lengths()
    for source in sources:
        for sums, part in ((kept, source.kept_lengths), (dropped, source.dropped_lengths)):
            for length, count in part.counts.items():
                sums.counts[length] = sums.counts.get(length, 0) + count
    both = Lengths(dict.fromkeys((*kept.counts, *dropped.counts), 0))
    classes = both.classes()
    if not classes:
        return None
    found = [
        [{low: count for low, _, count in part.classes()}.get(low, 0) for low, _, _ in classes]
        for part in (kept, dropped)
    ]
    ranges = [f"{low:,}–{high:,}" if high > low else f"{low:,}" for low, high, _ in classes]
    figure = Columns(
        list(map(float, range(len(classes)))),
        1.0,
        _shares(ranges, *found),
        Both("글자 수 (구간의 시작)", "characters (start of the class)"),
        Both("묶음 안의 비율", "share of each group"),
        ticks=[(float(place), _short(low)) for place, (low, _, _) in enumerate(classes)],
        percent=True,
    )
    table = _table(Both("글자 수", "characters"), ranges, *found)
    return Chart("lengths", Both("글의 길이", "Length of texts"), figure, table)


def _short(number: int) -> str:
    return f"{number:,}" if number < 10_000 else f"{number / 1000:,.0f}k"


def quantiles(sources: Sequence[SourceReport]) -> Table:
    """Give for each source the lengths that half and 95 % of its texts do not exceed."""
    columns = [Column(Both("출처", "source"))]
    for group in (Both("남김", "kept"), Both("뺌", "dropped")):
        for ko, en in (("중앙값", "median"), ("95 %", "95 %"), ("최대", "longest")):
            columns.append(Column(Both(f"{group.ko} {ko}", f"{group.en}, {en}"), number=True))
    rows: list[list[Cell]] = []
    for source in sources:
        row: list[Cell] = [source.name]
        for part in (source.kept_lengths, source.dropped_lengths):
            empty = not any(part.counts.values())
            row += ["–" if empty else part.quantile(share) for share in (0.5, 0.95, 1.0)]
        rows.append(row)
    return Table(columns, rows)


def _shares(ranges: Sequence[str], kept: Sequence[int], dropped: Sequence[int]) -> list[Series]:
    groups = ((Both("남김", "kept"), "kept", kept), (Both("뺌", "dropped"), "dropped", dropped))
    return [
        Series(
            name,
            colour,
            [100 * count / sum(counts) for count in counts],
            hovers(
                [Both(f"{name.ko} {span}", f"{name.en} {span}") for span in ranges],
                [f"{count:,} ({percent(count, sum(counts))} %)" for count in counts],
            ),
        )
        for name, colour, counts in groups
        if sum(counts)
    ]


def _table(first: Label, ranges: Sequence[str], kept: Sequence[int], dropped: Sequence[int]) -> Table:
    columns = [
        Column(first),
        Column(Both("남김", "kept"), number=True),
        Column("%", number=True),
        Column(Both("뺌", "dropped"), number=True),
        Column("%", number=True),
    ]
    rows: list[list[Cell]] = [
        [span, here, percent(here, sum(kept)), there, percent(there, sum(dropped))]
        for span, here, there in zip(ranges, kept, dropped, strict=True)
    ]
    return Table(columns, rows)
