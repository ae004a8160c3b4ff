"""The page on `malmoi cards`: its examples run, and say what it says; it names every filter."""

import shutil
from pathlib import Path

import pytest

from tests.docs.console_examples import check, examples, without_figures


@pytest.fixture(scope="module")
def page(project: Path) -> str:
    return (project / "docs/cards.md").read_text(encoding="utf-8")


def test_the_examples_show_what_the_commands_print(page: str, project: Path, tmp_path: Path) -> None:
    for folder in ("recipes", "samples"):
        shutil.copytree(project / folder, tmp_path / folder)
    assert len(examples(page)) >= 9
    check(page, tmp_path, without_figures)


@pytest.mark.parametrize("subcommand", ["list", "show", "check", "stats", "map", "interview"])
def test_every_subcommand_has_an_example(page: str, subcommand: str) -> None:
    assert any(
        command.startswith(f"malmoi cards {subcommand} ") or command == f"malmoi cards {subcommand}"
        for command, _ in examples(page)
    )


@pytest.mark.parametrize("option", ["--task", "--licence", "--year", "--access", "--i-have-permission"])
def test_every_option_is_named(page: str, option: str) -> None:
    assert f"`{option}" in page or f" {option} " in page
