"""The whole chain, as a person walks it: corpora → release → QLoRA → measured → merged → asked."""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from tests.malmoi.command import Result, malmoi

STEPS = 40


def ran(home: Path, *arguments: str | Path, code: int = 0) -> Result:
    done = malmoi(*arguments, home=home, seconds=900, OMP_NUM_THREADS="1", MALMOI_CACHE=str(home / "cache"))
    assert done.code == code, done.err[-3000:]
    return done


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, project: Path, corpora: Path) -> Path:
    """A workspace with a release of BEEP!, Chatbot_data and two SuperNI tasks."""
    folder = tmp_path_factory.mktemp("whole")
    recipe = project / "recipes/instructions.yaml"
    ran(folder, "curate", recipe, "--data", corpora, "--out", "releases/instructions")
    return folder


def config_of(home: Path, project: Path, **changes: Any) -> Path:
    """The configuration that comes with malmoi, changed."""
    text = (project / "recipes/qlora.yaml").read_text(encoding="utf-8")
    path = home / f"{changes.get('name', 'qlora')}.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(text), **changes}, allow_unicode=True), encoding="utf-8")
    return path


@pytest.mark.slow
def test_from_corpora_to_answers(home: Path, project: Path) -> None:
    config = config_of(home, project)
    planned = ran(home, "train", "plan", config, "--base", "smollm2", "--json").json
    assert planned["faults"] == []

    run = ran(home, "train", "run", config, "--base", "smollm2", "--json").json
    folder = Path(run["run"])
    folder = folder if folder.is_absolute() else home / folder
    lines = (folder / "metrics.jsonl").read_bytes().splitlines()
    losses = [one["loss"] for one in map(orjson.loads, lines) if "loss" in one]
    assert (run["steps"], len(losses)) == (STEPS, STEPS)
    assert sum(losses[-10:]) / 10 < sum(losses[:5]) / 5
    assert run["peak_rss_mb"] < 2_500
    assert planned["memory"]["peak_mb"] == pytest.approx(run["peak_rss_mb"], rel=0.15)
    assert run["gate"]["passed"]
    assert "<script src" not in (folder / "eval/report.html").read_text(encoding="utf-8")

    merged = ran(home, "train", "merge", folder, "--json").json
    by_target = {one["into"]: one for one in merged["candidates"]}
    assert set(by_target) == {"dequantised", "original"}
    assert by_target["dequantised"]["kl"] < 1e-3
    assert merged["reload"]["kl"] < 5e-3
    config_json = json.loads((folder / "merged/config.json").read_text(encoding="utf-8"))
    assert config_json["rope_theta"] == 100_000
    assert config_json["torch_dtype"] == "bfloat16"

    ran(home, "train", "card", folder)
    card = (folder / "merged/README.md").read_text(encoding="utf-8")
    assert "More Information Needed" not in card
    assert "CC-BY-SA-4.0" in card
    listed = ran(home, "train", "push", folder, "--json", code=1).json
    assert not listed["pushed"]

    asked = (
        "import sys, chat; from langchain_core.messages import HumanMessage; "
        "print(chat.load(sys.argv[1]).invoke([HumanMessage(sys.argv[2])]).content)"
    )
    import subprocess
    import sys

    answered = subprocess.run(
        [sys.executable, "-c", asked, f"transformers:{folder / 'merged'}", "오늘 너무 피곤해."],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert any("가" <= character <= "힣" for character in answered.stdout)
