import pytest
from langchain_core.language_models import FakeListChatModel

from rag.answer import CitedAnswerer
from rag.answering.rewrite import leans_on, standalone
from rag.search import open_index
from rag.types import Turn

HISTORY = [
    Turn("user", "연차 휴가는 며칠 전까지 신청해야 하나요?"),
    Turn("assistant", "5영업일 전입니다. [1]"),
]


@pytest.mark.parametrize(
    ("question", "history", "leans"),
    [
        ("그럼 반차는요?", HISTORY, True),
        ("그건 어느 시스템에서 신청하고 누가 승인하나요?", HISTORY, True),
        ("출장 숙박비는 하루에 얼마인가요?", HISTORY, False),
        ("그럼 반차는요?", [], False),
        ("그럼 반차는요?", [Turn("assistant", "안녕하세요")], False),
    ],
)
def test_which_questions_need_the_conversation(question, history, leans):
    assert leans_on(question, history) is leans


@pytest.mark.parametrize(
    ("written", "rewritten"),
    [
        ("반차는 며칠 전까지 신청해야 하나요?", "반차는 며칠 전까지 신청해야 하나요?"),
        ('질문: "반차는 며칠 전까지 신청해야 하나요?"\n', "반차는 며칠 전까지 신청해야 하나요?"),
        ("", ""),
        ("   ", ""),
        ("반차는 며칠 전까지 신청하나요? " * 20, ""),
        ("How many days before must a half day be requested?", ""),
        ("연차 휴가는 며칠 전까지 신청하나요?", ""),  # lost what was asked for
        ("반차는 우주선 발사 전까지 로켓 기지에서 신청하나요?", ""),  # brought what nobody said
        ("반차 신청 기한입니다.\n다른 줄", ""),
    ],
)
def test_a_rewritten_question_asks_the_same(written, rewritten):
    model = FakeListChatModel(responses=[written])

    assert standalone(model, "그럼 반차는요?", HISTORY) == rewritten


def test_a_model_that_fails_leaves_the_question_as_it_was(handbook):
    class Broken(FakeListChatModel):
        def _stream(self, *rest, **options):
            raise OSError

    assert standalone(Broken(responses=["x"]), "그럼 반차는요?", HISTORY) == ""


def test_the_rewritten_question_is_searched_for_and_its_subject_must_be_covered(handbook):
    replies = ["오전 반차는 언제 시작하나요?", "오전 반차는 오후 2시에 시작합니다. [1]"]
    history = [Turn("user", "오전 근무는 언제 시작하나요?")]

    answer = CitedAnswerer(open_index(handbook), FakeListChatModel(responses=replies)).ask(
        "그럼 반차는요?", history
    )

    assert answer.answer == replies[1]
    assert answer.trace[0].what == f"searched for: {replies[0]}"
    strange = FakeListChatModel(responses=["우주선은 며칠 전까지 신청해야 하나요?", "x"])
    assert CitedAnswerer(open_index(handbook), strange).ask("그럼 우주선은요?", HISTORY).refused
