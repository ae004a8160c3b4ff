"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout, for programs.")]
IndexPath = Annotated[
    Path | None,
    typer.Option("--index", help="Index folder. Default: `[answer] index` of malmoi.toml, or the newest."),
]
