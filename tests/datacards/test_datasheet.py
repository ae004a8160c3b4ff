"""The datasheet: seven stages, each question once, and never an answer that nobody gave."""

import re

from datacards.datasheet import NOT_ANSWERED, QUESTIONS, STAGES, render


def test_every_stage_asks_and_no_question_stands_twice() -> None:
    assert len(STAGES) == 7
    assert {question.stage for question in QUESTIONS} == set(STAGES)
    assert len({question.id for question in QUESTIONS}) == len(QUESTIONS)
    assert all(re.search("[가-힣]", question.ko) and question.en.isascii() for question in QUESTIONS)


def test_answers_stand_under_their_questions() -> None:
    sheet = render(
        "작은 자료",
        {"composition.rows": "3 rows.", "uses.done": "Known."},
        {"uses.done": " 시험에 썼습니다.\n", "uses.other": "  "},
    )
    parts = sheet.split("### ")
    (rows,) = [part for part in parts if "What is one row" in part]
    assert rows.rstrip().endswith("3 rows.")
    (done,) = [part for part in parts if "used for already" in part]
    assert "시험에 썼습니다.\n\nKnown." in done, "what a person says stands before what is measured"
    assert sheet.count(f"*{NOT_ANSWERED}*") == len(QUESTIONS) - 2
    assert sheet.startswith("# 작은 자료: datasheet\n")
    assert [line[3:] for line in sheet.splitlines() if line.startswith("## ")] == list(STAGES.values())
