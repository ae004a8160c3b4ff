"""One row's story: each fate it may have, and every way to call it."""

import unicodedata
from collections import Counter
from pathlib import Path

import orjson
import pyarrow.parquet as pq
import pytest

from curation.errors import ConfigurationError, UserError
from curation.inspection.explain import Story, explain
from curation.inspection.trail import trail_of
from curation.run import run_recipe
from tests.curation.inspection.conftest import NOTICE


def one(release: Path, wanted: str) -> Story:
    (story,) = explain(release, wanted)
    orjson.dumps(story.as_json())
    return story


def outcomes(story: Story) -> dict[str, str]:
    return {passed.step: passed.outcome for passed in story.trail}


def test_a_kept_row_says_what_changed_and_what_it_stands_for(release: Path) -> None:
    (story,) = [story for story in explain(release, "a.jsonl:1") if story.fate == "kept"]
    assert story.row["text"] == "좋은 영화입니다"
    assert (story.row["file"], story.row["line"]) == ("a.jsonl", 1)
    assert (story.config, story.split, story.copies) == ("a", "train", 1)
    assert list(story.held) == ["data/a/train-00000-of-00001.parquet"]
    assert outcomes(story) == {
        "normalise": "changed",
        "length": "unchanged",
        "hangul_ratio": "unchanged",
        "exact_dedup": "unchanged",
        "tender": "unchanged",
    }
    assert story.trail[0].counts == {"invisible": 1, "white_space": 1}  # told once, though 7 has its id too
    assert story.alike == 2
    assert story.stands_for["count"] == 2
    assert {copy["line"] for copy in story.stands_for["rows"]} == {5, 7}


@pytest.mark.parametrize(
    ("line", "step", "reason", "score"),
    [(2, "length", "too_short", 1.0), (3, "hangul_ratio", "little_hangul", 0.0588)],
)
def test_a_dropped_row_says_which_step_why_and_what_came_before(
    release: Path, line: int, step: str, reason: str, score: float
) -> None:
    story = one(release, f"a.jsonl:{line}")
    assert story.fate == "dropped"
    assert story.verdict is not None
    assert (story.verdict.step, story.verdict.reason, story.verdict.score) == (step, reason, score)
    assert story.verdict.duplicate_of is None
    places = [passed.step for passed in story.trail]
    before, after = places[: places.index(step)], places[places.index(step) + 1 :]
    assert {outcomes(story)[name] for name in before} == {"unchanged"}
    assert outcomes(story)[step] == "dropped"
    assert {outcomes(story)[name] for name in after} == {"not reached"}
    assert next(passed.params for passed in story.trail if passed.step == "length")["min"] == 3


@pytest.mark.parametrize("line", [5, 7])
def test_a_copy_names_the_row_that_stays(release: Path, line: int) -> None:
    story = one(release, f"a.jsonl:{line}")
    kept = next(story for story in explain(release, "a.jsonl:1") if story.fate == "kept")
    assert story.verdict is not None
    stays = story.verdict.duplicate_of
    assert stays is not None
    assert (stays["id"], stays["line"], stays["fate"]) == (kept.row["id"], 1, "kept")
    assert stays["text"] == "좋은 영화입니다"
    assert story.stands_for["count"] == 0


def test_a_copy_of_a_row_that_is_in_quarantine_by_now_finds_none(release: Path) -> None:
    verdict = one(release, "a.jsonl:9").verdict
    assert verdict is not None
    assert verdict.duplicate_of is not None
    assert (verdict.reason, verdict.duplicate_of["fate"]) == ("duplicate", None)


def test_rows_that_share_an_id_are_all_told(release: Path) -> None:
    identifier = explain(release, "a.jsonl:1")[0].row["id"]
    stories = explain(release, identifier)
    assert sorted((story.fate, story.row["line"]) for story in stories) == [("dropped", 7), ("kept", 1)]


def test_a_recovered_row_says_how(release: Path) -> None:
    story = one(release, "a.jsonl:6")
    assert story.fate == "kept"
    assert story.recovered == {"reason": "CP949 line in a UTF-8 file", "lines": 1}


def test_an_unreadable_row_is_found_by_its_place(release: Path) -> None:
    story = one(release, "a.jsonl:4")
    assert (story.fate, story.row["text"], list(story.trail)) == ("quarantined", "{broken", [])
    assert "JSON" in story.row["error"]
    assert list(story.held) == ["quarantine/a.jsonl"]


def test_a_row_that_a_step_raised_on_says_which(release: Path) -> None:
    story = one(release, "a.jsonl:8")
    assert story.fate == "quarantined"
    assert story.row["error"] == "the step 'tender' raised ValueError: cannot work on '독사과 글'"
    assert outcomes(story)["tender"] == "raised"


def test_an_instruction_record_is_told_like_a_text(release: Path) -> None:
    kept, short = one(release, "b.jsonl:1"), one(release, "b.jsonl:2")
    assert [turn["content"] for turn in kept.row["messages"]] == ["수도는 어디입니까?", "서울입니다."]
    assert kept.row["attributes"] == {"level": "쉬움"}
    assert kept.split == "test"
    assert outcomes(kept) == {
        "normalise": "changed",
        "length": "unchanged",
        "hangul_ratio": "other sources",
        "exact_dedup": "unchanged",
        "tender": "unchanged",
    }
    assert short.fate == "kept"  # "1+1\n2" has five characters


def test_the_beginning_of_an_id_is_enough_in_any_case(release: Path) -> None:
    identifier = one(release, "a.jsonl:2").row["id"]
    for called in (identifier, identifier[:8], identifier[:8].upper(), f" {identifier[:12]} "):
        assert one(release, called).row["line"] == 2


@pytest.mark.parametrize("called", ["a.jsonl:2", "data/a.jsonl:2", "/tmp/somewhere/a.jsonl:2"])
def test_a_file_may_be_called_by_the_end_of_its_path(release: Path, called: str) -> None:
    assert one(release, called).row["text"] == "x"


def test_a_hangul_name_may_be_spelled_apart(tmp_path, data, write_jsonl, recipe_of) -> None:
    write_jsonl("글/모음.jsonl", ["하나둘셋"])
    run_recipe(recipe_of({"a": "글"}), data, tmp_path / "out")
    assert one(tmp_path / "out", unicodedata.normalize("NFD", "모음.jsonl:1")).row["text"] == "하나둘셋"


def test_two_files_of_one_name_are_told_apart(tmp_path, data, write_jsonl, recipe_of) -> None:
    for folder in "xy":
        write_jsonl(f"{folder}/same.jsonl", [f"{folder}의 글입니다"])
    run_recipe(recipe_of({"a": {"path": ["x", "y"]}}), data, tmp_path / "out")
    with pytest.raises(ConfigurationError, match=r"2 files are called 'same\.jsonl'") as fault:
        explain(tmp_path / "out", "same.jsonl:1")
    assert "x/same.jsonl, y/same.jsonl" in fault.value.fix
    assert one(tmp_path / "out", "y/same.jsonl:1").row["text"] == "y의 글입니다"


@pytest.mark.parametrize(
    ("called", "error", "what", "fix"),
    [
        ("abc", ConfigurationError, "too short", "4 characters"),
        ("", ConfigurationError, "neither an id nor FILE:LINE", "a.jsonl:1"),
        ("없는 이름", ConfigurationError, "neither an id nor FILE:LINE", "a.jsonl:1"),
        ("a.jsonl", ConfigurationError, "neither an id nor FILE:LINE", "give a line as well: a.jsonl:1"),
        ("a.jsnol:2", ConfigurationError, "read no file 'a.jsnol'", "did you mean 'a.jsonl'?"),
        ("ffffffff", UserError, "no row of this release has an id", "FILE:LINE"),
        ("a.jsonl:99", UserError, "no row begins at line 99 of a.jsonl", "a.jsonl:9"),
        ("a.jsonl:0", UserError, "no row begins at line 0 of a.jsonl", "a.jsonl:1"),
    ],
)
def test_what_names_no_row_is_said_plainly(
    release: Path, called: str, error: type[UserError], what: str, fix: str
) -> None:
    with pytest.raises(error, match=what) as fault:
        explain(release, called)
    assert type(fault.value) is error
    assert fix in fault.value.fix


def test_a_beginning_of_several_ids_lists_them(tmp_path, data, write_jsonl, recipe_of) -> None:
    write_jsonl("a.jsonl", [f"글 번호 {number}" for number in range(700)])
    run_recipe(recipe_of({"a": "a.jsonl"}), data, tmp_path / "out")
    (table,) = (tmp_path / "out").glob("data/a/*.parquet")
    ids = pq.read_table(table)["id"].to_pylist()
    beginnings = Counter(identifier[:4] for identifier in ids)
    twice = next(beginning for beginning, number in beginnings.items() if number == 2)
    with pytest.raises(ConfigurationError, match=f"2 ids begin with '{twice}'") as fault:
        explain(tmp_path / "out", twice)
    assert all(identifier in fault.value.fix for identifier in ids if identifier.startswith(twice))


def test_both_versions_of_a_rewritten_text_are_told(cut: Path) -> None:
    story = one(cut, "a.jsonl:2")
    (rewrite,) = story.trail[0].rewrites
    assert rewrite == {"before": f"주차장 안내입니다. {NOTICE}", "after": "주차장 안내입니다."}
    assert story.trail[0].outcome == "changed"


def test_copies_that_a_mix_made_are_one_story(mixed: Path) -> None:
    story = one(mixed, "few.jsonl:1")
    assert story.copies == 3
    again = one(mixed, f"{story.row['id']}#2")
    assert (again.copies, again.row["id"]) == (3, story.row["id"])
    dropped = [explain(mixed, f"many.jsonl:{line}")[0].verdict for line in range(1, 9)]
    assert {verdict.reason for verdict in dropped if verdict is not None} == {"sampled_out"}


def test_a_copy_of_an_older_release_is_looked_for_beside_it(tmp_path, data, write_jsonl, recipe_of) -> None:
    steps = [{"step": "near_dedup", "against": ["news"], "save": "news"}]
    first = ["도서관은 월요일마다 쉽니다", "주차권은 안내대에서 받습니다"]
    second = ["도서관은 월요일마다 쉽니다!", "새 자전거 보관대가 생겼습니다"]
    for name, texts in (("1", first), ("2", second)):
        write_jsonl(f"{name}.jsonl", texts)
        run_recipe(recipe_of({"a": f"{name}.jsonl"}, steps), data, tmp_path / "releases" / name)
    verdict = one(tmp_path / "releases/2", "2.jsonl:1").verdict
    assert verdict is not None
    assert verdict.duplicate_of is not None
    told = verdict.duplicate_of
    assert (told["release"], told["fate"], told["file"], told["line"]) == ("1", "kept", "1.jsonl", 1)
    assert verdict.score is not None
    assert verdict.score > 0.7


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (None, ["changed", "unchanged", "unknown", "unchanged"]),
        ("length", ["changed", "dropped", "unknown", "not reached"]),
    ],
)
def test_a_step_that_is_used_twice_claims_nothing(left: str | None, expected: list[str]) -> None:
    names = ["normalise", "length", "length", "hangul_ratio"]
    uses = [{"step": name, "params": {}, "sources": None, "except_sources": []} for name in names]
    change = {"step": "normalise", "rule": "nfc", "count": 2, "before": None, "after": None}
    trail = trail_of(uses, "a", [change], left)
    assert [passed.outcome for passed in trail] == expected
