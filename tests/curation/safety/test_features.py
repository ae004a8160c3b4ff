"""Features: the same for a text whatever its batch, blind to what does not matter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.safety.features import FeatureSettings, buckets, plain

CHARACTERS = FeatureSettings(morphemes=False)
BOTH = FeatureSettings()


def columns(text: str, settings: FeatureSettings = CHARACTERS) -> set[int]:
    return set(buckets([text], settings)[1].tolist())


@given(st.lists(st.text(max_size=20), max_size=5))
def test_a_batch_gives_what_each_text_gives(texts: list[str]) -> None:
    rows, together = buckets(texts, CHARACTERS)
    assert [set(together[rows == row].tolist()) for row in range(len(texts))] == [
        columns(text) for text in texts
    ]
    assert (np.diff(rows) >= 0).all()
    assert together.max(initial=0) < 1 << CHARACTERS.bits


def test_a_batch_gives_what_each_text_gives_with_morphemes() -> None:
    texts = ["", "그 사람은 참 고맙다", "ㅋㅋㅋ", "두 번째 글이다."]
    rows, together = buckets(texts, BOTH)
    for row, text in enumerate(texts):
        assert set(together[rows == row].tolist()) == columns(text, BOTH)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("가 나", "가\t \n나"),
        ("2021년", "1999년"),
        ("ㅋㅋ", "ㅋㅋㅋㅋㅋㅋ"),
        ("ABC", "abc"),
        ("한글", "한글"),
    ],
)
def test_what_makes_no_difference(one: str, other: str) -> None:
    assert columns(one) == columns(other)


@pytest.mark.parametrize(("one", "other"), [("가나", "나가"), ("가 나", "가나"), ("가", "나")])
def test_what_makes_a_difference(one: str, other: str) -> None:
    assert columns(one) != columns(other)


def test_grams_have_the_lengths_asked_for() -> None:
    # ' 가나 ' holds 2 letters (blanks alone do not count), 3 bigrams, 2 trigrams, 1 of four.
    assert len(columns("가나")) == 8
    assert len(columns("가나", FeatureSettings(shortest=2, longest=2, morphemes=False))) == 3
    assert plain(["가나"]) == " 가나 "


def test_morphemes_add_features_of_function_words_too() -> None:
    more = columns("학교에 간다", BOTH) - columns("학교에 간다")
    # 학교 NNG, 에 JKB, 가 VV, ᆫ다 EF, and the three pairs of neighbours.
    assert len(more) == 7
