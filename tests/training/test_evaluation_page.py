"""The page of an evaluation: the verdict on top, both languages, and nothing in an answer is markup."""

import re
from dataclasses import replace

import pytest

from curation.records import Message
from curation.report.samples import MAX_SAMPLES
from prompting.red_team.probes import load_probes
from prompting.red_team.results import Judges
from training.config import Forgetting
from training.evaluation.charts import intervals
from training.evaluation.differences import differences
from training.evaluation.forgetting import Check, forgetting_gate
from training.evaluation.harm import judge_answers, red_team_set
from training.evaluation.measured import Measured, MeasuredRow, MeasuredSet, Row
from training.evaluation.page import render_evaluation
from training.evaluation.report import EvaluationReport

HOSTILE = "</script><img src=x onerror=\"document.title='ran'\"> \u202e 끝"
LABELS = ("긍정", "부정")


def _task(answers, *, left_out=0) -> MeasuredSet:
    rows = []
    for number, said in enumerate(answers):
        gold = LABELS[number % 2]
        row = Row(
            f"r{number}", (Message("user", f"영화평 {number}"),), gold, (gold,), LABELS, "t", "exact_match"
        )
        rows.append(MeasuredRow(row, 8.0 + number % 3, 4, said, 0.0, float(said == gold)))
    return MeasuredSet("task", "task", tuple(rows), left_out)


def _general(loss: float) -> MeasuredSet:
    rows = tuple(
        MeasuredRow(Row(f"g{n}", (Message("user", f"질문 {n}"),), "답", ("답",)), 10 * loss + n % 4, 10)
        for n in range(40)
    )
    return MeasuredSet("korean", "general", rows)


def _report(loss=2.0, answers=None, *, red_team=True) -> EvaluationReport:
    olds, news = ["부정"] * 30, answers or [LABELS[n % 2] for n in range(30)]
    before = Measured("k", "before", (_task(olds), _general(2.0)))
    after = Measured("k", "after", (_task(news, left_out=3), _general(loss)))
    probes = load_probes().limited(16)
    judged = None
    if red_team:
        asked = tuple(MeasuredRow(row, given=HOSTILE) for row in red_team_set(probes).rows)
        both = MeasuredSet("red_team", "red_team", asked)
        judged = judge_answers(both, probes, Judges()), judge_answers(both, probes, Judges())
    return EvaluationReport(
        name="trial",
        base="tiny",
        before=before,
        after=after,
        changes={
            new.name: differences(old, new, resamples=200, seed=0)
            for old, new in zip(before.sets, after.sets, strict=True)
        },
        gate=forgetting_gate(before, after, Forgetting(), resamples=200),
        red_team=judged,
        seconds=1.0,
        weights={},
    )


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page[: page.index("<script")]))


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (3.0, ("Failed: more was forgotten", "통과하지 못함", "over the limit", "한도를 넘었습니다")),
        (2.0, ("Passed, but not everything could be told", "다만", "eval.superni")),
    ],
)
def test_the_verdict_stands_first_in_both_languages(loss, words):
    page = _text(render_evaluation(_report(loss)))
    verdict = page[: page.index("Measures")]
    for word in words:
        assert word in verdict


def test_every_figure_has_before_after_and_its_interval():
    page = _text(render_evaluation(_report()))
    assert re.search(r"정확 일치 exact match 50\.0 100\.0 ▲ \+50\.0 \(\+\d\d\.\d … \+\d\d\.\d\) 30", page)
    assert "매크로 F1" in page
    assert "a guess scores 50.0 in exact match, always the commonest label 50.0" in page
    assert "3 rows were left out" in page


def test_a_set_of_which_no_row_changed_is_told_from_one_that_changed_both_ways():
    page = _text(render_evaluation(_report(answers=["부정"] * 30)))
    assert re.search(r"정확 일치 exact match 50\.0 50\.0 = \+0\.0 \(−9\.5 … \+9\.5\) 30", page)
    swapped = _text(render_evaluation(_report(answers=["긍정"] * 30)))
    assert re.search(r"정확 일치 exact match 50\.0 50\.0 \+0\.0 \(", swapped)


def test_a_worse_figure_is_marked_and_a_loss_is_worse_when_it_grows():
    page = _text(render_evaluation(_report(3.0)))
    assert re.search(r"lower is better\) 2\.150 3\.150 ▼ \+1\.000", page)


def test_answers_stand_side_by_side_with_what_changed_marked():
    page = render_evaluation(_report())
    assert "<del>부정</del>" in page
    assert "<ins>긍정</ins>" in page
    assert page[: page.index("<script")].count("expected: ") == MAX_SAMPLES
    assert "and 18 more" in page


def test_the_red_team_is_told_with_who_could_not_judge():
    page = _text(render_evaluation(_report()))
    assert "No safety classifier" in page
    assert "레드팀" in page
    assert "레드팀" not in _text(render_evaluation(_report(red_team=False)))


def test_nothing_of_an_answer_is_markup_and_equal_reports_give_equal_pages():
    report = _report(answers=[HOSTILE] * 30)
    page = render_evaluation(report)
    assert "<img" not in page
    assert "&lt;img" in page
    assert "U+202E" in page
    assert "<link" not in page
    assert page == render_evaluation(report)


def test_an_interval_is_placed_between_its_marks():
    check = Check("korean", "nats a token", 2.0, 2.2, 0.2, 0.1, 0.3, 0.4, 50)
    (line,) = intervals([check])
    assert (line.zero, line.limit) == (4, 96)
    assert line.low < line.at < line.high < line.limit
    (beyond,) = intervals([replace(check, limit=0.05)])
    assert beyond.limit < beyond.low
    (flat,) = intervals([replace(check, loss=0.0, low=0.0, high=0.0, limit=0.0)])
    assert flat.at == flat.zero


def test_the_record_of_a_run_holds_figures_and_no_texts():
    record = _report().as_json()
    assert record["sets"]["task"]["measures"]["exact_match"]["after"] == 100
    assert record["sets"]["task"]["left_out"] == 3
    assert record["gate"]["passed"] is True
    assert "영화평" not in str(record)
    assert "끝" not in str(record)
