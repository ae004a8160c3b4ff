"""What steps need besides their parameters: found, hashed into every key, and never told further."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pyarrow.parquet as pq
import pytest

from curation.errors import ConfigurationError, UserError
from curation.manifest import load_manifest
from curation.needs import find_needs
from curation.run import run_recipe
from curation.steps import STEPS
from curation.steps.base import Given, Needs, Params, Step, each

SECRET = "MALMOI_PSEUDONYM_KEY"
CANARY = "canary-b7f1e2-never-to-be-written"
PHONE = "전화는 010-1234-5678 로 주세요"
PSEUDONYMS = [{"step": "personal_data", "action": "pseudonymise"}]


class _ListParams(Params):
    words: str


def _dropping(params: _ListParams, given: Given):
    words = given.files[params.words].read_text(encoding="utf-8").split()
    return each(lambda text: text if not any(word in text for word in words) else text.upper())


LISTED = Step(
    "listed",
    "shouts what holds a word of a file",
    _ListParams,
    "record",
    _dropping,
    needs=lambda params: Needs(files=(params.words,)),
)


@pytest.fixture
def listed(monkeypatch) -> None:
    monkeypatch.setitem(STEPS, "listed", LISTED)


def texts(release: Path) -> list[str]:
    return [
        text for path in release.glob("data/*/*.parquet") for text in pq.read_table(path)["text"].to_pylist()
    ]


def plan_of(release: Path) -> str:
    manifest = load_manifest(release)
    assert manifest is not None
    plan: str = manifest["plan"]
    return plan


def every_byte(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file as it is, and every table unpacked: compression hides words."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.name, path.name.encode() + path.read_bytes()
            if path.suffix == ".parquet":
                yield path.name, orjson.dumps(pq.read_table(path).to_pylist(), default=str)


# --- what is missing


def test_a_missing_file_is_named_with_its_parameter_and_the_nearest(
    data, recipe_of, listed, tmp_path
) -> None:
    (data / "lists").mkdir()
    (data / "lists" / "words.txt").write_text("a", encoding="utf-8")
    recipe = recipe_of({"a": "a.jsonl"}, [{"step": "listed", "words": "lists/wrods.txt"}])
    with pytest.raises(ConfigurationError, match="file that is not there") as fault:
        find_needs(recipe, data, tmp_path / "out")
    assert "the step 'listed'" in fault.value.what
    assert "its parameter 'words'" in fault.value.what
    assert fault.value.where == "lists/wrods.txt"
    assert fault.value.fix == "did you mean 'lists/words.txt'?"
    nothing_near = recipe_of({"a": "a.jsonl"}, [{"step": "listed", "words": "elsewhere/model.npz"}])
    with pytest.raises(ConfigurationError) as fault:
        find_needs(nothing_near, data, tmp_path / "out")
    assert "below the data folder" in fault.value.fix


@pytest.mark.parametrize(
    ("value", "what"), [(None, "is not set"), ("", "is not set"), ("short", "has fewer than 16 characters")]
)
def test_a_missing_or_weak_secret_is_refused_and_not_shown(
    data, write_jsonl, recipe_of, tmp_path, monkeypatch, value: str | None, what: str
) -> None:
    write_jsonl("a.jsonl", [PHONE])
    monkeypatch.delenv(SECRET, raising=False)
    if value is not None:
        monkeypatch.setenv(SECRET, value)
    with pytest.raises(ConfigurationError, match=what) as fault:
        run_recipe(recipe_of({"a": "a.jsonl"}, PSEUDONYMS), data, tmp_path / "out")
    assert fault.value.where == SECRET
    assert "openssl rand" in fault.value.fix
    assert not value or value not in str(fault.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


def test_all_that_is_missing_can_be_asked_for(data, recipe_of, listed, tmp_path, monkeypatch) -> None:
    monkeypatch.delenv(SECRET, raising=False)
    (data / "words.txt").write_text("a", encoding="utf-8")
    steps = [{"step": "listed", "words": "absent"}, *PSEUDONYMS, {"step": "listed", "words": "words.txt"}]
    missing: dict[int, ConfigurationError] = {}
    found = find_needs(recipe_of({"a": "a.jsonl"}, steps), data, tmp_path / "out", missing)
    assert {place: fault.where for place, fault in missing.items()} == {0: "absent", 1: SECRET}
    assert list(found.given) == [2]


# --- what is there decides the release


def test_the_model_file_decides_the_release(data, write_jsonl, recipe_of, listed, tmp_path) -> None:
    write_jsonl("a.jsonl", ["apple 사과", "pear 배"])
    (data / "words.txt").write_text("apple", encoding="utf-8")
    recipe, out = recipe_of({"a": "a.jsonl"}, [{"step": "listed", "words": "words.txt"}]), tmp_path / "out"
    run_recipe(recipe, data, out)
    assert texts(out) == ["APPLE 사과", "pear 배"]
    first = plan_of(out)
    assert run_recipe(recipe, data, out).reused
    (data / "words.txt").write_text("pear", encoding="utf-8")
    assert not run_recipe(recipe, data, out).reused
    assert texts(out) == ["apple 사과", "PEAR 배"]
    assert plan_of(out) != first


def test_the_secret_decides_the_release(data, write_jsonl, recipe_of, tmp_path, monkeypatch) -> None:
    write_jsonl("a.jsonl", [PHONE])
    recipe, out = recipe_of({"a": "a.jsonl"}, PSEUDONYMS), tmp_path / "out"
    plans, masked = set(), set()
    for secret in ("first-secret-0123456789", "second-secret-0123456789"):
        monkeypatch.setenv(SECRET, secret)
        assert not run_recipe(recipe, data, out).reused
        assert run_recipe(recipe, data, out).reused
        plans.add(plan_of(out))
        masked.update(texts(out))
    assert len(plans) == len(masked) == 2
    assert PHONE not in masked


QUIZ = "구름 마을 도서관은 매주 수요일 저녁에 동화 읽기 모임을 연다"
OTHER = "토담 시장은 첫째 주 토요일마다 헌책을 싸게 파는 장을 연다"
AGAINST_QUIZ = [{"step": "decontaminate", "against": ["quiz"]}]
SETS = [{"name": "quiz", "reader": "jsonl", "path": "quiz.jsonl"}]


def test_the_evaluation_set_decides_the_release(data, write_jsonl, recipe_of, tmp_path) -> None:
    write_jsonl("a.jsonl", [QUIZ, OTHER, "아무 데도 없는 글입니다"])
    recipe, out = recipe_of({"a": "a.jsonl"}, AGAINST_QUIZ, evaluation_sets=SETS), tmp_path / "out"
    write_jsonl("quiz.jsonl", [QUIZ])
    run_recipe(recipe, data, out)
    first = plan_of(out)
    assert QUIZ not in texts(out)
    write_jsonl("quiz.jsonl", [OTHER])
    assert not run_recipe(recipe, data, out).reused
    assert OTHER not in texts(out)
    assert QUIZ in texts(out)
    assert plan_of(out) != first


def test_what_was_finished_against_another_evaluation_set_is_not_trusted(
    data, write_jsonl, recipe_of, tmp_path
) -> None:
    write_jsonl("a.jsonl", [QUIZ, OTHER])
    write_jsonl("late.jsonl", [])
    sources = {"a": "a.jsonl", "late": "late.jsonl"}
    recipe, out = recipe_of(sources, AGAINST_QUIZ, evaluation_sets=SETS), tmp_path / "out"
    write_jsonl("quiz.jsonl", [QUIZ])
    with pytest.raises(UserError, match="'late' has no rows"):
        run_recipe(recipe, data, out)
    assert list((tmp_path / ".out.work" / "read").iterdir())
    write_jsonl("late.jsonl", ["이제 온 글입니다"])
    write_jsonl("quiz.jsonl", [OTHER])
    report = run_recipe(recipe, data, out)
    assert report.resumed
    assert report.changed_files == ("late.jsonl", "quiz.jsonl")
    assert sorted(texts(out)) == sorted([QUIZ, "이제 온 글입니다"])


# --- a secret is never written


def test_a_secret_stands_in_no_byte_of_a_release_or_of_what_a_run_left(
    data, write_jsonl, recipe_of, tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv(SECRET, CANARY)
    write_jsonl("a.jsonl", [f"{PHONE} {number}" for number in range(5)])
    write_jsonl("late.jsonl", [])
    recipe = recipe_of({"a": "a.jsonl", "late": "late.jsonl"}, PSEUDONYMS)
    with pytest.raises(UserError, match="'late' has no rows") as fault:
        run_recipe(recipe, data, tmp_path / "out")
    work = tmp_path / ".out.work"
    left = [name for name, _ in every_byte(work)]
    assert {"rows.parquet", "run.json", "done.json"} <= set(left)
    write_jsonl("late.jsonl", ["늦게 온 글"])
    assert [name for name, content in every_byte(work) if CANARY.encode() in content] == []
    run_recipe(recipe, data, tmp_path / "out")
    written = dict(every_byte(tmp_path))
    assert {"manifest.json", "report.html", "README.md", "croissant.json", "timings.json"} <= written.keys()
    assert [name for name, content in written.items() if CANARY.encode() in content] == []
    assert CANARY not in str(fault.value)


def test_a_secret_is_neither_printed_nor_left_by_a_process_that_is_told_to_stop(
    data, write_jsonl, recipe_of, tmp_path
) -> None:
    write_jsonl("a.jsonl", [f"{PHONE} {number}" for number in range(20)])
    write_jsonl("late.jsonl", [])
    recipe = recipe_of({"a": "a.jsonl", "late": "late.jsonl"}, PSEUDONYMS)
    code = (
        "import sys, logging; logging.basicConfig(level=logging.DEBUG)\n"
        "from pathlib import Path; from curation.recipe import Recipe; from curation.run import run_recipe\n"
        "from curation.executors.processes import Processes\n"
        "if __name__ == '__main__':\n"
        "    run_recipe(Recipe.model_validate_json(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]),"
        " executor=Processes(2))\n"
    )
    script = tmp_path / "script.py"
    script.write_text(code, encoding="utf-8")
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, str(script), recipe.model_dump_json(), str(data), str(tmp_path / "out")],
        env={**os.environ, "PYTHONPATH": root, SECRET: CANARY},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert "has no rows" in done.stderr  # a traceback, as a library user would see it
    assert CANARY not in done.stdout + done.stderr
    assert (tmp_path / ".out.work").is_dir()
    assert [name for name, content in every_byte(tmp_path) if CANARY.encode() in content] == []
