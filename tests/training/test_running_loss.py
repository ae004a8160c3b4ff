"""The loss: of answers alone, by their tokens, whatever the micro-batches; held against plain PyTorch."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
import torch
from torch.nn.functional import cross_entropy
from transformers import Trainer

from curation.progress import Quiet
from tests.training.running_trials import lines_of, ran, trial
from training.base import resolve
from training.base.tokenizer import load_tokenizer
from training.config import TrainConfig
from training.data import Collator, prepare
from training.run_folder import RunFolder
from training.running import trainer as trainer_module
from training.running.arguments import training_arguments
from training.running.batches import WithOrigin
from training.running.callbacks import Pace, WritesFigures
from training.running.energy import EnergyMeter
from training.running.model import load_for_training
from training.running.trainer import RunTrainer
from training.running.watching import Unwatched

Row = Mapping[str, Sequence[int]]


def trainer_of(config: TrainConfig, folder: Path, micro_batch: int) -> RunTrainer:
    base = resolve(config.base)
    tokenizer = load_tokenizer(base)
    data = prepare(config, tokenizer, None, Quiet())
    return RunTrainer(
        load_for_training(base, config.method, config.train, tokenizer),
        training_arguments(config, RunFolder(folder), micro_batch=micro_batch, evaluates=False),
        train_dataset=data.train,
        data_collator=WithOrigin(Collator(tokenizer.pad_token_id, config.data.packing)),
        processing_class=tokenizer,
    )


def plain_loss(model: Any, rows: Sequence[Row]) -> float:
    """Sum of the losses of learned tokens of each row alone, by their number."""
    total, tokens = 0.0, 0
    model.eval()
    for row in rows:
        labels = torch.tensor(row["labels"])[1:]
        with torch.no_grad():
            logits = model(torch.tensor([row["input_ids"]]), use_cache=False).logits[0, :-1].float()
        total += float(cross_entropy(logits, labels.long(), ignore_index=-100, reduction="sum"))
        tokens += int((labels != -100).sum())
    return total / tokens


def test_a_step_without_a_gradient_norm_is_taken_and_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As with DeepSpeed, where a step is skipped to lower the scale of the loss.
    monkeypatch.setattr(Trainer, "_get_grad_norm", lambda *_, **__: None)
    trainer = trainer_of(trial(tmp_path, precision="fp32", max_steps=2), tmp_path, 2)
    metrics = tmp_path / "metrics.jsonl"
    trainer.add_callback(WritesFigures(metrics, Unwatched(), EnergyMeter(), Pace()))
    trainer.train()
    lines = [orjson.loads(line) for line in metrics.read_bytes().splitlines()]
    assert [line["step"] for line in lines] == [1, 2]
    assert all(line["loss"] > 0 and "grad_norm" not in line for line in lines)


def test_the_loss_is_that_of_the_answers(tmp_path: Path) -> None:
    config = trial(tmp_path, precision="fp32", batch=6)
    trainer = trainer_of(config, tmp_path, 6)
    rows = list(trainer.train_dataset)
    trainer.model.eval()
    loss = trainer.compute_loss(trainer.model, trainer.data_collator(rows))
    assert loss.item() == pytest.approx(plain_loss(trainer.model, rows), rel=1e-4)
    assert (
        sum(label != -100 for row in rows for label in row["labels"])
        < sum(len(r["labels"]) for r in rows) / 2
    )


def test_both_ways_to_the_loss_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ours for processors, and TRL's tiles for logits that would not fit, packed rows too."""
    config = trial(tmp_path, precision="fp32", data={"packing": True, "max_length": 128})
    trainer = trainer_of(config, tmp_path, 1)
    rows = list(trainer.train_dataset)
    assert any(len(row["seq_lengths"]) > 1 for row in rows)
    gradients = []
    for most in (trainer_module._LOGITS, 0):
        monkeypatch.setattr(trainer_module, "_LOGITS", most)
        trainer.model.train()
        trainer.model.zero_grad()
        loss = trainer.compute_loss(trainer.model, trainer.data_collator(rows), num_items_in_batch=20)
        loss.backward()
        gradients.append([loss.detach(), *(one.grad.clone() for one in trainer.trained())])
    for ours, theirs in zip(*gradients, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-5)


def test_micro_batches_do_not_change_a_step(tmp_path: Path) -> None:
    """Four rows of unlike length, as 1 x 4, 2 x 2 and 4 x 1: one loss, one gradient, one step."""
    seen = []
    for size in (1, 2, 4):
        config = trial(tmp_path, precision="fp32", batch=4, micro_batch=size, max_steps=2, max_grad_norm=1e9)
        result = ran(config, tmp_path / f"run{size}")
        lines = lines_of(tmp_path / f"run{size}" / "metrics.jsonl")
        seen.append([number for line in lines for number in (line["loss"], line["grad_norm"])])
        assert result.steps == 2
    assert seen[1] == pytest.approx(seen[0], rel=1e-4)
    assert seen[2] == pytest.approx(seen[0], rel=1e-4)


def test_the_validation_loss_is_a_mean_over_tokens(tmp_path: Path) -> None:
    config = trial(tmp_path, precision="fp32", micro_batch=1, max_steps=1, data={"held_out": 0.5})
    config = config.model_copy(update={"train": config.train.model_copy(update={"learning_rate": 1e-12})})
    result = ran(config, tmp_path / "run")
    base = resolve(config.base)
    tokenizer = load_tokenizer(base)
    rows = list(prepare(config, tokenizer, None, Quiet()).validation)
    assert len({len(row["labels"]) for row in rows}) > 1
    model = load_for_training(base, config.method, config.train, tokenizer)
    assert result.validation_loss == pytest.approx(plain_loss(model, rows), rel=1e-4)


def test_what_is_trained_stays_in_32_bits(tmp_path: Path) -> None:
    """TRL casts adapters over NF4 to bfloat16, which rounds steps of 1e-4 away."""
    config = trial(tmp_path, method="qlora", precision="bf16")
    trainer = trainer_of(config, tmp_path, 3)
    assert {one.dtype for one in trainer.trained()} == {torch.float32}
    assert trainer.args.bf16
    base = trainer.model.get_base_model()
    assert base.model.layers[0].self_attn.q_proj.base_layer.compute_dtype == torch.bfloat16
    assert base.model.norm.weight.dtype == torch.bfloat16
    state = base.model.layers[0].mlp.up_proj.base_layer.weight.quant_state
    assert (state.quant_type, state.nested) == ("nf4", True)
