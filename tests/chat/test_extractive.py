import pytest
from langchain_core.messages import HumanMessage, SystemMessage

from chat.extractive import ExtractiveChatModel, answer_from
from chat.sources import NumberedSource, render_sources
from rag.citations import verify
from rag.types import Hit, Passage

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


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("연차는 15일로 한다.", '"연차는 15일로 한다"라고 나와 있습니다. [1]'),
        ("- 연차: 15일", '"연차: 15일"이라고 나와 있습니다. [1]'),
        ("| 연차 | 15일 |", '"연차 | 15일"이라고 나와 있습니다. [1]'),
        ("- 연차: 내선 1234", '"연차: 내선 1234"라고 나와 있습니다. [1]'),
        ("- 연차: 내선 1236", '"연차: 내선 1236"이라고 나와 있습니다. [1]'),
        ("연차는 15일입니다.", "연차는 15일입니다. [1]"),
        ("연차는 15일이에요!", "연차는 15일이에요! [1]"),
        # What is quoted already is not quoted again.
        ('연차는 "유급"으로 한다.', '연차는 "유급"으로 한다. [1]'),
        # Connectives go, exceptions stay.
        ("또한 연차는 15일입니다.", "연차는 15일입니다. [1]"),
        ("(신설) 연차는 15일입니다.", "연차는 15일입니다. [1]"),
        ("다만, 연차는 15일입니다.", "다만, 연차는 15일입니다. [1]"),
    ],
)
def test_what_is_not_polite_is_quoted_in_a_polite_sentence_that_stands(text, answer):
    assert answer_from([NumberedSource(1, "휴가", text)], "연차는 얼마인가요?") == answer
    passage = Passage("p", "d", "휴가", "", text, 0, len(text))

    verified = verify(answer, [Hit(passage, 1, 1, 1, 1)])

    assert verified.text == answer
    assert verified.citations[0].quote in text


def test_nearness_in_meaning_chooses_where_words_do_not():
    source = NumberedSource(
        1, "휴가", "병가에는 진단서가 필요합니다. 남은 휴가는 3월에 사라집니다. 문의는 인사팀에 합니다."
    )
    asked = []

    def nearness(question, texts):
        asked.append((question, list(texts)))
        return [0.9 if "사라" in text else 0.8 for text in texts]

    answer = answer_from([source], "안 쓴 쉬는 날은 언제 날아가나요?", nearness=nearness)

    assert answer == "남은 휴가는 3월에 사라집니다. [1]"
    ((question, texts),) = asked
    assert (question, len(texts), texts[0][:3]) == ("안 쓴 쉬는 날은 언제 날아가나요?", 3, "휴가\n")


def test_few_sentences_are_compared_and_words_still_count():
    source = NumberedSource(1, "규정", " ".join(f"{n}번 사물함은 {n}층에 있습니다." for n in range(1, 40)))
    compared = []

    def nearness(question, texts):
        compared.extend(texts)
        return [0.8] * len(texts)

    assert answer_from([source], "17번 사물함은 어디에 있나요?", nearness=nearness).startswith(
        "17번 사물함은 17층"
    )
    assert len(compared) == 5


def test_without_vectors_words_alone_decide():
    question = "숙박비는 얼마인가요?"

    assert answer_from([LEAVE, TRAVEL], question, nearness=lambda *_: ()) == answer_from(
        [LEAVE, TRAVEL], question
    )
