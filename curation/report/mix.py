"""What the kept rows are made of: sources, licences, languages, splits, tags."""

from collections.abc import Callable, Mapping, Sequence

from curation.report import distributions
from curation.report.charts import (
    Bar,
    Cell,
    Chart,
    Column,
    Label,
    Rows,
    Series,
    Table,
    bars_of_counts,
    hovers,
    percent,
)
from curation.report.data import SourceReport, TagValue
from curation.report.palette import SERIES
from curation.report.words import Both

MAX_BARS = 20
"""Values that are drawn; the rest stands in the table."""

MAX_NUMBERS = 11
"""Different numbers that are drawn one by one, such as shares from 0.0 to 1.0; more are classed."""

MAX_LISTED = 200
"""Values of a tag that the table lists: a tag may have one for each row."""


def mix(
    name: str, title: Both, sources: Sequence[SourceReport], part: Callable[[SourceReport], str]
) -> Chart:
    """Draw the share of kept rows and of their characters by ``part`` of a source."""
    rows: dict[str, int] = {}
    characters: dict[str, int] = {}
    for source in sources:
        key = part(source) or "?"
        rows[key] = rows.get(key, 0) + source.entry.kept
        characters[key] = characters.get(key, 0) + source.kept_lengths.total()
    keys = sorted(rows, key=lambda key: (-rows[key], key))
    all_rows, all_characters = sum(rows.values()), sum(characters.values())
    table = Table(
        [
            Column(title),
            Column(Both("남긴 행", "rows kept"), number=True),
            Column(Both("행 %", "% of rows"), number=True),
            Column(Both("글자", "characters"), number=True),
            Column(Both("글자 %", "% of characters"), number=True),
        ],
        [
            [
                key,
                rows[key],
                percent(rows[key], all_rows),
                characters[key],
                percent(characters[key], all_characters),
            ]
            for key in keys
        ],
    )
    return _largest(name, title, title, [Bar(key, rows[key]) for key in keys], whole=all_rows, table=table)


def _largest(
    name: str, title: Label, first: Label, bars: Sequence[Bar], *, whole: int, table: Table | None = None
) -> Chart:
    """Draw the first bars; the table has more of them."""
    drawn = bars_of_counts(name, title, first, bars[:MAX_BARS], whole=whole, may_log=False)
    if table is None:
        listed = list(bars[:MAX_LISTED])
        if len(bars) > MAX_LISTED:
            rest = bars[MAX_LISTED:]
            label = Both(f"그 밖의 {len(rest):,}가지", f"{len(rest):,} others")
            listed.append(Bar(label, sum(bar.count for bar in rest)))
        table = bars_of_counts(name, title, first, listed, whole=whole).table
    rest = bars[MAX_BARS:]
    count = sum(bar.count for bar in rest)
    note = Both(
        f"그 밖의 {len(rest):,}가지에 {count:,} ({percent(count, whole)} %)",
        f"{len(rest):,} others with {count:,} ({percent(count, whole)} %)",
    )
    return Chart(name, title, drawn.figure, table, note if rest else "")


def tag(name: str, title: Label, values: Mapping[TagValue, int]) -> Chart:
    """Draw how many kept rows bear each value of a tag: numbers in order, names by frequency."""
    if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
        if len(values) > MAX_NUMBERS:
            numbers = {float(value): count for value, count in values.items()}
            return distributions.histogram(name, title, numbers)
        keys = sorted(values, key=float)
    else:
        keys = sorted(values, key=lambda value: (-values[value], str(value)))
    bars = [Bar(_said(key), values[key]) for key in keys]
    return _largest(name, title, Both("값", "value"), bars, whole=sum(values.values()))


def _said(value: TagValue) -> Label:
    if isinstance(value, bool):
        return Both("예", "yes") if value else Both("아니요", "no")
    return f"{value:g}" if isinstance(value, (int, float)) else value


def splits(configs: Mapping[str, Mapping[str, int]]) -> Chart:
    """Draw the rows of each configuration, parted by split."""
    title = Both("구성과 분할", "Configurations and splits")
    known = ["train", "validation", "test"]
    found = {split for counts in configs.values() for split in counts}
    names = [split for split in known if split in found] + sorted(found - set(known))
    labels = sorted(configs)
    series = [
        Series(
            split,
            SERIES[place % len(SERIES)],
            [configs[config].get(split, 0) for config in labels],
            hovers(labels, [f"{split} {configs[config].get(split, 0):,}" for config in labels]),
        )
        for place, split in enumerate(names)
    ]
    rows: list[list[Cell]] = [
        [config, *(configs[config].get(split, 0) for split in names), sum(configs[config].values())]
        for config in labels
    ]
    columns = [Column(Both("구성", "configuration")), *(Column(split, number=True) for split in names)]
    notes = [f"{sum(configs[config].values()):,}" for config in labels]
    return Chart(
        "splits",
        title,
        Rows(labels, notes, series, Both("행 수", "rows")),
        Table([*columns, Column(Both("모두", "all"), number=True)], rows),
    )
