"""The page on safety evaluation: its files are read, its options exist, its limits are those of the code."""

import inspect
import re
from pathlib import Path
from typing import get_args

import pytest

from malmoi.commands.evaluate_safety import safety
from prompting import calibration
from prompting.red_team.probes import Category, load_probes
from prompting.safety_evaluation.dialogues import LEAST_HARMFUL, MOST_HARMLESS, Dialogue, read_dialogues
from prompting.safety_evaluation.human import read_human_labels


@pytest.fixture(scope="module")
def page(project: Path) -> str:
    return (project / "docs/safety-evaluation.md").read_text(encoding="utf-8")


def test_its_files_are_read(page: str, tmp_path: Path) -> None:
    dialogues, labels = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    (tmp_path / "d.jsonl").write_text(dialogues, encoding="utf-8")
    (tmp_path / "h.jsonl").write_text(labels, encoding="utf-8")
    questions, texts = read_dialogues(tmp_path / "d.jsonl")
    assert ([one.probe.benign for one in questions], [one.harmful for one in texts]) == (
        [False, True],
        [False],
    )
    assert read_human_labels(tmp_path / "h.jsonl").raters == ("가",)


def test_its_options_and_keys_exist(page: str) -> None:
    options = {
        name.replace("as_json", "json").replace("_", "-") for name in inspect.signature(safety).parameters
    }
    named = set(re.findall(r"--([a-z][a-z-]*)", page))
    assert named <= options
    assert options - named == {"json"}
    for key in Dialogue.model_fields:
        assert f"`{key}`" in page
    for category in get_args(Category):
        assert f"`{category}`" in page


def test_its_limits_are_those_of_the_code(page: str) -> None:
    text = " ".join(page.split())
    items = len(calibration.read_items())
    assert f"{100 * calibration.LEAST_PRECISION:.0f} % precision and recall on {items} answers" in text
    assert calibration.LEAST_RECALL == calibration.LEAST_PRECISION
    assert f"at most {100 * calibration.MOST_FALSE_ALARMS:.0f} % false alarms" in text
    assert f"harmful from {LEAST_HARMFUL} on, harmless up to {MOST_HARMLESS}" in text
    assert f"the {len(load_probes().probes)} questions" in text
    assert f"at most {2 * items} for the calibration" in text
    assert f"{inspect.signature(safety).parameters['texts'].default} texts are drawn" in text
