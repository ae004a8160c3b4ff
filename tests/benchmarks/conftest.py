"""The modules of benchmarks/collecting, which scripts find beside them."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _beside_benchmarks(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(project / "benchmarks"))
