"""Files that pages may show: inside the folder they belong to, and reports in a frame of their own."""

from pathlib import Path
from typing import Final

from starlette.responses import HTMLResponse, Response

from curation.errors import UserError
from malmoi.ui.protection import FRAMED_POLICY

# Ours have Plotly's script in them, five million bytes.
_LARGEST_PAGE: Final = 64 * 1024 * 1024


def inside(folder: Path, name: str) -> Path | None:
    """The file of that name, unless it is absent or leads out of the folder."""
    path = folder / name
    try:
        found = path.resolve(strict=True)
    except OSError:
        return None
    return found if found.is_file() and found.is_relative_to(folder.resolve()) else None


def framed(path: Path) -> Response:
    """A page that was written to a file: it may run its scripts, in an origin of its own, and reach nothing.

    Raises
    ------
    UserError
        The file is too large to be one of ours.
    """
    if path.stat().st_size > _LARGEST_PAGE:
        raise UserError(
            "The page is too large to be shown here.", where=path.name, fix="Open the file itself."
        )
    return HTMLResponse(path.read_bytes(), headers={"content-security-policy": FRAMED_POLICY})
