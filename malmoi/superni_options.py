"""The options by which `malmoi superni` chooses tasks."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from curation.superni.selection import Selection

Paths = Annotated[
    list[Path], typer.Argument(help="Task files, or folders that hold them.", show_default=False)
]
Languages = Annotated[
    list[str] | None, typer.Option("--language", help="Of the input or the output: Korean, or ko.")
]
Categories = Annotated[
    list[str] | None, typer.Option("--category", help="At any level: Translation, Paraphrasing.")
]
Licences = Annotated[list[str] | None, typer.Option("--licence", help="Of the instances: CC-BY-4.0.")]
Names = Annotated[list[str] | None, typer.Option("--name", help="Pattern: 'task77*'.")]
Splits = Annotated[Path | None, typer.Option("--splits", help="Folder of a track: splits/default.")]
PartOf = Annotated[
    Literal["train", "test", "excluded"] | None,
    typer.Option("--part", help="Part of the track that --splits gives."),
]


def selection_of(
    criteria: tuple[list[str] | None, list[str] | None, list[str] | None, list[str] | None],
    splits: Path | None,
    part: Literal["train", "test", "excluded"] | None,
) -> "Selection":
    """Put the options together: languages, categories, licences, names; the lists of a track are read.

    Raises
    ------
    typer.BadParameter
        When a part is asked for and no track is given.
    """
    from curation.superni.selection import Selection
    from curation.superni.splits import load_splits

    if part is not None and splits is None:
        raise typer.BadParameter("--part needs the folder of a track: --splits splits/default")
    track = None if splits is None else load_splits(splits)
    languages, categories, licences, names = (tuple(one or ()) for one in criteria)
    return Selection(languages, categories, licences, names, track, part)
