"""A small release with a row for everything that may happen to one."""

from pathlib import Path

import orjson
import pytest

from curation.run import run_recipe
from curation.steps import STEPS
from tests.curation import poison

STEPS_OF_STORY = [
    {"step": "normalise"},
    {"step": "length", "min": 3},
    {"step": "hangul_ratio", "min": 0.3, "sources": ["a"]},
    {"step": "exact_dedup", "scope": "config"},
    {"step": "tender"},
]
LINES_OF_A = [
    "좋은\u200b  영화입니다",  # 1: normalised; stands for 5 and 7
    "x",  # 2: too short
    "almost all English 글",  # 3: little Hangul
    b"{broken",  # 4: unreadable
    "좋은 영화입니다",  # 5: a copy of 1 after normalising
    '{"text": "옛 부호로 적은 글"}'.encode("cp949"),  # 6: recovered
    "좋은\u200b  영화입니다",  # 7: the same as 1, so it has its id
    f"{poison.POISON} 글",  # 8: a step cannot work on it
    f"{poison.POISON} 글",  # 9: a copy of 8, which left for it before
]


@pytest.fixture
def release(tmp_path: Path, data, write_jsonl, recipe_of, monkeypatch) -> Path:
    """Build the release: source ``a`` of texts, source ``b`` of instructions."""
    monkeypatch.setitem(STEPS, "tender", poison.step("record"))
    write_jsonl("a.jsonl", LINES_OF_A)
    asked = {"q": "수도는\u200b 어디입니까?", "r": "서울입니다.", "level": "쉬움"}
    write_jsonl("b.jsonl", [asked, {"q": "1+1", "r": "2"}, {"q": "1+1", "r": "2"}])
    b = {"path": "b.jsonl", "options": {"prompt": "q", "response": "r"}, "split": "test"}
    recipe = recipe_of({"a": "a.jsonl", "b": b}, STEPS_OF_STORY)
    out = tmp_path / "releases" / "small"
    run_recipe(recipe, data, out)
    return out


@pytest.fixture
def entry_of(release: Path):
    """Find the entry of the manifest for a key."""
    return lambda key: orjson.loads((release / "manifest.json").read_bytes())[key]


NOTICE = "문의는 언제든지 고객 센터로 하여 주시기 바랍니다."


@pytest.fixture
def cut(tmp_path: Path, data, write_jsonl, recipe_of) -> Path:
    """Build a release of three rows that end with a notice, which was cut from lines 2 and 3."""
    write_jsonl("a.jsonl", [f"{name} 안내입니다. {NOTICE}" for name in ("도서관", "주차장", "구내식당")])
    steps = [{"step": "sentence_dedup", "min_documents": 3, "min_rest": 3}]
    run_recipe(recipe_of({"a": "a.jsonl"}, steps), data, tmp_path / "out")
    return tmp_path / "out"


@pytest.fixture
def mixed(tmp_path: Path, data, write_jsonl, recipe_of) -> Path:
    """Build a release of one rare row, three times, and three of eight common ones."""
    write_jsonl("few.jsonl", ["드문 글입니다"])
    write_jsonl("many.jsonl", [f"흔한 글입니다 {number}" for number in range(8)])
    steps = [{"step": "mix", "weights": {"few": 1, "many": 1}, "unit": "rows", "max_copies": 3}]
    run_recipe(recipe_of({"few": "few.jsonl", "many": "many.jsonl"}, steps), data, tmp_path / "out")
    return tmp_path / "out"
