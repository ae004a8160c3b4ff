"""The measurement as a page of one file: categories, published figures with the caveat, and answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from curation.bootstrap import Difference
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
)
from curation.report.html import render_page
from curation.report.texts import shown
from curation.report.words import Both
from curation.superni.baselines import Baseline
from curation.superni.metrics import Metric
from prompting.superni.faults import AnswerFault
from prompting.superni.published import PUBLISHED, SOURCE
from prompting.superni.report import BASELINES, Figure, Row, SuperniReport

# More than anybody reads; the whole is in the measurement that --out keeps.
_WORST: Final = 100
_TITLE: Final = Both("처음 보는 과제를 얼마나 푸는가", "How well are unseen tasks solved?")
_ALL: Final = Both("전체", "all")
_CATEGORY: Final = Both("갈래", "category")
_INSTANCES: Final = Both("문제 수", "instances")
_SCORE: Final = Both("점수 (0–100)", "score (0–100)")
_METRICS: Final[dict[Metric, Both]] = {
    "exact_match": Both("정확 일치", "exact match"),
    "rouge_l": Both("ROUGE-L", "ROUGE-L"),
}
_COPIES: Final[dict[Baseline, Both]] = {
    "copy-input": Both("입력 베끼기", "copy-input"),
    "copy-demo": Both("예시 답 베끼기", "copy-demo"),
}
FAULTS: Final[dict[AnswerFault, Both]] = {
    "failed": Both("모형이 답하지 못함", "the model failed"),
    "empty": Both("빈 답", "empty"),
    "garbled": Both("글이 아닌 답", "garbled"),
    "looping": Both("되풀이하는 답", "looping"),
    "refusal": Both("거절", "refusal"),
    "copy": Both("입력을 그대로 답함", "copies the input"),
    "language": Both("다른 언어로 답함", "in another language"),
}


@dataclass(frozen=True, slots=True)
class Case:
    """An answer as the page's template shows it."""

    query: Markup
    about: Sequence[Both | str]
    facts: Sequence[tuple[Both, Markup | Both]]
    answer: Markup | None
    faults: Sequence[Markup] = ()


def render_superni(report: SuperniReport) -> str:
    """Render a measurement; equal reports give equal pages, byte for byte."""
    charts = [_by_category(report), _published(report)]
    if report.faults:
        charts.append(_faults(report))
    return render_page(
        "evaluation.html.j2",
        {chart.name: chart.figure for chart in charts},
        title=_TITLE,
        name=f"{report.model} · Super-NaturalInstructions · {report.protocol.track}",
        notes=list(_notes(report)),
        measures=_measures(report),
        charts=charts,
        cases=[_case(row) for row in report.worst()[:_WORST] if row.fault or row.reported < 1],
        worst_note=Both(
            f"답이 아닌 것부터, 그다음 점수가 낮은 것부터 {_WORST}개까지.",
            f"What is no answer first, then the lowest scores, at most {_WORST}.",
        ),
    )


def _notes(report: SuperniReport) -> Iterator[Both]:
    yield Both(
        "과제마다 앞의 100개 안에서, 정의와 옳은 예시 두 개를 보이고 128토큰까지 그리디로 답하게 했습니다. "
        f"ROUGE-L이 비교하는 토큰: {report.protocol.tokens}. 구간은 이 문제들에 대한 95 % 부트스트랩이며, "
        "재지 않은 과제에 대해서는 말해 주지 않습니다.",
        "Of the first 100 instances of each task, with the definition and two positive examples, answered "
        f"greedily within 128 tokens. Tokens of ROUGE-L: {report.protocol.tokens}. Intervals are 95 % "
        "bootstraps over these instances and say nothing of tasks that were not measured.",
    )
    if report.differences:
        yield Both(
            "아래 발표된 수치와 곧바로 견줄 수 없습니다. " + " ".join(one.ko for one in report.differences),
            "Not to be held directly against the published figures below. "
            + " ".join(one.en for one in report.differences),
        )


def _measures(report: SuperniReport) -> Table:
    columns = [Column(Both("갈래 · 지표", "category · measure")), Column(_INSTANCES, number=True)]
    columns += [Column(Both("점수 (95 % 구간)", "score (95 % interval)"), number=True)]
    columns += [Column(_COPIES[name], number=True) for name in BASELINES]
    columns += [
        Column(Both("예시 답 베끼기보다", "more than copy-demo"), number=True),
        Column(Both("답이 아닌 것", "no answers"), number=True),
    ]
    rows = [_row(_ALL, report.overall)]
    rows += [_row(name, one) for name, one in report.categories.items()]
    return Table(columns, rows)


def _row(name: Label, figure: Figure) -> Sequence[Cell]:
    gain = figure.copied["copy-demo"]
    mark = ("▲ " if gain.change > 0 else "▼ ") if gain.is_real else ""
    return [
        _measured(name, figure),
        figure.instances,
        f"{figure.ours.after:.2f} ({_ends(figure.ours)})",
        *(f"{figure.copied[baseline].before:.2f}" for baseline in BASELINES),
        f"{mark}{gain.change:+.2f} ({_ends(gain)})",
        figure.faults,
    ]


def _measured(name: Label, figure: Figure) -> Both:
    metric = _METRICS[figure.metric]
    ko, en = (name.ko, name.en) if isinstance(name, Both) else (name, name)
    return Both(f"{ko} · {metric.ko}", f"{en} · {metric.en}")


def _ends(found: Difference) -> str:
    return f"{found.low:.1f} … {found.high:.1f}"


def _by_category(report: SuperniReport) -> Chart:
    """Draw three bars for each category: the model's under its name, then those of the baselines."""
    figures: list[tuple[Label, Figure]] = [(_ALL, report.overall), *report.categories.items()]
    systems: list[tuple[Label, str]] = [(report.model, "series1")]
    systems += [(_COPIES[name], f"series{at}") for at, name in enumerate(BASELINES, 2)]
    labels: list[Label] = []
    values: list[float] = []
    for name, figure in figures:
        labels += [_measured(name, figure), *(_COPIES[one] for one in BASELINES)]
        values += [figure.ours.after, *(figure.copied[one].before for one in BASELINES)]
    notes = [f"{value:.1f}" for value in values]
    series = [
        Series(
            name,
            colour,
            # Bars of the others stand in rows of their own.
            [value if at % len(systems) == place else 0.0 for at, value in enumerate(values)],
            hovers(labels, notes),
        )
        for place, (name, colour) in enumerate(systems)
    ]
    rows: list[Sequence[Cell]] = [[label, note] for label, note in zip(labels, notes, strict=True)]
    return Chart(
        "categories",
        Both("갈래별 점수", "Scores by category"),
        Rows(labels, notes, series, _SCORE),
        Table([Column(_CATEGORY), Column(_SCORE, number=True)], rows),
    )


def _published(report: SuperniReport) -> Chart:
    track = report.protocol.track
    systems = [(one.system, figure) for one in PUBLISHED if (figure := one.of(track)) is not None]
    mark = " *" if report.differences else ""
    labels: list[Label] = [f"{report.model}{mark}", *(name for name, _ in systems)]
    values = [report.overall.ours.after, *(figure for _, figure in systems)]
    notes = [f"{value:.2f}" for value in values]
    ours = [values[0], *(0.0 for _ in systems)]
    theirs = [0.0, *values[1:]]
    caveat = (
        Both(
            "* 다른 조건에서 잰 값이라 이 순서로 우열을 말할 수 없습니다. "
            + " ".join(one.ko for one in report.differences),
            "* Measured under other conditions: this order does not say which is better. "
            + " ".join(one.en for one in report.differences),
        )
        if report.differences
        else Both("", "")
    )
    about = Both(
        f"{track} 트랙의 평가 과제 전체에 대한 ROUGE-L. 출처: {SOURCE} 의 README. {caveat.ko}",
        f"ROUGE-L over all test tasks of the track {track}. Source: README of {SOURCE}. {caveat.en}",
    )
    return Chart(
        "published",
        Both("발표된 수치", "Published figures"),
        Rows(
            labels,
            notes,
            [
                Series(Both("이번 측정", "this measurement"), "series1", ours, hovers(labels, notes)),
                Series(Both("발표된 값", "published"), "series5", theirs, hovers(labels, notes)),
            ],
            Both("ROUGE-L", "ROUGE-L"),
        ),
        Table(
            [Column(Both("모형", "system")), Column(Both("ROUGE-L", "ROUGE-L"), number=True)],
            [[label, note] for label, note in zip(labels, notes, strict=True)],
        ),
        about,
    )


def _faults(report: SuperniReport) -> Chart:
    counts = report.faults
    bars = [Bar(called, counts[name]) for name, called in FAULTS.items() if counts[name]]
    return bars_of_counts(
        "faults",
        Both("답이 아닌 것", "What is no answer"),
        Both("까닭", "fault"),
        bars,
        measure=_INSTANCES,
        whole=len(report.rows),
        may_log=False,
    )


def _case(row: Row) -> Case:
    about: list[Both | str] = [FAULTS[row.fault]] if row.fault else []
    score = f"{100 * row.reported:.0f}"
    return Case(
        query=shown(row.asked.instance.input),
        about=[
            *about,
            f"{row.asked.task.name} · {row.asked.instance.item}",
            Both(f"점수 {score}", f"score {score}"),
        ],
        facts=[(Both("정답", "references"), shown(" / ".join(row.asked.instance.outputs)))],
        answer=shown(row.answer) if row.answer.strip() else None,
        faults=[shown(row.error)] if row.error else [],
    )
