"""The page on documents names every suffix, its limits are those of the code, and its example runs."""

import doctest
import json
import re
from pathlib import Path

import pytest

from curation.readers import READERS
from curation.readers.documents import archive, draft
from curation.readers.documents.structure import Pages


@pytest.fixture(scope="module")
def page(project: Path) -> str:
    return (project / "docs/documents.md").read_text(encoding="utf-8")


def test_every_suffix_is_explained(page: str) -> None:
    rows = re.findall(r"^\| (`\..*?) \|", page, re.MULTILINE)
    assert {suffix for row in rows for suffix in re.findall(r"`(\.\w+)`", row)} == set(
        READERS["documents"].suffixes
    )


def test_the_example_runs(page: str) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    runner = doctest.DocTestRunner()
    runner.run(doctest.DocTestParser().get_doctest(example, {}, "documents.md", None, 0))
    assert (runner.failures, runner.tries) == (0, 6)


def test_the_attribute_is_one(page: str) -> None:
    (told,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    end = json.loads(told)["spans"][-1][1]
    assert Pages.of({"pages": told}, "글" * end) is not None


@pytest.mark.parametrize(
    "limit",
    [
        f"{archive.MOST_UNPACKED:,} bytes",
        f"{archive.MOST_RATIO} times",
        f"{archive.MOST_MEMBERS:,} parts",
        f"{draft.MOST_PAGES:,} pages",
        f"{draft.MOST_CHARACTERS:,} characters",
    ],
)
def test_limits(page: str, limit: str) -> None:
    assert limit in page
