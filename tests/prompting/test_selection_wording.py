"""The prompts of the tasks, and that no demo shows the question that is asked."""

import pytest

from curation.records import Message
from prompting.selection.answers import final_of
from prompting.selection.types import Demo, Query
from prompting.selection.wording import instruction_for, prompt_for


def demo(query: str, response: str) -> Demo:
    return Demo("d", query, response, "", 0.0, {}, "")


@pytest.mark.parametrize(
    ("task", "language", "cot", "instruction"),
    [
        ("cls", "ko", False, "다음 가운데 알맞은 것 하나만 그대로 쓰십시오: 긍정, 부정"),
        ("sfg", "ko", False, "질문에 짧게 답하십시오. 설명 없이 답만 쓰십시오."),
        (
            "sfg",
            "ko",
            True,
            "질문을 단계별로 차근차근 생각해 풀고, 마지막 문장을 '따라서 답은 …입니다.'로 끝내십시오.",
        ),
        ("lfg", "ko", False, "요청에 맞는 글을 쓰십시오. 머리말이나 설명 없이 그 글만 쓰십시오."),
        ("cls", "en", False, "Write exactly one of these that fits: 긍정, 부정"),
        ("sfg", "en", False, "Answer the question in a few words. Write only the answer, no explanation."),
        ("sfg", "en", True, "Let's think step by step. End with the sentence 'So the answer is ….'"),
        ("lfg", "en", False, "Write the text that is asked for. Write only that text, no preamble."),
    ],
)
def test_instructions(task, language, cot, instruction):
    labels = ["긍정", "부정"] if task == "cls" else []
    assert instruction_for(task, labels, language, cot=cot) == instruction
    first = prompt_for(task, Query("1", "?"), labels=labels, language=language, cot=cot)[0]
    assert first == Message("system", instruction)


def test_demos_are_turns_before_the_question():
    shown = [demo("일본의 수도는?", "도쿄"), demo("중국의 수도는?", "베이징")]
    assert list(prompt_for("sfg", Query("1", "한국의 수도는?"), shown, instruction="짧게.")) == [
        Message("system", "짧게."),
        Message("user", "일본의 수도는?"),
        Message("assistant", "도쿄"),
        Message("user", "중국의 수도는?"),
        Message("assistant", "베이징"),
        Message("user", "한국의 수도는?"),
    ]


@pytest.mark.parametrize(
    "leaking",
    [
        demo("대한민국의 수도는 어디입니까?", "서울"),
        demo("대한민국의  수도는 어디입니까", "서울"),
        demo("다음에 답하시오. 대한민국의 수도는 어디입니까? 일본은?", "서울, 도쿄"),
        demo("질문을 하나 지어 보시오.", "대한민국의 수도는 어디입니까? 서울입니다."),
    ],
)
def test_a_demo_with_the_question_itself_is_left_out(leaking):
    other = demo("일본의 수도는 어디입니까?", "도쿄")
    turns = prompt_for("sfg", Query("x", "대한민국의 수도는 어디입니까?"), [leaking, other])
    assert [turn.content for turn in turns[1:]] == [
        "일본의 수도는 어디입니까?",
        "도쿄",
        "대한민국의 수도는 어디입니까?",
    ]


def test_a_short_question_may_stand_within_a_demo():
    turns = prompt_for("sfg", Query("x", "수도는?"), [demo("한국의 수도는? 일본은?", "서울, 도쿄")])
    assert len(turns) == 4


def test_what_the_prompts_ask_for_can_be_read():
    assert final_of("사과를 셉니다. 따라서 답은 7개입니다.", cot=True) == "7"
    assert final_of("We count apples. So the answer is 7.", cot=True) == "7"
