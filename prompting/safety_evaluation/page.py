"""A safety evaluation as a page of one file: the rates first, then who judged, and how alike."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from curation.bootstrap import Interval
from curation.report.charts import Cell, Column, Table
from curation.report.html import render_page
from curation.report.samples import MAX_SAMPLES, Sample, before_and_after
from curation.report.texts import shown
from curation.report.words import Both, rule_name
from prompting.red_team.page import KINDS
from prompting.red_team.rates import EVERYTHING
from prompting.safety_evaluation.accuracy import Accuracy
from prompting.safety_evaluation.judging import Judge, mark_of
from prompting.safety_evaluation.raters import Agreement, Kappa
from prompting.safety_evaluation.rates import Answer, Rates
from prompting.safety_evaluation.report import SafetyReport

NONE: Final = "–"
_TITLE: Final = Both("한국어 안전성 평가", "Korean safety evaluation")
_ABOUT: Final = Both(
    "괄호는 95 % 구간(부트스트랩)입니다. 거절과 깨진 답은 규칙으로 가리고, 나머지는 믿을 만한 판정자가 "
    "판정합니다. 사람이 판정한 답은 사람을 따르고, 아니면 한 판정자라도 해롭다고 하면 해로운 것입니다. "
    "아무도 판정하지 못한 답은 해롭지 않은 것으로 세지 않습니다.",
    "Brackets hold 95 % intervals (bootstrap). Rules tell refusals and broken answers; the others are judged "
    "by judges that can be believed. Where people labelled an answer they decide; else harm that one judge "
    "sees is harm. An answer on which there is no verdict does not count as harmless.",
)
_RATES: Final = {
    "harmful": Both("해로운 답", "harmful"),
    "refused": Both("거절", "refused"),
    "over_refused": Both("과잉 거절", "over-refused"),
    "broken": Both("깨진 답", "broken"),
}
_COLOURS: Final = {"harmful": "dropped", "refused": "kept", "over_refused": "bad", "broken": "bad"}
_PARTS: Final = {
    "corpus": Both("말뭉치", "corpus"),
    "category": Both("갈래", "category"),
    "group": Both("대상 집단", "target group"),
}
# What `expect`, the questions and the corpora of Korean social groups call a group.
_GROUPS: Final = {
    "gender": Both("성별", "gender"),
    "sexuality": Both("성적지향", "sexuality"),
    "origin": Both("출신 국가", "origin"),
    "region": Both("지역", "region"),
    "age": Both("나이", "age"),
    "religion": Both("종교", "religion"),
    "disability": Both("장애", "disability"),
    "occupation": Both("직업", "occupation"),
}
_FACTS: Final = {
    "probes": Both("물음의 파일", "file of questions"),
    "probes_sha256": Both("그 SHA-256", "its SHA-256"),
    "resamples": Both("부트스트랩 추출 횟수", "draws of the bootstrap"),
    "seed": Both("시드", "seed"),
}
_VERDICTS: Final = {
    "harmful": Both("해로움", "harmful"),
    "harmless": Both("해롭지 않음", "harmless"),
    "uncertain": Both("갈림", "uncertain"),
    "unparsed": Both("읽을 수 없음", "unparsed"),
    "silent": Both("판정 안 함", "silent"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A share on a line from 0 to 100: its places in percent, where it is known."""

    name: Both
    said: str
    known: bool
    low: float = 0.0
    at: float = 0.0
    high: float = 0.0


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure of the headline."""

    name: Both
    value: str
    interval: str
    colour: str


def render_safety(report: SafetyReport) -> str:
    """Render the page; equal reports give equal pages, byte for byte."""
    by_group = [("group", report.by_group)] if report.by_group else []
    ranked = sorted((one for one in report.answers if _is_told(one)), key=lambda one: not one.harmful)
    return render_page(
        "safety_evaluation.html.j2",
        {},
        title=_TITLE,
        name=report.model if report.guard == "off" else f"{report.model} · guard: {report.guard}",
        about=_ABOUT,
        notes=report.notes,
        tiles=[_tile(name, report.whole) for name in _RATES],
        parts=[
            {
                "title": _PARTS[by],
                "bars": [_bar(one) for one in rates if one.asked],
                "table": _rates_table(_PARTS[by], [*rates, report.whole]),
            }
            for by, rates in [("category", report.by_category), *by_group]
        ],
        judges=[_told(judge) for judge in report.judges],
        accuracy=[
            {"title": title, "table": _accuracy_table(title, by, report)}
            for by, title in _PARTS.items()
            if any(found[by] for found in report.accuracy.values())
        ],
        agreement=[
            {"title": title, "table": _agreement_table(found)}
            for title, found in (
                (Both("모형의 답", "Answers of the model"), report.on_answers),
                (Both("답을 아는 글", "Labelled texts"), report.on_texts),
            )
            if found is not None
        ],
        samples=[_sample(one) for one in ranked[:MAX_SAMPLES]],
        unshown=len(ranked) - MAX_SAMPLES,
        facts={_FACTS.get(name, name): value for name, value in report.facts.items()},
    )


def percent(found: Interval | None) -> str:
    """Write a share in percent."""
    return NONE if found is None else f"{100 * found.value:.0f} %"


def ends(found: Interval | None) -> str:
    """Write its interval; empty without one."""
    return "" if found is None else f"({100 * found.low:.0f} … {100 * found.high:.0f})"


def part_name(part: str) -> Both:
    """Say what a category, a group or everything is called."""
    return (KINDS | _GROUPS | {EVERYTHING: Both("모두", "all")}).get(part) or rule_name(part)


def _with_ends(found: Interval | None) -> str:
    return NONE if found is None else f"{percent(found)} {ends(found)}"


def _tile(name: str, rates: Rates) -> Tile:
    found: Interval | None = getattr(rates, name)
    return Tile(_RATES[name], percent(found), ends(found), _COLOURS[name])


def _bar(rates: Rates) -> Bar:
    found, name = rates.harmful, part_name(rates.part)
    counted = f"{rates.decided}/{rates.asked}"
    if found is None:
        return Bar(name, f"{NONE} · {counted}", known=False)
    low, at, high = (round(100 * place, 2) for place in (found.low, found.value, found.high))
    return Bar(name, f"{_with_ends(found)} · {counted}", True, low, at, high)


def _rates_table(title: Both, every: Sequence[Rates]) -> Table:
    columns = [Column(title), Column(Both("물음", "questions"), number=True)]
    columns.append(Column(Both("판정/해로운 물음", "decided/harmful questions"), number=True))
    columns += [Column(name, number=True) for name in _RATES.values()]
    rows: list[Sequence[Cell]] = [
        [
            part_name(one.part),
            one.asked + one.benign,
            f"{one.decided}/{one.asked}",
            *(_with_ends(getattr(one, name)) for name in _RATES),
        ]
        for one in every
    ]
    return Table(columns, rows)


def _told(judge: Judge) -> Both:
    """Say who judges, and whether what it says of answers counts."""
    if judge.kind == "human":
        return Both(f"{judge.name}: 사람", f"{judge.name}: a person")
    if judge.kind == "classifier":
        return Both(
            f"{judge.name}: 안전성 분류기. 혐오와 모욕만 압니다.",
            f"{judge.name}: the safety classifier, which knows hate and abuse alone.",
        )
    if judge.calibration is None:
        return Both(
            f"{judge.name}: 보기에 다 답하지 않아 믿을 만한지 알 수 없고, 답의 판정에 쓰지 않았습니다.",
            f"{judge.name}: did not reply on all labelled answers, so its verdicts do not count.",
        )
    right, shown_ = f"{100 * judge.calibration.right:.0f} %", judge.calibration.judged
    if judge.trusted:
        return Both(
            f"{judge.name}: 보기 {shown_}개의 {right}를 맞혀, 답의 판정에 썼습니다.",
            f"{judge.name}: {right} right on {shown_} labelled answers, so its verdicts count.",
        )
    why = "; ".join(judge.calibration.reasons)
    return Both(
        f"{judge.name}: 보기 {shown_}개의 {right}만 맞혀, 답의 판정에 쓰지 않았습니다 ({why}).",
        f"{judge.name}: {right} right on {shown_} labelled answers, so its verdicts do not count ({why}).",
    )


def _accuracy_table(title: Both, by: str, report: SafetyReport) -> Table:
    parts: list[tuple[Both, Callable[[Accuracy], Cell]]] = [
        (Both("해로운 글/글", "harmful/texts"), lambda one: f"{one.harmful}/{one.texts}"),
        (Both("정밀도", "precision"), lambda one: _with_ends(one.precision)),
        (Both("재현율", "recall"), lambda one: _with_ends(one.recall)),
        (Both("과잉 거절", "over-refusal"), lambda one: _with_ends(one.over_refusal)),
        (Both("미결정", "undecided"), lambda one: one.undecided),
        (Both("판정 안 함", "silent"), lambda one: one.silent),
    ]
    columns = [Column(Both("판정자", "judge")), Column(title)]
    columns += [Column(name, number=True) for name, _ in parts]
    rows: list[Sequence[Cell]] = [
        [name, part_name(one.part), *(of(one) for _, of in parts)]
        for name, found in report.accuracy.items()
        for one in found[by]
    ]
    return Table(columns, rows)


def _agreement_table(found: Agreement) -> Table:
    columns = [
        Column(Both("계수", "coefficient")),
        Column(Both("판정자", "raters")),
        Column(Both("글", "texts"), number=True),
        Column(Both("값 (95 % 구간)", "value (95 % interval)"), number=True),
    ]

    def row(name: Both, one: Kappa) -> list[Cell]:
        return [name, ", ".join(one.raters), one.units, kappa(one.value)]

    fleiss, alpha = Both("플라이스 κ", "Fleiss’ κ"), Both("크리펜도르프 α", "Krippendorff’s α")
    rows: list[Sequence[Cell]] = [row(Both("코헨 κ", "Cohen’s κ"), pair) for pair in found.pairs]
    return Table(columns, [*rows, row(fleiss, found.fleiss), row(alpha, found.alpha)])


def kappa(found: Interval | None) -> str:
    """Write a coefficient with its interval."""
    return NONE if found is None else f"{found.value:.2f} ({found.low:.2f} … {found.high:.2f})"


def _is_told(answer: Answer) -> bool:
    """Whether a person should read it: harmful, or judges disagree."""
    marks = {mark_of(said) for said in answer.said.values()}
    return bool(answer.harmful) or {True, False} <= marks


def _sample(answer: Answer) -> Sample:
    probe = answer.question.probe
    verdicts: Iterable[tuple[str, Both]] = [(name, _VERDICTS[said]) for name, said in answer.said.items()]
    kind = KINDS[probe.category]
    note = Both(
        " · ".join([kind.ko, *(f"{name}: {said.ko}" for name, said in verdicts)]),
        " · ".join([kind.en, *(f"{name}: {said.en}" for name, said in verdicts)]),
    )
    sides: list[Any] = [(Both("답", "answer"), shown(answer.text))]
    if answer.before is not None:
        sides = before_and_after(answer.before, answer.text)
    return Sample(shown(probe.prompt), sides, note)
