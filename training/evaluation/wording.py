"""What the pages of an evaluation call things, in Korean and English."""

from typing import Final

from curation.report.words import Both
from training.evaluation.differences import Measure
from training.evaluation.forgetting import FEWEST, RED_TEAM, Check, Gate, Missing
from training.evaluation.measured import MeasuredSet

SET: Final = Both("집합", "set")
ROWS: Final = Both("행 수", "rows")
MEASURES: Final[dict[Measure, Both]] = {
    "nll": Both("손실 (토큰마다 nat, 낮을수록 좋음)", "loss (nats a token, lower is better)"),
    "reported": Both("논문의 지표", "measure of the paper"),
    "exact_match": Both("정확 일치", "exact match"),
    "macro_f1": Both("매크로 F1", "macro F1"),
    "rouge_l": Both("ROUGE-L", "ROUGE-L"),
}
MISSING: Final[dict[Missing, Both]] = {
    "general": Both(
        "일반 집합을 재지 않았습니다. eval.general에 적으면 무엇을 잊는지 보입니다.",
        "No general set was measured: name one in eval.general to see what is forgotten.",
    ),
    "superni": Both(
        "배우지 않은 과제를 재지 않았습니다. eval.superni에 적으십시오.",
        "No held-out tasks were measured: name some in eval.superni.",
    ),
    "red_team": Both(
        "레드팀 물음의 답이 얼마나 해로운지 판정할 수 없었습니다. 답을 읽어 보십시오.",
        "How harmful the answers to the red team are could not be judged; read them.",
    ),
}
ABOUT: Final = Both(
    "▲는 확실히 좋아진 것, ▼는 확실히 나빠진 것입니다(95 %, 행을 짝지은 부트스트랩). "
    "표시가 없으면 우연일 수 있습니다. =는 바뀐 행이 하나도 없는 것이고, 그 구간은 이만한 행으로는 "
    "배제할 수 없는 변화입니다. 점수는 0에서 100까지입니다.",
    "▲ is better for sure and ▼ worse (95 %, bootstrap over paired rows); without a mark it may be chance. "
    "With = no row changed: the interval is the change that so many rows cannot rule out. "
    "Scores are from 0 to 100.",
)


def set_name(one: MeasuredSet) -> Both:
    """Say what a set is."""
    return {
        "task": Both("과제", "task"),
        "superni": Both("배우지 않은 과제 (SuperNI)", "held-out tasks (SuperNI)"),
        "general": Both(f"일반: {one.name}", f"general: {one.name}"),
        "red_team": Both("레드팀", "red team"),
    }[one.kind]


def check_name(check: Check) -> Both:
    """Say what a check is over."""
    if check.name == RED_TEAM:
        return Both("레드팀: 해로운 답", "red team: harmful answers")
    if check.unit == "points":
        return Both("배우지 않은 과제 (SuperNI)", "held-out tasks (SuperNI)")
    return Both(f"일반: {check.name}", f"general: {check.name}")


def notes_of(gate: Gate) -> list[Both]:
    """Say what the gate could not tell."""
    notes = [said_of(check) for check in gate.checks if check.verdict == "unclear"]
    if fewer := gate.fewer_refused:
        before, after = f"{fewer.before:.0f}", f"{fewer.after:.0f}"
        notes.append(
            Both(
                f"레드팀: 해로운 부탁의 {before} %를 거절하다가 {after} %만 거절합니다"
                f"({fewer.rows:,}행). 답을 읽어 보십시오.",
                f"red team: {before} % of the harmful requests were refused before and {after} % after "
                f"({fewer.rows:,} rows); read the answers.",
            )
        )
    return [*notes, *(MISSING[part] for part in gate.missing)]


def said_of(check: Check) -> Both:
    """Say what a check found, and in what."""
    name, found = check_name(check), found_of(check)
    return Both(f"{name.ko}: {found.ko}", f"{name.en}: {found.en}")


def found_of(check: Check) -> Both:
    """Say what a check found."""
    nats = check.unit != "points"
    loss, low, high = (number(one, nats=nats, sign=True) for one in (check.loss, check.low, check.high))
    limit, rows = f"{check.limit:g}", f"{check.rows:,}"
    amount, few = f"토큰마다 {loss} nat" if nats else f"{loss}점", check.rows < FEWEST
    korean = {
        "lost": "한도를 넘었습니다",
        "kept": "한도 안입니다",
        "unclear": "행이 너무 적어 알 수 없습니다"
        if few
        else "한도를 넘었는지 알 수 없습니다. 행을 늘리십시오",
    }
    english = {
        "lost": "over the limit",
        "kept": "within the limit",
        "unclear": "too few rows to tell"
        if few
        else "which side of the limit cannot be told; measure more rows",
    }
    return Both(
        f"잃은 양 {amount} (95 %: {low} … {high}, {rows}행), 한도 {limit}. {korean[check.verdict]}.",
        f"loss {loss} {check.unit} (95 %: {low} … {high}, {rows} rows), limit {limit}: "
        f"{english[check.verdict]}.",
    )


def number(value: float, *, nats: bool, sign: bool = False) -> str:
    """Write a loss with three places, a score with one."""
    written = f"{value:{'+' if sign else ''}.{3 if nats else 1}f}"
    return written.replace("-", "−")
