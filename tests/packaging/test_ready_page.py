"""The licences that go along with a built page: of what is in it, whole, and of nothing else."""

import importlib.util
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@pytest.fixture
def licences(project: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Iterator[str]]:
    monkeypatch.syspath_prepend(str(project))  # hatch_build stands there
    spec = importlib.util.spec_from_file_location("ready_page", project / ".ci/ready_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[[Path], Iterator[str]] = module.licences
    return found


def page(folder: Path) -> Path:
    packages = {
        "": {"name": "page"},
        "node_modules/shown": {"version": "1.0.0", "license": "MIT"},
        "node_modules/@scope/noted": {"version": "2.0.0", "license": "Apache-2.0"},
        "node_modules/builder": {"version": "3.0.0", "license": "MIT", "dev": True},
        "node_modules/elsewhere": {"version": "4.0.0", "license": "MIT", "optional": True},
    }
    folder.mkdir()
    (folder / "package-lock.json").write_text(json.dumps({"packages": packages}))
    for place in filter(None, packages):
        (folder / place).mkdir(parents=True)
        (folder / place / "LICENSE").write_text(f"terms of {place}")
        (folder / place / "NOTICE.txt").write_text(f"notice of {place}")
        (folder / place / "index.js").write_text("code")
    return folder


def test_licences_of_what_is_in_the_page_are_whole(
    tmp_path: Path, licences: Callable[[Path], Iterator[str]]
) -> None:
    assert list(licences(page(tmp_path / "web"))) == [
        "== @scope/noted 2.0.0: Apache-2.0\n\n"
        "terms of node_modules/@scope/noted\n\nnotice of node_modules/@scope/noted\n",
        "== shown 1.0.0: MIT\n\nterms of node_modules/shown\n\nnotice of node_modules/shown\n",
    ]


def test_a_package_that_is_not_there_ends_it(
    tmp_path: Path, licences: Callable[[Path], Iterator[str]]
) -> None:
    web = page(tmp_path / "web")
    (web / "node_modules/shown").rename(web / "node_modules/gone")
    with pytest.raises(SystemExit, match="shown is missing: npm ci"):
        list(licences(web))
