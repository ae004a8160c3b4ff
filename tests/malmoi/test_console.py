"""What a person sees on a terminal, and what a program gets."""

import json
from pathlib import Path

import pytest

from malmoi.console import amount_of
from tests.malmoi.terminal import on_a_terminal


@pytest.mark.parametrize(
    ("number", "unit", "shown"),
    [(0, "rows", "0 rows"), (24_323, "rows", "24,323 rows"), (1_500_000, "B", "1.5 MB")],
)
def test_amounts_are_readable(number: int, unit: str, shown: str) -> None:
    assert amount_of(number, unit) == shown


def test_a_terminal_shows_progress(tmp_path: Path, project: Path) -> None:
    command = ["curate", str(project / "recipes/samples.yaml")]
    options = ["--data", str(project / "samples"), "--out", str(tmp_path / "release"), "--json"]
    terminal, out = on_a_terminal([*command, *options], tmp_path, shows="stderr")
    assert json.loads(out)["sources"]["handbook"]["kept"] > 0
    assert "187 rows" in terminal  # the writing stage counts what is kept
