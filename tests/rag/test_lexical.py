import pytest

from rag.lexical import bigrams, lexical_fields, titled


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("연차휴가", ["_연차", "_차휴", "_휴가"]),
        ("VPN 접속 3층", ["_접속"]),
        ("가", []),
        ("", []),
    ],
)
def test_bigrams_of_hangul_runs(text, found):
    assert bigrams(text) == found


@pytest.mark.parametrize(
    "text",
    [
        '"휴가" AND (연차)',
        "휴가:* ~2 +출장 -야근",
        "a\u00a0b\u3000c\u2028d",
        "https://a.kr/b?c=1 #공지",
        "\0휴가",
    ],
)
def test_tokens_hold_no_white_space_and_are_lower_case(text):
    (field,) = lexical_fields([text])

    assert field == field.lower()
    assert field.split() == (field.split(" ") if field else [])


def test_bigrams_are_marked_so_that_no_morpheme_is_one():
    (field,) = lexical_fields([titled("휴가 규정", "연차휴가는 15일")])

    morphemes, pairs = (
        [token for token in field.split() if (token[0] == "_") is marked] for marked in (False, True)
    )
    assert morphemes == ["휴가", "규정", "연차", "휴가", "15", "일"]
    assert pairs == ["_휴가", "_규정", "_연차", "_차휴", "_휴가", "_가는"]


def test_a_passage_without_tokens_has_an_empty_field():
    assert lexical_fields(["!!! ..."]) == [""]
