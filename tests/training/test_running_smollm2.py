"""A real model on real Korean rows: QLoRA learns them, in little memory."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
import yaml

from tests.training.running_trials import lines_of
from training.config import TrainConfig

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
STEPS = 40
WORK = """
import sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from curation.progress import Quiet
from training.config import load_config
from training.run_folder import RunFolder
from training.running.run import run
run(load_config(Path(sys.argv[1])), RunFolder(Path(sys.argv[2])), Quiet())
"""


@pytest.mark.slow
def test_forty_steps_of_qlora(smollm2: Path, tmp_path: Path) -> None:
    source = CORPORA / "chatbot_data" / "ChatbotData.csv"
    if not source.exists():
        pytest.skip("the corpus Chatbot_data is not here")
    with source.open(encoding="utf-8", newline="") as stream:
        pairs = [(row["Q"], row["A"]) for row, _ in zip(csv.DictReader(stream), range(8), strict=False)]
    rows = [[{"role": "user", "content": q}, {"role": "assistant", "content": a}] for q, a in pairs]
    (tmp_path / "rows.jsonl").write_bytes(b"\n".join(orjson.dumps({"messages": row}) for row in rows))
    config = TrainConfig.model_validate(
        {
            "name": "chatbot",
            "base": "smollm2",
            "data": {
                "train": [{"path": str(tmp_path / "rows.jsonl"), "format": "messages"}],
                "held_out": 0.0,
                "packing": False,
            },
            "train": {"epochs": 5.0, "batch": 1, "learning_rate": 1e-3},
        }
    )
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config.canonical()))
    command = [sys.executable, "-c", WORK, str(tmp_path / "config.yaml"), str(tmp_path / "run")]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=550, check=False)
    assert done.returncode == 0, done.stderr
    # Nothing of the libraries reaches what `--json` is printed to.
    assert done.stdout == ""
    losses = [line["loss"] for line in lines_of(tmp_path / "run/metrics.jsonl")]
    assert len(losses) == STEPS
    assert sum(losses[-10:]) / 10 <= 0.35 * sum(losses[:5]) / 5
    noted = orjson.loads((tmp_path / "run/run.json").read_bytes())["run"]
    assert noted["peak_rss_mb"] < 2500
    assert noted["trained_parameters"] == 4_884_480
