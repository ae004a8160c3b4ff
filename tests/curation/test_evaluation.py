"""Evaluation sets: read like sources, compared with, stated in the manifest, and never released."""

import hashlib
from pathlib import Path

import orjson
import pyarrow.parquet as pq
import pytest
import yaml

from curation.errors import ConfigurationError, UserError
from curation.evaluation import read_evaluation_sets
from curation.inputs import find_inputs
from curation.progress import Quiet
from curation.readers import READERS
from curation.recipe import load_recipe
from curation.run import run_recipe

QUIZ = "구름 마을 도서관은 매주 수요일 저녁에 동화 읽기 모임을 연다"
ANSWER = "참가자는 번갈아 가며 한 쪽씩 읽고 다 읽은 뒤에는 차를 마신다"
AGAINST_QUIZ = [{"step": "decontaminate", "against": ["quiz"]}]
QUIZ_SET = {"name": "quiz", "reader": "jsonl", "path": "quiz.jsonl"}


def manifest_of(release: Path) -> dict:
    return orjson.loads((release / "manifest.json").read_bytes())


def test_its_rows_are_compared_with_and_stand_in_no_release(data, write_jsonl, recipe_of, tmp_path) -> None:
    write_jsonl("a.jsonl", [f"들어가는 말. {QUIZ}", "아무 데도 없는 글입니다"])
    write_jsonl("quiz.jsonl", [QUIZ, ANSWER])
    stated = {"licence": "CC-BY-4.0", "url": "https://example.com/quiz"}
    recipe = recipe_of({"a": "a.jsonl"}, AGAINST_QUIZ, evaluation_sets=[QUIZ_SET | stated])
    report = run_recipe(recipe, data, tmp_path / "out")
    assert report.sources["a"].dropped == {"decontaminate/in_quiz": 1}
    kept = [pq.read_table(path) for path in (tmp_path / "out/data").rglob("*.parquet")]
    assert [text for table in kept for text in table["text"].to_pylist()] == ["아무 데도 없는 글입니다"]
    (entry,) = manifest_of(tmp_path / "out")["evaluation_sets"]
    quiz = data / "quiz.jsonl"
    assert entry == {
        "name": "quiz",
        "reader": "jsonl",
        **stated,
        "files": [
            {"path": "quiz.jsonl", "sha256": entry["files"][0]["sha256"], "bytes": quiz.stat().st_size}
        ],
        "rows": 2,
        "unreadable": 0,
    }
    assert entry["files"][0]["sha256"] == hashlib.sha256(quiz.read_bytes()).hexdigest()
    sources = manifest_of(tmp_path / "out")["sources"]
    assert [source["name"] for source in sources] == ["a"]
    assert ANSWER not in str(kept)


def test_a_release_without_sets_says_so(data, write_jsonl, recipe_of, tmp_path) -> None:
    write_jsonl("a.jsonl", ["글 하나"])
    run_recipe(recipe_of({"a": "a.jsonl"}), data, tmp_path / "out")
    assert manifest_of(tmp_path / "out")["evaluation_sets"] == []


def read(recipe, data: Path, folder: Path, most: float = 1.0):
    sets = [one.as_source() for one in recipe.evaluation_sets]
    inputs = find_inputs(sets, data, READERS, Quiet())
    return read_evaluation_sets(inputs, folder, Quiet(), most_unreadable=most)


def test_texts_are_normalised_and_turns_stand_alone(data, write_jsonl, recipe_of, tmp_path) -> None:
    write_jsonl("quiz.jsonl", [{"q": "모임은\u200b  언제?", "r": "수요일"}])
    options = {"prompt": "q", "response": "r"}
    recipe = recipe_of({"a": "a.jsonl"}, evaluation_sets=[QUIZ_SET | {"options": options}])
    quiz = read(recipe, data, tmp_path / "sets")["quiz"]
    texts = [text for path in quiz.paths for text in pq.read_table(path)["text"].to_pylist()]
    assert texts == ["모임은 언제?", "수요일"]
    assert (quiz.rows, quiz.unreadable) == (1, 0)


@pytest.mark.parametrize(
    ("rows", "most", "what"),
    [
        ([], 1.0, "the evaluation set 'quiz' has no rows"),
        (
            [b"{", b"["],
            1.0,
            "none of the 2 rows of the evaluation set 'quiz' can be read",
        ),
        (
            ["하나", b"{", "둘"],
            0.2,
            "1 of 3 rows of the evaluation set 'quiz' cannot be read",
        ),
    ],
)
def test_a_set_that_cannot_be_read_stops_the_run(
    data, write_jsonl, recipe_of, tmp_path, rows: list, most: float, what: str
) -> None:
    write_jsonl("quiz.jsonl", rows)
    write_jsonl("a.jsonl", ["글 하나"])
    recipe = recipe_of({"a": "a.jsonl"}, AGAINST_QUIZ, evaluation_sets=[QUIZ_SET], max_quarantined=most)
    with pytest.raises(UserError, match=what) as fault:
        run_recipe(recipe, data, tmp_path / "out")
    assert not rows or "first: quiz.jsonl:" in fault.value.what
    assert fault.value.where == "quiz.jsonl"
    assert not (tmp_path / "out").exists()


def test_a_few_unreadable_rows_are_counted(data, write_jsonl, recipe_of, tmp_path) -> None:
    write_jsonl("quiz.jsonl", ["하나", b"{", "둘"])
    recipe = recipe_of({"a": "a.jsonl"}, evaluation_sets=[QUIZ_SET])
    quiz = read(recipe, data, tmp_path / "sets", most=0.4)["quiz"]
    assert (quiz.rows, quiz.unreadable) == (2, 1)


def test_what_was_read_is_trusted_until_its_file_changes(data, write_jsonl, recipe_of, tmp_path) -> None:
    recipe = recipe_of({"a": "a.jsonl"}, evaluation_sets=[QUIZ_SET])
    write_jsonl("quiz.jsonl", ["하나"])
    (first,) = read(recipe, data, tmp_path / "sets")["quiz"].paths
    born = first.stat().st_ino
    (again,) = read(recipe, data, tmp_path / "sets")["quiz"].paths
    assert (again, again.stat().st_ino) == (first, born)
    write_jsonl("quiz.jsonl", ["둘"])
    (other,) = read(recipe, data, tmp_path / "sets")["quiz"].paths
    assert other != first


RECIPE = {
    "name": "small",
    "sources": [{"name": "a", "reader": "jsonl", "path": "a.jsonl", "licence": "CC0-1.0"}],
    "evaluation_sets": [QUIZ_SET],
    "steps": [{"step": "normalise"}, {"step": "decontaminate", "against": ["quiz"]}],
}


@pytest.mark.parametrize(
    ("changes", "what", "line", "fix"),
    [
        (
            {"steps": [{"step": "normalise"}, {"step": "decontaminate", "against": ["quzi"]}]},
            "the step 'decontaminate' names an unknown evaluation set 'quzi'",
            "- against:",
            "did you mean 'quiz'?",
        ),
        (
            {"evaluation_sets": []},
            "the step 'decontaminate' names an unknown evaluation set 'quiz'",
            "- against:",
            "list it under 'evaluation_sets:'",
        ),
        (
            {"evaluation_sets": [QUIZ_SET, {**QUIZ_SET, "path": "other.jsonl"}]},
            "two evaluation sets are named 'quiz'",
            "- name: quiz",
            "a name of its own",
        ),
        (
            {"evaluation_sets": [{**QUIZ_SET, "reader": "jsnol"}]},
            "unknown reader 'jsnol'",
            "reader:",
            "'jsonl'",
        ),
        ({"evaluation_sets": [{**QUIZ_SET, "config": "x"}]}, "unknown key 'config'", "- config:", "allowed:"),
    ],
    ids=["misspelled", "not listed", "twice", "reader", "key"],
)
def test_a_fault_is_shown_where_it_stands(tmp_path, changes: dict, what: str, line: str, fix: str) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump(RECIPE | changes, allow_unicode=True, sort_keys=True), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=what) as fault:
        load_recipe(path)
    file, _, number = fault.value.where.rpartition(":")
    assert file == str(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[int(number) - 1].strip().startswith(line)
    assert fix in fault.value.fix


def test_the_example_of_the_page_on_recipes_is_one(project: Path, tmp_path) -> None:
    page = (project / "docs/recipes.md").read_text(encoding="utf-8")
    section = page.partition("## Limits and evaluation sets")[2]
    example = section.partition("```yaml\n")[2].partition("```")[0]
    source = "name: x\nsources: [{name: a, reader: jsonl, path: a.jsonl, licence: CC0-1.0}]\n"
    (tmp_path / "recipe.yaml").write_text(source + example, encoding="utf-8")
    recipe = load_recipe(tmp_path / "recipe.yaml")
    assert [(one.name, one.licence) for one in recipe.evaluation_sets] == [("quiz", "CC-BY-4.0")]
    assert recipe.max_quarantined == 0.05
