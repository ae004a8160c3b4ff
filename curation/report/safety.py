"""Safety of the kept rows by category, and how well the model that judged them does."""

from collections.abc import Iterator, Mapping
from typing import Any

from curation.report.charts import Cell, Chart, Column, Rows, Series, Table, hovers, percent
from curation.report.data import TagValue
from curation.report.mix import tag
from curation.report.palette import BANDS
from curation.report.words import Both, rule_name, with_code

PREFIX = "safety."
_BANDS = ((0.5, 0.7), (0.7, 0.9), (0.9, float("inf")))
_MEASURES = (
    ("precision", Both("정밀도", "precision")),
    ("recall", Both("재현율", "recall")),
    ("f1", Both("F1", "F1")),
)


def safety_charts(tags: Mapping[str, Mapping[TagValue, int]]) -> list[Chart]:
    """Draw, for categories with scores, rows by how high they score; other safety tags by value."""
    mine = {name.removeprefix(PREFIX): values for name, values in tags.items() if name.startswith(PREFIX)}
    scored = {name: _numbers(values) for name, values in mine.items() if values and _all_numbers(values)}
    charts = [_bands(scored)] if scored else []
    charts += [
        tag(f"safety-{name}", rule_name(name), mine[name])
        for name in sorted(mine)
        if mine[name] and name not in scored
    ]
    return charts


def _all_numbers(values: Mapping[TagValue, int]) -> bool:
    return all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)


def _numbers(values: Mapping[TagValue, int]) -> dict[float, int]:
    return {float(value): count for value, count in values.items()}


def _bands(scored: Mapping[str, Mapping[float, int]]) -> Chart:
    """Draw rows that score 0.5 and more, in bands; the table has the whole distribution."""
    in_bands = {
        name: [sum(count for score, count in values.items() if low <= score < high) for low, high in _BANDS]
        for name, values in scored.items()
    }
    names = sorted(scored, key=lambda name: (-sum(in_bands[name]), name))
    labels = [rule_name(name) for name in names]
    series = []
    for place, (low, high) in enumerate(_BANDS):
        span = f"{low}–{high}" if high <= 1 else f"≥ {low}"
        values = [in_bands[name][place] for name in names]
        said = [f"{span}: {count:,}" for count in values]
        series.append(Series(span, BANDS[place], values, hovers(labels, said)))
    notes = [
        f"{sum(in_bands[name]):,} ({percent(sum(in_bands[name]), sum(scored[name].values()))} %)"
        for name in names
    ]
    bins = sorted({score for values in scored.values() for score in values})
    rows: list[list[Cell]] = [
        [with_code(label), *(scored[name].get(score, 0) for score in bins)]
        for name, label in zip(names, labels, strict=True)
    ]
    columns = [Column(Both("갈래", "category")), *(Column(f"{score:.1f}", number=True) for score in bins)]
    return Chart(
        "safety",
        Both("점수가 0.5 이상인 남긴 글", "Kept rows that score 0.5 or more"),
        Rows(labels, notes, series, Both("행 수", "rows")),
        Table(columns, rows),
        note=Both(
            "%는 그 갈래의 점수가 매겨진 행 가운데의 비율입니다. 표에는 0.1마다 모두 있습니다.",
            "Percentages are of the rows with a score in the category. The table has all scores, by 0.1.",
        ),
    )


def metrics_table(facts: Mapping[str, Any]) -> Table | None:
    """Give all that was measured of a model, wherever it stands in its facts; none if nothing was.

    A mapping with ``precision`` is a measurement, named by the keys that lead to it: the category,
    and whatever stands between, such as the corpus of the test.
    """
    columns = [Column(Both("갈래", "category")), *(Column(name, number=True) for _, name in _MEASURES)]
    columns.append(Column(Both("시험한 행", "support"), number=True))
    rows: list[list[Cell]] = [
        [
            _path_name(path),
            *(_measured(measured.get(key)) for key, _ in _MEASURES),
            _support(measured.get("support")),
        ]
        for path, measured in _measurements(facts, ())
    ]
    return Table(columns, rows) if rows else None


def unmeasured(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Give the facts without what :func:`metrics_table` shows, keys in order."""
    rest: dict[str, Any] = {}
    for key in sorted(facts, key=str):
        value = facts[key]
        if isinstance(value, Mapping) and value:
            inner = {} if _is_measurement(value) else unmeasured(value)
            if inner:
                rest[str(key)] = inner
        else:
            rest[str(key)] = value
    return rest


def _is_measurement(value: object) -> bool:
    return isinstance(value, Mapping) and "precision" in value


def _measurements(
    facts: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    for key in sorted(facts, key=str):
        value = facts[key]
        if _is_measurement(value):
            yield (*path, str(key)), value
        elif isinstance(value, Mapping):
            yield from _measurements(value, path if key == "metrics" else (*path, str(key)))


def _path_name(path: tuple[str, ...]) -> Both:
    names = [rule_name(key) for key in path]
    name = Both(" · ".join(name.ko for name in names), " · ".join(name.en for name in names))
    return with_code(name)


def _measured(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, (int, float)) else "–"


def _support(value: object) -> Cell:
    return int(value) if isinstance(value, (int, float)) else "–"
