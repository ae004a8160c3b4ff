import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.sentences import units_of

_PIECES = st.sampled_from(
    [
        "# 제목",
        "연차는 15일이다. ",
        "- 항목",
        "| 가 | 나 |",
        "\n",
        "\n\n",
        "① 첫째 ",
        "제3조(목적)",
        "  ",
        "😀",
        "가",
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "# 휴가\n연차는 15일이다. 반차도 있다.",
            [("heading", "# 휴가"), ("sentence", "연차는 15일이다."), ("sentence", "반차도 있다.")],
        ),
        ("- 하나\n- 둘이다. 더\n", [("item", "- 하나"), ("item", "- 둘이다."), ("sentence", "더")]),
        (
            "| 가 | 나 |\n|---|---|\n| 1 | 2 |",
            [("row", "| 가 | 나 |"), ("row", "|---|---|"), ("row", "| 1 | 2 |")],
        ),
        (
            "제5조(연차) ① 회사는 준다. ② 더 준다.",
            [("heading", "제5조(연차)"), ("sentence", "① 회사는 준다."), ("sentence", "② 더 준다.")],
        ),
        ("짧은 줄\n다음 줄", [("sentence", "짧은 줄"), ("sentence", "다음 줄")]),
        ("", []),
        (" \n ", []),
    ],
)
def test_structure_comes_before_sentences(text, expected):
    assert [(unit.kind, text[unit.start : unit.end]) for unit in units_of([text])[0]] == expected


def test_a_wrapped_paragraph_is_read_as_one():
    wrapped = "이 규정은 회사의 모든 직원이 서로를 존중하며 안전하게 일할 수 있도록 하는 데에 필요한 것을"
    text = f"{wrapped}\n빠짐없이 정한다. 끝."

    first, second = units_of([text])[0]

    assert text[first.start : first.end].endswith("것을\n빠짐없이 정한다.")
    assert text[second.start : second.end] == "끝."


@settings(max_examples=60)
@given(
    st.lists(st.one_of(_PIECES, st.text(st.characters(exclude_categories=["Cs"]), max_size=12)), max_size=14)
)
def test_every_visible_character_is_in_exactly_one_unit(pieces):
    text = "".join(pieces)

    units = units_of([text])[0]

    position = 0
    for unit in units:
        assert unit.start >= position
        assert not text[position : unit.start].strip()
        assert text[unit.start : unit.end] == text[unit.start : unit.end].strip() != ""
        position = unit.end
    assert not text[position:].strip()
