"""The pages on recipes and readers name every key that a recipe may have; the example is a recipe."""

import re
from pathlib import Path

import pytest

from curation.readers import READERS
from curation.recipe import Source, load_recipe
from curation.steps import STEPS

KEYS = sorted(
    {
        *READERS,
        *STEPS,
        *Source.model_fields,
        *(key for reader in READERS.values() for key in reader.options.model_fields),
        *(key for step in STEPS.values() for key in step.params.model_fields),
    }
)


@pytest.fixture(scope="module")
def page(project: Path) -> str:
    return (project / "docs/recipes.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def readers_page(project: Path) -> str:
    return (project / "docs/readers.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_explained(page: str, readers_page: str, key: str) -> None:
    # `key`, or `key: value` where the value says more.
    assert re.search(rf"`{re.escape(key)}(: [^`]+)?`", page + readers_page)


def test_the_example_is_a_recipe(page: str, tmp_path: Path) -> None:
    example = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert example
    path = tmp_path / "handbook.yaml"
    path.write_text(example[1], encoding="utf-8")
    assert [source.name for source in load_recipe(path).sources] == ["pages", "inquiries"]


@pytest.mark.parametrize("recipe", ["first.yaml", "samples.yaml"])
def test_the_recipes_that_come_with_malmoi_are_valid(project: Path, recipe: str) -> None:
    assert load_recipe(project / "recipes" / recipe).steps
