"""The licences that go along with a built page: of what is in it, whole, and of nothing else."""

import json
from pathlib import Path

import pytest

from compile.page import WEB, copy_page
from compile.page_licences import LICENCES, page_licences
from curation.errors import UserError
from tests.compile.browser import needs_node


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


def test_licences_of_what_is_in_the_page_are_whole(tmp_path: Path) -> None:
    assert list(page_licences(page(tmp_path / "web"))) == [
        "== @scope/noted 2.0.0: Apache-2.0\n\n"
        "terms of node_modules/@scope/noted\n\nnotice of node_modules/@scope/noted\n",
        "== shown 1.0.0: MIT\n\nterms of node_modules/shown\n\nnotice of node_modules/shown\n",
    ]


def test_a_package_that_is_not_there_ends_it(tmp_path: Path) -> None:
    web = page(tmp_path / "web")
    (web / "node_modules/shown").rename(web / "node_modules/gone")
    with pytest.raises(UserError, match="package of the page is missing") as refused:
        list(page_licences(web))
    assert refused.value.where.endswith("node_modules/shown")


@needs_node
def test_a_page_that_is_built_here_has_them_and_a_bundle_with_it(tmp_path: Path, built_page: Path) -> None:
    copy_page(built_page, tmp_path / "bundle")
    text = (tmp_path / "bundle" / LICENCES).read_text(encoding="utf-8")
    wanted = json.loads((WEB / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert [f"== {name} {version}: " for name, version in wanted.items()] == [
        f"== {name} {version}: " for name, version in wanted.items() if f"== {name} {version}: " in text
    ]
    assert "Permission is hereby granted, free of charge" in text
