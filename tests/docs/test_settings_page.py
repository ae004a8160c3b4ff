"""The page on settings names every key, and its example is a settings file."""

import re
from pathlib import Path

import pytest

from malmoi.workspace import SETTINGS_FILE, Settings, Workspace, known_keys


@pytest.fixture(scope="module")
def page(project: Path) -> str:
    return (project / "docs/settings.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("key", known_keys(Settings))
def test_every_key_is_explained(page: str, key: str) -> None:
    assert f"`{key}`" in page


def test_the_example_holds_the_defaults(page: str, tmp_path: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", page, re.DOTALL)
    assert example
    (tmp_path / SETTINGS_FILE).write_text(example[1], encoding="utf-8")
    shown = Workspace(tmp_path).settings()
    assert shown.slack == Settings().slack
    assert shown.answer.model == Settings().answer.model
    assert shown.answer.index == "indexes/handbook"
