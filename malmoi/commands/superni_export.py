"""`malmoi superni export`: a labelled Korean corpus becomes Super-NaturalInstructions tasks."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from malmoi import console
from malmoi.commands.options import AsJson

EXAMPLE = "Example: malmoi superni export kobest_boolq BoolQ_dev.tsv --out tasks"


def export(
    reader: Annotated[str, typer.Argument(help="Reader of a labelled corpus.", show_default=False)],
    paths: Annotated[
        list[Path], typer.Argument(help="Files of the corpus, or its folder.", show_default=False)
    ],
    *,
    out: Annotated[Path, typer.Option("--out", help="Folder to write task files into.")],
    wordings: Annotated[
        Literal["all", "0", "1", "2"],
        typer.Option("--wordings", help="One wording of the task, or a task for each."),
    ] = "all",
    option: Annotated[
        list[str] | None, typer.Option("--option", help="Option of the reader: task=bias, definition=true.")
    ] = None,
    number: Annotated[int, typer.Option("--number", min=0, help="Number of the first task.")] = 9100,
    instances: Annotated[
        int, typer.Option("--instances", min=1, max=6500, help="At most so many a task.")
    ] = 6500,
    seed: Annotated[int, typer.Option("--seed", help="For the choice and the order of instances.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Make Super-NaturalInstructions tasks of a labelled Korean corpus, with Korean definitions."""
    from curation.errors import ConfigurationError
    from curation.readers import READERS
    from curation.superni.export import WORDINGS, Export, corpus_files, write_tasks
    from curation.yaml_lines import nearest
    from malmoi.superni_tables import show_exported

    if reader not in READERS:
        raise ConfigurationError(
            f"There is no reader {reader!r}.", where="READER", fix=nearest(reader, READERS)
        )
    options = dict(_key_and_value(one) for one in option or [])
    maker = Export(READERS[reader], options, number=number, seed=seed, most=instances)
    made = maker.tasks(
        corpus_files(READERS[reader], paths),
        WORDINGS if wordings == "all" else (int(wordings),),
        console.progress(),
    )
    written = {"out": str(out), "tasks": write_tasks(made, out), "quarantined": maker.quarantined}
    if as_json:
        console.print_json(written)
    else:
        show_exported(written)


def _key_and_value(option: str) -> "tuple[str, object]":
    import json

    key, equals, value = option.partition("=")
    if not equals:
        raise typer.BadParameter(f"{option!r} is not like KEY=VALUE")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value  # text needs no quotes
