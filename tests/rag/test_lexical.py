import pytest

from rag.lexical import bigrams, lexical_fields, morphemes_of, titled


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


def test_morphemes_are_told_from_bigrams():
    (field,) = lexical_fields([titled("휴가 규정", "연차휴가는 15일")])

    assert morphemes_of(field) == ["휴가", "규정", "연차", "15", "일"]
    assert "_규정" in field.split()


def test_a_passage_without_tokens_has_an_empty_field():
    assert lexical_fields(["!!! ..."]) == [""]
    assert morphemes_of("") == []
