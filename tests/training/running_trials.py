"""Short runs on the tiny model, and what they wrote."""

from pathlib import Path
from typing import Any

import orjson

from curation.progress import Quiet
from training.config import TrainConfig
from training.run_folder import RunFolder
from training.running.result import RunResult
from training.running.run import run
from training.running.watching import Watch

CITIES = {
    "한국": "서울",
    "일본": "도쿄",
    "중국": "베이징",
    "몽골": "울란바토르",
    "태국": "방콕",
    "호주": "캔버라",
}


def write_rows(path: Path, rows: dict[str, str] = CITIES) -> Path:
    turns = [
        [{"role": "user", "content": f"{land}의 수도는?"}, {"role": "assistant", "content": f"{city}입니다."}]
        for land, city in rows.items()
    ]
    path.write_bytes(b"\n".join(orjson.dumps({"id": turn[0]["content"], "messages": turn}) for turn in turns))
    return path


def trial(
    folder: Path, *, method: str = "lora", base: str = "tiny", data: Any = None, **train: Any
) -> TrainConfig:
    """Six rows, three a step, for twelve steps; the same rows for validation are not held to leak."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = write_rows(folder / "rows.jsonl")
    return TrainConfig.model_validate(
        {
            "name": "trial",
            "base": base,
            "data": {
                "train": [{"path": str(rows), "format": "messages"}],
                "held_out": 0.0,
                "packing": False,
                "max_length": 256,
            }
            | (data or {}),
            "method": {"kind": method, "r": 8},
            "train": {"epochs": 99.0, "max_steps": 12, "batch": 3, "learning_rate": 2e-2, "warmup": 0.0}
            | train,
            "eval": {"max_new_tokens": 8},
        }
    )


def ran(config: TrainConfig, folder: Path, *, resume: bool = False, watch: Watch | None = None) -> RunResult:
    return run(config, RunFolder(folder), Quiet(), resume=resume, watch=watch)


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]
