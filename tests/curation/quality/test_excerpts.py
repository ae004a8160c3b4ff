import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.quality.excerpts import excerpt


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("짧은 글", 10, "짧은 글"),
        ("하나 둘 셋 넷 다섯 여섯 일곱 여덟 아홉 열", 20, "하나 둘 셋\n다섯 여섯\n아홉 열"),
        ("가" * 90, 30, "\n".join(["가" * 10] * 3)),
        ("", 30, ""),
    ],
)
def test_long_texts_give_their_beginning_middle_and_end(text, most, expected):
    assert excerpt(text, most) == expected


@given(st.text("가나 \n", max_size=400), st.integers(30, 200))
def test_an_excerpt_is_bounded_and_made_of_the_text(text, most):
    part = excerpt(text, most)

    assert len(part) <= max(len(text) if len(text) <= most else 0, most + 2)
    assert all(piece in text for piece in part.split("\n"))
