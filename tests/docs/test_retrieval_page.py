"""The page on retrieval: rules are rules, options exist, and every command of `malmoi rag` is named."""

import re
from pathlib import Path

import pytest
import typer

from malmoi.main import app
from rag.acl import read_rules
from rag.types import Document


@pytest.fixture(scope="module")
def page(project: Path) -> str:
    return (project / "docs/retrieval.md").read_text(encoding="utf-8")


def test_the_rules_protect_what_they_say(page: str, tmp_path: Path) -> None:
    (told,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "acl.yaml").write_text(told, encoding="utf-8")
    rules = read_rules(tmp_path / "acl.yaml")
    groups = {
        name: rules.applied(Document(name, "글", source=name)).acl
        for name in ("주차.md", "인사/급여.md", "인사/공지/휴일.md")
    }
    assert groups == {"주차.md": (), "인사/급여.md": ("인사팀", "임원"), "인사/공지/휴일.md": ()}


def test_every_option_exists(page: str) -> None:
    command = typer.main.get_command(app)
    commands = [command.commands["ask"], *command.commands["rag"].commands.values()]  # type: ignore[attr-defined]
    known = {
        option
        for one in commands
        for parameter in one.params
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", page))
    assert named
    assert named <= known


def test_every_command_is_named(page: str) -> None:
    rag = typer.main.get_command(app).commands["rag"]  # type: ignore[attr-defined]
    missing = [name for name in rag.commands if f"rag {name}" not in page]
    assert missing == []
