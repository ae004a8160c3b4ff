"""What each method trains, what it leaves alone, and what a run writes about itself."""

from pathlib import Path

import orjson
import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file

from tests.training.running_trials import lines_of, ran, trial
from training.base import resolve
from training.base.tokenizer import load_tokenizer
from training.config import load_config
from training.run_folder import RunFolder
from training.running.device import precision_of
from training.running.model import load_base, load_for_training
from training.running.watching import Lines


@pytest.mark.parametrize("method", ["lora", "dora", "qlora", "full"])
def test_every_method_learns(tmp_path: Path, method: str) -> None:
    full = method == "full"
    config = trial(tmp_path, method=method, learning_rate=5e-3 if full else 2e-2, max_steps=24)
    result = ran(config, tmp_path / "run")
    assert result.steps == result.kept_step == 24
    # Adapters cannot reach the random output layer, which bounds what they can say.
    assert result.last_loss < result.first_loss - (2.0 if full else 0.4)
    weights = load_file(next((tmp_path / "run/adapter").glob("*.safetensors")))
    assert {one.dtype for one in weights.values()} == {torch.float32}
    assert all(("lora_" in name) != full for name in weights)
    assert any("lora_magnitude_vector" in name for name in weights) == (method == "dora")


@pytest.mark.parametrize("method", ["lora", "qlora"])
def test_the_base_stays_bit_for_bit(tmp_path: Path, method: str) -> None:
    """Also through evaluations and samples, at which bitsandbytes repacks NF4 on some processors."""
    config = trial(tmp_path, method=method, max_steps=4, evaluate_every=2, samples=["한국의 수도는?"])
    base = resolve(config.base)
    before = load_for_training(base, config.method, config.train, load_tokenizer(base))
    ran(config, tmp_path / "run")
    plain = load_base(base.folder, config.method, precision_of(config.train))
    after = PeftModel.from_pretrained(plain, str(tmp_path / "run/adapter"))
    now = after.state_dict()
    frozen = {name: one for name, one in before.state_dict().items() if "lora_" not in name}
    assert frozen
    assert all(torch.equal(one, now[name]) for name, one in frozen.items())
    learned = [one for name, one in now.items() if "lora_B" in name]
    assert all(one.abs().max() > 0 for one in learned)


def test_gradients_survive_an_evaluation(tmp_path: Path) -> None:
    """After evaluations and answers, QLoRA goes on as if there had been none."""
    asked = trial(tmp_path, method="qlora", evaluate_every=1, samples=["한국의 수도는?"])
    quiet = trial(tmp_path, method="qlora", evaluate_every=1000)
    losses = []
    for name, config in (("asked", asked), ("quiet", quiet)):
        ran(config, tmp_path / name)
        losses.append([line["loss"] for line in lines_of(tmp_path / name / "metrics.jsonl")])
    assert losses[0] == losses[1]


def test_what_a_run_writes(tmp_path: Path) -> None:
    config = trial(
        tmp_path,
        method="qlora",
        max_steps=5,
        evaluate_every=2,
        samples=["한국의 수도는?"],
        report_to=["tensorboard"],
        hourly_cost=3.6,
    )
    told: list[str] = []
    folder = RunFolder(tmp_path / "run")
    # What a run left that was killed as it placed its result.
    (folder.path / ".adapter.draft").mkdir(parents=True)
    (folder.path / ".adapter.draft/left.bin").touch()
    result = ran(config, folder.path, watch=Lines(told.append, 0))
    assert load_config(folder.config) == config
    steps = lines_of(folder.metrics)
    assert [line["step"] for line in steps] == [1, 2, 3, 4, 5]
    assert steps[0]["loss"] == result.first_loss
    assert steps[-1]["tokens"] == result.tokens > 0
    assert all(line["tokens_per_second"] > 0 and line["grad_norm"] > 0 for line in steps)
    answers = lines_of(folder.samples)
    assert [line["step"] for line in answers] == [2, 4, 5]
    assert {line["prompt"] for line in answers} == {"한국의 수도는?"}
    events = list((folder.path / "tensorboard" / "trial").glob("events.out.tfevents.*"))
    assert len(events) == 1
    assert b"train/loss" in events[0].read_bytes()
    assert told[-1].startswith("step 5/5")
    assert "qlora of tiny on" in "\n".join(told)
    # The adapter can be given away: no place of this machine, no placeholder, nothing for resuming.
    assert list(folder.checkpoints.glob("checkpoint-*/adapter_config.json"))
    assert not list(folder.checkpoints.rglob("README.md"))
    names = {path.name for path in folder.adapter.iterdir()}
    assert {"adapter_config.json", "adapter_model.safetensors", "tokenizer.json"} <= names
    assert "left.bin" not in names
    assert not list(folder.path.glob(".adapter*"))
    assert not names & {
        "README.md",
        "optimizer.pt",
        "trainer_state.json",
        "training_args.bin",
        "complete.json",
    }
    adapter = orjson.loads((folder.adapter / "adapter_config.json").read_bytes())
    assert adapter["base_model_name_or_path"] == "tiny"
    noted = folder.record()["run"]
    assert noted["kept_step"] == 5
    assert noted["base"]["revision"] == resolve(config.base).revision
    assert noted["versions"]["torch"] == torch.__version__
    assert noted["hardware"]["cores"] >= 1
    assert noted["hardware"]["memory_mb"] > 0
    assert set(noted["energy"]) == {"kilowatt_hours", "measured"}
    assert noted["cost"] == pytest.approx(noted["seconds"] / 1000, abs=1e-4)
    assert noted["trained_parameters"] == sum(
        one.numel() for one in load_file(folder.adapter / "adapter_model.safetensors").values()
    )
    # Resuming what is finished gives the same result and trains nothing.
    assert ran(config, tmp_path / "run", resume=True) == result
