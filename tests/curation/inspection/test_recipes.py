"""Recipes side by side: what a person would say differs, and nothing else."""

from typing import Any

import pytest

from curation.inspection.recipes import recipe_differences

Step = tuple[str, dict[str, Any]]


def recipe(*steps: Step, **keys: Any) -> dict[str, Any]:
    listed = [
        {"step": name, "sources": None, "except_sources": [], "params": params} for name, params in steps
    ]
    return {"name": "r", "sources": [], "steps": listed, "evaluation_sets": [], **keys}


LENGTH: Step = ("length", {"min": 2, "max": None})
RATIO: Step = ("hangul_ratio", {"min": 0.3})
DEDUP: Step = ("exact_dedup", {"scope": "release"})


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([LENGTH, RATIO], [LENGTH, RATIO], []),
        (
            [LENGTH, RATIO],
            [LENGTH, ("hangul_ratio", {"min": 0.5})],
            [("hangul_ratio", "changed", {"min": (0.3, 0.5)}, (2, 2))],
        ),
        (
            [RATIO],
            [LENGTH, RATIO],
            [("length", "added", {"except_sources": (None, []), "min": (None, 2)}, (None, 1))],
        ),
        (
            [LENGTH, RATIO],
            [RATIO],
            [("length", "removed", {"except_sources": ([], None), "min": (2, None)}, (1, None))],
        ),
        ([LENGTH, RATIO, DEDUP], [RATIO, DEDUP, LENGTH], [("length", "moved", {}, (1, 3))]),
        (
            [LENGTH, RATIO, DEDUP],
            [RATIO, DEDUP, ("length", {"min": 9, "max": None})],
            [("length", "moved", {"min": (2, 9)}, (1, 3))],
        ),
        (
            [LENGTH, ("length", {"min": 5, "max": None})],
            [LENGTH, ("length", {"min": 6, "max": None})],
            [("length", "changed", {"min": (5, 6)}, (2, 2))],
        ),
    ],
    ids=["same", "changed", "added", "removed", "moved", "moved and changed", "the second of two"],
)
def test_steps_are_compared_step_by_step(a: list[Step], b: list[Step], expected: list[Any]) -> None:
    found = recipe_differences(recipe(*a), recipe(*b))
    assert [(one.name, one.how, one.keys, one.places) for one in found] == expected


def test_the_sources_of_a_step_are_told_by_key() -> None:
    b = recipe(RATIO)
    b["steps"][0]["except_sources"] = ["x"]
    (one,) = recipe_differences(recipe(RATIO), b)
    assert (one.how, one.keys) == ("changed", {"except_sources": ([], ["x"])})


def test_sources_and_evaluation_sets_are_compared_by_name() -> None:
    def source(name: str, **keys: Any) -> dict[str, Any]:
        return {"name": name, "reader": "jsonl", "path": [name], "options": {"text": "t"}, **keys}

    a = recipe(sources=[source("x"), source("y")], evaluation_sets=[source("e")])
    b = recipe(
        sources=[source("y", options={"text": "u"}), source("x"), source("z")],
        evaluation_sets=[],
        version=2,
    )
    found = {(one.part, one.name, one.how): one.keys for one in recipe_differences(a, b)}
    assert found.pop(("recipe", "", "changed")) == {"version": (None, 2)}
    assert found.pop(("source", "y", "changed")) == {"text": ("t", "u")}
    assert found.pop(("source", "z", "added"))["reader"] == (None, "jsonl")
    assert found.pop(("evaluation set", "e", "removed"))["reader"] == ("jsonl", None)
    assert {name for _, name, how in found if how == "moved"} < {"x", "y"}
    assert len(found) == 1
