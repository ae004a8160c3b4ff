import pytest

from rag.evaluation.asking import questions_of


@pytest.mark.parametrize(
    ("statement", "question", "answer"),
    [
        (
            "연차 휴가는 입사 1년이 지나면 15일을 부여한다.",
            "연차 휴가는 입사 1년이 지나면 며칠을 부여하나요?",
            "15일",
        ),
        ("신청 기한은 매월 25일입니다.", "신청 기한은 매월 며칠인가요?", "25일"),
        ("주차 요금은 시간당 2,000원이다.", "주차 요금은 시간당 얼마인가요?", "2,000원"),
        ("회사는 동호회에 12만 원을 지원합니다.", "회사는 동호회에 얼마를 지원하나요?", "12만 원"),
        ("담당 부서는 본사 총무팀이다.", "담당 부서는 무엇인가요?", "본사 총무팀"),
        ("대회의실은 본관 3층에 있다.", "대회의실은 본관 몇 층에 있나요?", "3층"),
        ("신입 면접은 3월 25일에 실시한다.", "신입 면접은 언제 실시하나요?", "3월 25일에"),
        ("전체 회의는 오전 9시 30분에 시작했습니다.", "전체 회의는 언제 시작했나요?", "오전 9시 30분에"),
        ("이 도시의 인구는 약 3만 명이다.", "이 도시의 인구는 약 몇 명인가요?", "3만 명"),
        ("비밀번호는 10자 이상이어야 합니다.", "비밀번호는 몇 자 이상이어야 하나요?", "10자"),
        ("할인율은 30세 이하에게 20%로 적용한다.", "할인율은 30세 이하에게 몇 %로 적용하나요?", "20%"),
    ],
)
def test_a_statement_becomes_the_question_that_it_answers(statement, question, answer):
    (found,) = questions_of([statement])
    assert found is not None
    assert (found.question, found.answer) == (question, answer)
    assert answer in statement


@pytest.mark.parametrize(
    "statement",
    [
        "이것은 우리에게 매우 중요한 것이다.",  # 것 is no answer
        "어제는 비가 많이 왔다.",  # no fact of a kind that is asked for
        "연차는 며칠인가요?",  # a question already
        "오늘 할 일은 25일.",  # no predicate
        "부산.",
        "본선에는 2010년, 2014년, 2018년 나라를 대표하여 나갔다.",  # one of several would not be the answer
        "이 모임은 제1차 회의에서 이름을 얻었다.",  # a number in a word
        "이 제도는 모두에게 필수적이다.",
        "낱말은 뜻을 가진 말이다.",
        "파나마 요리는 중앙아메리카에 있는 파나마의 요리이다.",  # the question would hold its answer
        "",
        f"{'매우 ' * 40}긴 규정의 기한은 25일이다.",
    ],
)
def test_other_statements_give_none(statement):
    assert questions_of([statement]) == [None]


def test_the_nouns_say_what_it_is_about():
    (found,) = questions_of(["출장비는 돌아온 날부터 7일 안에 정산한다."])
    assert found is not None
    assert found.nouns[:2] == ("출장비", "날")
