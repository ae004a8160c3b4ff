"""The page on evaluation: its examples print what it shows, and it names every key and measure."""

import re
from pathlib import Path

import pytest

from rag import tuning
from rag.evaluation import answers
from rag.evaluation.questions import Question
from rag.settings import Ranking
from tests.docs.console_examples import check, examples, squeezed


@pytest.fixture(scope="module")
def page(project: Path) -> str:
    return (project / "docs/evaluation.md").read_text(encoding="utf-8")


def test_the_examples_print_what_the_page_shows(page: str, tmp_path: Path) -> None:
    blocks = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    for name, content in zip(("docs.jsonl", "questions.jsonl"), blocks, strict=True):
        (tmp_path / name).write_text(content, encoding="utf-8")
    assert len(examples(page)) == 7
    check(page, tmp_path, without_times)
    assert (tmp_path / "answers.html").is_file()


def without_times(line: str) -> str:
    """A line without its milliseconds."""
    return squeezed(re.sub(r"[0-9,]+ ms", "0 ms", line))


@pytest.mark.parametrize(
    "key",
    [
        *(name for name in Question.model_fields if name != "id"),
        *answers.MEASURES,
        *Ranking.model_fields,
    ],
)
def test_every_key_and_measure_is_explained(page: str, key: str) -> None:
    assert f"`{key}`" in page


def test_the_limits_are_those_of_the_program(page: str) -> None:
    assert f"with {tuning.SETTINGS} settings" in " ".join(page.split())
