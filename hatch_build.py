"""Puts the browser's page into a wheel: built where it was built before, else as the sources that make it.

Building the page takes Node and its registry, which `pip install .` asks of nobody: `just wheel` builds it
into ``build/page-KEY`` first. KEY stands for the sources, so that a page of other sources is never shipped.
A source distribution takes that folder along, and a wheel that is made of one has the page as well.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WEB = Path("compile", "web")
# What `compile.page` hashes: folders whole, and the files beside them.
FOLDERS = ("src", "public")


def page_sources(root: Path) -> list[Path]:
    """Give the files that a build of the page reads, relative to ``root``."""
    web = root / WEB
    return sorted(path.relative_to(root) for path in _files(web) if path.is_file())


def page_folder(root: Path) -> Path:
    """Give the folder where the page of the sources in ``root`` is, once it is built."""
    key = hashlib.sha256()
    for path in page_sources(root):
        content = (root / path).read_bytes()
        key.update(f"{path.as_posix()}\n{len(content)}\n".encode() + content)
    return root / "build" / f"page-{key.hexdigest()[:16]}"


def _files(web: Path) -> Iterator[Path]:
    yield from web.iterdir()
    for name in FOLDERS:
        yield from (web / name).rglob("*")


class PageHook(BuildHookInterface[Any]):
    """Adds the page to wheels and source distributions."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files to add; an editable installation reads them in the clone."""
        if version == "editable":
            return
        root = Path(self.root)
        page = page_folder(root)
        built = (page / "index.html").is_file()
        if self.target_name == "sdist":
            added = {page: page.relative_to(root)} if built else {}
        elif built:
            added = {page: WEB / "dist"}
        else:
            self.app.display_warning(
                "The wheel gets the page's sources, not the page: `malmoi compile` will need Node. "
                "`just wheel` builds the page first."
            )
            added = {root / path: path for path in page_sources(root)}
        build_data["force_include"].update({str(path): place.as_posix() for path, place in added.items()})
