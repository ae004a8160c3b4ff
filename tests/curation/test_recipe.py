"""A recipe is read strictly, and a fault is shown with its line and a way out."""

from pathlib import Path

import pytest

from curation.errors import ConfigurationError
from curation.recipe import Recipe, load_recipe

GOOD = """\
name: first
sources:
  - name: reviews
    reader: jsonl
    path: reviews/*.jsonl
    licence: CC0-1.0
    options:
      text: body
  - name: notes
    reader: documents
    path: [a.txt, b]
    licence: MIT
    config: papers
    split: test
steps:
  - step: normalise
  - step: length
    min: 2
    max: 100
    sources: [reviews]
  - step: exact_dedup
    scope: config
"""


def load(tmp_path: Path, text: str) -> Recipe:
    path = tmp_path / "recipe.yaml"
    path.write_text(text, encoding="utf-8")
    return load_recipe(path)


def test_a_good_recipe_has_its_defaults_spelled_out(tmp_path: Path) -> None:
    recipe = load(tmp_path, GOOD)
    reviews, notes = recipe.sources
    assert (reviews.config, reviews.split, reviews.path) == ("reviews", "train", ("reviews/*.jsonl",))
    assert reviews.options["text"] == "body"
    assert (notes.config, notes.split, notes.path) == ("papers", "test", ("a.txt", "b"))
    assert [use.step for use in recipe.steps] == ["normalise", "length", "exact_dedup"]
    assert recipe.steps[1].params == {"min": 2, "max": 100, "unit": "characters"}
    assert recipe.steps[1].concerns("reviews")
    assert not recipe.steps[1].concerns("notes")
    assert type(recipe).model_validate_json(recipe.model_dump_json()) == recipe


# what stands in the recipe, what stands there instead, line of the fault, words of the message
FAULTS = {
    "unknown key at the top": ("name: first\n", "name: first\nsourcs: []\n", 2, ["'sourcs'", "'sources'"]),
    "unknown key of a source": ("licence: MIT", "license: MIT", 12, ["'license'", "did you mean 'licence'"]),
    "unknown reader": ("reader: documents", "reader: document", 10, ["'document'", "'documents'"]),
    "unknown option": ("text: body", "txet: body", 8, ["'txet'", "'text'"]),
    "unknown step": ("step: normalise", "step: normalize", 16, ["'normalize'", "'normalise'"]),
    "unknown parameter": ("    min: 2", "    mim: 2", 18, ["'mim'", "'min'"]),
    "unknown source of a step": ("[reviews]", "[review]", 20, ["'review'", "'reviews'"]),
    "missing key": ("    licence: MIT\n", "", 9, ["'licence' is missing"]),
    "wrong type": ("    min: 2", '    min: "two"', 18, ["'min'", "'two'"]),
    "yes where text is meant": ("licence: MIT", "licence: no", 12, ["'licence'", "False"]),
    "limits the wrong way round": ("    min: 2", "    min: 200", 17, ["max (100) is smaller than min (200)"]),
    "wrong choice": ("scope: config", "scope: everything", 22, ["'scope'", "everything"]),
    "two sources of one name": ("name: notes", "name: reviews", 9, ["two sources are named 'reviews'"]),
    "a name that is no file name": ("name: notes", "name: no/tes", 9, ["'name'"]),
    "path that leaves the data folder": ("[a.txt, b]", "[a.txt, ../b]", 11, ["'../b'", "stay inside"]),
    "absolute path": ("[a.txt, b]", "/etc", 11, ["'/etc'", "relative"]),
    "repeated key": ("    licence: MIT", "    licence: MIT\n    licence: MIT", 13, ["twice", "line 12"]),
    "not YAML": ("steps:\n", "steps: [\n", 16, ["not valid YAML"]),
    "a list where a mapping is meant": (
        "  - step: normalise",
        "  - [normalise]",
        16,
        ["a mapping", "a list"],
    ),
    "steps are no list": (GOOD[GOOD.index("steps:") :], "steps: normalise\n", 15, ["'steps' must be a list"]),
    "a key that is no text": ("name: first", "1: first", 1, ["a key must be text"]),
    "an anchor in itself": ("name: first", "name: &a [*a]", 1, ["contains itself"]),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_told_with_its_line(tmp_path: Path, fault: tuple[str, str, int, list[str]]) -> None:
    old, new, line, words = fault
    assert GOOD.count(old) == 1
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, GOOD.replace(old, new))
    assert caught.value.where == f"{tmp_path / 'recipe.yaml'}:{line}"
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"# only a remark\n", "empty"),
        ("이름: 첫째".encode("cp949"), "not UTF-8"),
        (b"- a\n- b\n", "must be a mapping"),
        (b"name: first\n", "no sources"),
    ],
)
def test_a_file_that_is_no_recipe(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=words):
        load_recipe(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_recipe(tmp_path / "absent.yaml")
    assert str(tmp_path / "absent.yaml") in str(caught.value)


def test_a_step_that_could_drop_the_only_copy_is_refused(tmp_path: Path) -> None:
    text = GOOD + "  - step: hangul_ratio\n    except_sources: [notes]\n"
    with pytest.raises(ConfigurationError, match="could drop the one copy") as caught:
        load(tmp_path, text)
    assert caught.value.where.endswith(":23")
    load(tmp_path, text.replace("scope: config", "scope: source"))
