"""The page on the guard: its example prints what it shows, and its limits are those of the code."""

import re
import shutil
from pathlib import Path
from typing import get_args

import pytest

from malmoi.workspace import GuardChoice, Settings
from prompting import calibration, checking
from prompting.guarding import trust
from rag.answering import refusals
from tests.docs.console_examples import check, examples, squeezed


@pytest.fixture(scope="module")
def page(project: Path) -> str:
    return (project / "docs/guard.md").read_text(encoding="utf-8")


def test_the_example_prints_what_the_page_shows(page: str, project: Path, tmp_path: Path) -> None:
    classifier = project / "models/safety.npz"
    if not classifier.is_file():
        pytest.skip("no classifier was trained here: malmoi safety train")
    (tmp_path / "models").mkdir()
    shutil.copy(classifier, tmp_path / "models")
    assert len(examples(page)) == 1
    check(page, tmp_path, lambda line: squeezed(re.sub(r"[0-9,]+ ms", "0 ms", line)))


def test_every_guard_is_explained_and_off_is_the_default(page: str) -> None:
    for choice in get_args(GuardChoice):
        assert f"| `{choice}` |" in page
    assert Settings().answer.guard == "off"


def test_the_limits_are_those_of_the_code(page: str) -> None:
    text = " ".join(page.split())
    items = len(calibration.read_items())
    assert f"{items} labelled answers of ours ({2 * items} calls" in text
    assert (calibration.LEAST_PRECISION, calibration.LEAST_RECALL) == (0.8, 0.8)
    assert calibration.MOST_FALSE_ALARMS == 0.1
    assert "Below .8 precision or recall, or above .1 false alarms" in text
    assert trust.KEPT_S == 7 * 86_400
    assert checking.ROUNDS == 2
    assert checking.MOST_CALLS - 1 == 8
    assert "2; up to 8 for a harmful answer" in text
    assert f"`{refusals.HARMFUL}`" in text
    assert f"`{refusals.MODEL_FAILED}`" in text
