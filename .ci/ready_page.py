"""Builds the browser's page where hatch_build.py looks for it, with the licences of what is in it.

Usage, in the root of a clone: PYTHONPATH=. .venv/bin/python .ci/ready_page.py
"""

import shutil
from pathlib import Path

from compile.page import copy_page
from compile.page import page_folder as built_page
from compile.page_licences import LICENCES
from curation.atomic import publish_directory
from hatch_build import page_folder

PROJECT = Path(__file__).parents[1]


def main() -> None:
    """Print the folder; it is made again only for other sources."""
    folder = page_folder(PROJECT)
    if not (folder / LICENCES).is_file():
        # In a cache, which Node fills.
        made = built_page()
        draft = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(draft, ignore_errors=True)
        copy_page(made, draft)
        publish_directory(draft, folder)
    print(folder)  # noqa: T201


if __name__ == "__main__":
    main()
