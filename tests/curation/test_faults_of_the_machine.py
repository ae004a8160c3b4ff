"""Full disks, lost permissions, lack of memory, killed workers and Ctrl-C: a word, and no work lost.

Each fault is a real one: a small file system, a limit of the kernel, a signal. After it the same
run without the fault ends in the release that an undisturbed run makes.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from curation.errors import UserError
from curation.executors.processes import Processes
from curation.pipeline import Sizes
from curation.recipe import Recipe, load_recipe
from curation.run import run_recipe
from curation.steps import STEPS
from tests.curation import poison

PROJECT = Path(__file__).parents[2]
WORDS = [f"{one}{two}" for one in "가나다라마바사아" for two in "간단만산안잔찬칸"]
PIECES = Sizes(group_bytes=20_000)
STEPS_USED = [
    {"step": "normalise"},
    {"step": "exact_dedup"},
    {"step": "near_dedup"},
    {"step": "length", "min": 3},
]

# Runs a recipe under limits of the kernel and says what came of it.
CHILD = """
import resource, sys
from pathlib import Path
import psutil
from curation.errors import UserError
from curation.pipeline import Sizes
from curation.recipe import Recipe
from curation.run import run_recipe
import curation.comparisons.near_dedup, curation.comparisons.exact_dedup
import curation.readers.jsonl, curation.steps.length, curation.steps.normalise

recipe, data, out, limit, amount = sys.argv[1:]
held = psutil.Process().memory_info().vms if limit == "RLIMIT_AS" else 0
if limit != "none":
    resource.setrlimit(getattr(resource, limit), (held + int(amount),) * 2)
try:
    run_recipe(Recipe.model_validate_json(recipe), Path(data), Path(out), sizes=Sizes(group_bytes=20_000))
except UserError as error:
    print(error)
    sys.exit(error.exit_code)
"""


@pytest.fixture
def recipe(write_jsonl, recipe_of) -> Recipe:
    """Give a recipe over some units of reading, with rows of every end."""
    chance = random.Random(5)
    for name in "abcd":
        texts = [" ".join(chance.choices(WORDS, k=chance.randint(4, 30))) for _ in range(300)]
        write_jsonl(f"a/{name}.jsonl", [*texts, b"{torn" * 30, b"[]", "짧", "x"])
    return recipe_of({"a": "a"}, STEPS_USED)


@pytest.fixture
def undisturbed(tmp_path, data, recipe) -> str:
    """Give the digest of the release as it should be."""
    return run_recipe(recipe, data, tmp_path / "undisturbed", sizes=PIECES).manifest_sha256


def in_a_child(
    recipe: Recipe, data: Path, out: Path, limit: str, amount: int, *before: str
) -> tuple[int, str]:
    """Run in a process of its own under a limit; give its exit code and all it said."""
    child = subprocess.run(
        [
            *before,
            sys.executable,
            "-c",
            CHILD,
            recipe.model_dump_json(),
            str(data),
            str(out),
            limit,
            str(amount),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=PROJECT,
        # What counts lines could not write either, and says so at length.
        env={name: value for name, value in os.environ.items() if not name.startswith("COV")}
        | {"PYTHONPATH": str(PROJECT)},
        timeout=120,
        check=False,
    )
    return child.returncode, child.stdout


def test_a_full_disk_is_said_and_costs_nothing(data, recipe, undisturbed: str, small_disk, capfd) -> None:
    kilobytes, failed = 32, 0
    while True:
        out = small_disk(kilobytes) / "out"
        try:
            report = run_recipe(recipe, data, out, sizes=PIECES)
            break
        except UserError as error:
            fault = error
        assert fault.what == "the release cannot be written: No space left on device"
        assert fault.where.startswith(str(out.parent))
        assert "make room" in fault.fix
        assert not out.exists(), "a torn release"
        failed += 1
        kilobytes = kilobytes * 8 // 5
        assert kilobytes < 100_000
    assert failed >= 5
    assert report.resumed
    assert report.manifest_sha256 == undisturbed
    assert [path.name for path in out.parent.iterdir()] == ["out"]
    assert "Traceback" not in capfd.readouterr().err


def test_files_that_may_not_grow(tmp_path, data, recipe, undisturbed: str) -> None:
    out = tmp_path / "rel" / "out"
    for most in (3_000, 60_000):
        code, said = in_a_child(recipe, data, out, "RLIMIT_FSIZE", most)
        assert (code, said.splitlines()[0]) == (1, "the release cannot be written: File too large")
        assert "Traceback" not in said
        assert not out.exists()
    assert run_recipe(recipe, data, out, sizes=PIECES).manifest_sha256 == undisturbed


def test_memory_that_runs_out(tmp_path, data, recipe, undisturbed: str) -> None:
    out = tmp_path / "rel" / "out"
    code, said = in_a_child(recipe, data, out, "RLIMIT_AS", 1_000_000)
    assert code == 1
    assert said.startswith("memory ran out")
    assert "what is finished is kept" in said
    assert not out.exists()
    assert run_recipe(recipe, data, out, sizes=PIECES).manifest_sha256 == undisturbed


def without_privileges() -> list[str]:
    """Give a prefix for commands that takes root's right to write everywhere away."""
    if os.geteuid() != 0:
        return []
    prefix = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]
    if shutil.which("setpriv") is None or subprocess.run([*prefix, "true"], check=False).returncode:
        pytest.skip("root may write everywhere, and setpriv cannot take that away here")
    return prefix


@pytest.mark.parametrize(
    "lost", ["the folder of the release", "the work folder", "a source", "a folder of sources"]
)
def test_permission_lost(tmp_path, data, recipe, undisturbed: str, lost: str) -> None:
    prefix = without_privileges()
    out = tmp_path / "rel" / "out"
    work = out.parent / ".out.work"
    work.mkdir(parents=True)
    locked = {
        "the folder of the release": out.parent,
        "the work folder": work,
        "a source": data / "a" / "b.jsonl",
        "a folder of sources": data / "a",
    }[lost]
    if lost == "the folder of the release":
        work.rmdir()
    before = locked.stat().st_mode
    locked.chmod(0o500 if lost.startswith("the ") else 0)
    try:
        code, said = in_a_child(recipe, data, out, "none", 0, *prefix)
    finally:
        locked.chmod(before)
    of_sources = not lost.startswith("the ")
    assert code == (2 if of_sources else 1)
    assert "Permission denied" in said.splitlines()[0]
    assert locked.name in said
    assert "Traceback" not in said
    assert not out.exists()
    assert run_recipe(recipe, data, out, sizes=PIECES).manifest_sha256 == undisturbed


def test_a_worker_that_is_killed(tmp_path, data, recipe_of, write_jsonl, monkeypatch) -> None:
    """The kernel kills a process when memory is gone; nobody can catch that."""
    monkeypatch.setitem(STEPS, "tender", poison.step("strings"))
    (tmp_path / "sitecustomize.py").write_text(
        "import os, signal\nfrom curation.steps import STEPS\nfrom tests.curation import poison\n"
        "STEPS['tender'] = poison.step('strings', lambda: os.kill(os.getpid(), signal.SIGKILL))\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{PROJECT}")
    write_jsonl("1.jsonl", [f"글 {n}" for n in range(50)])
    write_jsonl("2.jsonl", [f"글 {n}" for n in range(50, 99)] + [poison.POISON])
    recipe = recipe_of({"a": {"path": ["1.jsonl", "2.jsonl"]}}, [{"step": "tender"}])
    sizes = Sizes(group_bytes=500)
    with pytest.raises(UserError, match="a worker process was killed") as fault:
        run_recipe(recipe, data, tmp_path / "out", sizes=sizes, executor=Processes(1))
    assert "fewer --workers" in fault.value.fix
    assert not (tmp_path / "out").exists()
    assert list((tmp_path / ".out.work" / "read").glob("*/done.json")), "the first file is kept"
    report = run_recipe(recipe, data, tmp_path / "out", sizes=sizes)
    assert (report.resumed, report.sources["a"].kept, report.sources["a"].quarantined) == (True, 99, 1)


@pytest.fixture
def curate(tmp_path, data, recipe) -> Callable[..., subprocess.Popen[str]]:
    """Start `malmoi curate`, as a terminal would: in a process group of its own."""
    path = tmp_path / "recipe.yaml"
    steps = "".join(f"  - {orjson.dumps(step).decode()}\n" for step in STEPS_USED)
    path.write_text(
        "name: small\nsources:\n  - {name: a, reader: jsonl, licence: CC0-1.0, path: a}\nsteps:\n" + steps
    )

    def start(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "malmoi", "curate", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            start_new_session=True,
        )

    return start


@pytest.mark.parametrize(
    ("arguments", "moment"),
    [((), "run.json"), ((), "read/*/done.json"), (("--workers", "2"), "run.json"), ((), "compare/*")],
)
def test_ctrl_c_is_one_line_and_resume_ends_in_the_same_release(
    tmp_path, data, curate, arguments: tuple[str, ...], moment: str
) -> None:
    out = tmp_path / "rel" / "out"
    work = out.parent / ".out.work"
    # Enough for a signal to come before the end.
    for number in range(40):
        shutil.copy(data / "a" / "a.jsonl", data / "a" / f"z{number}.jsonl")
    started = curate("recipe.yaml", "--data", str(data), "--out", str(out), *arguments)
    until = time.monotonic() + 60
    while not list(work.glob(moment)) and started.poll() is None and time.monotonic() < until:
        time.sleep(0.002)
    os.killpg(started.pid, signal.SIGINT)
    said, complained = started.communicate(timeout=60)
    assert started.returncode == 130
    assert said == ""
    assert complained.strip() == "Stopped. What was finished is kept: run the same command again to go on."
    assert not out.exists()
    assert work.is_dir()

    resumed = curate("resume", str(out), "--json", *arguments)
    said, complained = resumed.communicate(timeout=60)
    assert (resumed.returncode, complained) == (0, "")
    whole = run_recipe(load_recipe(tmp_path / "recipe.yaml"), data, tmp_path / "whole")
    assert f'"manifest_sha256": "{whole.manifest_sha256}"' in said
    assert {path.name for path in out.parent.iterdir()} == {"out", ".out.origin.json"}
