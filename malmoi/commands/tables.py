"""`malmoi tables`: tables as text for models, and what is to be said of sentences about them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.table import Table

from malmoi import console
from malmoi.commands.options import AsJson

if TYPE_CHECKING:
    from curation.table_text.faithfulness import Unsupported
    from curation.table_text.metrics.scores import Scores
    from curation.table_text.targets import Target

LINEARISE_EXAMPLE = "Example: malmoi tables linearise sales.xlsx --cells B2:C4 --header-columns 1"
SCORE_EXAMPLE = (
    "Example: malmoi tables score sentences.txt totto_dev_data.jsonl\n\n"
    "Korean: malmoi tables score sentences.txt tables.jsonl --compare particles"
)
CHECK_EXAMPLE = (
    'Example: malmoi tables check sales.xlsx --cells B2 --sentence "부산점의 3월 매출은 1,240만 원이다."\n\n'
    "A whole set: malmoi tables check totto_dev_data.jsonl --sentences sentences.txt"
)

TablesFile = Annotated[
    Path,
    typer.Argument(
        help="Tables: ToTTo (.jsonl), .html, .csv, .xlsx, or what --reader reads.", show_default=False
    ),
]
ReaderName = Annotated[
    str | None, typer.Option("--reader", help="Reader of the tables. Default: by the file's suffix.")
]
Cells = Annotated[
    str | None, typer.Option("--cells", help="Marked cells of a table of your own, such as B2:C4,E2.")
]
TableName = Annotated[
    str | None, typer.Option("--table", help="Which table of the file: number from 1, or a sheet's name.")
]
HeaderRows = Annotated[int | None, typer.Option("--header-rows", min=0, help="Rows of headers. Default: 1.")]
HeaderColumns = Annotated[
    int | None, typer.Option("--header-columns", min=0, help="Columns of headers. Default: 0.")
]
Title = Annotated[str | None, typer.Option("--title", help="Title of a table of your own.")]

app = typer.Typer(help="Tables and sentences about them: linearise, score, check.", no_args_is_help=True)


@app.command("linearise", epilog=LINEARISE_EXAMPLE)
def linearise(
    tables: TablesFile,
    *,
    form: Annotated[
        Literal["subtable", "full"] | None,
        typer.Option("--form", help="Marked cells, or all. Default: subtable where cells are marked."),
    ] = None,
    titles: Annotated[bool, typer.Option(help="Put the titles before the table.")] = True,
    reader: ReaderName = None,
    cells: Cells = None,
    table: TableName = None,
    header_rows: HeaderRows = None,
    header_columns: HeaderColumns = None,
    title: Title = None,
    as_json: AsJson = False,
) -> None:
    """Write each table as one line of text, as ToTTo's models read it; --json gives all four forms."""
    from curation.errors import UserError
    from curation.table_text.linearise import linearisations
    from curation.table_text.linearise import linearise as written
    from curation.table_text.record import default_form

    options = _own(cells, table, header_rows, header_columns, title)
    found = _targets(tables, reader, options)
    listed = []
    for one in found:
        try:
            if as_json:
                place = {"file": one.where.file, "line": one.where.line}
                listed.append({**place, **linearisations(one.table)})
                continue
            text = written(one.table, form or default_form(one.table), metadata=titles)
        except ValueError as error:
            raise UserError(
                f"This table cannot be written: {error}.",
                where=str(one.where),
                fix="Write the marked cells alone: without --json and --form full.",
            ) from error
        console.out.print(" ".join(text.splitlines()), markup=False, soft_wrap=True)
    if as_json:
        console.print_json({"tables": listed})


@app.command("score", epilog=SCORE_EXAMPLE)
def score(
    sentences: Annotated[
        Path, typer.Argument(help="Sentences, one a line, in the order of the tables.", show_default=False)
    ],
    tables: TablesFile,
    *,
    comparing: Annotated[
        Literal["words", "particles", "characters"],
        typer.Option("--compare", help="words as published; Korean: particles taken off, or characters."),
    ] = "words",
    reader: ReaderName = None,
    as_json: AsJson = False,
) -> None:
    """Score sentences with BLEU and PARENT, as ToTTo's leaderboard does."""
    from curation.errors import UserError
    from curation.table_text.metrics.scores import score_parts
    from curation.table_text.targets import read_sentences, subsets

    found = _targets(tables, reader, {})
    written = read_sentences(sentences, len(found))
    bare = next((one for one in found if not one.references), None)
    if bare is not None:
        raise UserError(
            "This table has no references to compare with.",
            where=str(bare.where),
            fix="Score on tables with references; `malmoi tables check` needs none.",
        )

    parts = {"all": range(len(found)), **subsets(found)}
    scores = score_parts(
        written, [one.references for one in found], [one.table for one in found], parts, comparing
    )
    if as_json:
        whole, *_ = scores.values()
        told = {name: one.as_json() for name, one in scores.items() if name != "all"}
        console.print_json({**whole.as_json(), "subsets": told})
    else:
        _show_scores(scores)


@app.command("check", epilog=CHECK_EXAMPLE)
def check(
    tables: TablesFile,
    *,
    sentences: Annotated[
        Path | None,
        typer.Option("--sentences", help="Sentences, one a line. Default: the references of the tables."),
    ] = None,
    sentence: Annotated[
        str | None, typer.Option("--sentence", help="One sentence, about the first table.")
    ] = None,
    reader: ReaderName = None,
    cells: Cells = None,
    table: TableName = None,
    header_rows: HeaderRows = None,
    header_columns: HeaderColumns = None,
    title: Title = None,
    as_json: AsJson = False,
) -> None:
    """Flag every number and name of the sentences that the marked cells and titles do not support."""
    from curation.errors import ConfigurationError
    from curation.table_text.faithfulness import unsupported
    from curation.table_text.targets import read_sentences

    if sentence is not None and sentences is not None:
        raise ConfigurationError(
            "Both --sentence and --sentences are given.", where="--sentence", fix="Give one of them."
        )
    found = _targets(tables, reader, _own(cells, table, header_rows, header_columns, title))
    if sentence is not None:
        pairs = [(found[0], sentence)]
    elif sentences is not None:
        pairs = list(zip(found, read_sentences(sentences, len(found)), strict=True))
    else:
        pairs = [(one, reference) for one in found for reference in one.references]
    if not pairs:
        raise ConfigurationError(
            "There are no sentences to check.", where=tables.name, fix="Give --sentence or --sentences."
        )
    flagged = unsupported([text for _, text in pairs], [one.table for one, _ in pairs])
    if as_json:
        console.print_json(_checked(pairs, flagged))
    else:
        _show_checked(pairs, flagged)


def _own(
    cells: str | None,
    table: str | None,
    header_rows: int | None,
    header_columns: int | None,
    title: str | None,
) -> dict[str, Any]:
    """Give the options of the reader of one's own tables that were set."""
    from curation.errors import ConfigurationError

    if table is not None and cells is None:
        raise ConfigurationError(
            "--table says where the marked cells are, and none are marked.",
            where="--table",
            fix="Add --cells.",
        )
    number = int(table) if table is not None and table.isdecimal() else table
    marked = None if cells is None else [{"cells": cells, "table": 1 if number is None else number}]
    given = {
        "examples": marked,
        "header_rows": header_rows,
        "header_columns": header_columns,
        "title": title,
    }
    return {key: value for key, value in given.items() if value is not None}


def _targets(path: Path, reader: str | None, options: Mapping[str, Any]) -> "list[Target]":
    from curation.table_text.targets import read_targets, reader_for

    return read_targets(path, reader or reader_for(path), **options)


def _show_scores(scores: "Mapping[str, Scores]") -> None:
    shown = Table(box=None, pad_edge=False)
    for column in ("", "examples", "BLEU", "PARENT precision", "recall", "F"):
        shown.add_column(column, justify="right" if column else "left")
    for name, one in scores.items():
        figures = (f"{value:.4f}" for value in (one.parent.precision, one.parent.recall, one.parent.f))
        shown.add_row(name, f"{one.examples:,}", f"{one.bleu.score:.1f}", *figures)
    console.out.print(shown)
    whole = scores["all"]
    console.out.print(f"compared by {whole.comparing} · BLEU {whole.bleu.signature}", soft_wrap=True)


def _checked(
    pairs: "Sequence[tuple[Target, str]]", flagged: "Sequence[Sequence[Unsupported]]"
) -> dict[str, object]:
    listed = [
        {
            "file": target.where.file,
            "line": target.where.line,
            "sentence": text,
            "unsupported": [
                {"kind": one.kind, "text": one.text, "start": one.start, "end": one.end} for one in found
            ],
        }
        for (target, text), found in zip(pairs, flagged, strict=True)
    ]
    return {"sentences": len(pairs), "flagged": sum(map(bool, flagged)), "found": listed}


def _show_checked(pairs: "Sequence[tuple[Target, str]]", flagged: "Sequence[Sequence[Unsupported]]") -> None:
    for (target, text), found in zip(pairs, flagged, strict=True):
        if found:
            console.out.print(f"{target.where}: {text}", markup=False, soft_wrap=True)
            for one in found:
                console.out.print(f"  not in the table: {one.kind} {one.text}", markup=False, soft_wrap=True)
    count = sum(map(bool, flagged))
    console.out.print(f"{count:,} of {len(pairs):,} sentences say what the table does not.")
