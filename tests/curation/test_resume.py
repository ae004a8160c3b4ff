"""A run that is killed goes on where it was, and its release is the same byte for byte."""

import hashlib
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from curation.errors import UserError
from curation.manifest import load_manifest, verifies
from curation.pipeline import Sizes
from curation.readers import READERS
from curation.run import run_recipe

STEPS = [
    {"step": "normalise"},
    {"step": "length", "min": 3},
    {"step": "exact_dedup"},
    {"step": "hangul_ratio"},
]

# Prints a line for every piece of work that is begun or done.
CHILD = """
import contextlib, sys
from pathlib import Path
from curation.pipeline import Sizes
from curation.recipe import Recipe
from curation.run import run_recipe

class Telling:
    @contextlib.contextmanager
    def task(self, name, total, unit):
        print(name, flush=True)
        yield lambda amount: print(name, flush=True)

recipe, data, out = sys.argv[1:]
run_recipe(Recipe.model_validate_json(recipe), Path(data), Path(out), progress=Telling(),
           sizes=Sizes(batch_rows=40, group_bytes=1500))
"""


def fill(write_jsonl) -> None:
    choose = random.Random(11)
    for name in ("a/1.jsonl", "a/2.jsonl", "a/3.jsonl", "b/1.jsonl", "b/2.jsonl"):
        rows = [f"글 번호 {choose.randrange(200)} \u200b {'x' * choose.randrange(6)}" for _ in range(60)]
        write_jsonl(name, [*rows, b"{broken", "짧"])


def start(arguments: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )


def killed_after(lines: int, delay: float, arguments: list[str]) -> str | None:
    """Kill a run after it told of ``lines`` pieces; give what it told last, None when it was done."""
    child = start(arguments)
    assert child.stdout is not None
    last = ""
    try:
        for _ in range(lines):
            line = child.stdout.readline()
            if not line:
                assert child.wait(30) == 0
                return None
            last = line.strip()
        try:
            child.wait(delay)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
        child.wait(30)
        return last
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def digest(release: Path) -> str:
    return hashlib.sha256((release / "manifest.json").read_bytes()).hexdigest()


@pytest.mark.slow
def test_a_killed_run_ends_in_the_same_release(tmp_path, data, write_jsonl, recipe_of) -> None:
    fill(write_jsonl)
    sources = {"a": {"path": "a", "config": "one"}, "b": {"path": "b"}}
    recipe = recipe_of(sources, STEPS)
    uninterrupted = start([recipe.model_dump_json(), str(data), str(tmp_path / "whole")])
    pieces = len(uninterrupted.communicate(timeout=60)[0].splitlines())
    assert uninterrupted.returncode == 0
    out = tmp_path / "rel" / "out"
    run_recipe(recipe_of(sources, STEPS, version=7), data, out)  # an older release is there
    older = digest(out)
    arguments = [recipe.model_dump_json(), str(data), str(out)]

    chance = random.Random(3)
    died_in = set()
    for share in (0.05, 0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0):
        last = killed_after(round(share * pieces), chance.random() * 0.02, arguments)
        if last is None:
            break
        died_in.add(last)
        manifest = load_manifest(out)
        assert manifest is not None
        assert verifies(out, manifest), f"torn release after a kill in {last}"
        assert digest(out) in (older, digest(tmp_path / "whole"))
    assert "read" in died_in
    assert died_in & {"steps 2", "compare"}
    assert died_in & {"write", "describe"}

    final = start(arguments)
    final.communicate(timeout=60)
    assert final.returncode == 0
    assert digest(out) == digest(tmp_path / "whole")
    assert [path.name for path in out.parent.iterdir()] == ["out"]
    names = {path.relative_to(out) for path in out.rglob("*")}
    whole = {path.relative_to(tmp_path / "whole") for path in (tmp_path / "whole").rglob("*")}
    assert names == whole


def interrupted(tmp_path: Path, data: Path, write_jsonl, recipe_of):
    """Give a recipe whose first source was read when its second one turned out to be empty."""
    fill(write_jsonl)
    write_jsonl("late.jsonl", [])
    recipe = recipe_of({"a": "a", "late": "late.jsonl"}, STEPS)
    out = tmp_path / "out"
    with pytest.raises(UserError, match="'late' has no rows"):
        run_recipe(recipe, data, out)
    assert (tmp_path / ".out.work" / "read").is_dir()
    write_jsonl("late.jsonl", ["이제 왔다"])
    run_recipe(recipe, data, tmp_path / "clean")
    return recipe, out


def counting(read: list[str]):
    """Give the readers with one that notes what it is asked to read."""
    jsonl = READERS["jsonl"]

    def note_and_read(file, options):
        read.append(file.name)
        return jsonl.read(file, options)

    fields = {name: getattr(jsonl, name) for name in jsonl.__slots__}
    return {"jsonl": type(jsonl)(**{**fields, "read": note_and_read})}


def test_what_was_read_is_not_read_again(tmp_path, data, write_jsonl, recipe_of) -> None:
    recipe, out = interrupted(tmp_path, data, write_jsonl, recipe_of)
    read: list[str] = []
    run_recipe(recipe, data, out, readers=counting(read))
    assert read == ["late.jsonl"]
    assert digest(out) == digest(tmp_path / "clean")


@pytest.mark.parametrize(
    "fault", ["a byte changed", "a file lost", "manifest torn", "manifest lost", "cut short"]
)
def test_a_checkpoint_that_does_not_verify_is_done_again(
    tmp_path, data, write_jsonl, recipe_of, fault: str
) -> None:
    recipe, out = interrupted(tmp_path, data, write_jsonl, recipe_of)
    found = (tmp_path / ".out.work" / "read").rglob("rows.parquet")
    shard = max(found, key=lambda path: path.stat().st_size)  # the other one is of the empty source
    manifest = shard.parent / "done.json"
    content = bytearray(shard.read_bytes())
    if fault == "a byte changed":
        content[len(content) // 2] ^= 1
        shard.write_bytes(content)
    elif fault == "cut short":
        shard.write_bytes(content[:-10])
    elif fault == "a file lost":
        shard.unlink()
    elif fault == "manifest torn":
        manifest.write_bytes(manifest.read_bytes()[:-20])
    else:
        manifest.unlink()
    read: list[str] = []
    run_recipe(recipe, data, out, readers=counting(read))
    assert read == ["a/1.jsonl", "a/2.jsonl", "a/3.jsonl", "late.jsonl"]
    assert digest(out) == digest(tmp_path / "clean")


def test_a_source_that_changes_while_it_is_read_stops_the_run(tmp_path, data, write_jsonl, recipe_of) -> None:
    path = write_jsonl("a.jsonl", ["하나하나", "둘둘둘"])
    jsonl = READERS["jsonl"]

    def read_and_change(file, options):
        yield from jsonl.read(file, options)
        path.write_bytes(orjson.dumps({"text": "나중 글"}))

    fields = {name: getattr(jsonl, name) for name in jsonl.__slots__}
    readers = {"jsonl": type(jsonl)(**{**fields, "read": read_and_change})}
    with pytest.raises(UserError, match="changed while it was read"):
        run_recipe(recipe_of({"a": "a.jsonl"}, STEPS), data, tmp_path / "out", readers=readers)
    assert not (tmp_path / "out").exists()
    report = run_recipe(recipe_of({"a": "a.jsonl"}, STEPS), data, tmp_path / "out", sizes=Sizes())
    assert report.sources["a"].read == 1
