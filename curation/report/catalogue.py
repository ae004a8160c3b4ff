"""The catalogue of corpora as a page: the field's history, who may use what, and every card."""

from collections.abc import Iterable, Sequence

from curation.report import palette
from curation.report.charts import Chart, Column, Label, Rows, Series, Table
from curation.report.html import render_page
from curation.report.words import Both
from datacards.catalogue import CatalogueCard
from datacards.history import CrossTable, history, listed

_NAMES = {
    "Benchmark studies": "벤치마크",
    "Parsing and tagging": "구문·형태 분석",
    "Entailment, sentence similarity, and paraphrase": "함의·유사도·바꿔 쓰기",
    "Intention understanding and sentiment analysis": "의도·감성",
    "Offensive language detection, fairness and bias": "공격적 언어·공정성",
    "QA and dialogue": "질의응답·대화",
    "Summarization, Translation, and Transliteration": "요약·번역·음차",
    "Korean in multilingual corpora": "다국어 말뭉치 속 한국어",
    "Speech corpora": "음성",
    "Other topics": "그 밖의 주제",
    "Raw text": "원시 말뭉치",
    "Instructions": "지시문",
    "Table to text": "표에서 글로",
    "Parsing and parallel corpora": "구문 분석·병렬 말뭉치",
    "Hate speech and other topics": "혐오 표현·그 밖의 주제",
    "Evaluation sets": "평가 자료",
    "The rest": "나머지",
    "2015-2019": "2015–2019년",
    "2020-2023": "2020–2023년",
    "2024-": "2024년부터",
    "Academia": "학계",
    "Industry": "산업계",
    "Competition": "대회",
    "Government": "정부",
    "Community": "공동체",
    "open": "누구나",
    "sign-in": "로그인",
    "application": "신청",
    "allowed": "허용",
    "forbidden": "금지",
    "unknown": "알 수 없음",
}
_CARDS = Both("말뭉치 수", "corpora")
_CHARTS: dict[str, tuple[Both, Both, Label]] = {
    "groups": (
        Both("해마다 나온 말뭉치", "Corpora by year"),
        Both("연도", "year"),
        Both(
            "2020년 이전에는 구문 분석과 병렬 말뭉치, 그 뒤로는 혐오 표현, 그 밖의 주제, 평가 자료입니다.",
            "Parsing and parallel corpora before 2020; then hate speech, other topics and evaluation sets.",
        ),
    ),
    "types": (Both("시기별 과제 유형", "Task types by era"), Both("과제 유형", "task type"), ""),
    "licences": (
        Both("해마다 사용 조건: 상업적 이용", "Licence by year: commercial use"),
        Both("연도", "year"),
        "",
    ),
    "providers": (Both("쓰임과 만든 곳", "Use and provider"), Both("과제 유형", "task type"), ""),
    "access": (
        Both("쓰임과 얻는 길 (모든 카드)", "Use and access (all cards)"),
        Both("과제 유형", "task type"),
        "",
    ),
}


def render_catalogue(cards: Sequence[CatalogueCard]) -> str:
    """Render the page; equal cards give equal pages, byte for byte."""
    charts = [_chart(name, table) for name, table in history(cards).items()]
    figures = {chart.name: chart.figure for chart in charts}
    return render_page(
        "catalogue.html.j2", figures, charts=charts, cards=cards, listed=len(listed(cards)), word=_word
    )


def _chart(name: str, table: CrossTable) -> Chart:
    title, first, note = _CHARTS[name]
    totals = [sum(counts) for counts in table.counts]
    labels = [_word(row) for row in table.rows]
    colours = palette.BANDS if name == "types" else palette.SERIES
    series = [
        Series(
            _word(column),
            colour,
            values,
            [_hover(label, column, value) for label, value in zip(labels, values, strict=True)],
        )
        for column, colour, values in zip(table.columns, colours, _columns(table), strict=False)
    ]
    columns = [Column(first), *(Column(_word(column), number=True) for column in table.columns)]
    rows = [[label, *counts] for label, counts in zip(labels, table.counts, strict=True)]
    figure = Rows(labels, [str(total) for total in totals], series, _CARDS)
    return Chart(name, title, figure, Table(columns, rows), note)


def _hover(label: Label, column: str, value: int) -> Both:
    row = label if isinstance(label, Both) else Both(label, label)
    return Both(f"{row.ko}: {_NAMES.get(column, column)} {value}", f"{row.en}: {column} {value}")


def _columns(table: CrossTable) -> Iterable[list[int]]:
    return (list(column) for column in zip(*table.counts, strict=True))


def _word(english: str) -> Both | str:
    """Say a value in both languages; years and names stay as they are."""
    return Both(_NAMES[english], english) if english in _NAMES else english
