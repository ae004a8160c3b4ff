"""`malmoi safety` from the outside."""

from pathlib import Path

import orjson
import pytest
import yaml
from typer.testing import CliRunner

from malmoi.commands.safety import app

RUNNER = CliRunner()


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "recipe.yaml"
    corpus = {"name": "own", "format": "jsonl", "train": "labelled.jsonl", "licence": "CC0-1.0"}
    features = {"bits": 12, "morphemes": False}
    path.write_text(
        yaml.safe_dump({"name": "x", "corpora": [corpus], "features": features}), encoding="utf-8"
    )
    return path


def test_train_then_evaluate(small: Path, recipe: Path, tmp_path: Path) -> None:
    out = tmp_path / "models/x.npz"
    common = ["--data", str(small), "--recipe", str(recipe)]
    trained = RUNNER.invoke(app, ["train", *common, "--out", str(out), "--json"])
    assert trained.exit_code == 0, trained.output
    evaluated = RUNNER.invoke(app, ["evaluate", str(out), *common, "--json"])
    first, second = orjson.loads(trained.stdout), orjson.loads(evaluated.stdout)
    assert first["sha256"] == second["sha256"]
    first["categories"]["rude"].pop("validation")
    assert first == second

    table = RUNNER.invoke(app, ["evaluate", str(out), *common])
    assert "rude" in table.output
    assert "mentions of" in table.output
    assert "keywords" in table.output


@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_help_shows_an_example(command: str) -> None:
    assert f"Example: malmoi safety {command}" in RUNNER.invoke(app, [command, "--help"]).output
