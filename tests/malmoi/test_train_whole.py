"""The whole chain, as a person walks it: corpora → release → QLoRA → measured → merged → asked."""

import json
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
import yaml

from tests.malmoi.command import Result, malmoi

STEPS = 40


def ran(home: Path, *arguments: str | Path, code: int = 0) -> Result:
    done = malmoi(*arguments, home=home, seconds=900, OMP_NUM_THREADS="1")
    assert done.code == code, done.err[-3000:]
    return done


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, project: Path, corpora: Path) -> Path:
    """A workspace with a release of BEEP!, Chatbot_data and two SuperNI tasks."""
    folder = tmp_path_factory.mktemp("whole")
    recipe = project / "recipes/instructions.yaml"
    ran(folder, "curate", recipe, "--data", corpora, "--out", "releases/instructions")
    return folder


def write_config(home: Path, project: Path) -> Path:
    """The configuration that comes with malmoi, with shorter and fewer rows."""
    config = yaml.safe_load((project / "recipes/qlora.yaml").read_text(encoding="utf-8"))
    config["data"]["max_length"] = 128
    config["data"]["validation"][0]["limit"] = 20
    config["train"].update(batch=2, checkpoint_every=20, evaluate_every=40)
    config["eval"].update(limit=12, max_new_tokens=16, red_team=False)
    path = home / "qlora.yaml"
    path.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    return path


@pytest.mark.slow
def test_from_corpora_to_answers(home: Path, project: Path) -> None:
    config = write_config(home, project)
    planned = ran(home, "train", "plan", config, "--base", "smollm2", "--json").json
    assert planned["faults"] == []

    run = ran(home, "train", "run", config, "--base", "smollm2", "--json").json
    folder = home / run["run"]
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
    # Both sides may be in bfloat16, whose rounding shows; in float32 it is below 1e-3 (test_merging_smollm2).
    assert by_target["dequantised"]["kl"] < 0.03
    assert by_target["dequantised"]["kl"] < by_target["original"]["kl"]
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
    answered = subprocess.run(
        [sys.executable, "-c", asked, f"transformers:{folder / 'merged'}", "오늘 너무 피곤해."],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert any("가" <= character <= "힣" for character in answered.stdout)
