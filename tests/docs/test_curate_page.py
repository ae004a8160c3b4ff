"""The page on `malmoi curate`: its examples run, and say what it says; it names every option."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SUBCOMMANDS = ("plan", "run", "resume", "explain", "diff", "sample")
LEFT_OUT = "…"


@pytest.fixture(scope="module")
def page(project: Path) -> str:
    return (project / "docs/curate.md").read_text(encoding="utf-8")


def examples(page: str) -> list[tuple[str, list[str]]]:
    """Commands of the page in order, each with the lines that it shows."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", page, re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif line.strip() not in ("", LEFT_OUT):
                found[-1][1].append(line)
    return found


def shape(line: str) -> str:
    """A line without its figures: what it says, whatever the samples hold today."""
    line = re.sub(r"\b[0-9a-f]{12,32}\b", "ID", line)
    return re.sub(r"\s+", " ", re.sub(r"[0-9][0-9.,]*", "0", line)).strip()


def test_the_examples_show_what_the_commands_print(page: str, project: Path, tmp_path: Path) -> None:
    for folder in ("recipes", "samples"):
        shutil.copytree(project / folder, tmp_path / folder)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "MALMOI_HOME": str(tmp_path)}
    found = examples(page)
    assert len(found) >= 9
    for command, expected in found:
        done = subprocess.run(
            command,
            shell=True,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"
        printed = [shape(line) for line in done.stdout.splitlines()]
        place = 0
        for line in expected:
            assert shape(line) in printed[place:], f"{command} does not print: {line}\n{done.stdout}"
            place = printed.index(shape(line), place) + 1


@pytest.mark.parametrize("subcommand", SUBCOMMANDS)
def test_every_subcommand_has_a_section_with_an_example(page: str, subcommand: str) -> None:
    (section,) = re.findall(rf"^## {subcommand}: .*?(?=^## |\Z)", page, re.DOTALL | re.MULTILINE)
    name = "curate recipes/" if subcommand == "run" else f"curate {subcommand} "
    assert any(name in command for command, _ in examples(section))


@pytest.mark.parametrize(
    "option", ["--rows", "--changed", "--quarantined", "--source", "--seed", "--release"]
)
def test_what_sets_a_subcommand_apart_is_named(page: str, option: str) -> None:
    assert f"`{option}`" in page or f"`{option} " in page
