import pytest
from langchain_core.messages import HumanMessage, SystemMessage

from chat.extractive import ExtractiveChatModel, answer_from
from chat.sources import NumberedSource, render_sources

LEAVE = NumberedSource(
    1,
    "연차 휴가",
    "# 연차 휴가\n\n연차 휴가는 1년을 채우면 16일이 됩니다. "
    "연차 휴가는 쉬려는 날의 5영업일 전까지 나이테에서 신청합니다.\n\n"
    "- 승인된 휴가는 전날 정오까지 취소할 수 있습니다.",
)
TRAVEL = NumberedSource(2, "출장비", "숙박비는 하루 11만 원까지 드립니다. 영수증은 살림팀에 냅니다.")
CLUB = NumberedSource(
    3,
    "동호회",
    "회사는 동호회 한 곳에 한 달 12만 원을 지원합니다. 지원금을 쓴 다음에는 사진을 동호회 채널에 올립니다.",
)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (
            "연차 휴가는 며칠 전까지 신청하나요?",
            "연차 휴가는 쉬려는 날의 5영업일 전까지 나이테에서 신청합니다. [1]",
        ),
        ("승인된 휴가는 언제까지 취소할 수 있나요?", "승인된 휴가는 전날 정오까지 취소할 수 있습니다. [1]"),
        ("숙박비는 얼마인가요?", "숙박비는 하루 11만 원까지 드립니다. [2]"),
        # The amount wins over the sentence that shares more words.
        ("동호회 지원금은 얼마나 되나요?", "회사는 동호회 한 곳에 한 달 12만 원을 지원합니다. [3]"),
        ("영수증은 누구에게 내나요?", "영수증은 살림팀에 냅니다. [2]"),
        ("달의 뒷면은 무슨 색인가요?", ""),
        ("그건 왜요?", ""),
    ],
)
def test_the_sentence_that_answers_is_quoted_with_its_number(question, answer):
    assert answer_from([LEAVE, TRAVEL, CLUB], question) == answer


def test_every_sentence_stands_verbatim_in_its_source():
    sources = [LEAVE, TRAVEL, CLUB]

    lines = answer_from(sources, "휴가 신청과 취소는 어떻게 하나요?").splitlines()

    assert 1 < len(lines) <= 3
    for line in lines:
        sentence, _, mark = line.rpartition(" ")
        assert sentence in sources[int(mark.strip("[]")) - 1].text


def test_it_is_a_chat_model_over_messages():
    message = HumanMessage(render_sources([LEAVE, TRAVEL], "숙박비는 얼마인가요?"))

    reply = ExtractiveChatModel().invoke([SystemMessage("규칙"), message])

    assert reply.text == "숙박비는 하루 11만 원까지 드립니다. [2]"


@pytest.mark.parametrize("messages", [[HumanMessage("안녕하세요")], [SystemMessage("규칙")]])
def test_a_message_without_sources_gets_no_answer(messages):
    assert ExtractiveChatModel().invoke(messages).text == ""


def test_no_sources_no_answer():
    assert answer_from([], "연차는 며칠인가요?") == ""
