"""How many unusable rows a run bears: a summary instead of a night's work for nothing."""

import pytest

from curation.errors import UserError
from curation.executors.processes import Processes
from curation.pipeline import Sizes
from curation.run import run_recipe
from curation.steps import STEPS
from curation.steps.base import Params, Step, each

BROKEN = b"{broken"


@pytest.mark.parametrize(
    ("good", "bad", "limit", "stops"),
    [
        (100, 19, 0.1, False),  # fewer than twenty never stop a run
        (100, 20, 0.1, True),
        (80, 20, 0.2, False),  # just what is allowed
        (79, 20, 0.2, True),
        (1, 400, 1.0, False),  # whoever allows everything gets it
    ],
)
def test_too_large_a_share_stops_the_run(
    data, write_jsonl, recipe_of, tmp_path, good: int, bad: int, limit: float, stops: bool
) -> None:
    write_jsonl("a.jsonl", [BROKEN] * bad + [f"글 번호 {number}" for number in range(good)])
    recipe = recipe_of({"a": "a.jsonl"}, max_quarantined=limit)
    if not stops:
        assert run_recipe(recipe, data, tmp_path / "out").sources["a"].quarantined == bad
        return
    with pytest.raises(UserError) as fault:
        run_recipe(recipe, data, tmp_path / "out")
    assert f"{bad} of {good + bad} rows of source 'a' cannot be used" in fault.value.what
    assert f"more than the {limit:.0%} that the recipe allows" in fault.value.what
    assert f"{bad} times: no JSON" in fault.value.what
    assert "first: a.jsonl:1:" in fault.value.what
    assert fault.value.where == "a.jsonl"
    assert "reader 'jsonl'" in fault.value.fix
    assert "max_quarantined" in fault.value.fix
    assert not (tmp_path / "out").exists()


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


def _fragile(text: str) -> str:
    if "폭발" in text:
        raise ValueError("too hot")
    return text


@pytest.mark.parametrize("later", [False, True], ids=["first phase", "later phase"])
def test_rows_that_steps_cannot_work_on_count_as_well(
    data, write_jsonl, recipe_of, tmp_path, monkeypatch, later: bool
) -> None:
    monkeypatch.setitem(STEPS, "fragile", Step("fragile", "", Params, "record", lambda *_: each(_fragile)))
    write_jsonl("a.jsonl", [f"글 번호 {n}" + (" 폭발" if n < 30 else "") for n in range(60)])
    steps = [*([{"step": "exact_dedup"}] if later else []), {"step": "fragile"}]
    with pytest.raises(UserError, match="30 of 60 rows of source 'a'") as fault:
        run_recipe(recipe_of({"a": "a.jsonl"}, steps), data, tmp_path / "out")
    assert "30 times: the step 'fragile' raised ValueError" in fault.value.what
    assert "first: a.jsonl:1: the step 'fragile' raised ValueError: too hot" in fault.value.what
