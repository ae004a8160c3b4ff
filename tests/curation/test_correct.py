import random
from pathlib import Path

import pytest
from pydantic import ValidationError

from curation.steps.base import Given, Keep, Outcome
from curation.steps.correct import CORRECT, CorrectParams

KOBEST = Path(__file__).parents[3] / "shared/corpora/kobest/BoolQ_dev.tsv"


def corrected(*texts: str, **params: object) -> list[Outcome]:
    return list(CORRECT.make(CorrectParams.model_validate(params), Given())(texts))


@pytest.mark.parametrize(
    ("text", "params", "expected"),
    [
        (
            "할수있는 일 입니다.",
            {},
            Keep("할 수 있는 일입니다.", counts={"spacing": 3}, rewritten=True),
        ),
        (
            "그렇게 됬다고 할수있다.",
            {"typos": True},
            Keep("그렇게 됐다고 할 수 있다.", counts={"spacing": 2, "typos": 1}, rewritten=True),
        ),
        (
            "그렇게 됬다고 할수있다.",
            {"typos": True, "spacing": False},
            Keep("그렇게 됐다고 할수있다.", counts={"typos": 1}, rewritten=True),
        ),
        (
            "형태소분석결과를 보았다.",
            {"compounds": True},
            Keep("형태소 분석 결과를 보았다.", counts={"spacing": 2}, rewritten=True),
        ),
        (
            "나는학교에서밥을먹고집에가서잠을잤다",
            {},
            Keep("나는학교에서밥을먹고집에가서잠을잤다", counts={"refused": 1}),
        ),
        ("고칠 것이 없다.", {"typos": True}, "고칠 것이 없다."),
        ("no Korean here, 123", {}, "no Korean here, 123"),
        ("", {}, ""),
    ],
)
def test_a_correction_says_how_often_it_changed_what(text, params, expected):
    assert corrected(text, **params) == [expected]


def test_a_long_text_is_corrected_throughout():
    line = "이것은 할수있는 일이다.\n"
    (found,) = corrected(line * 1000)

    assert found.text == "이것은 할 수 있는 일이다.\n" * 1000
    assert found.counts == {"spacing": 2000}


def test_the_outcome_does_not_depend_on_the_batch():
    texts = ["할수있다.", "", "나는학교에 갔다.", "English", "😀 할수있다"] * 9

    assert corrected(*texts) == [outcome for text in texts for outcome in corrected(text)]


def test_correcting_twice_changes_nothing_more():
    texts = ["할수있는 일 입니다.", "나는학교에 갔다.", "그렇게 됬다고 할수있다.", "학교 에서 공부 했다."]
    once = [outcome.text for outcome in corrected(*texts, typos=True)]

    assert corrected(*once, typos=True) == once


@pytest.mark.parametrize(
    "params",
    [
        {"spacing": False},
        {"spacing": False, "typos": True, "compounds": True},
        {"max_changed": 2},
        {"space": True},
    ],
)
def test_parameters_that_make_no_sense_are_refused(params):
    with pytest.raises(ValidationError):
        CorrectParams.model_validate(params)


@pytest.mark.skipif(not KOBEST.is_file(), reason="the public corpora are not beside the clone")
class TestEditedProse:
    """Paragraphs of an encyclopaedia: their spaces are right but for about two in 1,000 words."""

    @pytest.fixture
    def paragraphs(self) -> list[str]:
        lines = KOBEST.read_text(encoding="utf-8").splitlines()[1:]
        return list(dict.fromkeys(line.split("\t")[1] for line in lines))[:150]

    def test_good_spacing_and_spelling_are_left_alone(self, paragraphs):
        outcomes = corrected(*paragraphs, typos=True)
        words = sum(len(paragraph.split()) for paragraph in paragraphs)
        changes = sum(
            outcome.counts.get("spacing", 0) + outcome.counts.get("typos", 0)
            for outcome in outcomes
            if isinstance(outcome, Keep)
        )

        assert changes < 0.005 * words

    def test_lost_spaces_come_back_in_the_right_places(self, paragraphs):
        lost = random.Random(2)
        damaged = [_without_some_spaces(paragraph, lost) for paragraph in paragraphs]
        found = [
            outcome if isinstance(outcome, str) else outcome.text
            for outcome in corrected(*damaged, max_changed=1.0)
        ]

        gone = sum(map(_missing, paragraphs, damaged))
        still_gone = sum(map(_missing, paragraphs, found))
        wrong = sum(map(_missing, found, paragraphs))

        assert gone > 500
        assert still_gone < 0.45 * gone
        assert wrong < 0.03 * gone


def _without_some_spaces(text: str, lost: random.Random) -> str:
    glued, *words = text.split(" ")
    for word in words:
        is_between_syllables = "가" <= glued[-1:] <= "힣" and "가" <= word[:1] <= "힣"
        glued += word if is_between_syllables and lost.random() < 0.2 else " " + word
    return glued


def _missing(text: str, other: str) -> int:
    """Count the spaces of ``text`` that ``other`` has not."""
    return len(_spaces(text) - _spaces(other))


def _spaces(text: str) -> set[int]:
    seen = 0
    places = set()
    for char in text:
        if char.isspace():
            places.add(seen)
        else:
            seen += 1
    return places
