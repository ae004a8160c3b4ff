"""The licences of the packages that the page is made of: they go where it goes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from curation.errors import UserError

LICENCES: Final = "licences.txt"
"""The file of them, in the folder of the built page."""


def page_licences(web: Path) -> Iterator[str]:
    """Give the licence of every package that a page is made of, as the package has it.

    Parameters
    ----------
    web
        The page's sources, with package-lock.json and node_modules.

    Raises
    ------
    UserError
        When a package is not there.
    """
    lock = json.loads((web / "package-lock.json").read_text(encoding="utf-8"))
    for place, about in sorted(lock["packages"].items()):
        # What only builds or tests the page, and what only runs outside of browsers, is not in it.
        if not place or about.get("dev") or about.get("optional"):
            continue
        package = web / place
        if not package.is_dir():
            raise UserError(
                "A package of the page is missing.", where=str(package), fix=f"Run `npm ci` in {web}."
            )
        files = sorted(one for one in package.iterdir() if one.name.lower().startswith(("licen", "notice")))
        texts = [one.read_text(encoding="utf-8").strip() for one in files]
        name = place.removeprefix("node_modules/")
        yield "\n\n".join([f"== {name} {about['version']}: {about['license']}", *texts]) + "\n"
