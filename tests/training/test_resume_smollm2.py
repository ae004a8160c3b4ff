"""The real model in NF4: killed and resumed, it learns what it would have (acceptance test 4)."""

import signal
from pathlib import Path

import pytest

from tests.training.interrupted import Trial, configured, outcome
from training.run_folder import RunFolder


@pytest.mark.slow
def test_qlora_of_smollm2_is_resumed_to_the_same_bytes(tmp_path: Path, smollm2: Path) -> None:
    short = {"max_length": 160, "batch": 1, "micro_batch": 1, "samples": []}
    config = configured(tmp_path, base="smollm2", max_steps=3, checkpoint_every=1, evaluate_every=2, **short)
    whole, trial = (Trial(config, RunFolder(tmp_path / name)) for name in ("whole", "killed"))
    assert whole.finish() == 0
    # The evaluation before this checkpoint is what the resumed run has not had.
    assert trial.killed("saved", 2) == -signal.SIGKILL
    assert trial.finish() == 0
    assert outcome(trial.folder) == outcome(whole.folder)
