"""Charts and tables as data: what is drawn, not how; every chart carries the table of its figures.

The page's script (``templates/report/report.js``) turns a :class:`Rows` or :class:`Columns` into
a Plotly figure in the reader's language, colours and width.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from curation.report.words import Both

Label = Both | str
Cell = Both | Markup | str | int
LOG_FROM = 1000.0
"""Bars are on a logarithmic axis when the largest is this many times the smallest."""


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column; numbers stand right-aligned."""

    title: Label
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under columns; an ``int`` gets its thousands parted."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Series:
    """Bars of one colour; ``hover`` says what each of them is."""

    name: Label
    colour: str
    values: Sequence[float]
    hover: Sequence[Label]


@dataclass(frozen=True, slots=True)
class Rows:
    """Horizontal bars, stacked when there are several series; ``notes`` stand at their ends."""

    labels: Sequence[Label]
    notes: Sequence[str]
    series: Sequence[Series]
    axis: Label
    log: bool = False
    kind: str = "rows"


@dataclass(frozen=True, slots=True)
class Line:
    """A vertical line that marks a limit."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Vertical bars, side by side when there are several series.

    ``centres`` and ``width`` are in the coordinates of the axis (its logarithm where the classes
    are logarithmic); ``ticks`` replaces the axis' own ticks by ``(place, text)``.
    """

    centres: Sequence[float]
    width: float
    series: Sequence[Series]
    axis: Label
    measure: Label
    ticks: Sequence[tuple[float, str]] = ()
    lines: Sequence[Line] = ()
    log: bool = False
    percent: bool = False
    kind: str = "columns"


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure with its table; ``name`` is unique on the page."""

    name: str
    title: Label
    figure: Rows | Columns
    table: Table
    note: Label = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart of counts: its short label, and how the table calls it."""

    label: Label
    count: int
    cell: Cell = ""


ROWS_MEASURE = Both("행 수", "rows")


def bars_of_counts(
    name: str,
    title: Label,
    first_column: Label,
    bars: Sequence[Bar],
    *,
    measure: Both = ROWS_MEASURE,
    whole: int | None = None,
    may_log: bool = True,
) -> Chart:
    """Draw counts as bars, in the order given; with ``whole`` their share of it stands beside them.

    Shares of a whole are seen on a linear axis only: forbid the logarithmic one with ``may_log``.
    """
    columns = [Column(first_column), Column(measure, number=True)]
    if whole is not None:
        columns.append(Column("%", number=True))
    rows: list[list[Cell]] = [
        [bar.cell or bar.label, bar.count, *([] if whole is None else [percent(bar.count, whole)])]
        for bar in bars
    ]
    notes = [
        f"{bar.count:,}" if whole is None else f"{bar.count:,} ({percent(bar.count, whole)} %)"
        for bar in bars
    ]
    labels = [bar.label for bar in bars]
    log = may_log and wants_log(bar.count for bar in bars)
    axis = Both(f"{measure.ko} (로그 눈금)", f"{measure.en} (logarithmic)") if log else measure
    series = Series(measure, "bar", [bar.count for bar in bars], hovers(labels, notes))
    return Chart(name, title, Rows(labels, notes, [series], axis, log), Table(columns, rows))


def hovers(labels: Iterable[Label], notes: Iterable[str]) -> list[Label]:
    """Join labels and figures to what is shown where the pointer rests."""
    return [
        Both(f"{label.ko}: {note}", f"{label.en}: {note}") if isinstance(label, Both) else f"{label}: {note}"
        for label, note in zip(labels, notes, strict=True)
    ]


def wants_log(counts: Iterable[float]) -> bool:
    """Tell whether bars of these counts can only be read on a logarithmic axis."""
    positive = [count for count in counts if count > 0]
    return bool(positive) and max(positive) >= LOG_FROM * min(positive)


def percent(part: float, whole: float) -> str:
    """Give a share in percent, never rounding something to nothing or to everything.

    Examples
    --------
    >>> percent(1, 3), percent(1, 100_000), percent(99_999, 100_000), percent(0, 0)
    ('33.3', '<0.1', '>99.9', '0')
    """
    if part == 0 or whole == 0:
        return "0"
    share = 100 * part / whole
    if part < whole and share >= 99.95:
        return ">99.9"
    return "<0.1" if share < 0.05 else f"{share:.1f}"
