"""Distributions of kept against dropped rows: lengths, and the scores that steps gave.

Kept and dropped rows differ in number by far, so each is drawn as shares of its own total.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from curation.lengths import Lengths
from curation.recipe import Recipe
from curation.report.charts import Cell, Chart, Column, Columns, Label, Line, Series, Table, hovers, percent
from curation.report.data import Scores, SourceReport
from curation.report.words import Both, step_name

CLASSES = 30
# The parameters that a step's score is held against, so that they can be drawn among the scores.
_LIMITS = {
    "decontaminate": ("min_overlap",),
    "function_words": ("min_share",),
    "hangul_ratio": ("min",),
    "length": ("min", "max"),
    "near_dedup": ("threshold",),
}
# Steps whose rules measure different things: their scores share an axis, not a meaning.
_SEVERAL_RULES = ("lines", "quality", "repetition", "shape")
_LOG_SPAN = 1000.0
_FINEST = 1e-12


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

    def centres(self) -> list[float]:
        """Give the middle of each class on the axis."""
        return [self.start + (number + 0.5) * self.width for number in range(self.count)]


def classes_for(values: Sequence[float]) -> Classes:
    """Choose at most ``CLASSES`` classes (one more at an end) of a round width that hold all values.

    Values have two significant digits. A class is no narrower than the last of them, and as wide
    as a whole number of its steps: else full and empty classes would take turns.
    """
    low, high = min(values), max(values)
    log = low > 0 and high >= _LOG_SPAN * low
    if log:
        low, high, least = math.log10(low), math.log10(high), 0.0
    else:
        largest = max(abs(low), abs(high))
        least = 10.0 ** (math.ceil(math.log10(largest) - 1e-9) - 2) if largest else 1.0
    width = _round_width(max((high - low) / CLASSES, least, _FINEST))
    start = math.floor(low / width + 1e-9) * width
    return Classes(start, width, max(1, math.ceil((high - start) / width - 1e-9)), log)


def _round_width(width: float) -> float:
    power = 10.0 ** math.floor(math.log10(width))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= width * (1 - 1e-9))


def scores(step: str, found: Scores, recipe: Recipe) -> Chart | None:
    """Draw the scores that a step gave, with the limits that stand in the recipe."""
    counted = [*found.kept.items(), *found.dropped.items()]
    values = sorted({value for value, count in counted if count and math.isfinite(value)})
    if not values:
        return None
    classes = classes_for(values)
    kept, dropped = _counted(found.kept, classes), _counted(found.dropped, classes)
    ranges = _ranges(classes)
    figure = Columns(
        classes.centres(),
        classes.width,
        _shares(ranges, kept, dropped),
        Both("점수 (로그 눈금)", "score (logarithmic)") if classes.log else Both("점수", "score"),
        Both("묶음 안의 비율", "share of each group"),
        ticks=_decades(classes) if classes.log else (),
        lines=_lines(step, recipe, classes, values),
        percent=True,
    )
    table = _table(Both("점수", "score"), ranges, kept, dropped)
    note = Both("여러 규칙의 값이 섞여 있습니다.", "Values of several rules together.")
    return Chart(f"scores-{step}", step_name(step), figure, table, note if step in _SEVERAL_RULES else "")


def histogram(name: str, title: Label, values: Mapping[float, int]) -> Chart:
    """Draw how often numbers occur, in classes."""
    classes = classes_for(list(values))
    counts = _counted(values, classes)
    ranges = _ranges(classes)
    rows = Both("행 수", "rows")
    notes = [f"{count:,} ({percent(count, sum(counts))} %)" for count in counts]
    figure = Columns(
        classes.centres(),
        classes.width,
        [Series(rows, "bar", counts, hovers(ranges, notes))],
        Both("값 (로그 눈금)", "value (logarithmic)") if classes.log else Both("값", "value"),
        rows,
        ticks=_decades(classes) if classes.log else (),
    )
    columns = [Column(Both("값", "value")), Column(rows, number=True), Column("%", number=True)]
    cells: list[list[Cell]] = [
        [span, count, percent(count, sum(counts))] for span, count in zip(ranges, counts, strict=True)
    ]
    return Chart(name, title, figure, Table(columns, cells))


def _ranges(classes: Classes) -> list[str]:
    # No dash: scores may be negative.
    return [" … ".join(f"{edge:.4g}" for edge in classes.edges(number)) for number in range(classes.count)]


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
    # A limit far from all scores would squeeze them; it stands in the list of steps anyway.
    reach = (max(values) - min(values) or 1.0) / 4
    limits = {
        (key, float(value))
        for use in recipe.steps
        if use.step == step
        for key in _LIMITS.get(step, ())
        if isinstance(value := use.params.get(key), (int, float))
    }
    return [
        Line(classes.place(value), f"{key} = {value:g}")
        for key, value in sorted(limits)
        if (not classes.log or value > 0) and min(values) - reach <= value <= max(values) + reach
    ]


def lengths(sources: Sequence[SourceReport]) -> Chart | None:
    """Draw how long kept and dropped texts are, in classes that double in width."""
    kept, dropped = Lengths(), Lengths()
    for source in sources:
        for sums, part in ((kept, source.kept_lengths), (dropped, source.dropped_lengths)):
            for length, count in part.counts.items():
                sums.counts[length] = sums.counts.get(length, 0) + count
    counted = [*kept.counts.items(), *dropped.counts.items()]
    both = Lengths({length: 0 for length, count in counted if count})
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
