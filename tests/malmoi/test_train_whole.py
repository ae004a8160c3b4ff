"""The whole chain, as a person walks it: corpora → release → QLoRA → measured → merged → asked."""

import json
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
import yaml
from langchain_core.messages import HumanMessage

import chat
from tests.malmoi.command import Result, malmoi, malmoi_here

STEPS = 14


def ran(home: Path, *arguments: str | Path, code: int = 0) -> Result:
    """What a command told; only training has a process of its own, for the memory that it takes."""
    if arguments[:2] == ("train", "run"):
        done = malmoi(*arguments, home=home, seconds=900, OMP_NUM_THREADS="1")
    else:
        done = malmoi_here(*arguments, home=home)
    assert done.code == code, done.err[-3000:]
    return done


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """As the process of training has: tests run side by side."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


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
    # As long as it takes for the steps to need more memory than loading, which is not the same each time.
    config["data"]["max_length"] = 320
    config["data"]["validation"][0]["limit"] = 8
    config["train"].update(max_steps=STEPS, batch=1, checkpoint_every=STEPS, evaluate_every=STEPS)
    config["eval"].update(limit=6, max_new_tokens=16, red_team=False)
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
    assert sum(losses[-5:]) / 5 < sum(losses[:3]) / 3
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

    model = chat.load(f"transformers:{folder / 'merged'}")
    answer = str(model.invoke([HumanMessage("오늘 너무 피곤해.")], max_tokens=40).content)
    assert any("가" <= character <= "힣" for character in answer)
