"""A run of two processes, launched together: the same steps, written once."""

from pathlib import Path

import pytest

from tests.training.forked import ended
from tests.training.interrupted import Trial
from tests.training.running_trials import lines_of, ran, trial
from training.run_folder import RunFolder


@pytest.mark.slow
def test_two_processes_take_the_steps_of_one(tmp_path: Path) -> None:
    config = trial(
        tmp_path,
        batch=4,
        max_steps=4,
        evaluate_every=2,
        precision="fp32",
        samples=["한국의 수도는?"],
        data={"held_out": 0.3},
    )
    two = Trial(config, RunFolder(tmp_path / "two"))
    assert [ended(process) for process in two.start_two()] == [0, 0]
    ran(config, tmp_path / "one")
    told = [
        [
            line.get(key)
            for line in lines_of(tmp_path / name / "metrics.jsonl")
            for key in ("step", "loss", "grad_norm", "validation_loss", "tokens")
        ]
        for name in ("one", "two")
    ]
    assert len(told[0]) == 6 * 5
    assert [one is None for one in told[0]] == [one is None for one in told[1]]
    assert [one for one in told[1] if one] == pytest.approx([one for one in told[0] if one], rel=1e-4)
    assert len(lines_of(tmp_path / "two" / "samples.jsonl")) == 2
    assert two.folder.record()["run"]["hardware"]["processes"] == 2
