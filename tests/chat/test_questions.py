import pytest

from chat.questions import answers_type, question_terms, question_type


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("연차 휴가는 며칠인가요?", ["연차", "휴가"]),
        ("재택근무는 어떻게 신청하나요?", ["재택근무", "신청"]),
        ("출장비는 얼마까지 신청할 수 있는지 알려 주세요", ["출장비", "신청"]),
        ("회사 와이파이 비밀번호가 뭐야", ["회사", "와이파이", "비밀번호"]),
        ("누가 승인하죠?", ["승인"]),
        ("그건 왜 그런가요?", []),
        ("고마워", []),
        ("2026년 VPN", ["2026", "vpn"]),
    ],
)
def test_question_words_politeness_and_units_are_no_terms(question, terms):
    assert question_terms([question]) == [terms]


@pytest.mark.parametrize(
    ("question", "wanted", "sentence", "other"),
    [
        ("휴가는 며칠 전까지 신청하나요?", "days", "5영업일 전까지 신청합니다.", "나이테에서 신청합니다."),
        ("급여일이 언제인가요?", "when", "매달 25일에 들어옵니다.", "통장으로 들어옵니다."),
        ("숙박비는 얼마인가요?", "how_much", "하루 11만 원까지입니다.", "영수증을 냅니다."),
        ("비밀번호는 얼마나 자주 바뀌나요?", "how_often", "매주 월요일에 바뀝니다.", "저절로 바뀝니다."),
        ("주차는 몇 대까지 되나요?", "count", "두 대까지 됩니다.", "지하에 합니다."),
        ("누가 승인하나요?", "who", "팀장이 승인합니다.", "승인은 빠릅니다."),
        ("어디로 대피하나요?", "where", "시계탑 앞으로 갑니다.", "빨리 갑니다."),
        ("담당자 연락처가 뭔가요?", "contact", "내선 1234입니다.", "전화로 물어봅니다."),
    ],
)
def test_type_of_a_question_and_of_its_answer(question, wanted, sentence, other):
    assert question_type(question) == wanted
    assert answers_type(sentence, wanted)
    assert not answers_type(other, wanted)


def test_an_open_question_takes_any_sentence():
    assert question_type("재택근무는 어떻게 신청하나요?") == "open"
    assert answers_type("아무 문장", "open")
