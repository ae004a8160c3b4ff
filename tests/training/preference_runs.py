"""Runs whose first stage is done, on the tiny model, and what their adapters think of answers."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import torch

from training.base import resolve
from training.base.tokenizer import load_tokenizer
from training.config import TrainConfig
from training.run_folder import RunFolder
from training.running.model import load_for_training
from training.running.watching import Beginning, Step, Unwatched

STEPS = 10
PAIRS = [(f"내일 날씨는 어때? {n}", f"{n}도이고 맑습니다.", f"{n}번은 모릅니다.") for n in range(16)]


def write_lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


def config_for(folder: Path, kind: str = "dpo", method: str = "lora", **stage: object) -> TrainConfig:
    """A configuration of which the data lie in ``folder``."""
    rows = [
        {"messages": [{"role": "user", "content": f"질문 {n}"}, {"role": "assistant", "content": f"답 {n}"}]}
        for n in range(8)
    ]
    pairs = [{"prompt": asked, "chosen": chosen, "rejected": rejected} for asked, chosen, rejected in PAIRS]
    return TrainConfig.model_validate(
        {
            "name": "liked",
            "base": "tiny",
            "data": {
                "train": [{"path": str(write_lines(folder / "rows.jsonl", rows)), "format": "messages"}],
                "held_out": 0,
            },
            "method": {"kind": method, "r": 4, "alpha": 8},
            "train": {"checkpoint_every": 4, "precision": "fp32"},
            "preference": {
                "kind": kind,
                "path": str(write_lines(folder / "pairs.jsonl", pairs)),
                "learning_rate": 1e-3,
                "epochs": 3,
                "max_steps": STEPS,
                **stage,
            },
        }
    )


def first_stage(config: TrainConfig, folder: RunFolder) -> None:
    """An adapter as a first stage leaves it: one that says something else than the base."""
    base = resolve(config.base)
    tokenizer = load_tokenizer(base)
    model = load_for_training(base, config.method, config.train, tokenizer)
    torch.manual_seed(3)
    for name, weights in model.named_parameters():
        if "lora_B" in name:
            weights.data.normal_(std=0.05)
    model.save_pretrained(folder.adapter)
    tokenizer.save_pretrained(folder.adapter)


def margins(base: Path, adapter: Path) -> list[float]:
    """How much likelier each chosen answer is than the rejected one, in nats, reckoned from the logits."""
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base)
    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), str(adapter)).eval()

    @torch.no_grad()
    def likelihood(asked: str, answer: str) -> float:
        before = tokenizer(f"<|im_start|>user\n{asked}<|im_end|>\n<|im_start|>assistant\n")["input_ids"]
        ids = torch.tensor([before + tokenizer(f"{answer}<|im_end|>")["input_ids"]])
        logs = model(ids).logits[0, :-1].log_softmax(-1)
        return float(logs.gather(1, ids[0, 1:, None])[len(before) - 1 :].sum())

    return [likelihood(asked, chosen) - likelihood(asked, rejected) for asked, chosen, rejected in PAIRS]


def weights_of(adapter: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    return load_file(adapter / "adapter_model.safetensors")


class At(Unwatched):
    """A watch that does something when a step is shown, and keeps what it was told."""

    def __init__(self, step: int = 0, act: Callable[[], None] = lambda: None) -> None:
        self.at = step
        self.act = act
        self.beginning: Beginning | None = None
        self.steps: list[Step] = []
        self.ended = False

    def begin(self, beginning: Beginning) -> None:
        self.beginning = beginning

    def step(self, step: Step) -> None:
        self.steps.append(step)
        if step.step == self.at:
            self.act()

    def end(self) -> None:
        self.ended = True


def ask_to_end() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


class CrashError(Exception):
    pass


def crash() -> None:
    raise CrashError


def copy_of(run: RunFolder, to: Path) -> RunFolder:
    shutil.copytree(run.path, to)
    return RunFolder(to)
