"""A measurement of answers as a page of one file: the measures, what went wrong, and where."""

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from curation.report.charts import Bar, Cell, Chart, Column, Table, bars_of_counts
from curation.report.html import render_page
from curation.report.texts import shown
from curation.report.words import Both
from rag.evaluation.answers import MEASURES, AnsweredFor, AnswersReport, Wrong
from rag.evaluation.page import Case, unchecked_notes

# More than anybody reads; the whole is in the measurement that --out keeps.
_WORST: Final = 100
_TITLE: Final = Both("답이 근거에 서 있는가", "Do the answers rest on their sources?")
_QUESTIONS: Final = Both("질문 수", "questions")
_NONE: Final = Both("없음", "none")
_WRONGS: Final[dict[Wrong, Both]] = {
    "false_answer": Both("답이 없는데 답함", "answered what no source answers"),
    "ungrounded": Both("근거에 없는 문장", "a sentence that is not in its sources"),
    "false_refusal": Both("답이 있는데 답하지 않음", "refused what a source answers"),
    "other_answer": Both("정답이 들어 있지 않음", "the right answer is not in it"),
    "wrong_citation": Both("다른 문서를 인용함", "cites other documents"),
}
_MEASURES: Final = {
    "grounded": Both("근거에 있는 문장의 비율", "share of sentences that stand in their sources"),
    "citation_precision": Both("인용 가운데 정답 문서의 비율", "share of citations that are relevant"),
    "citation_recall": Both("정답 문서 가운데 인용된 비율", "share of relevant ids that are cited"),
    "refusal_accuracy": Both(
        "답할 때 답하고 답하지 않을 때 답하지 않은 비율", "share answered or refused as they should be"
    ),
    "exact_match": Both("정답과 똑같은 비율", "share equal to the gold answer"),
    "f1": Both("정답과 겹치는 글자의 비율", "share of characters in common with the gold answer"),
    "contains": Both("정답이 든 비율", "share that holds the gold answer"),
}


def render_answers(report: AnswersReport, name: str, model: str) -> str:
    """Render a measurement of the index ``name``; equal reports give equal pages, byte for byte."""
    charts = [_wrongs(report)]
    return render_page(
        "evaluation.html.j2",
        {chart.name: chart.figure for chart in charts},
        title=_TITLE,
        name=f"{name} · {model}",
        notes=_notes(report),
        measures=_measures(report),
        charts=charts,
        cases=[_case(one) for one in report.worst()[:_WORST]],
        worst_note=Both(f"잘못이 큰 것부터 {_WORST}개까지.", f"The gravest fault first, at most {_WORST}."),
    )


def _notes(report: AnswersReport) -> list[Both]:
    notes = unchecked_notes(report.unchecked)
    if report.failed:
        notes.append(
            Both(
                f"질문 {report.failed:,}개에서 모델이 멈추었습니다. 멈춘 그대로 셉니다.",
                f"The model failed at {report.failed:,} questions: they count as they ended.",
            )
        )
    return notes


def _measures(report: AnswersReport) -> Table:
    rows: list[Sequence[Cell]] = []
    for name in MEASURES:
        value = report.measure(name)
        called = _MEASURES[name]
        title = Both(f"{called.ko} ({name})", f"{called.en} ({name})")
        rows.append([title, "–" if value is None else f"{value:.3f}", report.count(name)])
    every = len(report.questions)
    for title, percentile in (
        (Both("첫 문장까지 (ms)", "to the first sentence (ms)"), report.first_token),
        (Both("답 전체 (ms)", "the whole answer (ms)"), report.total),
    ):
        for called, share in (
            (Both("가운데값", "median"), 0.5),
            (Both("99번째 백분위", "99th percentile"), 0.99),
        ):
            rows.append(
                [
                    Both(f"{title.ko}, {called.ko}", f"{title.en}, {called.en}"),
                    f"{percentile(share):.0f}",
                    every,
                ]
            )
    columns = [Column(Both("지표", "measure")), Column(Both("값", "value"), number=True)]
    return Table([*columns, Column(_QUESTIONS, number=True)], rows)


def _wrongs(report: AnswersReport) -> Chart:
    bars = [Bar(called, report.wrong(what)) for what, called in _WRONGS.items()]
    bars.append(Bar(Both("잘못 없음", "nothing wrong"), sum(not one.wrongs for one in report.questions)))
    return bars_of_counts(
        "wrongs",
        Both("무엇이 잘못되었나", "What went wrong"),
        Both("잘못", "fault"),
        bars,
        measure=_QUESTIONS,
        whole=len(report.questions),
        may_log=False,
    )


def _case(one: AnsweredFor) -> Case:
    relevant: Markup | Both = _listed(one.relevant) or _NONE
    if not one.answerable:
        relevant = Both("없음. 답하지 않아야 합니다", "none: it should be refused")
    facts: list[tuple[Both, Markup | Both]] = [(Both("정답 문서", "relevant"), relevant)]
    if not one.refused:
        facts.append((Both("인용한 문서", "cited"), _listed(one.cited) or _NONE))
    if one.gold:
        facts.append((Both("정답", "gold answer"), shown(one.gold)))
    return Case(
        query=shown(one.query),
        about=[_WRONGS[what] for what in one.wrongs],
        answer=shown(one.answer),
        faults=[shown(fault) for fault in one.faults],
        facts=facts,
    )


def _listed(ids: Sequence[str]) -> Markup:
    return shown(", ".join(dict.fromkeys(ids)))
