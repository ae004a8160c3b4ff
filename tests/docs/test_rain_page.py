"""What docs/rain.md says of numbers and names is what the code has."""

import importlib
import re

import pytest

from prompting.debiasing import ATTRIBUTES
from prompting.debiasing.thresholds import CANDIDATES
from prompting.rain import Constants
from prompting.rain.growing import CLAUSE_ENDS


@pytest.fixture(scope="module")
def page(project):
    return (project / "docs" / "rain.md").read_text(encoding="utf-8")


def test_numbers(page):
    constants, page = Constants(), " ".join(page.split())
    *first, last = constants.group_lengths
    assert f"a group of {', '.join(map(str, first))} and then always {last} tokens" in page
    assert f"c = {constants.exploration:g}" in page
    assert f"the {constants.top_k} most probable tokens" in page
    assert f"cosine of {constants.similar:.2f}".replace("0.", ".") in page
    assert f"{constants.similarity_weight} · cosine".removeprefix("0") in page
    assert f"up to {constants.most_children}" in page
    assert f"more than {constants.settled_visits} visits" in page
    assert f"after {constants.iterations} iterations" in page
    assert f"at most {constants.extension} tokens" in page
    assert f"from {CANDIDATES[0]} to {CANDIDATES[-1]}".replace("0.", ".") in page


def test_marks_that_end_a_clause(page):
    named = re.search(r"end of its clause \((.*?)\)", page, re.DOTALL)
    assert named is not None
    assert set(re.sub(r"[`\s]|a new line|and", "", named[1])) | {"\n"} == CLAUSE_ENDS | {","}


def test_names(page):
    assert all(f"`{name}`" in page for name in ATTRIBUTES)
    pytest.importorskip("transformers", reason="needs malmoi[models]")
    for module, names in re.findall(r"^from (\S+) import (.+)$", page, re.MULTILINE):
        assert all(hasattr(importlib.import_module(module), name) for name in names.split(", "))
