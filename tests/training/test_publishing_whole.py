"""Acceptance test 10: what a real run recorded becomes a card without gaps, and arrives at a hub."""

from pathlib import Path

import huggingface_hub
import pytest

from curation.checkpoints import sha256_of
from curation.progress import Quiet
from datacards.front_matter import split
from tests.training.fake_hub import TOKEN, fake_hub
from tests.training.merging_run import config_of
from training.evaluation.evaluate import evaluate
from training.merging import merge
from training.publishing import push
from training.publishing.card import check_model_card
from training.run_folder import RunFolder
from training.running.run import run


@pytest.mark.slow
def test_a_run_is_merged_described_and_pushed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    train = {"precision": "fp32", "max_steps": 4, "batch": 4, "learning_rate": 1e-3, "hourly_cost": 3.0}
    config = config_of(
        tmp_path,
        "tiny",
        train=train,
        hub={"repo": "someone/openings"},
        eval={"red_team": False, "max_new_tokens": 8, "limit": 6},
    )
    result = run(config, folder, Quiet())
    evaluate(config, folder)
    merged = merge(config, folder)
    record = folder.record()
    with fake_hub() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", True)
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
        pushed = push(config, folder, really=True)
        files = hub.repositories["someone/openings"].files
    assert pushed.pushed
    card = files["README.md"].decode()
    assert check_model_card(card) == []
    matter, body = split(card)
    assert matter["license"] == "cc-by-4.0"
    for fact in (
        record["run"]["base"]["revision"],
        sha256_of(tmp_path / "rows.jsonl"),
        f"| Steps | {result.steps} |",
        "| Trained parameters |",
        "| Seed | 0 |",
        f"| Cost | {record['run']['cost']:.4g} USD |",
        f"| dequantised | {merged.candidates[0].nll:.4g} |",
        "The forgetting gate passed",
        "The red team was not run.",
        f"torch {record['run']['versions']['torch']}",
        merged.weights[0]["sha256"],
    ):
        assert fact in body, fact
    assert str(tmp_path) not in card
    assert not any(str(tmp_path).encode() in content for content in files.values())
    # PEFT puts a card of its own, all gaps, beside each checkpoint.
    assert not any(b"More Information Needed" in content for content in files.values())
    weights = (folder.adapter / "adapter_model.safetensors").stat().st_mode
    assert weights == (folder.adapter / "adapter_config.json").stat().st_mode
