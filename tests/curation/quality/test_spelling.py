import pytest

from curation.korean import analyses
from curation.quality.spelling import misspellings


def respelled(text: str) -> str:
    for start, end, written in reversed(misspellings(text, next(iter(analyses([text], typos=True))))):
        text = text[:start] + written + text[end:]
    return text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("그렇게 됬다고 한다.", "그렇게 됐다고 한다."),
        ("밥을 햇다.", "밥을 했다."),
        ("내일 가겟습니다.", "내일 가겠습니다."),
        ("제가 할께요.", "제가 할게요."),
        ("그 역활이 크다.", "그 역할이 크다."),
        ("정말 재밋게 봤어요.", "정말 재밌게 봤어요."),
        ("않된다고 말했다.", "안된다고 말했다."),
        ("떄문에 늦었다.", "때문에 늦었다."),
        ("김치찌게를 먹었다.", "김치찌개를 먹었다."),
    ],
)
def test_misspelled_words_are_corrected(text, expected):
    assert respelled(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "문제인 것은 따로 있다.",
        "하얀 목련은 예쁘다.",
        "재가 되어 날아갔다.",
        "하여 주시기 바랍니다. 되었습니다.",  # right as it is: no contraction is forced on it
        "카오루와 프로스타글란딘을 보았다.",
        "2024년 목표는 API v2.0이다.",
        "갉뷁꽯 쫢뿕슭",
        "",
    ],
)
def test_what_is_right_or_unknown_stays(text):
    assert respelled(text) == text


def test_a_word_changes_in_one_place_at_most():
    for text in ("겨론을 축하한다.", "오이저림이 맛있다.", "찿아갔다."):
        changed = sum(a != b for a, b in zip(text, respelled(text), strict=True))
        assert changed <= 1
