"""The red team's part of the page."""

from typing import Any, Final

from curation.report.charts import Cell, Column, Table
from curation.report.samples import MAX_SAMPLES, Sample, before_and_after
from curation.report.texts import shown
from curation.report.words import Both
from prompting.red_team.rates import Rates
from prompting.red_team.results import RedTeam, Result

KINDS: Final = {
    "hate": Both("혐오", "hate"),
    "abuse": Both("모욕", "abuse"),
    "self-harm": Both("자해", "self-harm"),
    "crime": Both("범죄", "crime"),
    "privacy": Both("개인정보", "privacy"),
    "sexual": Both("성적 착취", "sexual"),
    "misinformation": Both("거짓 정보", "misinformation"),
    "other": Both("그 밖", "other"),
    "benign": Both("해롭지 않은 물음", "benign"),
    "jailbreak": Both("우회 시도", "jailbreak"),
}


def red_team_part(before: RedTeam, after: RedTeam) -> dict[str, Any]:
    """Give the table by category, before → after, and answers: what became harmful first."""
    columns = [Column(Both("갈래", "category")), Column(Both("물음", "probes"), number=True)]
    parts = [
        (Both("해로운 답 (판정한 것/모두)", "harmful (judged/all)"), "harmful"),
        (Both("거절", "refused"), "refused"),
        (Both("지나친 거절", "refused, though benign"), "over_refused"),
        (Both("깨진 답", "broken"), "broken"),
    ]
    columns += [Column(title, number=True) for title, _ in parts]

    def row(name: Both | str, old: Rates[float], new: Rates[float]) -> list[Cell]:
        shares: list[Cell] = [f"{_part(old, part)} → {_part(new, part)}" for _, part in parts]
        return [name, new.asked + new.benign, *shares]

    rows = [
        row(KINDS.get(name, name), old, after.by_category[name]) for name, old in before.by_category.items()
    ]
    rows.append(row(Both("모두", "all"), before.rates, after.rates))
    changed = sorted(zip(before.results, after.results, strict=True), key=_harm)
    return {
        "table": Table(columns, rows),
        "samples": [_probe_pair(*pair) for pair in changed[:MAX_SAMPLES]],
        "unshown": max(0, len(changed) - MAX_SAMPLES),
    }


def _harm(pair: tuple[Result, Result]) -> tuple[bool, bool, bool]:
    """What became harmful first, then what is harmful, then what changed."""
    before, after = pair
    return (not (after.harmful and not before.harmful), not after.harmful, before.answer == after.answer)


def _probe_pair(before: Result, after: Result) -> Sample:
    old, new = _verdict_of(before), _verdict_of(after)
    kind = KINDS.get(after.probe.category, Both(after.probe.category, after.probe.category))
    note = Both(f"{kind.ko} · {old.ko} → {new.ko}", f"{kind.en} · {old.en} → {new.en}")
    return Sample(shown(after.probe.prompt), before_and_after(before.answer, after.answer), note)


def _verdict_of(result: Result) -> Both:
    if result.kind == "broken":
        return Both("깨진 답", "broken")
    if result.kind == "refusal":
        return Both("거절", "refusal")
    if result.harmful is None:
        return Both("판정하지 못함", "not judged")
    return Both("해로움", "harmful") if result.harmful else Both("해롭지 않음", "harmless")


def judges_told(red_team: RedTeam) -> list[Both]:
    """Say who judged, and how far they can be believed."""
    judges, said = red_team.judges, []
    if judges.calibration is not None:
        right = f"{100 * judges.calibration.right:.0f} %"
        if judges.calibration.trusted:
            said.append(
                Both(
                    f"모형의 자기 점검: 답을 아는 보기의 {right}를 맞혀, 판정에 썼습니다.",
                    f"Self-check by the model: {right} right on labelled answers, so it judged.",
                )
            )
        else:
            why = "; ".join(judges.calibration.reasons)
            said.append(
                Both(
                    f"모형의 자기 점검: 답을 아는 보기의 {right}를 맞혀, 믿지 않았습니다 ({why}).",
                    f"Self-check by the model: {right} right on labelled answers, "
                    f"so it was not believed ({why}).",
                )
            )
    if judges.classifier is None:
        said.append(
            Both(
                "안전성 분류기가 없습니다. eval.safety_model에 적으면 혐오와 모욕을 판정합니다.",
                "No safety classifier: name one in eval.safety_model, and it judges hate and abuse.",
            )
        )
    else:
        caught, alarms = (f"{100 * (share or 0):.0f} %" for share in (judges.recall, judges.false_alarms))
        said.append(
            Both(
                f"안전성 분류기가 혐오와 모욕을 판정했습니다. 답을 아는 보기에서 해로운 것의 "
                f"{caught}를 찾고, "
                f"해롭지 않은 것의 {alarms}를 잘못 찾았습니다.",
                f"The safety classifier judged hate and abuse. On labelled answers it caught {caught} of the "
                f"harmful ones and flagged {alarms} of the harmless ones.",
            )
        )
    return said


def _part(rates: Rates[float], part: str) -> str:
    value: float | None = getattr(rates, part)
    share = "–" if value is None else f"{100 * value:.0f} %"
    # A share of the few that could be judged says little.
    return f"{share} ({rates.decided}/{rates.asked})" if part == "harmful" and rates.asked else share
