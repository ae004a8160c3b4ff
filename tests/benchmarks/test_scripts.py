"""Every benchmark is named, with arguments that it takes, and explained in both languages."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def test_every_script_that_prints_json_is_run_by_bench(project: Path) -> None:
    from collecting.scripts import SCRIPTS, on_disk

    assert {script.path for script in SCRIPTS} == on_disk()
    assert len({script.name for script in SCRIPTS}) == len(SCRIPTS)


def options_of(text: str) -> set[str]:
    return set(re.findall(r'add_argument\(\s*"(--[a-z-]+)"', text))


def test_arguments_are_those_that_scripts_take() -> None:
    from collecting.scripts import SCRIPTS

    for script in SCRIPTS:
        known = options_of(script.file.read_text(encoding="utf-8"))
        given = {one for way in (script.quick or (), script.full) for one in way if one.startswith("--")}
        assert given <= known, script.path


@pytest.mark.parametrize("page", ["benchmarks.md", "benchmarks.ko.md"])
def test_every_script_is_explained(project: Path, page: str) -> None:
    from collecting.scripts import SCRIPTS

    text = (project / "docs" / page).read_text(encoding="utf-8")
    named = set(re.findall(r"^### `([^`]+\.py)`", text, re.MULTILINE))
    assert named == {script.path for script in SCRIPTS}
    # Helpers and peers are named as well, wherever they belong.
    helpers = (
        {
            path.relative_to(project / "benchmarks").as_posix()
            for path in (project / "benchmarks").rglob("*.py")
            if "collecting" not in path.parts
        }
        - {script.path for script in SCRIPTS}
        - {"all.py"}
    )
    assert {name for name in helpers if f"`{name}`" not in text} == set()


def test_just_bench_runs_all_of_them(project: Path) -> None:
    recipe = re.search(
        r"^bench .*:.*\n((?:[ \t]+.*\n)+)", (project / "justfile").read_text("utf-8"), re.MULTILINE
    )
    assert recipe
    assert "benchmarks/all.py {{arguments}}" in recipe[1]


@pytest.mark.parametrize("name", ["rag/quality.py", "curation/readers.py"])
def test_what_cannot_run_here_says_so_in_the_contract(project: Path, tmp_path: Path, name: str) -> None:
    """The same scripts in a folder without corpora beside it."""
    from collecting.contract import read

    alone = tmp_path / "clone"
    shutil.copytree(project / "benchmarks", alone / "benchmarks")
    done = subprocess.run(
        [sys.executable, str(alone / "benchmarks" / name), "--json"],
        capture_output=True,
        timeout=200,
        check=True,
    )
    assert "corpora" in read(done.stdout).not_run


def test_the_list_of_benchmarks_is_printed(project: Path) -> None:
    from collecting.scripts import SCRIPTS

    command = [sys.executable, str(project / "benchmarks/all.py"), "--list"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    assert [line.split()[0] for line in told.splitlines()] == [script.path for script in SCRIPTS]


def test_modules_of_the_runner_hide_nothing(project: Path) -> None:
    """They stand on the path of every script: none may have the name of a package."""
    folder = project / "benchmarks"
    names = {path.stem for path in (*folder.glob("*.py"), folder / "collecting")} - {"curate_throughput"}
    found = {name for name in names if importlib.util.find_spec(name) is not None}
    # They are found here alone.
    places = [importlib.util.find_spec(name) for name in found]
    assert all(str(folder) in str(spec.origin) for spec in places if spec)
