"""Two releases side by side, against what was planted between them."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pyarrow.parquet as pq
import pytest

from curation.errors import ConfigurationError
from curation.inspection.diff import Difference, diff
from curation.run import run_recipe

STEPS = [
    {"step": "normalise"},
    {"step": "length", "min": 3},
    {"step": "hangul_ratio", "min": 0.3},
    {"step": "exact_dedup"},
]
ROWS = ["첫째 글입니다", "둘째 글 a bit so", "셋째\u200b 글입니다", "넷째 글입니다", "짧", "넷째 글입니다"]
Run = Callable[..., Path]


@pytest.fixture
def run(tmp_path: Path, data: Path, write_jsonl, recipe_of) -> Run:
    """Make a release by its name, with steps and rows of source ``a``."""

    def make(name: str, *, rows=ROWS, steps=STEPS, sources=None, **keys) -> Path:
        write_jsonl("a.jsonl", rows)
        recipe = recipe_of(sources or {"a": "a.jsonl"}, steps, **keys)
        run_recipe(recipe, data, tmp_path / name)
        return tmp_path / name

    return make


def compared(a: Path, b: Path) -> Difference:
    difference = diff(a, b)
    orjson.dumps(difference.as_json())
    return difference


def test_a_release_does_not_differ_from_itself_or_its_twin(run: Run) -> None:
    a, b = run("a"), run("b")
    for difference in (compared(a, a), compared(a, b)):
        assert difference.nothing
        assert difference.rows == {"in both": 4, "changed": 0, "only in a": 0, "only in b": 0}
        assert not difference.needs


def test_a_stricter_step_says_where_rows_went(run: Run) -> None:
    a = run("a")
    b = run("b", steps=[*STEPS[:2], {"step": "hangul_ratio", "min": 0.5}, STEPS[3]])
    there, back = compared(a, b), compared(b, a)
    assert there.rows == {"in both": 3, "changed": 0, "only in a": 1, "only in b": 0}
    assert there.left == {"hangul_ratio/little_hangul": 1}
    assert there.came == {}
    assert back.came == {"hangul_ratio/little_hangul": 1}
    assert back.left == {}
    (one,) = there.recipe
    assert (one.name, one.how, one.keys) == ("hangul_ratio", "changed", {"min": (0.3, 0.5)})
    assert there.ledger == {"a": {"kept": [4, 3], "dropped by hangul_ratio/little_hangul": [0, 1]}}
    assert list(there.examples) == ["only in a"]
    assert there.files == there.code == {}


def test_a_step_left_out_says_which_rows_say_something_else(run: Run) -> None:
    difference = compared(run("a"), run("b", steps=STEPS[1:]))
    assert difference.rows["changed"] == 1
    assert difference.changed == {"text": 1}
    assert difference.changed_by == {"normalise/invisible": [1, 0]}
    assert not difference.nothing


def test_what_both_did_to_a_changed_row_is_no_reason(run: Run) -> None:
    rows = ["좋은\u200b <b>글</b>입니다", "다른 글입니다"]
    a = run("a", rows=rows, steps=[{"step": "normalise"}])
    b = run("b", rows=rows, steps=[{"step": "normalise", "html_tags": True}])
    difference = compared(a, b)
    assert difference.rows["changed"] == 1
    assert difference.changed_by == {"normalise/html_tags": [0, 1]}


def test_a_file_that_changed_is_named_and_its_rows_were_not_read(run: Run) -> None:
    difference = compared(run("a"), run("b", rows=["첫째 글입니다", "다섯째 글입니다"]))
    assert difference.files == {"a": {"changed": ["a.jsonl"]}}
    assert difference.left == {"not read": 3}
    assert difference.came == {"not read": 1}
    assert difference.recipe == []


def test_a_source_that_is_gone_is_named(run: Run, write_jsonl) -> None:
    write_jsonl("b.jsonl", ["다른 출처의 글"])
    a = run("a", sources={"a": "a.jsonl", "b": "b.jsonl"})
    b = run("b")
    assert compared(a, b).left == {"not read: no source 'b'": 1}
    assert compared(b, a).came == {"not read: no source 'b'": 1}
    assert {(one.part, one.name, one.how) for one in compared(a, b).recipe} == {("source", "b", "removed")}


def test_tags_splits_titles_and_copies_are_changes_of_their_own(run: Run, write_jsonl) -> None:
    rows = [f"{number}번째 글은 조금 더 길게 적어 봅니다" for number in range(40)]
    plain = run("plain", rows=rows, steps=[])
    split = run("split", rows=rows, steps=[{"step": "split", "near_duplicates": False}])
    moved = compared(plain, split).changed
    assert set(moved) == {"split"}
    assert 0 < moved["split"] < 40
    tagged = run("tagged", rows=rows, steps=[{"step": "language"}])
    assert compared(plain, tagged).changed == {"tags": 40}
    titled = run("titled", rows=[{"text": text, "title": "제목"} for text in rows], steps=[])
    assert compared(plain, titled).rows["in both"] == 0  # a title is content: other ids


def test_copies_are_counted_apart_from_rows(run: Run, write_jsonl) -> None:
    write_jsonl("few.jsonl", ["드문 글입니다"])
    rows = [f"흔한 글입니다 {number}" for number in range(8)]
    sources = {"a": "a.jsonl", "few": "few.jsonl"}
    mix = {"step": "mix", "weights": {"few": 1, "a": 1}, "unit": "rows", "max_copies": 3}
    a, b = run("a", rows=rows, sources=sources, steps=[]), run("b", rows=rows, sources=sources, steps=[mix])
    difference = compared(a, b)
    kept = sum(pq.read_metadata(path).num_rows for path in b.glob("data/a/*.parquet"))
    assert difference.changed == {"copies": 1}
    assert difference.rows == {"in both": kept + 1, "changed": 1, "only in a": 8 - kept, "only in b": 0}
    assert difference.left == {"mix/sampled_out": 8 - kept}
    assert difference.ledger["few"] == {"repeated": [0, 2]}


def test_a_row_and_its_copies_have_one_fate(run: Run) -> None:
    # The first of three equal rows is dropped by the last step in b, the others are its copies.
    rows = ["같은 글 abc", "같은 글 abc", "같은 글 abc", "온전한 우리말 글"]
    steps = [STEPS[3], {"step": "hangul_ratio", "min": 0.1}]
    a = run("a", rows=rows, steps=steps)
    b = run("b", rows=rows, steps=[STEPS[3], {"step": "hangul_ratio", "min": 0.9}])
    assert compared(a, b).left == {"hangul_ratio/little_hangul": 1}


def test_instruction_records_are_compared_by_their_messages(run: Run, write_jsonl) -> None:
    write_jsonl("q.jsonl", [{"q": "수도는\u200b 어디?", "r": "서울"}, {"q": "물은?", "r": "셀프"}])
    sources = {"q": {"path": "q.jsonl", "options": {"prompt": "q", "response": "r"}}}
    a, b = run("a", sources=sources, steps=STEPS[:1]), run("b", sources=sources, steps=[])
    difference = compared(a, b)
    assert difference.changed == {"text": 1}
    assert difference.changed_by == {"normalise/invisible": [1, 0]}


def test_another_secret_is_said_to_be_what_a_step_needs(run: Run, monkeypatch) -> None:
    rows = ["전화는 010-1234-5678 로 주세요", "두 번째 글"]
    steps = [{"step": "personal_data", "action": "pseudonymise"}]
    monkeypatch.setenv("MALMOI_PSEUDONYM_KEY", "first-secret-0123456789")
    a = run("a", rows=rows, steps=steps)
    monkeypatch.setenv("MALMOI_PSEUDONYM_KEY", "second-secret-0123456789")
    difference = compared(a, run("b", rows=rows, steps=steps))
    assert difference.needs
    assert not difference.nothing
    assert difference.changed == {"text": 1}


def test_what_is_no_release_is_refused(run: Run, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such folder"):
        diff(run("a"), tmp_path / "absent")
