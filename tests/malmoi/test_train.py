"""`malmoi train` as a person meets it: faults before any work, a stop and a resume, a gate that fails."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from tests.malmoi.command import malmoi_here
from tests.malmoi.terminal import on_a_terminal

ROWS = [
    ("오늘 너무 피곤해.", "오늘은 일찍 주무세요."),
    ("점심에 뭘 먹을까?", "따뜻한 국수가 어떨까요?"),
    ("비가 올까?", "우산을 챙기세요."),
    ("회의가 길어졌어.", "잠깐 쉬었다 하세요."),
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    import json

    lines = [
        {"messages": [{"role": "user", "content": f"{n}: {asked}"}, {"role": "assistant", "content": said}]}
        for n in range(12)
        for asked, said in ROWS
    ]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (tmp_path / "rows.jsonl").write_text(text, encoding="utf-8")
    return tmp_path


def write_config(home: Path, **changes: object) -> Path:
    config = {
        "name": "trial",
        "base": "tiny",
        "data": {
            "train": [{"path": "rows.jsonl", "format": "messages", "licence": "CC0-1.0"}],
            "max_length": 96,
        },
        **changes,
    }
    path = home / "trial.yaml"
    path.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    return path


def test_an_unknown_key_is_told_at_once(home: Path) -> None:
    shown = malmoi_here("train", "run", write_config(home, train={"lr": 1}), "--json", home=home)
    assert shown.code == 2
    assert "unknown key 'lr'" in shown.json["error"]["what"]
    assert "trial.yaml:" in shown.json["error"]["where"]
    assert not (home / "runs").exists()


@pytest.mark.parametrize("command", ["resume", "eval", "merge", "export", "card", "push"])
def test_what_needs_a_run_says_how_to_start_one(home: Path, command: str) -> None:
    shown = malmoi_here("train", command, write_config(home), home=home)
    assert shown.code == 2
    assert "There is no run of this configuration yet." in shown.err
    assert "malmoi train run" in shown.err


def test_a_folder_that_is_no_run_is_told(home: Path) -> None:
    (home / "elsewhere").mkdir()
    shown = malmoi_here("train", "merge", home / "elsewhere", home=home)
    assert shown.code == 2
    assert "not that of a run" in shown.err


def test_a_run_that_is_stopped_goes_on_and_the_gate_has_the_last_word(home: Path) -> None:
    config = write_config(
        home,
        # All weights, fast, on four answers alone: it forgets, and the gate must see it.
        method={"kind": "full"},
        train={"max_steps": 40, "epochs": 60, "batch": 4, "learning_rate": 0.02, "early_stopping": 0},
        eval={"limit": 100, "max_new_tokens": 4, "red_team": False},
    )
    run = home / "runs/trial"
    started = subprocess.Popen(
        [sys.executable, "-m", "malmoi", "train", "run", config.name],
        cwd=home,
        env={**os.environ, "MALMOI_HOME": str(home)},
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 120
    while not (run / "metrics.jsonl").exists() and started.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.05)
    started.send_signal(signal.SIGTERM)
    told = started.communicate(timeout=120)[1]
    assert started.returncode == 143, told
    assert "malmoi train resume" in told

    again = malmoi_here("train", "run", config, home=home)
    assert again.code == 2
    assert "malmoi train resume" in again.err

    resumed = malmoi_here("train", "resume", run, "--json", home=home)
    assert resumed.code == 1, resumed.err
    assert resumed.json["steps"] == 40
    assert not resumed.json["gate"]["passed"]
    assert "were lost" in resumed.json["gate"]["reasons"][0]


def test_what_every_stage_shows_a_person(home: Path) -> None:
    for name, rate in (("first", 1e-4), ("second", 2e-4)):
        config = write_config(
            home,
            name=name,
            train={"max_steps": 2, "batch": 4, "learning_rate": rate},
            eval={"limit": 4, "max_new_tokens": 4, "red_team": False},
        )
        ran = malmoi_here("train", "run", config, home=home)
        assert ran.code == 0, ran.err
        assert f"runs/{name}" in ran.out

    measured = malmoi_here("train", "eval", "runs/first", home=home)
    assert measured.code == 0, measured.err
    lines = {line.split()[0]: line for line in measured.out.splitlines() if line.split()}
    assert {"set", "task", "general_ko"} <= lines.keys()
    assert "before" in lines["set"]
    assert "The forgetting gate passes." in measured.out
    assert "runs/first/eval/report.html" in measured.out

    beside = malmoi_here("train", "compare", "runs/first", "runs/second", home=home)
    assert beside.code == 0, beside.err
    assert [line.split()[1] for line in beside.out.splitlines() if line.startswith("second")] == [
        *["task"] * 3,
        "general_ko",
    ]
    assert "first" in (home / "comparison.html").read_text(encoding="utf-8")

    merged = malmoi_here("train", "merge", "runs/first", home=home)
    assert merged.code == 0, merged.err
    assert "(kept)" in merged.out
    assert "malmoi ask" in merged.out

    exported = malmoi_here("train", "export", "runs/first", home=home)
    assert exported.code == 0, exported.err
    assert "train.jsonl" in exported.out

    card = malmoi_here("train", "card", "runs/first", home=home)
    assert card.code == 0, card.err
    listed = malmoi_here("train", "push", "runs/first", home=home)
    assert listed.code == 1
    assert "README.md" in listed.out + listed.err


def test_a_run_is_shown_live_on_a_terminal(home: Path) -> None:
    config = write_config(
        home, train={"max_steps": 4, "batch": 4, "evaluate_every": 2, "samples": ["[b]오늘 너무 피곤해.[/b]"]}
    )
    shown, told = on_a_terminal(["train", "run", config.name, "--no-evaluate"], home, shows="stderr")
    assert "trial · qlora of tiny" in shown
    assert "step 4 of 4" in shown
    assert "tokens/s" in shown
    assert "validation" in shown
    assert "> [b]오늘 너무 피곤해.[/b]" in shown
    assert "4 steps · loss" in told
    assert "Next: malmoi train merge" in told
