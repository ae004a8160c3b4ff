"""Steps: text in, text or the reason to drop it out."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.steps import STEPS
from curation.steps.base import Drop, Given, Keep
from curation.steps.hangul_ratio import hangul_ratios


def judge(name: str, text: str, **params: object) -> str | Drop:
    step = STEPS[name]
    assert step.make is not None
    outcome = step.make(step.params(**params), Given())([text])[0]
    return outcome.text if isinstance(outcome, Keep) else outcome


@pytest.mark.parametrize(
    ("text", "params", "expected"),
    [
        ("가나다", {"min": 3, "max": 3}, "가나다"),
        ("가나", {"min": 3}, Drop("too_short", 2.0)),
        ("가나다라", {"max": 3}, Drop("too_long", 4.0)),
        ("", {}, Drop("too_short", 0.0)),
        ("", {"min": 0}, ""),
        ("가" * 100_000, {}, "가" * 100_000),
    ],
)
def test_length(text: str, params: dict[str, int], expected: str | Drop) -> None:
    assert judge("length", text, **params) == expected


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("한국어", 1.0),
        ("한국어 ok", 0.6),
        ("ㅋㅋㅋ ㅠㅠ", 1.0),
        ("plain English", 0.0),
        ("漢字와 かな", 0.2),
        ("2026년 11월 22일!", 1.0),
        ("𝐀가", 0.5),  # a letter beyond 16 bits
        ("ﾡﾤ x", 2 / 3),
        ("123 …!?", None),
        ("", None),
    ],
)
def test_hangul_ratio(text: str, ratio: float | None) -> None:
    assert hangul_ratios([text])[0] == (None if ratio is None else pytest.approx(ratio))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("절반은 half", "절반은 half"),
        ("셋 of four", Drop("little_hangul", 0.1429)),
        ("ㅋㅋ!!", "ㅋㅋ!!"),
        ("12:30", Drop("no_letters")),
    ],
)
def test_hangul_ratio_as_a_step(text: str, expected: str | Drop) -> None:
    assert judge("hangul_ratio", text, min=0.4) == expected


@given(st.text())
def test_hangul_ratio_is_the_share_of_letters_counted_one_by_one(text: str) -> None:
    letters = [letter for letter in text if letter.isalpha()]
    hangul = [letter for letter in letters if "HANGUL" in unicodedata.name(letter, "")]
    assert hangul_ratios([text])[0] == (pytest.approx(len(hangul) / len(letters)) if letters else None)
