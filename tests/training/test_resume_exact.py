"""A run that is killed again and again ends with the bytes of one that was not (acceptance test 4)."""

import os
import random
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.training.forked import ended
from tests.training.interrupted import STEPS, STOPPED, Trial, configured, go_on, outcome
from training.run_folder import RunFolder
from training.running.checkpoints import MANIFEST, all_in, fault_of, last_complete

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, tiny: Path) -> Trial:
    """A run that nothing interrupts."""
    path = tmp_path_factory.mktemp("whole")
    trial = Trial(configured(path), RunFolder(path / "run"))
    assert trial.finish() == 0
    return trial


def beside(whole: Trial, path: Path) -> Trial:
    return Trial(whole.config, RunFolder(path / "run"))


def assert_same(one: Trial, other: Trial) -> None:
    expected, found = outcome(one.folder), outcome(other.folder)
    steps = [line["step"] for line in found["metrics"] if "loss" in line]
    assert steps == list(range(1, STEPS + 1))
    assert found["metrics"] == expected["metrics"]
    assert found["samples"] == expected["samples"]
    assert found["weights"].keys() == expected["weights"].keys() != set()
    assert found["weights"] == expected["weights"]


def test_killed_at_random_moments(whole: Trial, tmp_path: Path) -> None:
    draw = random.Random(20)
    trial = beside(whole, tmp_path)
    codes = []
    for number in range(4):
        lines, saves = trial.lines(), trial.saves()
        in_save = number % 2 == 1

        def moment(lines: int = lines, saves: int = saves, in_save: bool = in_save) -> bool:
            return trial.saves() != saves if in_save else trial.lines() not in range(lines + 1)

        codes.append(trial.end_when(moment, draw.random() * (0.02 if in_save else 0.1)))
    assert codes.count(-signal.SIGKILL) >= 2, "too few of the kills came before the end"
    assert trial.finish() == 0
    assert_same(whole, trial)


@pytest.fixture(scope="module")
def at_nine(whole: Trial, tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """The run when checkpoints 8 and 9 are there."""
    trial = beside(whole, tmp_path_factory.mktemp("at_nine"))
    assert trial.killed("saved", 9) == -signal.SIGKILL
    assert fault_of(trial.folder.checkpoints / "checkpoint-9") == ""
    return trial


def test_killed_in_the_middle_of_writing_each_file_and_moved(
    at_nine: Trial, whole: Trial, tmp_path: Path
) -> None:
    newest = at_nine.folder.checkpoints / "checkpoint-9"
    # The manifest is renamed into place: while it is written, it has no name.
    order = sorted(
        (path for path in newest.rglob("*") if path.is_file() and path.name != MANIFEST),
        key=lambda path: path.stat().st_mtime_ns,
    )
    assert {
        "adapter_model.safetensors",
        "optimizer.pt",
        "scheduler.pt",
        "rng_state.pth",
        "trainer_state.json",
    } <= {path.name for path in order}
    for number, torn in enumerate(order):
        trial = at_nine.copied(tmp_path / str(number))
        there = trial.folder.checkpoints / "checkpoint-9"
        for path in (*order[number + 1 :], newest / MANIFEST):
            (there / path.relative_to(newest)).unlink()
        os.truncate(there / torn.relative_to(newest), torn.stat().st_size // 2)
        if torn.name == "trainer_state.json":
            assert trial.finish() == 0
            assert_same(whole, trial)
        else:
            older = [one for one in all_in(trial.folder.checkpoints) if one != there]
            assert last_complete(trial.folder.checkpoints) == older[-1]
        assert (trial.folder.checkpoints / "set-aside/checkpoint-9" / torn.relative_to(newest)).exists()


def test_a_kill_after_the_last_step_trains_none_more(whole: Trial, tmp_path: Path) -> None:
    trial = beside(whole, tmp_path)
    # Its last step is in the middle of an epoch: resumed from there, the Trainer would take another.
    assert trial.killed("saved", STEPS) == -signal.SIGKILL
    assert "run" not in trial.folder.record()
    assert trial.finish() == 0
    assert_same(whole, trial)


def test_asked_to_end_it_saves_the_step_and_goes_on_from_there(whole: Trial, tmp_path: Path) -> None:
    trial = beside(whole, tmp_path)
    process = trial.at("step", 4)
    go_on(process, signal.SIGINT)
    assert ended(process) == STOPPED
    (newest,) = [one for one in all_in(trial.folder.checkpoints) if fault_of(one) == ""][-1:]
    assert (
        trial.folder.metrics.read_bytes().splitlines()[-1].startswith(b'{"step":' + newest.name[11:].encode())
    )
    assert not trial.folder.adapter.exists()
    assert "run" not in trial.folder.record()
    assert trial.finish() == 0
    assert_same(whole, trial)


def test_early_stopping_counts_on(tmp_path: Path, tiny: Path) -> None:
    # All weights, so fast that it gets worse from evaluation to evaluation.
    changes: dict[str, Any] = {
        "learning_rate": 3.0,
        "neftune_alpha": 0.0,
        # A step of one micro-batch: with two, the Trainer breaks off before it takes a step too many.
        "micro_batch": 4,
        "schedule": "constant",
        "early_stopping": 2,
        "evaluate_every": 2,
        "checkpoint_every": 2,
        "samples": [],
    }
    config = configured(tmp_path, method={"kind": "full"}, **changes)
    whole, trial = (Trial(config, RunFolder(tmp_path / name)) for name in ("whole", "killed"))
    assert whole.finish() == 0
    expected = outcome(whole.folder)
    losses = [line["validation_loss"] for line in expected["metrics"] if "validation_loss" in line]
    assert whole.folder.record()["run"]["stopped"] == "early"
    assert losses.index(min(losses)) == len(losses) - 3
    last = expected["metrics"][-1]["step"]
    # Once with one bad evaluation counted, once when the second had ended training.
    for step in (last - 2, last):
        assert trial.killed("saved", step) == -signal.SIGKILL
    assert trial.finish() == 0
    assert outcome(trial.folder) == expected
    assert trial.folder.record()["run"]["stopped"] == "early"


def test_two_runs_do_not_share_a_folder_and_a_finished_one_is_left_alone(
    whole: Trial, tmp_path: Path
) -> None:
    trial = beside(whole, tmp_path)
    first = trial.at("step", 1)
    assert trial.finish() == 1
    go_on(first)
    assert ended(first) == 0
    before = {path: path.stat().st_mtime_ns for path in trial.folder.path.rglob("*")}
    assert trial.finish() == 0
    assert {path: path.stat().st_mtime_ns for path in trial.folder.path.rglob("*")} == before
    assert_same(whole, trial)
