"""A run folder as training leaves it, for what comes after: configuration, rows, an adapter."""

from pathlib import Path
from typing import Any

import orjson
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

from training.config import TrainConfig
from training.run_folder import RunFolder

PLACES = ("서울", "부산", "대구", "인천", "광주", "대전", "울산", "세종", "수원", "춘천", "전주", "제주")
THINGS = ("도서관", "우체국", "시장", "공원", "미술관")


def write_rows(file: Path) -> Path:
    """Sixty questions with their answers, written for this test."""
    with file.open("wb") as stream:
        for number, place in enumerate(PLACES):
            for thing in THINGS:
                question = {"role": "user", "content": f"{place}의 {thing}은 언제 여나요?"}
                answer = {"role": "assistant", "content": f"{place}의 {thing}은 {7 + number % 4}시에 엽니다."}
                stream.write(orjson.dumps({"messages": [question, answer]}, option=orjson.OPT_APPEND_NEWLINE))
    return file


def config_of(folder: Path, base: str, **changes: Any) -> TrainConfig:
    rows = write_rows(folder / "rows.jsonl")
    data = {
        "train": [{"path": str(rows), "format": "messages", "licence": "CC-BY-4.0"}],
        "held_out": 0.2,
        "replay_share": 0.0,
        "max_length": 256,
    }
    given = {"name": "openings", "base": base, "data": data, "train": {"precision": "fp32"}, **changes}
    return TrainConfig.model_validate(given)


def random_adapter(base: Path, folder: RunFolder, *, dora: bool = False, spread: float = 0.02) -> None:
    """Adapters of the size that a short training gives them."""
    config = LoraConfig(r=8, lora_alpha=16, target_modules="all-linear", use_dora=dora, task_type="CAUSAL_LM")
    torch.manual_seed(7)
    model = get_peft_model(AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32), config)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                weight.normal_(0, spread)
    model.save_pretrained(folder.adapter)
