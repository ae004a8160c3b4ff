"""What every test shares: where the project and the corpora lie."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from curation.privacy import switch_off_telemetry

PROJECT = Path(__file__).parents[1]

switch_off_telemetry()
# `datasets` and its hub client must not look anything up.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_DATASETS_OFFLINE"] = "1"
# Beside other tests any example may take a second.
settings.register_profile("malmoi", deadline=None)
settings.load_profile("malmoi")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests with a limit of time be tried thrice more: what is too slow fails every time."""
    for item in items:
        if item.get_closest_marker("timed"):
            item.add_marker(pytest.mark.flaky(reruns=3, reruns_delay=2))


@pytest.hookimpl(optionalhook=True)  # `just mutate` runs tests without xdist
def pytest_xdist_auto_num_workers() -> int:
    """How many processes `-n auto` starts: one more than cores, for many tests wait; at most four."""
    return min((os.cpu_count() or 1) + 1, 4)


@pytest.fixture(scope="session")
def project() -> Path:
    """The root of the clone."""
    return PROJECT


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of public corpora beside the clone; tests that need it are skipped without it."""
    folder = PROJECT.parent / "shared" / "corpora"
    if not folder.is_dir():
        pytest.skip("the public corpora are not beside the clone (../shared/corpora)")
    return folder
