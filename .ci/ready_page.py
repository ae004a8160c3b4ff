"""Builds the browser's page where hatch_build.py looks for it, with the licences of what is in it.

Usage, in the root of a clone: PYTHONPATH=. .venv/bin/python .ci/ready_page.py
"""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from compile.page import copy_page
from compile.page import page_folder as built_page
from curation.atomic import publish_directory
from hatch_build import WEB, page_folder

PROJECT = Path(__file__).parents[1]
LICENCES = "licences.txt"


def main() -> None:
    """Print the folder; it is made again only for other sources."""
    folder = page_folder(PROJECT)
    if not (folder / LICENCES).is_file():
        # In a cache, which Node fills.
        made = built_page()
        draft = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(draft, ignore_errors=True)
        copy_page(made, draft)
        (draft / LICENCES).write_text("\n\n".join(licences(PROJECT / WEB)), encoding="utf-8")
        publish_directory(draft, folder)
    print(folder)  # noqa: T201


def licences(web: Path) -> Iterator[str]:
    """Give the licence of every package that a page is made of, as the package has it."""
    lock = json.loads((web / "package-lock.json").read_text(encoding="utf-8"))
    for place, about in sorted(lock["packages"].items()):
        # What only builds or tests the page, and what only runs outside of browsers, is not in it.
        if not place or about.get("dev") or about.get("optional"):
            continue
        package = web / place
        if not package.is_dir():
            sys.exit(f"{package} is missing: npm ci in {web}")
        files = sorted(one for one in package.iterdir() if one.name.lower().startswith(("licen", "notice")))
        texts = [one.read_text(encoding="utf-8").strip() for one in files]
        name = place.removeprefix("node_modules/")
        yield "\n\n".join([f"== {name} {about['version']}: {about['license']}", *texts]) + "\n"


if __name__ == "__main__":
    main()
