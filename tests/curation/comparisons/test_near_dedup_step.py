"""The step `near_dedup`: parameters that make no sense, and what the manifest says."""

from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from curation.steps.base import Given
from curation.steps.near_dedup import NEAR_DEDUP as STEP
from tests.curation.comparisons.pages import DEFAULT


@pytest.mark.parametrize(
    "params",
    [
        {"threshold": 0.1},
        {"threshold": 1.1},
        {"words": 0},
        {"bands": 2, "rows": 10},
        {"against": ["a", "a"]},
        {"against": ["../a"]},
        {"save": "a/b"},
        {"unknown": 1},
    ],
    ids=str,
)
def test_parameters_that_make_no_sense(params: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        STEP.params.model_validate_json(orjson.dumps(params))


def test_the_manifest_says_how_likely_pairs_are_found() -> None:
    assert STEP.about is not None
    (chances,) = STEP.about(DEFAULT, Given()).values()
    assert chances["0.80"] > 0.99
    assert chances["0.50"] < chances["0.70"] < chances["0.90"]
