"""Plans: close to what runs cost, silent on disk, and outspoken about what will hurt."""

import random
import shutil
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curation import estimates
from curation.errors import ConfigurationError
from curation.inputs import find_inputs
from curation.planning import plan_recipe
from curation.progress import Quiet
from curation.readers import READERS
from curation.recipe import load_recipe
from curation.run import run_recipe
from curation.sampling import sample_source
from curation.steps import STEPS
from curation.steps.base import Params, Step, each

STEPS_OF_RECIPE = [
    {"step": "normalise"},
    {"step": "length", "min": 5},
    {"step": "exact_dedup"},
    {"step": "hangul_ratio"},
]


def texts(count: int, seed: int = 1, words: int = 30) -> list[str]:
    choose = random.Random(seed)
    syllables = "가나다라마바사아자차카타파하"
    return [
        " ".join("".join(choose.choices(syllables, k=3)) for _ in range(choose.randrange(5, words)))
        for _ in range(count)
    ]


def everything_below(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(folder.rglob("*"))}


def test_nothing_is_written_near_the_release(data, write_jsonl, recipe_of, tmp_path) -> None:
    write_jsonl("a.jsonl", texts(200))
    before = everything_below(tmp_path)
    plan_recipe(recipe_of({"a": "a.jsonl"}, STEPS_OF_RECIPE), data, tmp_path / "deep" / "releases" / "out")
    assert everything_below(tmp_path) == before


def test_a_plan_of_a_remote_source_keeps_nothing_either(data, write_jsonl, recipe_of, tmp_path) -> None:
    import fsspec

    with fsspec.open("memory://plans/a.jsonl", "wb") as stream:
        stream.write(b'{"text": "\xea\xb8\x80 \xed\x95\x98\xeb\x82\x98"}\n' * 30)
    before = everything_below(tmp_path)
    plan = plan_recipe(recipe_of({"a": "memory://plans/a.jsonl"}), data, tmp_path / "releases" / "out")
    assert plan.rows == 30
    assert everything_below(tmp_path) == before


def test_small_sources_are_counted(data, write_jsonl, recipe_of, tmp_path) -> None:
    write_jsonl("a.jsonl", [*texts(150), b"{broken", "짧"])
    write_jsonl("b.jsonl", texts(40, seed=2))
    recipe = recipe_of({"a": "a.jsonl", "b": "b.jsonl"}, STEPS_OF_RECIPE)
    plan = plan_recipe(recipe, data, tmp_path / "out", rows=400)
    a, b = plan.sources
    assert (a.rows, a.seen, a.unreadable, a.counted) == (152, 152, 1, True)
    assert (b.rows, b.counted) == (40, True)
    assert plan.rows == 192
    by_step = {step.step: step for step in plan.steps}
    assert (by_step["length"].rows, by_step["length"].dropped) == (191, 1)
    assert by_step["exact_dedup"].rows == 190
    assert plan.notes == []


def sampled(data: Path, recipe, rows: int, seconds: float):
    (given,) = find_inputs(recipe.sources, data, READERS, Quiet())
    return given, sample_source(given, rows, seconds)


@pytest.mark.timed
@pytest.mark.parametrize("kind", ["lines", "table", "array"])
def test_rows_are_estimated_from_a_part_of_them(data, write_jsonl, recipe_of, kind: str) -> None:
    rows = texts(20_000)
    options = {}
    if kind == "lines":
        write_jsonl("a.jsonl", rows)
        name, reader = "a.jsonl", "jsonl"
    elif kind == "table":
        pq.write_table(pa.table({"text": rows}), data / "a.parquet")
        name, reader = "a.parquet", "parquet"
        options = {"text": "text"}
    else:
        import json

        reviews = [{"review_id": str(n), "review": text, "rating": "9"} for n, text in enumerate(rows)]
        (data / "1.json").write_text(json.dumps(reviews, ensure_ascii=False, indent=1), encoding="utf-8")
        name, reader = "1.json", "nsmc_raw"
    recipe = recipe_of({"a": {"path": name, "reader": reader, "options": options}})
    given, sample = sampled(data, recipe, 100, 0.02)
    assert sample.counted == (sample.seen == 20_000)
    assert kind == "array" or not sample.counted  # an array is loaded as a whole
    assert 13_000 < sample.total < 30_000
    assert len(sample.rows) == 100
    # Whatever else the machine does only adds to a time: the least of a few on either side.
    estimated = min(sample_source(given, 100, 0.02).seconds for _ in range(5))
    assert estimated == pytest.approx(min(cpu_of_reading(given) for _ in range(3)), rel=1.0, abs=0.05)


def cpu_of_reading(given) -> float:
    begun = time.process_time()
    for unit in given.units:
        for target in unit.targets:
            for _ in given.reader.read(target, given.options):
                pass
    return time.process_time() - begun


def test_the_sample_is_spread_over_the_files(data, write_jsonl, recipe_of) -> None:
    for number in range(40):
        write_jsonl(f"a/{number:02}.jsonl", texts(100, seed=number, words=8 if number < 20 else 80))
    _, sample = sampled(data, recipe_of({"a": "a"}), 200, 10)
    assert len({row.where.file for row in sample.rows}) > 35
    assert max(row.where.line for row in sample.rows) > 90  # not the first rows alone
    _, short = sampled(data, recipe_of({"a": "a"}), 50, 0.002)
    assert short.seen < 3000, "the machine is too fast for this test"
    assert short.total == pytest.approx(4000, rel=0.6)


def cpu_of_run(recipe, data: Path, out: Path) -> float:
    begun = time.process_time()
    run_recipe(recipe, data, out)
    return time.process_time() - begun


@pytest.mark.timed
def test_the_estimates_are_near_what_the_first_recipe_costs(project: Path, corpora: Path, tmp_path) -> None:
    recipe = load_recipe(project / "recipes/first.yaml")
    plan = plan_recipe(recipe, corpora, tmp_path / "out")
    spent = cpu_of_run(recipe, corpora, tmp_path / "out")
    assert spent / 2 < plan.cpu_seconds < spent * 2 + 0.7  # what any run takes at least
    held = sum(path.stat().st_size for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert held / 2 < plan.release_bytes < held * 2
    assert plan.work_bytes > plan.release_bytes


KIWI_STEPS = [
    {"step": "normalise"},
    {"step": "length", "min": 2},
    {"step": "near_dedup"},
    {"step": "quality"},
    {"step": "split"},
]


@pytest.mark.timed
@pytest.mark.slow
def test_the_estimates_are_near_what_kiwi_costs(recipe_of, corpora: Path, tmp_path) -> None:
    source = {"path": "petitions/petitions_2017-08", "reader": "petitions"}
    recipe = recipe_of({"petitions": source}, KIWI_STEPS)
    plan = plan_recipe(recipe, corpora, tmp_path / "out", rows=150)
    spent = cpu_of_run(recipe, corpora, tmp_path / "out")
    assert spent / 2 < plan.cpu_seconds < spent * 2 + 0.7
    quality = next(step for step in plan.steps if step.step == "quality")
    assert quality.seconds > 0.6 * plan.cpu_seconds


# --- notes


def notes_of(recipe, data: Path, out: Path) -> str:
    return "\n".join(plan_recipe(recipe, data, out).notes)


def test_what_is_missing_is_noted_and_the_rest_is_planned(
    data, write_jsonl, recipe_of, tmp_path, monkeypatch
) -> None:
    monkeypatch.delenv("MALMOI_PSEUDONYM_KEY", raising=False)
    write_jsonl("a.jsonl", texts(50))
    steps = [
        {"step": "safety", "layers": ["classifier"], "model": "models/absent.npz"},
        {"step": "personal_data", "action": "pseudonymise"},
        {"step": "length", "min": 5},
    ]
    plan = plan_recipe(recipe_of({"a": "a.jsonl"}, steps), data, tmp_path / "out")
    model, secret = plan.notes
    assert "the step 'safety' needs a file that is not there" in model
    assert "models/absent.npz" in model
    assert "MALMOI_PSEUDONYM_KEY" in secret
    assert all("the run would not start" in note for note in plan.notes)
    assert [bool(step.fault) for step in plan.steps] == [True, True, False]
    assert plan.steps[2].rows == 50


def test_a_missing_source_is_an_error_as_in_the_run(data, recipe_of, tmp_path) -> None:
    with pytest.raises(ConfigurationError, match="source 'a': the path does not exist"):
        plan_recipe(recipe_of({"a": "absent.jsonl"}), data, tmp_path / "out")


def test_a_full_disk_is_foreseen(data, write_jsonl, recipe_of, tmp_path, monkeypatch) -> None:
    write_jsonl("a.jsonl", texts(50))
    recipe = recipe_of({"a": "a.jsonl"})
    assert "GB free" not in notes_of(recipe, data, tmp_path / "out")
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(estimates.shutil, "disk_usage", lambda _: usage._replace(free=1000))
    assert f"the disk of {tmp_path} has 0.0 GB free" in notes_of(recipe, data, tmp_path / "deep" / "out")


def test_a_huge_file_is_noted(data, write_jsonl, recipe_of, tmp_path, monkeypatch) -> None:
    write_jsonl("a.jsonl", texts(50))
    recipe = recipe_of({"a": "a.jsonl"})
    assert "split them" not in notes_of(recipe, data, tmp_path / "out")
    monkeypatch.setattr(estimates, "_LARGE_FILE", 1000)
    assert "files of a are larger than" in notes_of(recipe, data, tmp_path / "out")


@pytest.mark.timed
def test_steps_that_take_hours_are_named(data, write_jsonl, recipe_of, tmp_path, monkeypatch) -> None:
    def slow(text: str) -> str:
        until = time.process_time() + 0.0004
        while time.process_time() < until:
            pass
        return text

    step = Step("slow", "takes its time", Params, "record", lambda *_: each(slow), threads=True)
    monkeypatch.setitem(STEPS, "slow", step)
    monkeypatch.setattr(estimates, "_LONG_HOURS", 0.01 / 3600)
    monkeypatch.setattr(estimates, "_FIXED_SECONDS", 0.0)
    write_jsonl("a.jsonl", texts(300))
    notes = notes_of(
        recipe_of({"a": "a.jsonl"}, [{"step": "slow"}, {"step": "length"}]), data, tmp_path / "out"
    )
    (named,) = [note for note in notes.splitlines() if note.startswith("'")]
    assert named.startswith("'slow' takes ")
    assert "it uses all cores" in named


def test_a_reader_that_does_not_fit_is_foreseen(data, write_jsonl, recipe_of, tmp_path) -> None:
    write_jsonl("a.jsonl", [b"{broken"] * 30 + texts(30))
    write_jsonl("b.jsonl", [b"{broken"] * 3)
    write_jsonl("few.jsonl", [b"{broken"] * 10 + texts(2))
    notes = notes_of(recipe_of({name: f"{name}.jsonl" for name in ("a", "b", "few")}), data, tmp_path / "out")
    assert "30 of 60 rows of 'a' cannot be read" in notes
    assert "no row of 'b' could be read: the run would stop; b.jsonl:1: no JSON" in notes
    assert "'few'" not in notes  # ten rows never stop a run


def test_a_step_that_cannot_work_on_a_sample_is_no_end(data, write_jsonl, recipe_of, tmp_path) -> None:
    write_jsonl("a.jsonl", texts(60))
    steps = [{"step": "mix", "by": "colour", "weights": {"red": 1}}, {"step": "length", "min": 5}]
    plan = plan_recipe(recipe_of({"a": "a.jsonl"}, steps), data, tmp_path / "out")
    assert "'mix' could not work on the sample" in plan.notes[0]
    assert plan.steps[1].rows == 60


def test_a_sample_of_which_nothing_is_left_is_noted(data, write_jsonl, recipe_of, tmp_path) -> None:
    write_jsonl("a.jsonl", texts(60))
    recipe = recipe_of({"a": "a.jsonl"}, [{"step": "length", "min": 50_000}])
    assert "the steps dropped every row of the sample" in notes_of(recipe, data, tmp_path / "out")


def test_what_is_there_already_is_noted(data, write_jsonl, recipe_of, tmp_path) -> None:
    write_jsonl("a.jsonl", texts(60))
    recipe, out = recipe_of({"a": "a.jsonl"}, STEPS_OF_RECIPE), tmp_path / "out"
    run_recipe(recipe, data, out)
    assert "was made of just this: a run gives it back at once" in notes_of(recipe, data, out)
    write_jsonl("a.jsonl", texts(61))
    assert "made of just this" not in notes_of(recipe, data, out)
    work = tmp_path / ".out.work"
    work.mkdir()
    (work / "run.json").write_text("{}", encoding="utf-8")
    assert "a run of this release was stopped" in notes_of(recipe, data, out)


def test_dropped_rows_do_not_reach_later_steps_and_cost_them_nothing(
    data, write_jsonl, recipe_of, tmp_path
) -> None:
    rows = texts(30)
    write_jsonl("a.jsonl", rows * 3)
    halves = {"train": 0.5, "test": 0.5}
    split_in_two = {"step": "split", "near_duplicates": False, "splits": halves}
    steps = [{"step": "exact_dedup"}, {"step": "length"}, split_in_two]
    mix = {"step": "mix", "weights": {"a": 1}, "splits": ["test"]}
    plan = plan_recipe(recipe_of({"a": "a.jsonl"}, [*steps, mix]), data, tmp_path / "out")
    dedup, length, split, mixed = plan.steps
    assert (dedup.rows, dedup.dropped) == (90, 60)
    assert (length.rows, split.rows) == (30, 30)
    assert (mixed.rows, mixed.fault) == (30, "")  # it finds the split that the step before made
