from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.thoughts import Thoughts


def shown(*pieces):
    thoughts = Thoughts()
    return "".join([*map(thoughts.push, pieces), thoughts.finish()])


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<think>연차는… 15일?</think>\n\n15일입니다. [1]", "15일입니다. [1]"),
        ("\n<think>\n</think>\n\n15일입니다.", "15일입니다."),
        ("<think>하나</think><think>둘</think> 셋", "셋"),
        ("<think>끝나지 않는 생각", ""),
        ("<think>a < b, </thin", ""),
        ("<think>a</think>", ""),
        ("<think>a</think>\n", ""),
        (" 15일입니다.", " 15일입니다."),
        ("<thinking>은 표시가 아닙니다.", "<thinking>은 표시가 아닙니다."),
        ("답은 <think>이라는 표시</think>입니다.", "답은 <think>이라는 표시</think>입니다."),
        ("<thi", "<thi"),
        ("", ""),
    ],
)
def test_thoughts_at_the_beginning_are_left_out_however_the_text_is_cut(text, answer):
    assert shown(text) == answer
    assert shown(*text) == answer
    for at in range(len(text)):
        assert shown(text[:at], text[at:]) == answer


@given(st.text("<>/think 가\n"), st.lists(st.integers(0, 40)))
def test_how_a_text_is_cut_changes_nothing(text, cuts):
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    assert shown(*(text[a:b] for a, b in pairwise(places))) == shown(text)


def test_an_answer_is_shown_as_soon_as_it_cannot_be_a_thought():
    thoughts = Thoughts()
    assert [thoughts.push(piece) for piece in ("연", "차", "<think>")] == ["연", "차", "<think>"]


def test_long_thoughts_are_not_kept():
    thoughts = Thoughts()
    thoughts.push("<think>")
    for _ in range(100):
        thoughts.push("생각" * 100)
    assert len(thoughts._held) < 10
