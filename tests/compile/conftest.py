"""Fixtures of tests in a real browser; `tests.compile.browser` says more."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from compile.page import page_folder
from compile.verifying.browser import started
from tests.compile.browser import build_bundle, made_once_a_run
from tests.compile.engine_pages import build_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this test run see."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if base.name.startswith("popen-") else base


@pytest.fixture(scope="session")
def built_page() -> Path:
    """The folder of the built page, kept on this machine for every state of its sources."""
    return page_folder()


@pytest.fixture(scope="session")
def tiny_models(shared_folder: Path) -> Path:
    """Where the models of `tiny_bundle` lie, by kind."""
    return shared_folder / "tiny-models"


@pytest.fixture(scope="session")
def tiny_bundle(shared_folder: Path, built_page: Path, tiny_models: Path) -> Path:
    """A bundle with the page and a model of each of `BROWSER_KINDS`, whose ids are their kinds."""
    folder = shared_folder / "tiny-bundle"
    return made_once_a_run(folder, lambda out: build_bundle(out, built_page, tiny_models))


@pytest.fixture(scope="session")
def engine_page(shared_folder: Path) -> Path:
    """The folder of a page that has the engines' modules and no face."""
    return made_once_a_run(shared_folder / "engine-page", build_page)


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Chromium on the software adapter. Of a module: Playwright runs one at a time."""
    with started(software=True) as running:
        yield running
