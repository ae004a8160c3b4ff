"""How many unusable rows a run bears: a summary instead of a night's work for nothing."""

import random

import pytest

from curation.errors import UserError
from curation.executors.processes import Processes
from curation.pipeline import Sizes
from curation.run import run_recipe
from curation.steps import STEPS
from tests.curation import poison

BROKEN = b"{broken"


@pytest.mark.parametrize(
    ("good", "bad", "limit", "stops"),
    [
        (100, 19, 0.1, False),  # fewer than twenty never stop a run
        (1, 19, 0.2, False),
        (100, 20, 0.1, True),
        (80, 20, 0.2, False),  # just what is allowed
        (79, 20, 0.2, True),
        (79, 21, 0.2, True),
        (60, 20, 0.3, False),
        (50, 25, 0.3, True),
        (1, 50, 1.0, False),  # whoever allows everything gets it
        (1, 400, 1.0, False),
    ],
)
def test_too_large_a_share_stops_the_run(
    data, write_jsonl, recipe_of, tmp_path, good: int, bad: int, limit: float, stops: bool
) -> None:
    kinds = [b'{"text": 7}', b'{"text": 7}', BROKEN]
    rows = [kinds[number % 3] for number in range(bad)] + [f"글 번호 {number}" for number in range(good)]
    random.Random(4).shuffle(rows)
    first = next(number for number, row in enumerate(rows, 1) if isinstance(row, bytes))
    write_jsonl("a.jsonl", rows)
    recipe = recipe_of({"a": "a.jsonl"}, **({} if limit == 0.2 else {"max_quarantined": limit}))
    if not stops:
        assert run_recipe(recipe, data, tmp_path / "out").sources["a"].quarantined == bad
        return
    with pytest.raises(UserError) as fault:
        run_recipe(recipe, data, tmp_path / "out")
    assert f"{bad} of {good + bad} rows of source 'a' cannot be used" in fault.value.what
    assert f"more than the {limit:.0%} that the recipe allows" in fault.value.what
    most, second, told_first = fault.value.what.partition("(")[2].split("; ")
    assert most == f"{bad - bad // 3} times: 'text' is a number, not text"
    assert second.startswith(f"{bad // 3} times: no JSON")
    assert told_first.startswith(f"first: a.jsonl:{first}: ")
    assert fault.value.where == "a.jsonl"
    assert "reader 'jsonl'" in fault.value.fix
    assert "max_quarantined" in fault.value.fix
    assert not (tmp_path / "out").exists()


def test_a_stopped_run_goes_on_when_the_limit_is_raised(tmp_path, data, write_jsonl, recipe_of) -> None:
    write_jsonl("a.jsonl", [BROKEN] * 25 + [f"글 {number}" for number in range(25)])
    with pytest.raises(UserError, match="25 of 50 rows"):
        run_recipe(recipe_of({"a": "a.jsonl"}), data, tmp_path / "out")
    recipe = recipe_of({"a": "a.jsonl"}, max_quarantined=0.6)
    report = run_recipe(recipe, data, tmp_path / "out")
    assert (report.resumed, report.sources["a"].quarantined) == (True, 25)


@pytest.mark.parametrize("executor", [None, Processes(2)], ids=["alone", "processes"])
def test_bad_files_at_the_front_do_not_stop_a_good_corpus(
    data, write_jsonl, recipe_of, tmp_path, executor
) -> None:
    write_jsonl("a/0.jsonl", [BROKEN] * 40 + ["글 하나"])
    for number in range(1, 6):
        write_jsonl(f"a/{number}.jsonl", [f"글 번호 {number} {row}" for row in range(100)])
    sizes = Sizes(group_bytes=1)
    report = run_recipe(recipe_of({"a": "a"}), data, tmp_path / "out", sizes=sizes, executor=executor)
    assert (report.sources["a"].quarantined, report.sources["a"].kept) == (40, 501)


def test_a_wrong_reader_stops_long_before_the_end(data, write_jsonl, recipe_of, tmp_path) -> None:
    for number in range(4):
        write_jsonl(f"a/{number}.jsonl", [BROKEN] * 1000 + ["글 하나"])
    with pytest.raises(UserError, match="1,000 of 1,001 rows"):
        run_recipe(recipe_of({"a": "a"}), data, tmp_path / "out", sizes=Sizes(group_bytes=1))


def test_each_source_is_looked_at_by_itself(data, write_jsonl, recipe_of, tmp_path) -> None:
    write_jsonl("a.jsonl", [f"글 번호 {number}" for number in range(1000)])
    write_jsonl("b.jsonl", [BROKEN] * 30 + [f"다른 글 {number}" for number in range(30)])
    with pytest.raises(UserError, match="30 of 60 rows of source 'b'"):
        run_recipe(recipe_of({"a": "a.jsonl", "b": "b.jsonl"}), data, tmp_path / "out")


@pytest.mark.parametrize("later", [False, True], ids=["first phase", "later phase"])
def test_rows_that_steps_cannot_work_on_count_as_well(
    data, write_jsonl, recipe_of, tmp_path, monkeypatch, later: bool
) -> None:
    monkeypatch.setitem(STEPS, "tender", poison.step("record"))
    write_jsonl("a.jsonl", [f"글 번호 {n}" + (f" {poison.POISON}" if n < 30 else "") for n in range(60)])
    steps = [*([{"step": "exact_dedup"}] if later else []), {"step": "tender"}]
    with pytest.raises(UserError, match="30 of 60 rows of source 'a'") as fault:
        run_recipe(recipe_of({"a": "a.jsonl"}, steps), data, tmp_path / "out")
    assert "30 times: the step 'tender' raised ValueError" in fault.value.what
    assert "first: a.jsonl:1: the step 'tender' raised ValueError: cannot work on" in fault.value.what
