"""`recipes/samples.yaml` against `samples/faults.yaml`: every planted fault ends where it should."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from curation.recipe import load_recipe
from curation.run import run_recipe
from malmoi.bundled import bundled

Place = tuple[str, int]
FAULTS = yaml.safe_load((bundled("samples") / "faults.yaml").read_text(encoding="utf-8"))["faults"]
RECIPE = load_recipe(bundled("recipes") / "samples.yaml")
STEPS = {use.step for use in RECIPE.steps}


@dataclass(frozen=True)
class Release:
    folder: Path
    quarantined: set[Place]
    dropped: dict[Place, dict[str, Any]]
    kept: str


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    folder = tmp_path_factory.mktemp("samples") / "release"
    run_recipe(RECIPE, bundled("samples"), folder)
    rejects = [
        row for path in (folder / "rejects").glob("*.parquet") for row in pq.read_table(path).to_pylist()
    ]
    quarantine = [
        json.loads(line)
        for path in (folder / "quarantine").glob("*.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return Release(
        folder,
        {(row["file"], row["line"]) for row in quarantine},
        {(row["file"], row["line"]): row for row in rejects},
        json.dumps(
            [pq.read_table(path).to_pylist() for path in folder.rglob("data/**/*.parquet")],
            ensure_ascii=False,
        ),
    )


def place_of(fault: dict[str, Any]) -> Place:
    return fault["file"], fault.get("line", 1)


def allowed_outcomes(fault: dict[str, Any]) -> set[str]:
    expected = fault["expected"]
    if expected.get("needs", "normalise") not in STEPS:
        return {"kept"}
    # A row that is recovered, or that makes no row of its own, is no row of rejects or quarantine.
    return {"kept" if outcome in ("recovered", "ignored") else outcome for outcome in expected["outcomes"]}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["id"])
def test_the_fault_ends_where_it_should(release: Release, fault: dict[str, Any]) -> None:
    place = place_of(fault)
    if place in release.quarantined:
        outcome = "quarantined"
    elif place in release.dropped:
        outcome = "dropped"
        assert release.dropped[place]["step"] == fault["expected"]["needs"]
    else:
        outcome = "kept"
    assert outcome in allowed_outcomes(fault)


def test_no_other_row_is_lost(release: Release) -> None:
    assert release.quarantined | set(release.dropped) <= {place_of(fault) for fault in FAULTS}


def test_a_dropped_copy_names_the_row_that_stays(release: Release) -> None:
    copies = [row for row in release.dropped.values() if row["step"] == "exact_dedup"]
    certain = [fault for fault in FAULTS if fault["expected"].get("needs") == "exact_dedup"]
    assert len(copies) >= sum(allowed_outcomes(fault) == {"dropped"} for fault in certain) > 0
    for row in copies:
        assert row["duplicate_of"] in release.kept


def test_personal_data_is_masked_where_the_recipe_says_so(release: Release) -> None:
    (masked,) = [set(use.params["kinds"]) for use in RECIPE.steps if use.step == "personal_data"]
    planted = [item for fault in FAULTS for item in fault["expected"].get("contains", ())]
    assert {item["type"] for item in planted} & masked
    assert {item["type"] for item in planted} - masked
    for item in planted:
        assert (item["text"] in release.kept) == (item["type"] not in masked), item
