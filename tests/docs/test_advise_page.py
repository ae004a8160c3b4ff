"""The page on advice: its examples print what it shows, and it names every key, complaint and limit."""

import re
from pathlib import Path
from typing import get_args

import pytest

from rag.advice import State, state
from tests.docs.console_examples import check, examples


@pytest.fixture(scope="module")
def page(project: Path) -> str:
    return (project / "docs/advise.md").read_text(encoding="utf-8")


def test_the_examples_print_what_the_page_shows(page: str, tmp_path: Path) -> None:
    for language, name in (("yaml", "state.yaml"), ("json", "retrieval.json")):
        (content,) = re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)
        (tmp_path / name).write_text(content, encoding="utf-8")
    assert len(examples(page)) == 2
    check(page, tmp_path)


@pytest.mark.parametrize("key", [*State.model_fields, *get_args(state.Problem)])
def test_every_key_and_complaint_is_explained(page: str, key: str) -> None:
    assert f"`{key}`" in page


def test_the_limits_are_those_of_the_rules(page: str) -> None:
    limits = (
        f"recall@5 {state.RECALL}, grounded {state.GROUNDED}, refusals {state.REFUSAL}, form {state.STYLE}, "
        f"forgetting {state.FORGETTING}, {state.EXAMPLES} examples, a prompt of {state.TOKENS:,} tokens. "
        f"A figure of fewer than {state.QUESTIONS} questions"
    )
    assert limits in " ".join(page.split())
    assert f"Up to {state.DOCUMENTS} documents" in page
