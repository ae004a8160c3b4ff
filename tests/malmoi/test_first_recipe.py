"""`recipes/first.yaml` over the real corpora: nothing vanishes, every configuration loads."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.malmoi.command import malmoi

MALFORMED_NSMC_LINES = 409


@pytest.fixture(scope="module")
def release(
    tmp_path_factory: pytest.TempPathFactory, project: Path, corpora: Path
) -> tuple[Path, dict[str, Any]]:
    home = tmp_path_factory.mktemp("first")
    result = malmoi(
        "curate",
        project / "recipes/first.yaml",
        "--data",
        corpora,
        "--out",
        "releases/first",
        "--json",
        home=home,
    )
    assert result.code == 0, result.err
    return home / "releases/first", result.json


def test_the_ledger_balances_for_every_source(release: tuple[Path, dict[str, Any]]) -> None:
    sources = release[1]["sources"]
    assert set(sources) == {"nsmc", "nsmc_raw", "chatbot_data", "kobest_boolq", "petitions", "superni"}
    for name, counts in sources.items():
        assert counts["read"] > 0, name
        assert counts["read"] == counts["kept"] + sum(counts["dropped"].values()) + counts["quarantined"], (
            name
        )


def test_no_malformed_nsmc_line_vanishes(release: tuple[Path, dict[str, Any]]) -> None:
    folder, report = release
    quarantined = sum(
        json.loads(line)["lines"]
        for path in (folder / "quarantine").glob("*.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
        if json.loads(line)["source"] == "nsmc"
    )
    recovered = sum(entry["lines"] for entry in report["sources"]["nsmc"]["recovered"].values())
    assert quarantined + recovered == MALFORMED_NSMC_LINES


def test_every_configuration_loads(
    release: tuple[Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import datasets

    folder, report = release
    configs = datasets.get_dataset_config_names(str(folder))
    assert set(configs) == set(report["sources"])
    for config in configs:
        loaded = datasets.load_dataset(str(folder), config, cache_dir=str(tmp_path))
        rows = sum(split.num_rows for split in loaded.values())
        assert rows == report["sources"][config]["kept"]
