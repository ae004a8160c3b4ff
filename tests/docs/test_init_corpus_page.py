"""The page on `malmoi init-corpus`: its examples run and say what it says; it names every option."""

import shutil
from pathlib import Path

import pytest

from curation.guessing.marks import GENERIC
from tests.docs.console_examples import check, examples, without_figures


@pytest.fixture(scope="module")
def page(project: Path) -> str:
    return (project / "docs/init-corpus.md").read_text(encoding="utf-8")


def test_the_examples_show_what_the_commands_print(page: str, project: Path, tmp_path: Path) -> None:
    shutil.copytree(project / "samples", tmp_path / "samples")
    assert len(examples(page)) == 4
    check(page, tmp_path, without_figures)


@pytest.mark.parametrize("named", ["--out", "--force", "--json", *sorted(set(GENERIC) - {"table_documents"})])
def test_options_and_generic_readers_are_named(page: str, named: str) -> None:
    assert f"`{named}`" in page
