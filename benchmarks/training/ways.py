# ruff: noqa: PLC0415 - each way imports only what it measures
"""The ways that `throughput.py` measures; each is run in a process of its own and prints one JSON object.

All train the same model (NF4 with double quantisation, LoRA on all linear layers) on the same rows, of which
they learn the last answer.

Usage: python benchmarks/training/ways.py WAY MODEL_FOLDER ROWS.jsonl STEPS BATCH LENGTH bf16|fp32
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch

sys.path.insert(0, str(Path(__file__).parents[2]))

WARM_UP = 2
RATE = 2e-4
RANK, ALPHA = 16, 32


@dataclass
class Meter:
    """Counts tokens that are no padding, and the CPU seconds between the warm-up and the end."""

    tokens: list[int]
    learned: list[int] = field(default_factory=list)
    began: tuple[float, float] = (0.0, 0.0)
    ended: tuple[float, float] = (0.0, 0.0)
    steps: int = 0

    def batch(self, batch: Any) -> None:
        mask = batch.get("attention_mask")
        self.tokens.append(int(batch["input_ids"].numel() if mask is None else mask.sum()))
        self.learned.append(int((batch["labels"] != -100).sum()))

    def step_done(self) -> None:
        self.steps += 1
        now = (time.process_time(), time.perf_counter())
        if self.steps == WARM_UP:
            self.began = now
        self.ended = now

    def told(self, first_loss: float, last_loss: float) -> dict[str, float]:
        # A batch is fetched before it is needed, so there may be more of them than steps.
        tokens = sum(self.tokens[WARM_UP : self.steps])
        cpu, wall = (end - start for start, end in zip(self.began, self.ended, strict=True))
        return {
            "tokens": tokens,
            "cpu_seconds": cpu,
            "wall_seconds": wall,
            "tokens_per_cpu_second": tokens / cpu,
            "learned_share": sum(self.learned) / sum(self.tokens),
            "first_loss": first_loss,
            "last_loss": last_loss,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }


@dataclass(frozen=True)
class Given:
    """What every way is given; ``batch`` rows a step, ``length`` the most tokens of a row."""

    model: str
    rows: str
    steps: int
    batch: int
    length: int
    precision: str

    @property
    def dtype(self) -> torch.dtype:
        return torch.bfloat16 if self.precision == "bf16" else torch.float32


def conversations(given: Given) -> list[list[dict[str, str]]]:
    """The messages of each row, as they stand in the file."""
    return [json.loads(line)["messages"] for line in Path(given.rows).read_text("utf-8").splitlines()]


def quantisation(given: Given) -> Any:
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=given.dtype,
    )


def adapters() -> Any:
    from peft import LoraConfig

    return LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules="all-linear", task_type="CAUSAL_LM")


def loop(given: Given) -> dict[str, float]:
    """A loop in PyTorch: our labels, rows padded to the longest of their batch, logits of all places."""
    from peft import get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from curation.records import Message
    from training.data import Collator
    from training.data.masks import Encoded, Masks

    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(given.model)
    model = AutoModelForCausalLM.from_pretrained(
        given.model, dtype=given.dtype, quantization_config=quantisation(given)
    )
    model = get_peft_model(model, adapters()).train()
    optimizer = torch.optim.AdamW([one for one in model.parameters() if one.requires_grad], lr=RATE)
    turns = [[Message(**one) for one in messages] for messages in conversations(given)]
    rows = [
        {"input_ids": one.input_ids[: given.length], "labels": one.labels[: given.length]}
        for one in Masks(tokenizer).encode_all(turns)
        if isinstance(one, Encoded)
    ]
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
    collate, meter, losses = Collator(pad, packed=False), Meter([]), []
    for number in range(given.steps + WARM_UP):
        batch = collate([rows[(number * given.batch + at) % len(rows)] for at in range(given.batch)])
        meter.batch(batch)
        with torch.autocast("cpu", torch.bfloat16, enabled=given.precision == "bf16"):
            loss = model(**batch, use_cache=False).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        meter.step_done()
    return meter.told(losses[0], losses[-1])


def trl(given: Given) -> dict[str, float]:
    """What TRL's documentation has a user write: rows of prompt and completion, so that prompts are masked.

    Masks, padding and order are TRL's; checkpointing is off as in the others.
    """
    from datasets import Dataset
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    model = AutoModelForCausalLM.from_pretrained(
        given.model, dtype=given.dtype, quantization_config=quantisation(given)
    )
    rows = [{"prompt": turns[:-1], "completion": turns[-1:]} for turns in conversations(given)]
    with tempfile.TemporaryDirectory() as folder:
        trainer = SFTTrainer(
            model=model,
            args=SFTConfig(
                output_dir=folder,
                per_device_train_batch_size=given.batch,
                max_steps=given.steps + WARM_UP,
                max_length=given.length,
                learning_rate=RATE,
                gradient_checkpointing=False,
                bf16=given.precision == "bf16",
                use_cpu=True,
                save_strategy="no",
                report_to="none",
                logging_steps=1,
                disable_tqdm=True,
            ),
            train_dataset=Dataset.from_list(rows),
            peft_config=adapters(),
            processing_class=AutoTokenizer.from_pretrained(given.model),
        )
        return watched(trainer)


def watched(trainer: Any) -> dict[str, float]:
    """Train, with a meter at the batches and the steps."""
    from transformers import TrainerCallback

    meter, collate = Meter([]), trainer.data_collator

    def counting(rows: Any) -> Any:
        batch = collate(rows)
        meter.batch(batch)
        return batch

    class Clock(TrainerCallback):  # type: ignore[misc]
        def on_step_end(self, *_: Any, **__: Any) -> None:
            meter.step_done()

    trainer.data_collator = counting
    trainer.add_callback(Clock())
    trainer.train()
    losses = [line["loss"] for line in trainer.state.log_history if "loss" in line]
    return meter.told(losses[0], losses[-1])


def ours(given: Given) -> dict[str, float]:
    """The stage `run`, with everything that it writes: rows of like length a step, and not packed."""
    from curation.progress import Quiet
    from training.config import TrainConfig
    from training.run_folder import RunFolder
    from training.running.run import run
    from training.running.watching import Step, Unwatched

    meter = Meter([])

    class Clock(Unwatched):
        def step(self, step: Step) -> None:
            meter.step_done()

    with tempfile.TemporaryDirectory() as folder:
        config = TrainConfig.model_validate(
            {
                "name": "throughput",
                "base": given.model,
                "data": {
                    "train": [{"path": given.rows, "format": "messages"}],
                    "held_out": 0,
                    "max_length": given.length,
                    "long_rows": "truncate",
                    "packing": False,
                },
                "method": {"kind": "qlora", "r": RANK, "alpha": ALPHA},
                "train": {
                    "max_steps": given.steps + WARM_UP,
                    "batch": given.batch,
                    "learning_rate": RATE,
                    "precision": given.precision,
                    "checkpoint_every": given.steps + WARM_UP,
                },
            }
        )
        result = run(config, RunFolder(Path(folder)), Quiet(), watch=Clock())
        lines = [json.loads(line) for line in RunFolder(Path(folder)).metrics.read_text().splitlines()]
        data = RunFolder(Path(folder)).record()["run"]["data"]
    seen = [0, *(line["tokens"] for line in lines)]
    meter.tokens = [later - earlier for earlier, later in pairwise(seen)]
    told = meter.told(result.first_loss, result.last_loss)
    return {**told, "learned_share": data["learned_tokens"] / data["tokens"]}


WAYS: dict[str, Callable[[Given], dict[str, float]]] = {"ours": ours, "trl": trl, "loop": loop}


def main() -> None:
    way, model, rows, steps, batch, length, precision = sys.argv[1:]
    given = Given(model, rows, int(steps), int(batch), int(length), precision)
    out, sys.stdout = sys.stdout, sys.stderr  # what trainers print is no result
    told = WAYS[way](given)
    print(json.dumps(told), file=out)


if __name__ == "__main__":
    main()
