"""A row that a step cannot work on costs nothing but itself."""

import hashlib
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest

from curation.errors import UserError
from curation.executors.processes import Processes
from curation.ledger import Entry
from curation.pipeline import Sizes
from curation.run import run_recipe
from curation.steps import STEPS
from curation.steps.base import Given, Params, Step
from tests.curation import poison

SMALL = Sizes(batch_rows=7, group_bytes=600)
DEDUP = {"step": "exact_dedup"}
TENDER = {"step": "tender"}
PROJECT = Path(__file__).parents[2]


@pytest.fixture(params=["strings", "record", "everything"])
def tender(request, monkeypatch) -> str:
    """Register the step that raises; give what it sees."""
    monkeypatch.setitem(STEPS, "tender", poison.step(request.param))
    return request.param


def texts_with_poison() -> list[str]:
    return [f"{poison.POISON} {number}" if number % 10 == 3 else f"좋은 글 {number}" for number in range(60)]


POISONED = [number + 1 for number in range(60) if number % 10 == 3]


def quarantine(release: Path, source: str = "a") -> list[dict[str, Any]]:
    path = release / "quarantine" / f"{source}.jsonl"
    return [orjson.loads(line) for line in path.open("rb")] if path.exists() else []


def kept_lines(release: Path, config: str = "a") -> list[int]:
    files = sorted((release / "data" / config).glob("*.parquet"))
    return [line for path in files for line in pq.read_table(path, columns=["line"])["line"].to_pylist()]


def balanced(entry: Entry) -> bool:
    return entry.read == entry.kept + sum(entry.dropped.values()) + entry.quarantined


@pytest.mark.parametrize(
    "steps",
    [
        [TENDER],
        [{"step": "length", "min": 2}, TENDER, {"step": "hangul_ratio"}],
        [DEDUP, TENDER],
        [TENDER, DEDUP, {"step": "length", "min": 2}],
        [{"step": "near_dedup"}, {"step": "length", "min": 2}, TENDER, DEDUP],
    ],
    ids=lambda steps: ", ".join(step["step"] for step in steps),
)
@pytest.mark.parametrize("sizes", [SMALL, Sizes()], ids=["small batches", "one batch"])
def test_poisoned_rows_go_to_quarantine(
    tmp_path, data, write_jsonl, recipe_of, tender: str, steps: list[dict[str, Any]], sizes: Sizes
) -> None:
    write_jsonl("a.jsonl", texts_with_poison())
    report = run_recipe(recipe_of({"a": "a.jsonl"}, steps), data, tmp_path / "out", sizes=sizes)
    entry = report.sources["a"]
    assert (entry.read, entry.quarantined, balanced(entry)) == (60, 6, True)
    found = quarantine(tmp_path / "out")
    assert [(row["file"], row["line"]) for row in found] == [("a.jsonl", line) for line in POISONED]
    for row in found:
        text = f"{poison.POISON} {row['line'] - 1}"
        assert row["text"] == text
        assert row["error"] == f"the step 'tender' raised ValueError: cannot work on '{text}'"
    assert not set(kept_lines(tmp_path / "out")) & set(POISONED)
    if not any(step["step"] == "near_dedup" for step in steps):
        assert entry.kept == 54


def test_instruction_records_too(tmp_path, data, write_jsonl, recipe_of, tender: str) -> None:
    pairs = [(f"물음 {n}", f"{poison.POISON} {n}" if n in (4, 9) else f"대답 {n}") for n in range(40)]
    write_jsonl("a.jsonl", [{"q": question, "a": answer} for question, answer in pairs])
    source = {"path": "a.jsonl", "options": {"prompt": "q", "response": "a"}}
    report = run_recipe(recipe_of({"a": source}, [DEDUP, TENDER]), data, tmp_path / "out", sizes=SMALL)
    assert (report.sources["a"].kept, report.sources["a"].quarantined) == (38, 2)
    found = quarantine(tmp_path / "out")
    assert [(row["line"], row["text"]) for row in found] == [
        (5, f"물음 4\n{poison.POISON} 4"),
        (10, f"물음 9\n{poison.POISON} 9"),
    ]
    assert all(row["error"].startswith("the step 'tender' raised ValueError") for row in found)


def test_a_poisoned_definition_costs_the_rows_that_share_it(
    tmp_path, data, write_jsonl, recipe_of, monkeypatch
) -> None:
    monkeypatch.setitem(STEPS, "tender", poison.step("strings"))
    for name, definition in (("good", "옮겨 적어라."), ("bad", f"{poison.POISON}를 먹어라.")):
        instances = [{"input": f"{name} {n}", "output": ["답"]} for n in range(30 if name == "good" else 5)]
        task = {"Definition": [definition], "Instances": instances}
        (data / f"{name}.json").write_bytes(orjson.dumps(task))
    recipe = recipe_of({"a": {"path": ["bad.json", "good.json"], "reader": "superni"}}, [TENDER])
    report = run_recipe(recipe, data, tmp_path / "out", sizes=SMALL)
    assert (report.sources["a"].kept, report.sources["a"].quarantined) == (30, 5)
    assert {row["file"] for row in quarantine(tmp_path / "out")} == {"bad.json"}


def test_a_poisoned_attribute_counts_for_steps_that_see_it(
    tmp_path, data, write_jsonl, recipe_of, tender: str
) -> None:
    rows = [{"text": f"글 {n}", "by": poison.POISON if n == 7 else "지은이"} for n in range(20)]
    write_jsonl("a.jsonl", rows)
    run_recipe(recipe_of({"a": "a.jsonl"}, [TENDER]), data, tmp_path / "out")
    assert [row["line"] for row in quarantine(tmp_path / "out")] == ([8] if tender == "everything" else [])


def test_what_only_a_batch_upsets_is_judged_row_by_row(
    tmp_path, data, write_jsonl, recipe_of, tender: str
) -> None:
    write_jsonl("a.jsonl", texts_with_poison())
    recipe = recipe_of({"a": "a.jsonl"}, [{**TENDER, "alone": False}])
    report = run_recipe(recipe, data, tmp_path / "out", sizes=SMALL)
    assert (report.sources["a"].kept, report.sources["a"].quarantined) == (60, 0)


@pytest.mark.parametrize("steps", [[TENDER], [DEDUP, TENDER]], ids=["before dedup", "after dedup"])
@pytest.mark.parametrize(("number", "stops"), [(25, False), (26, True)])
def test_a_step_that_fails_often_stops_the_run(
    tmp_path, data, write_jsonl, recipe_of, monkeypatch, steps, number: int, stops: bool
) -> None:
    monkeypatch.setitem(STEPS, "tender", poison.step("strings"))
    rows = [f"{poison.POISON} {n}" for n in range(number)] + [f"글 {n}" for n in range(125 - number)]
    write_jsonl("a.jsonl", rows)
    recipe = recipe_of({"a": "a.jsonl"}, steps)
    if not stops:
        assert run_recipe(recipe, data, tmp_path / "out").sources["a"].quarantined == number
        return
    with pytest.raises(UserError) as fault:
        run_recipe(recipe, data, tmp_path / "out")
    assert f"{number} of 125 rows of source 'a' cannot be used" in fault.value.what
    most, first = fault.value.what.partition("(")[2].split("; ")
    assert most == f"{number} times: the step 'tender' raised ValueError"
    assert first.startswith(
        f"first: a.jsonl:1: the step 'tender' raised ValueError: cannot work on '{poison.POISON}"
    )
    assert fault.value.where == "a.jsonl"
    assert not (tmp_path / "out").exists()


def test_unreadable_and_poisoned_rows_count_together(
    tmp_path, data, write_jsonl, recipe_of, monkeypatch
) -> None:
    monkeypatch.setitem(STEPS, "tender", poison.step("strings"))
    write_jsonl("a.jsonl", [b"{"] * 13 + [poison.POISON] * 13 + [f"글 {n}" for n in range(74)])
    with pytest.raises(UserError, match="26 of 100 rows"):
        run_recipe(recipe_of({"a": "a.jsonl"}, [TENDER]), data, tmp_path / "out")


@pytest.mark.parametrize("message", ["\ud83d", "긴 말 " * 100_000, ""])
def test_an_error_is_quoted_in_brief(
    tmp_path, data, write_jsonl, recipe_of, monkeypatch, message: str
) -> None:
    def make(_: Params, __: Given):
        def judge(texts):
            if poison.POISON in texts:
                raise RuntimeError(message)
            return list(texts)

        return judge

    monkeypatch.setitem(STEPS, "tender", Step("tender", "raises", Params, "strings", make))
    write_jsonl("a.jsonl", ["하나", poison.POISON, "둘둘"])
    run_recipe(recipe_of({"a": "a.jsonl"}, [TENDER]), data, tmp_path / "out")
    (bad,) = quarantine(tmp_path / "out")
    assert bad["error"].startswith("the step 'tender' raised RuntimeError: ")
    assert len(bad["error"]) < 400


def test_what_a_step_tells_the_person_stops_the_run(
    tmp_path, data, write_jsonl, recipe_of, monkeypatch
) -> None:
    def make(_: Params, __: Given):
        def judge(texts):
            raise UserError("the model is not there", where="model.bin", fix="download it")

        return judge

    monkeypatch.setitem(STEPS, "tender", Step("tender", "raises", Params, "strings", make))
    write_jsonl("a.jsonl", ["하나", "둘둘"])
    with pytest.raises(UserError, match="the model is not there"):
        run_recipe(recipe_of({"a": "a.jsonl"}, [TENDER]), data, tmp_path / "out")


def test_processes_quarantine_the_same_rows(tmp_path, data, write_jsonl, recipe_of, monkeypatch) -> None:
    monkeypatch.setitem(STEPS, "tender", poison.step("strings"))
    # What a new interpreter imports by itself: the step is registered in every process.
    (tmp_path / "sitecustomize.py").write_text(
        "from curation.steps import STEPS\nfrom tests.curation import poison\n"
        "STEPS['tender'] = poison.step('strings')\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{PROJECT}")
    for name in "123":
        write_jsonl(f"a/{name}.jsonl", [f"{text} {name}" for text in texts_with_poison()])
    recipe = recipe_of({"a": "a"}, [TENDER, DEDUP, {"step": "length", "min": 2}, TENDER])
    digests = set()
    for name, executor in (("alone", None), ("spread", Processes(2))):
        report = run_recipe(recipe, data, tmp_path / name, sizes=SMALL, executor=executor)
        assert (report.sources["a"].kept, report.sources["a"].quarantined) == (162, 18)
        digests.add(hashlib.sha256((tmp_path / name / "quarantine" / "a.jsonl").read_bytes()).hexdigest())
        digests.add(report.manifest_sha256)
    assert len(digests) == 2, "both runs made the same release"
