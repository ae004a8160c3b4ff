"""The page of an evaluation: the verdict first, then what was lost, what was gained, and the answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from curation.bootstrap import Difference
from curation.report.charts import Cell, Chart, Column, Table
from curation.report.html import render_page
from curation.report.samples import AFTER, BEFORE, MAX_SAMPLES, Sample, Samples, before_and_after
from curation.report.texts import shown
from curation.report.words import Both
from prompting.red_team.page import judges_told, red_team_part
from training.evaluation.charts import intervals, loss_chart
from training.evaluation.differences import Measure
from training.evaluation.forgetting import Gate
from training.evaluation.measured import Measured, MeasuredRow, MeasuredSet
from training.evaluation.report import EvaluationReport
from training.evaluation.scoring import chance
from training.evaluation.wording import (
    ABOUT,
    MEASURES,
    ROWS,
    SET,
    notes_of,
    number,
    said_of,
    set_name,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate decided, in a line, with its reasons and what it could not tell."""

    passed: bool
    title: Both
    reasons: Sequence[Both]
    notes: Sequence[Both]


def render_evaluation(report: EvaluationReport) -> str:
    """Render the page; equal reports give equal pages, byte for byte."""
    charts = list(_charts(report.before, report.after, report.gate))
    facts: dict[Both, Any] = {
        Both("바탕 모형", "base model"): report.base,
        Both("잰 시간 (초)", "seconds of measuring"): round(report.before.seconds + report.after.seconds, 1),
    }
    return render_page(
        "training.html.j2",
        {chart.name: chart.figure for chart in charts},
        title=Both("무엇을 배우고 무엇을 잊었나", "What was learned, and what was forgotten"),
        name=f"{report.name} · {report.base}",
        verdict=_verdict(report.gate),
        gates=None,
        intervals=intervals(report.gate.checks),
        charts=charts,
        measures=_measures(report),
        about=ABOUT,
        notes=list(_notes(report.after)),
        samples=[
            made
            for old, new in zip(report.before.sets, report.after.sets, strict=True)
            if (made := _samples(old, new)).samples
        ],
        red_team=None if report.red_team is None else red_team_part(*report.red_team),
        judges=[] if report.red_team is None else judges_told(report.red_team[0]),
        facts=facts,
    )


def _verdict(gate: Gate) -> Verdict:
    reasons = [said_of(check) for check in gate.checks if check.verdict == "lost"]
    notes = notes_of(gate)
    if not gate.passed:
        title = Both(
            "통과하지 못함: 허용한 것보다 많이 잊었습니다", "Failed: more was forgotten than is allowed"
        )
    elif notes:
        title = Both("통과, 다만 확인하지 못한 것이 있습니다", "Passed, but not everything could be told")
    else:
        title = Both(
            "통과: 허용한 것보다 많이 잊지 않았습니다", "Passed: no more was forgotten than is allowed"
        )
    return Verdict(gate.passed, title, reasons, notes)


def _charts(before: Measured, after: Measured, gate: Gate) -> Iterator[Chart]:
    limits = {check.name: check.limit for check in gate.checks}
    for place, new in enumerate(after.of_kind("general")):
        old = before.named(new.name)
        if old is not None and any(one.tokens for one in new.rows):
            yield loss_chart(f"loss-{place}", set_name(new), old, new, limits.get(new.name, 0.0))


def _measures(report: EvaluationReport) -> Table:
    """Every figure of every set before and after; sets in the order in which they were measured."""
    columns = [
        Column(SET),
        Column(Both("지표", "measure")),
        Column(BEFORE, number=True),
        Column(AFTER, number=True),
        Column(Both("차이 (95 % 구간)", "difference (95 % interval)"), number=True),
        Column(ROWS, number=True),
    ]
    rows: list[Sequence[Cell]] = [
        [set_name(one), MEASURES[measure], *figures(measure, found), found.rows]
        for one in report.after.sets
        for measure, found in report.changes[one.name].items()
    ]
    return Table(columns, rows)


def figures(measure: Measure, found: Difference) -> list[Cell]:
    """Write before, after and the difference with its interval; ``▲`` is better and ``▼`` worse for sure.

    ``=`` is for sets of which no row changed: their interval is what so few rows cannot rule out.
    """
    nats = measure == "nll"
    better = found.change < 0 if nats else found.change > 0
    mark = ("▲ " if better else "▼ ") if found.is_real else "= " if found.same else ""
    ends = f"{number(found.low, nats=nats, sign=True)} … {number(found.high, nats=nats, sign=True)}"
    return [
        number(found.before, nats=nats),
        number(found.after, nats=nats),
        f"{mark}{number(found.change, nats=nats, sign=True)} ({ends})",
    ]


def _notes(measured: Measured) -> Iterator[Both]:
    for one in measured.sets:
        guess, commonest = (100 * share for share in chance(row.row for row in one.rows))
        name = set_name(one)
        if guess and one.rows[0].given is not None:
            yield Both(
                f"{name.ko}: 아무 이름표나 고르면 정확 일치 {guess:.1f}, "
                f"가장 흔한 것만 답하면 {commonest:.1f}입니다.",
                f"{name.en}: a guess scores {guess:.1f} in exact match, always the commonest label "
                f"{commonest:.1f}.",
            )
        if one.left_out:
            yield Both(
                f"{name.ko}: 모형의 문맥보다 길어 뺀 행이 {one.left_out:,}개입니다.",
                f"{name.en}: {one.left_out:,} rows were left out, which are longer than the model's context.",
            )
        for note in one.notes:
            yield Both(f"{name.ko}: {note}", f"{name.en}: {note}")


def _samples(before: MeasuredSet, after: MeasuredSet) -> Samples:
    both = [
        (old, new)
        for old, new in zip(before.rows, after.rows, strict=True)
        if old.given is not None and new.given is not None
    ]
    if after.kind == "red_team":
        both = []  # shown with their verdicts
    # What got worse first, then what changed at all.
    ranked = sorted(both, key=lambda pair: (_gain(*pair), pair[0].given == pair[1].given))
    half = MAX_SAMPLES // 2
    chosen = ranked if len(ranked) <= MAX_SAMPLES else [*ranked[:half], *ranked[: -half - 1 : -1]]
    return Samples(set_name(after), [_pair(*pair) for pair in chosen], len(both) - len(chosen))


def _gain(before: MeasuredRow, after: MeasuredRow) -> float:
    return (after.reported or 0.0) - (before.reported or 0.0)


def _pair(before: MeasuredRow, after: MeasuredRow) -> Sample:
    score = f"{100 * (before.reported or 0):.0f} → {100 * (after.reported or 0):.0f}"
    expected = " / ".join(before.row.references)
    return Sample(
        shown(before.row.question),
        before_and_after(before.given or "", after.given or ""),
        Both(f"정답: {expected} · 점수 {score}", f"expected: {expected} · score {score}"),
    )
