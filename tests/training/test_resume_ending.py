"""Runs that a full disk, a lost folder or a signal ends, and several processes at one run."""

import resource
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.training.forked import HANGS, ended
from tests.training.interrupted import (
    STOPPED,
    Trial,
    configured,
    go_on,
    outcome,
    wait_until_still,
)
from training.run_folder import RunFolder
from training.running.checkpoints import MANIFEST, all_in, fault_of, last_complete

pytestmark = pytest.mark.slow
CHANGES: dict[str, Any] = {"max_steps": 6, "checkpoint_every": 2, "evaluate_every": 3, "samples": []}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, tiny: Path) -> Trial:
    path = tmp_path_factory.mktemp("ending")
    trial = Trial(configured(path, **CHANGES), RunFolder(path / "run"))
    assert trial.finish() == 0
    return trial


@pytest.fixture
def trial(whole: Trial, tmp_path: Path) -> Trial:
    return Trial(whole.config, RunFolder(tmp_path / "run"))


def wait_for(moment: Callable[[], bool]) -> None:
    until = time.monotonic() + HANGS
    while not moment():
        assert time.monotonic() < until, "the moment did not come"
        time.sleep(0.0005)


def manifest(trial: Trial, step: int) -> Path:
    return trial.folder.checkpoints / f"checkpoint-{step}" / MANIFEST


def test_a_full_disk_in_mid_save_is_one_message_and_room_is_enough_to_go_on(
    whole: Trial, trial: Trial
) -> None:
    process = trial.at("saved", 2)
    # No file may grow beyond this: the adapter still fits, the optimiser's state does not.
    assert process.pid is not None
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (60_000, resource.RLIM_INFINITY))
    go_on(process)
    assert ended(process) == 1
    assert "The run ended because the disk took no more" in trial.told
    assert "Make room; then `malmoi train resume` goes on after step 2." in trial.told
    assert [one.name for one in all_in(trial.folder.checkpoints) if fault_of(one) == ""] == ["checkpoint-2"]
    assert not trial.folder.adapter.exists()
    assert trial.finish() == 0
    assert outcome(trial.folder) == outcome(whole.folder)


def test_a_folder_that_is_removed_meanwhile_ends_the_run(trial: Trial) -> None:
    process = trial.at("saved", 2)
    trial.folder.path.rename(trial.folder.path.with_name("moved"))
    go_on(process)
    assert ended(process) == 1
    assert "folder" in trial.told
    assert "Put the folder back" in trial.told
    shutil.rmtree(trial.folder.path, ignore_errors=True)
    trial.folder.path.with_name("moved").rename(trial.folder.path)
    assert trial.finish() == 0


@pytest.mark.parametrize(("place", "step"), [("evaluation", 3), ("save", 4)])
def test_a_signal_in_an_evaluation_or_a_save(whole: Trial, trial: Trial, place: str, step: int) -> None:
    process = trial.at(place, step)
    go_on(process, signal.SIGTERM)
    assert ended(process) == STOPPED
    newest = last_complete(trial.folder.checkpoints)
    assert newest == all_in(trial.folder.checkpoints)[-1]
    assert newest.name == f"checkpoint-{step}"
    assert trial.finish() == 0
    assert outcome(trial.folder) == outcome(whole.folder)


def test_a_second_signal_ends_at_once_and_costs_only_the_steps_since_the_last_save(
    whole: Trial, trial: Trial
) -> None:
    process = trial.at("step", 1)
    go_on(process, signal.SIGTERM)
    time.sleep(0.002)
    process.terminate()
    assert ended(process) in (-signal.SIGTERM, STOPPED)
    assert trial.finish() == 0
    assert outcome(trial.folder) == outcome(whole.folder)


def test_two_processes_finish_a_run_and_resume_one(whole: Trial, tmp_path: Path) -> None:
    one, other = (Trial(whole.config, RunFolder(tmp_path / name / "run")) for name in ("one", "other"))
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    assert [ended(process) for process in one.start_two()] == [0, 0]
    # As a launcher does: when one is killed, so is the other.
    processes = other.start_two(("saved", 4))
    for process in processes:
        wait_until_still(process)
    for process in processes:
        process.kill()
    assert {ended(process) for process in processes} == {-signal.SIGKILL}
    files = orjson.loads(manifest(other, 4).read_bytes())["files"]
    assert {"rng_state_0.pth", "rng_state_1.pth"} <= set(files)
    # Both must be asked for the same: one that is asked to end takes the other along.
    processes = other.start_two()
    wait_for(lambda: other.lines() > 5)
    processes[1].terminate()
    codes = [ended(process) for process in processes]
    assert codes in ([STOPPED, STOPPED], [0, 0])
    if codes != [0, 0]:
        assert [ended(process) for process in other.start_two()] == [0, 0]
    assert outcome(other.folder) == outcome(one.folder)
    # Another number of processes would not be the same run.
    (other.folder.path / "run.json").unlink()
    assert other.finish() == 2
    assert "processes: 2 -> 1" in other.told
