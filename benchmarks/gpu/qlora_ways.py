# ruff: noqa: PLC0415 - TRL is imported only where it is installed
"""The ways that `qlora_8b.py` measures: each trains the same model on packed rows and tells of every step."""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import torch
from random_llama import SHAPES, quantised_llama, with_adapters
from torch.nn.functional import cross_entropy
from torch.utils.checkpoint import checkpoint

sys.path.insert(0, str(Path(__file__).parents[2]))  # where the project's packages are

RATE = 2e-4
# Positions whose logits exist at a time: 1,024 x 128,256 float32 are 0.5 GB, all of 8,192 would be 4.2.
CHUNK = 1024


@dataclass(frozen=True)
class Step:
    """One optimiser step: the tokens it learned from, wall seconds, the loss before it."""

    tokens: int
    seconds: float
    loss: float


@dataclass(frozen=True)
class Way:
    train: Callable[[argparse.Namespace, int], list[Step]]
    needs: tuple[str, ...] = ()


def model_for(given: argparse.Namespace) -> Any:
    device = torch.device(given.device)
    return with_adapters(quantised_llama(given.shape, device, torch.bfloat16))


def documents(given: argparse.Namespace, tokens: int) -> list[list[int]]:
    """Random documents of 1/8 to 1/2 of a row until there are at least so many tokens."""
    chance = random.Random(0)
    found: list[list[int]] = []
    while sum(map(len, found)) < tokens:
        length = chance.randint(given.length // 8, given.length // 2)
        found.append([chance.randrange(SHAPES[given.shape]["vocab_size"]) for _ in range(length)])
    return found


def packed_rows(given: argparse.Namespace, rows: int) -> list[list[list[int]]]:
    """Full rows, each a list of documents; the last one of a row is cut to fit."""
    flow = iter(documents(given, 2 * rows * given.length))
    packed: list[list[list[int]]] = []
    for _ in range(rows):
        row: list[list[int]] = []
        while (left := given.length - sum(map(len, row))) > 0:
            row.append(next(flow)[:left])
        packed.append(row)
    return packed


def now(given: argparse.Namespace) -> float:
    if given.device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()


def loop(given: argparse.Namespace, steps: int) -> list[Step]:
    """A loop in PyTorch, with the logits in chunks."""
    model = model_for(given)
    optimizer = torch.optim.AdamW([one for one in model.parameters() if one.requires_grad], lr=RATE)
    rows = packed_rows(given, steps * given.rows)
    done = []
    for number in range(steps):
        batch = rows[number * given.rows : (number + 1) * given.rows]
        ids = torch.tensor([[*chain.from_iterable(row)] for row in batch], device=given.device)
        positions = torch.tensor([[at for one in row for at in range(len(one))] for row in batch])
        positions = positions.to(given.device)
        begun = now(given)
        labels = ids.masked_fill(positions == 0, -100)
        hidden = (
            model.get_base_model()
            .model(input_ids=ids, position_ids=positions, use_cache=False)
            .last_hidden_state
        )
        loss = chunked_loss(
            hidden[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), model.get_output_embeddings()
        )
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.3)
        optimizer.step()
        optimizer.zero_grad()
        value = loss.item()
        done.append(Step(ids.numel(), now(given) - begun, value))
    return done


def chunked_loss(hidden: torch.Tensor, labels: torch.Tensor, head: torch.nn.Module) -> torch.Tensor:
    def part(one: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
        return cross_entropy(head(one).float(), wanted, ignore_index=-100, reduction="sum")

    sums = [
        checkpoint(part, hidden[at : at + CHUNK], labels[at : at + CHUNK], use_reentrant=False)
        for at in range(0, len(hidden), CHUNK)
    ]
    return torch.stack(sums).sum() / (labels != -100).sum()


def trl(given: argparse.Namespace, steps: int) -> list[Step]:
    """Plain TRL, with the packing that it has."""
    import datasets
    from trl import SFTConfig, SFTTrainer

    model = model_for(given)
    rows = [{"input_ids": one} for one in documents(given, 2 * (steps + 1) * given.rows * given.length)]
    with tempfile.TemporaryDirectory() as folder:
        arguments = SFTConfig(
            output_dir=folder,
            per_device_train_batch_size=given.rows,
            max_steps=steps,
            max_length=given.length,
            packing=True,
            learning_rate=RATE,
            max_grad_norm=0.3,
            bf16=True,
            gradient_checkpointing=True,
            gradient_checkpointing_kwargs={"use_reentrant": False},
            logging_steps=1,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            use_cpu=given.device == "cpu",
        )
        trainer = SFTTrainer(
            model,
            arguments,
            train_dataset=datasets.Dataset.from_list(rows),
            processing_class=tokenizer(),
        )
        return watched(trainer, given)


def watched(trainer: Any, given: argparse.Namespace) -> list[Step]:
    """Train, and read tokens, seconds and loss of each step."""
    from transformers import TrainerCallback

    collate, tokens, begun, seconds = trainer.data_collator, [], [], []

    def counting(rows: Any) -> Any:
        batch = collate(rows)
        mask = batch.get("attention_mask")
        tokens.append(int(batch["input_ids"].numel() if mask is None else mask.sum()))
        return batch

    class Clock(TrainerCallback):  # type: ignore[misc]
        def on_step_begin(self, *_: Any, **__: Any) -> None:
            begun.append(now(given))

        def on_step_end(self, *_: Any, **__: Any) -> None:
            seconds.append(now(given) - begun[-1])

    trainer.data_collator = counting
    trainer.add_callback(Clock())
    trainer.train()
    losses = [line["loss"] for line in trainer.state.log_history if "loss" in line]
    # A batch is fetched before it is needed, so there may be more of them than steps.
    return [Step(*one) for one in zip(tokens[: len(seconds)], seconds, losses, strict=True)]


def tokenizer() -> Any:
    """The trainer wants one; the rows are numbers already."""
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    words = Tokenizer(models.WordLevel({"<pad>": 0, "</s>": 1}, unk_token="<pad>"))
    return PreTrainedTokenizerFast(tokenizer_object=words, pad_token="<pad>", eos_token="</s>")


def ours(given: argparse.Namespace, steps: int) -> list[Step]:
    """The trainer of the stage `run`, its batches and its arguments, on a model that is there already."""
    import datasets

    from training.config import TrainConfig
    from training.data import Collator
    from training.run_folder import RunFolder
    from training.running.arguments import training_arguments
    from training.running.batches import WithOrigin
    from training.running.trainer import RunTrainer

    rows = [
        {
            "input_ids": [*chain.from_iterable(row)],
            "labels": [label for one in row for label in [-100, *one[1:]]],
            "seq_lengths": [len(one) for one in row],
        }
        for row in packed_rows(given, steps * given.rows)
    ]
    with tempfile.TemporaryDirectory() as folder:
        config = TrainConfig.model_validate(
            {
                "name": "qlora-8b",
                "base": "tiny",
                "data": {"train": [{"path": "random"}], "max_length": given.length},
                "train": {
                    "max_steps": steps,
                    "batch": given.rows,
                    "learning_rate": RATE,
                    "checkpoint_every": steps + 1,
                    "gradient_checkpointing": "on",
                },
            }
        )
        arguments = training_arguments(
            config, RunFolder(Path(folder)), micro_batch=given.rows, evaluates=False
        )
        arguments.save_strategy = "no"
        trainer = RunTrainer(
            model_for(given),
            arguments,
            train_dataset=datasets.Dataset.from_list(rows),
            data_collator=WithOrigin(Collator(0, packed=True)),
            processing_class=tokenizer(),
        )
        return watched(trainer, given)


WAYS = {
    "ours": Way(ours, ("trl", "datasets", "training")),
    "trl": Way(trl, ("trl", "datasets")),
    "loop": Way(loop),
}
