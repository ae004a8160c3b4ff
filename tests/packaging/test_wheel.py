"""What is in the wheel: all that the packages read, the page or its sources, and nothing else."""

import importlib.util
import shutil
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.packaging.building import Wheel, build

PAGE = "compile/web/"
MOST_BYTES = 4_000_000
# Shipped under the package that reads them.
BESIDE = {"samples": "malmoi/samples", "recipes": "malmoi/recipes"}


@pytest.fixture(scope="module")
def hook(project: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", project / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def source(unpacked: Path, tmp_path: Path) -> Path:
    """A copy of the unpacked source distribution, to be changed."""
    return shutil.copytree(unpacked, tmp_path / "source")


def packages(settings: dict[str, Any]) -> list[str]:
    found: list[str] = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    return found


@pytest.fixture(scope="module")
def settings(project: Path) -> dict[str, Any]:
    return tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_package_of_the_clone_is_shipped(project: Path, settings: dict[str, Any]) -> None:
    there = {path.parent.name for path in project.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert set(packages(settings)) == there


def test_the_wheel_holds_what_the_folders_hold_and_nothing_else(
    project: Path, settings: dict[str, Any], wheel: Wheel, files_in: Callable[[Path], set[str]]
) -> None:
    expected = {name for package in packages(settings) for name in files_in(project / package)}
    expected |= {
        f"{place}/{name.partition('/')[2]}"
        for folder, place in BESIDE.items()
        for name in files_in(project / folder)
    }
    assert settings["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"] == BESIDE
    assert sorted(expected - wheel.packaged) == []
    assert sorted(wheel.packaged - expected) == []


@pytest.mark.parametrize(
    "name",
    [
        "datacards/cards/nsmc.md",
        "curation/templates/report/page.html.j2",
        "curation/tasks/nsmc.yaml",
        "compile/runtime/headers/src/support/base64.h",
        "slackbot/emulator/page/index.html",
        "slackbot/manifest.yaml",
        "training/launching/fsdp.yaml",
        "training/publishing/templates/model.md.j2",
        "malmoi/recipes/first.yaml",
        "malmoi/samples/handbook/07-병가.md",
    ],
)
def test_data_of_each_kind_is_in_it(wheel: Wheel, name: str) -> None:
    assert name in wheel.names


def test_nothing_that_runs_and_builds_leave_behind_is_in_it(
    project: Path, wheel_of: Any, source: Path
) -> None:
    leaks = [
        "compile/web/node_modules/preact/package.json",
        "curation/__pycache__/ledger.cpython-311.pyc",
        "rag/.mypy_cache/cache.json",
        "samples/__pycache__/make_binary_samples.cpython-311.pyc",
        "tests/test_more.py",
    ]
    for leak in leaks:
        (source / leak).parent.mkdir(parents=True, exist_ok=True)
        (source / leak).write_text("{}")
    # As in a clone: a source distribution that was unpacked has the same list of what is ignored.
    assert (source / ".gitignore").read_bytes() == (project / ".gitignore").read_bytes()
    names = wheel_of(source).names
    places = ("node_modules", "__pycache__", "tests/", ".mypy_cache")
    assert [name for name in names if any(place in name for place in places)] == []


def test_it_stays_small(wheel: Wheel) -> None:
    assert wheel.path.stat().st_size < MOST_BYTES


def test_without_a_built_page_its_sources_are_in_it(wheel: Wheel, hook: ModuleType, project: Path) -> None:
    shipped = {name for name in wheel.names if name.startswith(PAGE)}
    assert shipped == {path.as_posix() for path in hook.page_sources(project)}
    assert PAGE + "package.json" in shipped


def test_a_built_page_takes_the_place_of_its_sources(
    source: Path, wheel_of: Callable[[Path], Wheel], hook: ModuleType
) -> None:
    page = hook.page_folder(source)
    for name in ("index.html", "sw.js", "assets/app.js"):
        (page / name).parent.mkdir(parents=True, exist_ok=True)
        (page / name).write_text(name)
    shipped = {name for name in wheel_of(source).names if name.startswith(PAGE)}
    assert shipped == {f"{PAGE}dist/{name}" for name in ("index.html", "sw.js", "assets/app.js")}


def test_the_page_of_an_installation_is_found_without_node(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from compile import page

    (tmp_path / "dist").mkdir()
    (tmp_path / "dist/index.html").write_text("page")
    monkeypatch.setattr(page, "WEB", tmp_path)
    monkeypatch.setattr(page, "_SHIPPED", tmp_path / "dist")
    monkeypatch.setenv("PATH", "")
    assert not page.must_be_built()
    assert page.page_folder() == tmp_path / "dist"


def test_a_page_of_older_sources_is_left_out(
    source: Path, wheel_of: Callable[[Path], Wheel], hook: ModuleType
) -> None:
    page = hook.page_folder(source)
    page.mkdir(parents=True)
    (page / "index.html").write_text("old")
    with (source / "compile/web/src/main.tsx").open("a", encoding="utf-8") as text:
        text.write("// newer\n")
    names = wheel_of(source).names
    assert PAGE + "dist/index.html" not in names
    assert PAGE + "src/main.tsx" in names


def test_a_source_distribution_takes_a_built_page_along(
    source: Path, tmp_path: Path, hook: ModuleType
) -> None:
    page = hook.page_folder(source)
    page.mkdir(parents=True)
    (page / "index.html").write_text("page")
    with tarfile.open(build("sdist", source, tmp_path / "built")) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert f"build/{page.name}/index.html" in names
    assert {"hatch_build.py", "pyproject.toml", "README.md", "LICENSE", "constraints.txt"} <= names
    assert {".ci/setup", "justfile", "tests/test_house.py", "benchmarks/machine.py"} <= names


def test_what_starts_malmoi_can_be_imported(wheel: Wheel) -> None:
    with zipfile.ZipFile(wheel.path) as archive:
        (entry,) = (name for name in wheel.names if name.endswith("entry_points.txt"))
        assert archive.read(entry).decode().split() == [
            "[console_scripts]",
            "malmoi",
            "=",
            "malmoi.main:main",
        ]
    assert callable(importlib.import_module("malmoi.main").main)
    assert f"{sys.version_info.major}.{sys.version_info.minor}" in str(wheel.about)
