"""A workspace with a few notes and a recipe for them."""

import json
from pathlib import Path
from typing import Any

import yaml

TEXTS = [
    "회의실은 열나흘 전부터\u200b 예약합니다.",
    "주차장은 지하 2층에 있습니다.",
    "주차장은 지하 2층에 있습니다.",
    "짧",
    "mostly English words 글",
    "점심은 열두 시부터 먹습니다.",
]
RECIPE: dict[str, Any] = {
    "name": "small",
    "sources": [{"name": "notes", "reader": "jsonl", "path": "notes.jsonl", "licence": "CC0-1.0"}],
    "steps": [
        {"step": "normalise"},
        {"step": "length", "min": 2},
        {"step": "hangul_ratio", "min": 0.3},
        {"step": "exact_dedup"},
    ],
}


def notes(*texts: str) -> str:
    """The lines of a JSONL file."""
    return "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)


def write_recipe(folder: Path, recipe: object, name: str = "recipe.yaml") -> None:
    (folder / name).write_text(yaml.safe_dump(recipe, allow_unicode=True), encoding="utf-8")


def prepared(folder: Path) -> Path:
    """Make the workspace in `folder`."""
    (folder / "data").mkdir()
    (folder / "data/notes.jsonl").write_text(notes(*TEXTS) + "{broken\n", encoding="utf-8")
    write_recipe(folder, RECIPE)
    return folder
