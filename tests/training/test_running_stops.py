"""What ends a run early, or keeps it from starting: each with one clear message."""

import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest
import torch
from safetensors.torch import load_file, save_file

from curation.errors import ConfigurationError, UserError
from tests.training.running_trials import CITIES, lines_of, ran, trial, write_rows
from training.base import resolve
from training.base.tokenizer import load_tokenizer
from training.config import Train
from training.run_folder import RunFolder
from training.running.memory import is_out_of_memory, out_of_memory
from training.running.trainer import RunTrainer
from training.running.watching import Lines


def test_early_stopping_keeps_the_best(tmp_path: Path) -> None:
    """Answers to the validation rows are other ones, so learning makes them worse before long."""
    config = trial(
        tmp_path,
        method="full",
        learning_rate=1e-2,
        schedule="constant",
        max_steps=60,
        evaluate_every=2,
        checkpoint_every=50,
        early_stopping=2,
        data={"validation": [{"path": str(tmp_path / "other.jsonl"), "format": "messages"}]},
    )
    write_rows(tmp_path / "other.jsonl", {"몽고": "말입니다", "호주 사람": "캥거루"})
    result = ran(config, tmp_path / "run")
    losses = {
        line["step"]: line["validation_loss"]
        for line in lines_of(tmp_path / "run/metrics.jsonl")
        if "validation_loss" in line
    }
    assert result.stopped == "early"
    assert result.kept_step == min(losses, key=lambda step: losses[step])
    assert result.steps == max(losses) == result.kept_step + 4 < 60
    assert result.validation_loss == min(losses.values())
    kept = load_file(tmp_path / "run/adapter/model.safetensors")
    best = load_file(tmp_path / f"run/checkpoints/checkpoint-{result.kept_step}/model.safetensors")
    assert all(torch.equal(one, best[name]) for name, one in kept.items())


def test_without_early_stopping_the_last_step_is_kept(tmp_path: Path) -> None:
    config = trial(tmp_path, max_steps=4, evaluate_every=2, early_stopping=0, data={"held_out": 0.3})
    assert ran(config, tmp_path / "run").kept_step == 4


def test_epochs_end_before_more_steps(tmp_path: Path) -> None:
    """Six rows, four a step, two epochs: four steps, whatever `max_steps` allows."""
    result = ran(trial(tmp_path, epochs=2.0, max_steps=50, batch=4), tmp_path / "run")
    assert result.steps == 4


def _damaged(folder: Path, word: str) -> Path:
    """The tiny model, of whose words one has no numbers, and an output layer of its own."""
    base = resolve(trial(folder).base)
    shutil.copytree(base.folder, folder / "damaged")
    weights = load_file(base.folder / "model.safetensors")
    embeddings = weights["model.embed_tokens.weight"]
    weights["lm_head.weight"] = embeddings.clone()
    alone = set(load_tokenizer(base)(word)["input_ids"])
    for other in CITIES:
        if other != word:
            alone -= set(load_tokenizer(base)(f"{other}의 수도는? {CITIES[other]}입니다.")["input_ids"])
    embeddings[sorted(alone)] = float("nan")
    save_file(weights, folder / "damaged/model.safetensors", metadata={"format": "pt"})
    config = orjson.loads((base.folder / "config.json").read_bytes())
    (folder / "damaged/config.json").write_bytes(orjson.dumps(config | {"tie_word_embeddings": False}))
    return folder / "damaged"


def test_a_loss_that_is_no_number_ends_the_run(tmp_path: Path) -> None:
    """The step and the row are named, and no weight has changed since the checkpoint before."""
    base = _damaged(tmp_path, "태국")
    config = trial(tmp_path, base=str(base), batch=1, checkpoint_every=1)
    with pytest.raises(UserError) as caught:
        ran(config, tmp_path / "run")
    steps = [line["step"] for line in lines_of(tmp_path / "run/metrics.jsonl")] or [0]
    assert f"Step {steps[-1] + 1} was not taken: its loss is no number" in caught.value.what
    assert caught.value.where == "rows: 태국의 수도는?"
    assert "train resume" in caught.value.fix
    assert not (tmp_path / "run/adapter").exists()
    for path in (tmp_path / "run/checkpoints").glob("*/adapter_model.safetensors"):
        assert all(one.isfinite().all() for one in load_file(path).values())


def test_too_little_memory_is_said_in_one_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Real refusals of torch's allocator, for more than two rows at once."""
    whole = RunTrainer.compute_loss

    def greedy(self: Any, model: Any, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        if len(inputs["input_ids"]) > 2:
            torch.empty(2**50)
        return whole(self, model, inputs, *args, **kwargs)

    monkeypatch.setattr(RunTrainer, "compute_loss", greedy)
    fixed = trial(tmp_path, batch=4, micro_batch=4, max_steps=2)
    with pytest.raises(UserError) as caught:
        ran(fixed, tmp_path / "fixed")
    assert "too small for 4 sequences of up to" in caught.value.what
    assert caught.value.where == "train.micro_batch: 4"
    assert "train.micro_batch: 2" in caught.value.fix
    told: list[str] = []
    free, folder = trial(tmp_path, batch=4, max_steps=2), RunFolder(tmp_path / "free")
    result = ran(free, folder.path, watch=Lines(told.append))
    assert result.steps == 2
    assert "4 sequences at once are too many for the memory: now 2." in told
    assert folder.record()["run"]["micro_batch"] == 2
    # Interrupted just before the result was noted, it goes on with what the memory took.
    (folder.path / "run.json").unlink()
    told.clear()
    assert ran(free, folder.path, resume=True, watch=Lines(told.append)).steps == 2
    assert not any("too many" in line for line in told)
    assert folder.record()["run"]["micro_batch"] == 2


def test_what_is_out_of_memory() -> None:
    with pytest.raises(RuntimeError) as refused:
        torch.empty(2**50)
    assert is_out_of_memory(refused.value)
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory."))
    assert not is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    assert "chosen by itself" in out_of_memory(Train(), 1, 2048).where


def test_a_missing_reporter_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="reported to wandb, and that package is not installed"):
        ran(trial(tmp_path, report_to=["wandb"]), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_layers_that_are_not_there(tmp_path: Path) -> None:
    config = trial(tmp_path)
    config = config.model_copy(update={"method": config.method.model_copy(update={"targets": ("query",)})})
    with pytest.raises(ConfigurationError) as caught:
        ran(config, tmp_path / "run")
    assert "q_proj" in caught.value.fix


@pytest.mark.parametrize(
    ("missing", "said"), [("eos_token", "no end token"), ("chat_template", "no chat template")]
)
def test_a_tokenizer_that_cannot_be_trained_with(tmp_path: Path, missing: str, said: str) -> None:
    source = resolve(trial(tmp_path).base).folder
    shutil.copytree(source, tmp_path / "base")
    (tmp_path / "base/chat_template.jinja").unlink() if missing == "chat_template" else None
    path = tmp_path / "base/tokenizer_config.json"
    content = orjson.loads(path.read_bytes())
    content.pop(missing, None)
    path.write_bytes(orjson.dumps(content))
    with pytest.raises(ConfigurationError, match=said):
        ran(trial(tmp_path, base=str(tmp_path / "base")), tmp_path / "run")
    assert not (tmp_path / "run/checkpoints").exists()
