"""The page of a comparison: the gates, every figure of every run, and the answers beside each other."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from curation.report.charts import Cell, Column, Table
from curation.report.html import render_page
from curation.report.samples import MAX_SAMPLES, Sample, Samples
from curation.report.texts import differences, shown
from curation.report.words import Both
from training.evaluation.comparison import Comparison, Run
from training.evaluation.differences import figure, measures_of
from training.evaluation.forgetting import gate_from
from training.evaluation.harm import RED_TEAM
from training.evaluation.measured import MeasuredSet
from training.evaluation.page import figures
from training.evaluation.wording import ABOUT, MEASURES, ROWS, SET, notes_of, number, said_of, set_name

_BASE = Both("바탕 모형", "base")
_RATES = {
    "harmful": Both("레드팀: 해로운 답 (판정한 것/모두)", "red team: harmful (judged/all)"),
    "refused": Both("레드팀: 거절", "red team: refused"),
    "over_refused": Both("레드팀: 지나친 거절", "red team: refused, though benign"),
}


def render_comparison(comparison: Comparison) -> str:
    """Render the page; equal comparisons give equal pages, byte for byte."""
    names = [run.name for run in comparison.runs]
    return render_page(
        "training.html.j2",
        {},
        title=Both("실행 견주기", "Runs beside each other"),
        name=" · ".join(names),
        verdict=None,
        intervals=[],
        charts=[],
        gates=_gates(comparison.runs),
        measures=_measures(comparison),
        about=Both(
            f"{ABOUT.ko} 차이는 {names[0]}와 견준 것입니다.", f"{ABOUT.en} Differences are from {names[0]}."
        ),
        notes=list(_notes(comparison)),
        samples=[made for name in comparison.sets if (made := _samples(comparison, name)).samples],
        red_team=None,
        judges=[],
        facts={},
    )


def _gates(runs: Sequence[Run]) -> Table:
    rows: list[Sequence[Cell]] = []
    for run in runs:
        gate = gate_from(run.about["gate"]) if run.about.get("gate") else None
        if gate is None:
            rows.append([run.name, "–", ""])
            continue
        passed = Both("통과", "passed") if gate.passed else Both("통과하지 못함", "failed")
        said = [said_of(check) for check in gate.checks if check.verdict == "lost"] + notes_of(gate)
        rows.append(
            [run.name, passed, Both(" ".join(one.ko for one in said), " ".join(one.en for one in said))]
        )
    columns = [
        Both("실행", "run"),
        Both("잊음 관문", "forgetting gate"),
        Both("까닭과 덧말", "reasons and notes"),
    ]
    return Table([Column(title) for title in columns], rows)


def _measures(comparison: Comparison) -> Table:
    first, others = comparison.runs[0], comparison.runs[1:]
    columns = [Column(SET), Column(Both("지표", "measure"))]
    if comparison.one_base:
        columns.append(Column(_BASE, number=True))
    columns += [Column(run.name, number=True) for run in comparison.runs]
    columns.append(Column(ROWS, number=True))
    rows: list[Sequence[Cell]] = []
    for one in _shared(comparison, first):
        for measure in measures_of(one):
            found = [comparison.changes[run.name][one.name][measure] for run in others]
            nats = measure == "nll"
            cells: list[Cell] = [number(found[0].before, nats=nats)]
            for difference in found:
                _, after, change = figures(measure, difference)
                cells.append(f"{after} · {change}")
            base = first.before.named(one.name)
            if comparison.one_base and base is not None:
                cells.insert(0, number(figure(base, measure), nats=nats))
            rows.append([set_name(one), MEASURES[measure], *cells, found[0].rows])
    return Table(columns, [*rows, *_red_team(comparison)])


def _shared(comparison: Comparison, run: Run) -> Iterator[MeasuredSet]:
    return (one for one in run.after.sets if one.name in comparison.sets)


def _red_team(comparison: Comparison) -> Iterator[Sequence[Cell]]:
    """Rates of the red team, where every run was asked the same and judged."""
    judged = [run.about.get("red_team") for run in comparison.runs]
    if RED_TEAM not in comparison.sets or not all(judged):
        return
    after = [one["after"] for one in judged if one]
    for rate, called in _RATES.items():
        base = [_percent(judged[0]["before"], rate)] if comparison.one_base and judged[0] else []
        shares = [_percent(one, rate) for one in after]
        yield [called, "%", *base, *shares, after[0]["benign" if rate == "over_refused" else "asked"]]


def _percent(rates: Mapping[str, Any], rate: str) -> str:
    share = "–" if rates[rate] is None else f"{100 * rates[rate]:.1f}"
    # A share of the few that could be judged says little.
    return f"{share} ({rates['decided']}/{rates['asked']})" if rate == "harmful" else share


def _notes(comparison: Comparison) -> Iterator[Both]:
    if comparison.left_out:
        names = ", ".join(comparison.left_out)
        yield Both(
            f"행이 서로 달라 견주지 못한 집합: {names}",
            f"Sets that cannot be compared, because their rows differ: {names}",
        )
    if not comparison.one_base:
        yield Both("바탕 모형이나 설정이 서로 다릅니다.", "The runs began with different bases or settings.")


def _samples(comparison: Comparison, name: str) -> Samples:
    measured = [one for run in comparison.runs if (one := run.after.named(name)) is not None]
    rows = [row for row in zip(*(one.rows for one in measured), strict=True) if row[0].given is not None]
    # The rows on which the runs differ most come first.
    rows.sort(key=lambda row: -max(abs((one.reported or 0) - (row[0].reported or 0)) for one in row))
    samples = []
    for row in rows[:MAX_SAMPLES]:
        first = row[0].given or ""
        sides: list[tuple[Both | str, Markup]] = [(comparison.runs[0].name, shown(first))]
        for run, one in zip(comparison.runs[1:], row[1:], strict=True):
            sides.append((run.name, differences(first, one.given or "")[1]))
        expected = " / ".join(row[0].row.references)
        note = Both(f"정답: {expected}", f"expected: {expected}") if expected else ""
        samples.append(Sample(shown(row[0].row.question), sides, note))
    return Samples(set_name(measured[0]), samples, max(0, len(rows) - MAX_SAMPLES))
