"""The page on `malmoi superni`: its examples run and print what it shows; its figures are measured."""

import re
import shutil
from pathlib import Path

import pytest

from curation.progress import Quiet
from curation.superni.baselines import baseline
from curation.superni.encoding import TRAINING_ENCODINGS
from curation.superni.files import selected_tasks
from curation.superni.scoring import score
from curation.superni.selection import Selection
from curation.superni.tokens import characters, rouge_tokens
from tests.docs.console_examples import check, examples


@pytest.fixture(scope="module")
def page(project: Path) -> str:
    return (project / "docs/superni.md").read_text(encoding="utf-8")


def test_the_examples_show_what_the_commands_print(page: str, project: Path, tmp_path: Path) -> None:
    assert len(examples(page)) == 7
    shutil.copytree(project / "samples", tmp_path / "samples")
    check(page, tmp_path)


@pytest.mark.parametrize("command", ["stats", "select", "encode", "score", "export"])
def test_every_command_has_a_section_with_an_example(page: str, command: str) -> None:
    (section,) = re.findall(rf"^## {command}: .*?(?=^## |\Z)", page, re.DOTALL | re.MULTILINE)
    assert any(f"superni {command} " in line for line, _ in examples(section))


@pytest.mark.parametrize("name", [*TRAINING_ENCODINGS, "rouge", "gpt2", "morphemes", "characters"])
def test_every_encoding_and_kind_of_tokens_is_named(page: str, name: str) -> None:
    assert f"`{name}`" in page


def test_the_figures_of_the_baselines_are_measured(page: str, corpora: Path) -> None:
    def measured(folder: str, tokenise) -> str:  # type: ignore[no-untyped-def]
        figures = []
        for name in ("copy-input", "copy-demo"):
            tasks = selected_tasks([corpora / "superni" / folder], Selection(), [], Quiet())
            report = score(tasks, lambda task, one, name=name: baseline(name, task, one), tokenise)
            figures.append(f"{report.overall().rouge_l:.2f}")
        return f"| {figures[0]} | {figures[1]} |"

    assert f"| 4,597 | `rouge` {measured('tasks', rouge_tokens)}" in page
    assert f"| 24 | `rouge` {measured('korean_excerpts', rouge_tokens)}" in page
    assert f"| `characters` {measured('korean_excerpts', characters)}" in page
