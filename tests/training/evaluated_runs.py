"""Runs to evaluate: a tiny model that learned Korean, then adapters that were trained well or badly."""

from collections.abc import Sequence
from pathlib import Path

import orjson
import torch

from curation.records import Message
from training.base import load_tokenizer, resolve
from training.config import TrainConfig
from training.data.masks import Masks
from training.run_folder import RunFolder
from training.running.model import load_base, load_for_training

Pair = tuple[str, str]
NONSENSE: list[Pair] = [(f"질문 {number}", "뷁 쀍 뾁 " * 6) for number in range(8)]
TASK: list[Pair] = [
    (f"{thing} 값은 {number}원이다. 값을 적어라.", f"{number}원")
    for thing in ("사과", "연필", "우표")
    for number in range(100, 900, 50)
]


def general_pairs(project: Path) -> list[Pair]:
    """Sentences of the sample handbook, each continued from its first words."""
    lines = [
        line.strip()
        for path in sorted((project / "samples/handbook").glob("*.md"))
        for line in path.read_text("utf-8").splitlines()
        if len(line.split()) > 5 and line[0] not in "#|-"
    ]
    cut = [(" ".join(line.split()[:3]), " ".join(line.split()[3:])[:80]) for line in dict.fromkeys(lines)]
    return [(f"이어 쓰기: {first}", rest) for first, rest in cut]


def write_rows(path: Path, pairs: Sequence[Pair]) -> Path:
    rows = [
        {"messages": [{"role": "user", "content": one}, {"role": "assistant", "content": two}]}
        for one, two in pairs
    ]
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return path


def learn(model, tokenizer, pairs: Sequence[Pair], *, steps: int, rate: float, batch: int = 16) -> None:
    """A plain loop over rows in turn; what may learn is what takes gradients."""
    rows = Masks(tokenizer).encode_all([[Message("user", a), Message("assistant", b)] for a, b in pairs])
    optimizer = torch.optim.AdamW([one for one in model.parameters() if one.requires_grad], lr=rate)
    model.train()
    for step in range(steps):
        part = [rows[(step * batch + place) % len(rows)] for place in range(batch)]
        width = max(len(row.input_ids) for row in part)
        ids = torch.tensor([row.input_ids + [0] * (width - len(row.input_ids)) for row in part])
        labels = torch.tensor([row.labels + [-100] * (width - len(row.labels)) for row in part])
        loss = model(input_ids=ids, labels=labels, attention_mask=(labels != -100) | (ids != 0)).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()


def grown(tiny: Path, pairs: Sequence[Pair], folder: Path, *, steps: int = 240) -> Path:
    """The tiny model after it has seen general text, so that there is something to forget."""
    config = TrainConfig.model_validate(
        {"name": "grown", "base": str(tiny), "data": {"train": [{"path": "-"}]}, "method": {"kind": "full"}}
    )
    torch.manual_seed(0)
    model = load_base(tiny, config.method, "fp32")
    tokenizer = load_tokenizer(resolve(config.base))
    learn(model, tokenizer, pairs, steps=steps, rate=3e-3)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def config_of(base: Path, data: Path, **changes: object) -> TrainConfig:
    """A configuration over the rows below ``data``."""
    rows = {name: [{"path": str(data / f"{name}.jsonl"), "format": "openai"}] for name in ("train", "test")}
    return TrainConfig.model_validate(
        {
            "name": "trial",
            "base": str(base),
            "data": {**rows, "held_out": 0.0},
            "method": {"kind": "lora"},
            "train": {"precision": "fp32"},
            "eval": {
                "general": [{"path": str(data / "general.jsonl"), "format": "openai"}],
                "max_new_tokens": 12,
                "limit": 60,
                "tokens": "characters",
                "red_team": False,
            },
            **changes,
        }
    )


def trained(
    config: TrainConfig, folder: Path, pairs: Sequence[Pair], *, steps: int, rate: float
) -> RunFolder:
    """A run folder with an adapter that learned ``pairs``."""
    run = RunFolder(folder)
    base = resolve(config.base)
    tokenizer = load_tokenizer(base)
    model = load_for_training(base, config.method, config.train, tokenizer)
    learn(model, tokenizer, pairs, steps=steps, rate=rate)
    model.save_pretrained(str(run.adapter))
    return run
