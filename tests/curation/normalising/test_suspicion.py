"""The first look: no rule changes a text in which nothing was seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.normalising.rules import rules_of
from curation.normalising.suspicion import Sign, is_plain, signs

EVERY_RULE = rules_of(
    nfc=True,
    invisible=True,
    white_space=True,
    jamo=True,
    full_width="all",
    mojibake=True,
    html_entities=True,
    html_tags=True,
    repeats=2,
    hanja="hangul",
)


def test_no_rule_touches_a_character_without_a_sign() -> None:
    letters = [chr(code) for code in range(0x30000) if not 0xD800 <= code < 0xE000]
    # Each between two syllables, which neither compose with it nor repeat.
    seen = signs([f"각{letter}낙" for letter in letters])
    clean = [letter for letter, sign in zip(letters, seen.tolist(), strict=True) if not sign]
    assert len(clean) > 100_000
    for start in range(0, len(clean), 2000):
        text = "".join(f"각{letter}낙" for letter in clean[start : start + 2000])
        for rule in EVERY_RULE:
            assert rule.change(text) == (text, 0), rule.name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("맑은 글\n두 줄\n\n새 문단 ㅋㅋ ㅠㅠ 123!", 0),
        (" 앞", Sign.BLANK),
        ("뒤 ", Sign.BLANK),
        ("\n앞", Sign.BLANK),
        ("뒤\n", Sign.BLANK),
        ("두  칸", Sign.BLANK),
        ("줄 \n끝", Sign.BLANK),
        ("줄\n 끝", Sign.BLANK),
        ("세\n\n\n줄", Sign.BLANK | Sign.REPEATED),
        ("ㄱㅏ", Sign.JAMO),
        ("a<b", Sign.LESS_THAN),
        ("a&b", Sign.AMPERSAND),
        ("￦！ａ", Sign.FULL_WIDTH),
        ("ㅋㅋㅋ", Sign.REPEATED),
        ("ㅋㅎㅋㅎㅋㅎ", Sign.REPEATED),
        ("学", Sign.HAN),
        ("e\u0301", Sign.DECOMPOSED),
        ("가\u11a8", Sign.DECOMPOSED | Sign.JAMO),
        ("\ufffd", Sign.MOJIBAKE),
    ],
)
def test_signs(text: str, expected: int) -> None:
    assert signs([text]).tolist() == [expected]
    # Neighbours in a batch neither add a sign nor hide one.
    assert signs(["끝 ", text, "\n앞", text]).tolist()[1::2] == [expected, expected]
    assert not is_plain(text) or not expected & ~Sign.REPEATED


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("가나ㄱㅏㅋ \n.ab<&Ａ\u3164…“·女"))))
def test_a_plain_text_has_no_sign(text: str) -> None:
    if is_plain(text):
        assert not signs([text])[0] & ~Sign.REPEATED


def test_a_batch_of_nothing() -> None:
    assert signs([]).tolist() == []
