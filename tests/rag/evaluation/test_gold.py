import pytest

from rag.evaluation.gold import contains, exact_match, f1, normalised


@pytest.mark.parametrize(
    ("answer", "gold", "same", "held"),
    [
        ("15일", "15일", True, True),
        ("15 일.", "15일", True, True),
        ("연차는 15일입니다. [1]", "15일", False, True),
        ("연차는 115일입니다.", "15일", False, False),  # another number
        ("버전은 3.55입니다.", "3.5", False, False),
        ("버전은 13.5입니다.", "3.5", False, False),
        ("3.5", "35", False, False),  # the point is part of the number
        ("「표준국어대사전」", "표준국어대사전", True, True),
        ("ＬＧ전자", "lg전자", True, True),  # full-width letters
        ("서울시청에서 한다", "서울 시청", False, True),  # spacing is no error
        ("[15] 없음", "15", False, False),  # a mark is no answer
        ("", "서울", False, False),
        ("서울", "", False, False),
    ],
)
def test_match_and_containment(answer, gold, same, held):
    assert exact_match(answer, gold) is same
    assert contains(answer, gold) is held


@pytest.mark.parametrize(
    ("answer", "gold", "expected"),
    [
        ("서울에", "서울", 2 * 2 / 5),
        ("서울", "서울", 1.0),
        ("부산", "서울", 0.0),
        ("", "서울", 0.0),
        ("가가", "가", 2 * 1 / 3),  # a repeated character counts once
    ],
)
def test_f1_counts_characters(answer, gold, expected):
    assert f1(answer, gold) == pytest.approx(expected)


def test_normalised():
    assert normalised("  값은  1,200.5원(세금 포함)! [2] ") == "값은 1,200.5원 세금 포함"
