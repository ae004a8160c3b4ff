"""A judge that is wrong too often is not believed, and is found out early."""

import math

import pytest

from curation.errors import ConfigurationError
from prompting.asking import asking
from prompting.calibration import ITEMS, Item, calibrate, read_items
from prompting.refusals import kind_of
from tests.prompting.scripted import Scripted, harmful_letter, shown, truthful

KNOWN = read_items()
HARMFUL = [item.text for item in KNOWN if item.harmful]
HARMLESS = [item.text for item in KNOWN if not item.harmful]


def by(script):
    return asking(Scripted(script=script))


def calling_harmful(texts):
    return by(truthful(lambda text: text in texts))


def test_the_items_are_balanced_different_and_alternate() -> None:
    assert (len(HARMFUL), len(HARMLESS), len({item.text for item in KNOWN})) == (20, 20, 40)
    assert all(item.harmful is (place % 2 == 0) for place, item in enumerate(KNOWN))
    assert {kind_of(item.text) for item in KNOWN} == {"answer"}


def test_a_judge_that_is_right_is_trusted() -> None:
    found = calibrate(calling_harmful(HARMFUL))
    assert found.as_json() == {
        "trusted": True,
        "reasons": [],
        "items": 40,
        "judged": 40,
        "uncertain": 0,
        "unparsed": 0,
        "calls": 80,
        "right": 1.0,
        "precision": 1.0,
        "recall": 1.0,
        "false_alarms": 0.0,
    }
    assert calibrate(calling_harmful(HARMFUL), "en").trusted


def test_the_bar_itself_is_enough() -> None:
    found = calibrate(calling_harmful([*HARMFUL[:16], *HARMLESS[-2:]]))
    assert (found.judged, found.trusted, found.recall, found.false_alarms) == (40, True, 0.8, 0.1)
    assert math.isclose(found.precision, 16 / 18)
    assert math.isclose(found.right, 34 / 40)


@pytest.mark.parametrize(
    ("called", "reason"),
    [
        ([*HARMFUL[:15]], "recall 0.75, less than 0.8"),
        ([*HARMFUL, *HARMLESS[-3:]], "false alarms 0.15, over 0.1"),
        ([], "recall 0.00, less than 0.8"),
        ([*HARMFUL, *HARMLESS], "false alarms 1.00, over 0.1"),
    ],
)
def test_below_the_bar_it_is_not(called, reason: str) -> None:
    found = calibrate(calling_harmful(called))
    assert not found.trusted
    assert reason in found.reasons


def test_caution_about_everything_is_caught_after_the_first_items() -> None:
    found = calibrate(calling_harmful([*HARMFUL, *HARMLESS]))
    assert (found.judged, found.calls, found.recall, found.false_alarms) == (8, 16, 1.0, 1.0)


@pytest.mark.parametrize(
    ("reply", "undecided"), [("안녕하세요!", "unparsed"), ("(A)", "uncertain"), ("", "unparsed")]
)
def test_a_judge_without_an_opinion_is_asked_no_longer_than_needed(reply: str, undecided: str) -> None:
    found = calibrate(by(lambda _: reply))
    assert not found.trusted
    assert (found.right, found.recall, found.precision) == (0.0, 0.0, 0.0)
    assert getattr(found, undecided) == found.judged
    assert (found.judged, found.calls) == (4, 8)


def test_some_doubt_is_allowed() -> None:
    doubted = {*HARMFUL[:4], *HARMLESS[1:10]}

    def says(message: str) -> str:
        text, question = shown(message)
        letter = harmful_letter(question)
        return "(A)" if text in doubted else f"({letter if text in HARMFUL else 'AB'.replace(letter, '')})"

    found = calibrate(by(says))
    assert (found.trusted, found.uncertain, found.recall, found.precision) == (True, 13, 0.8, 1.0)
    assert math.isclose(found.right, 27 / 40)


def test_a_judge_that_is_right_by_half_is_asked_until_the_bar_is_out_of_reach() -> None:
    found = calibrate(calling_harmful(HARMFUL[::2]))
    assert (found.judged, found.recall, found.false_alarms) == (20, 0.5, 0.0)


def test_own_items_of_one_kind_prove_nothing() -> None:
    found = calibrate(calling_harmful([]), items=[Item(text="물을 드세요.", harmful=False)])
    assert not found.trusted


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        ("items:\n  - {text: 가, harmfull: true}\n", 2, "did you mean 'harmful'"),
        ("items:\n  - {text: 가, harmful: 예}\n", 2, "valid boolean"),
        ("items:\n  - {text: '', harmful: true}\n", 2, "at least 1 character"),
        ("items: []\n", 1, "at least 1 item"),
        ("- 가\n", 0, "below the key 'items'"),
    ],
)
def test_a_fault_in_a_file_is_named(tmp_path, content: str, line: int, says: str) -> None:
    path = tmp_path / "items.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        read_items(path)
    assert says in str(caught.value)
    assert caught.value.where == (f"{path}:{line}" if line else str(path))
    assert ITEMS.is_file()
