"""The page on `malmoi curate`: its examples run, and say what it says; it names every option."""

import re
import shutil
from pathlib import Path

import pytest

from tests.docs.console_examples import check, examples, without_figures

SUBCOMMANDS = ("plan", "run", "resume", "explain", "diff", "sample")


@pytest.fixture(scope="module")
def page(project: Path) -> str:
    return (project / "docs/curate.md").read_text(encoding="utf-8")


def test_the_examples_show_what_the_commands_print(page: str, project: Path, tmp_path: Path) -> None:
    for folder in ("recipes", "samples"):
        shutil.copytree(project / folder, tmp_path / folder)
    assert len(examples(page)) >= 9
    check(page, tmp_path, without_figures)


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
