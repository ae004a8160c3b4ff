"""A measurement as a page of one file: the measures, where answers stood, and the worst questions."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from curation.report.charts import Bar, Cell, Chart, Column, Table, bars_of_counts
from curation.report.html import render_page
from curation.report.texts import shown
from curation.report.words import Both
from rag.evaluation.retrieval import MEASURES, FoundFor, RetrievalReport

# More than anybody reads; the whole is in the measurement that --out keeps.
_WORST: Final = 100
_FOUND: Final = 5
_TITLE: Final = Both("검색이 답을 찾는가", "Does the search find what answers?")
_QUESTIONS: Final = Both("질문 수", "questions")


@dataclass(frozen=True, slots=True)
class Case:
    """A question that went wrong, as the page shows it: what is wrong, and what it should have been."""

    query: Markup
    about: Sequence[Both | str]
    facts: Sequence[tuple[Both, Markup | Both]]
    answer: Markup | None = None
    faults: Sequence[Markup] = ()


def render_retrieval(report: RetrievalReport, name: str) -> str:
    """Render a measurement of the index ``name``; equal reports give equal pages, byte for byte."""
    charts = [_ranks(report.questions)]
    worst = [found for found in report.worst() if found.measures["ndcg@10"] < 1]
    notes = [] if report.dense else [Both("낱말로만 찾았습니다.", "By words alone: vectors took no part.")]
    return render_page(
        "evaluation.html.j2",
        {chart.name: chart.figure for chart in charts},
        title=_TITLE,
        name=name,
        notes=notes + unchecked_notes(report.unchecked) + _unknown(report),
        measures=_measures(report),
        charts=charts,
        cases=[_case(found) for found in worst[:_WORST]],
        worst_note=Both(
            f"nDCG@10이 낮은 것부터 {_WORST}개까지. 찾은 문서는 앞의 {_FOUND}개만 보입니다.",
            f"The lowest nDCG@10 first, at most {_WORST}; of what was found, the first {_FOUND}.",
        ),
    )


def unchecked_notes(unchecked: int) -> list[Both]:
    """What a page says of questions that are drafts."""
    if not unchecked:
        return []
    return [
        Both(
            f"질문 {unchecked:,}개는 아직 아무도 확인하지 않은 초안입니다.",
            f"{unchecked:,} questions are drafts that nobody checked.",
        )
    ]


def _unknown(report: RetrievalReport) -> list[Both]:
    if not report.unknown:
        return []
    return [
        Both(
            f"정답으로 적힌 문서 {report.unknown:,}개가 색인에 없습니다. 어떤 검색도 찾을 수 없습니다.",
            f"{report.unknown:,} relevant ids are not in the index: no search can find them.",
        )
    ]


def _measures(report: RetrievalReport) -> Table:
    rows: list[Sequence[Cell]] = [[name, f"{report.measure(name):.3f}"] for name in MEASURES]
    rows += [
        [_QUESTIONS, len(report.questions)],
        [Both("찾는 시간, 가운데값 (ms)", "time of a search, median (ms)"), f"{report.latency(0.5):.0f}"],
        [
            Both("찾는 시간, 99번째 백분위 (ms)", "time of a search, 99th percentile (ms)"),
            f"{report.latency(0.99):.0f}",
        ],
    ]
    return Table([Column(Both("지표", "measure")), Column(Both("값", "value"), number=True)], rows)


def _ranks(questions: Sequence[FoundFor]) -> Chart:
    """How many questions found a right answer at which place."""
    counts = Counter(found.place for found in questions)
    bars = [Bar(Both(f"{rank}위", f"place {rank}"), counts[rank]) for rank in range(1, 11)]
    bars.append(Bar(Both("10위 밖", "beyond"), counts[0]))
    return bars_of_counts(
        "ranks",
        Both("처음 맞은 문서의 자리", "Place of the first right answer"),
        Both("자리", "place"),
        bars,
        measure=_QUESTIONS,
        whole=len(questions),
        may_log=False,
    )


def _case(found: FoundFor) -> Case:
    place, first = found.place, ", ".join(found.ranking[:_FOUND])
    where = Both(f"{place}위", f"place {place}") if place else Both("10위 밖", "beyond place 10")
    facts = [
        (Both("정답 문서", "relevant"), shown(", ".join(found.relevant))),
        (Both("찾은 것", "found"), shown(first) if first else Both("없음", "nothing")),
    ]
    return Case(shown(found.query), [where, f"nDCG@10 {found.measures['ndcg@10']:.3f}"], facts)
