"""Tables of one's own: HTML pages, CSV files and spreadsheets, with marked cells given as ranges.

Marks stand in the recipe: `examples: [{cells: "B2:C4", sentences: ["…"]}]`, columns by letters and rows
from 1 as spreadsheets show them, merged cells counted with all that they cover. A table of a file
without examples is read whole.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import PurePosixPath
from typing import Annotated, NamedTuple

from pydantic import Field

from curation.errors import UserError
from curation.readers.base import Item, Options, Reader, SourceFile
from curation.readers.dialect import detect_dialect
from curation.readers.encoding import cannot_open, file_encoding
from curation.readers.html_tables import html_tables
from curation.readers.lines import text_lines
from curation.readers.quoting import shown
from curation.readers.spreadsheet import sheets
from curation.readers.table import file_rows
from curation.records import BadRow, Location, Row
from curation.table_text.layout import laid_out
from curation.table_text.model import Cell, Table
from curation.table_text.ranges import cells_in
from curation.table_text.record import TableOptions, table_record
from curation.tasks.spec import task

_HTML = (".html", ".htm")
_SAMPLE_LINES = 500
_LONGEST_ERROR = 300


class MarkedCells(Options):
    """Cells of a table and sentences about them.

    ``file`` is the file's name or its path below the data folder, needed where a source has several;
    ``table`` is a number from 1, or a sheet's name.
    """

    cells: str
    file: str | None = None
    table: int | str = 1
    sentences: list[str] = Field(default_factory=list)


class TableDocumentsOptions(TableOptions):
    """What is a header where the file does not say so, the title, and the marked cells."""

    header_rows: Annotated[int, Field(ge=0)] = 1
    header_columns: Annotated[int, Field(ge=0)] = 0
    title: str | None = None
    encoding: str | None = None
    examples: list[MarkedCells] = Field(default_factory=list)


class FoundTable(NamedTuple):
    """A table of a file: its number from 1, its sheet's name where it has one, and the table."""

    number: int
    name: str
    table: Table


def read(file: SourceFile, options: TableDocumentsOptions) -> Iterator[Item]:
    """Yield the marked cells of each example, or all tables; those of one table form a split group.

    Raises
    ------
    UserError
        When the file cannot be opened, or an example names a table or cells that are not there.
    """
    try:
        found = list(tables(file, options))
    except BadTableError as error:
        yield error.bad
        return
    own = [one for one in options.examples if one.file in (None, file.name, PurePosixPath(file.name).name)]
    chosen = [(_marked(file, found, one), one.sentences) for one in own]
    for one, sentences in chosen or [(one, []) for one in found]:
        where = Location(file.name, one.number)
        try:
            record = table_record(
                task("table_documents"),
                one.table,
                sentences,
                options,
                group=f"{file.name}|{one.number}",
                attributes={"path": file.name, "sheet": one.name} if one.name else {"path": file.name},
            )
        except ValueError as error:
            yield BadRow(file.path.read_bytes(), where, str(error))
            continue
        yield Row(record, where)


class BadTableError(Exception):
    """A file whose table cannot be read: ``bad`` is what goes to quarantine."""

    def __init__(self, bad: BadRow) -> None:
        super().__init__(bad.error)
        self.bad = bad


def tables(file: SourceFile, options: TableDocumentsOptions) -> Iterator[FoundTable]:
    """Yield the tables of a file, by the suffix of its name.

    Raises
    ------
    UserError
        When the file cannot be opened, or its encoding or delimiter cannot be told.
    BadTableError
        When what it holds is no table, or one of its tables is too large.
    """
    suffix = file.path.suffix.lower()
    try:
        if suffix == ".xlsx":
            found = sheets(file.path.read_bytes(), options.header_rows, options.header_columns)
        elif suffix in _HTML:
            found = (("", table) for table in html_tables(file.path.read_bytes(), options.encoding))
        else:
            found = iter([("", _csv_table(file, options))])
        for number, (name, table) in enumerate(found, 1):
            _check_layout(number, table)
            titled = table if options.title is None else replace(table, page_title=options.title)
            yield FoundTable(number, name, titled)
    except OSError as error:
        raise cannot_open(file, error) from error
    except ValueError as error:
        reason = shown(str(error), _LONGEST_ERROR)
        raise BadTableError(BadRow(file.path.read_bytes(), Location(file.name, 1), reason)) from error


def _check_layout(number: int, table: Table) -> None:
    try:
        for _ in laid_out(table.rows):
            pass
    except ValueError as error:
        raise ValueError(f"table {number}: {error}") from error


def _marked(file: SourceFile, found: list[FoundTable], example: MarkedCells) -> FoundTable:
    for one in found:
        if example.table in (one.number, one.name):
            try:
                return one._replace(
                    table=replace(one.table, highlighted=cells_in(example.cells, one.table.rows))
                )
            except ValueError as error:
                raise UserError(
                    f"The marked cells cannot be found: {shown(str(error))}.",
                    where=f"{file.name}, table {one.number}",
                    fix="Give ranges as a spreadsheet shows them, such as `cells: B2:C4`.",
                ) from error
    raise UserError(
        f"There is no table {shown(str(example.table))} in this file, which has {len(found)}.",
        where=file.name,
        fix="Give `table` as a number from 1, or as the name of a sheet.",
    )


def _csv_table(file: SourceFile, options: TableDocumentsOptions) -> Table:
    encoding = file_encoding(file, options.encoding)
    dialect = detect_dialect(list(islice(text_lines(file, encoding), _SAMPLE_LINES)))
    if dialect is None:
        raise ValueError("the delimiter of this table cannot be told")
    rows = []
    for number, row in enumerate(file_rows(file, encoding, dialect)):
        if isinstance(row, BadRow):
            raise ValueError(f"line {row.where.line}: {row.error}")
        header = number < options.header_rows
        cells = [
            Cell(value.strip(), header or column < options.header_columns)
            for column, value in enumerate(row.values)
        ]
        rows.append(tuple(cells))
    if not rows:
        raise ValueError("empty file")
    return Table(tuple(rows))


TABLE_DOCUMENTS = Reader(
    name="table_documents",
    summary="Tables of one's own (HTML, CSV, spreadsheets) with marked cells given as ranges",
    options=TableDocumentsOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".html", ".htm", ".csv", ".tsv", ".xlsx"),
)
