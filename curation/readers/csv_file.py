"""Tables as csv, tsv or with semicolons: encoding and dialect detected, then stated."""

import reprlib
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice

from curation.errors import UserError
from curation.readers import columns
from curation.readers.base import Item, Reader, SourceFile
from curation.readers.dialect import delimiter_name, detect_dialect
from curation.readers.encoding import Encoding, file_encoding
from curation.readers.lines import text_lines
from curation.readers.table import Dialect, Fields, file_rows
from curation.records import BadRow, FileNote, Location, Row

_SAMPLE_LINES = 500


class CsvOptions(columns.ColumnOptions):
    """Columns by name, or by position from 1 with ``header: false``; the dialect when it is known."""

    header: bool = True
    delimiter: str | None = None
    quotes: bool | None = None
    encoding: str | None = None


def read(file: SourceFile, options: CsvOptions) -> Iterator[Item]:
    """Yield the rows of a table as records.

    Raises
    ------
    UserError
        When the encoding or the delimiter cannot be told, the header is no header, or it has no
        column that the options name.
    """
    encoding = file_encoding(file, options.encoding)
    dialect = _dialect(file, encoding, options)
    yield FileNote(file.name, "encoding", str(encoding))
    yield FileNote(file.name, "delimiter", delimiter_name(dialect))
    yield FileNote(file.name, "quotes", "around fields" if dialect.quotes else "text")
    rows = file_rows(file, encoding, dialect)
    first, blank = _first_row(rows)
    if first is None:
        return
    if isinstance(first, BadRow):
        raise UserError(
            f"The first line of this table cannot be read: {first.error}.",
            where=str(first.where),
            fix="Repair the line, or state the encoding in the recipe: `options: {encoding: …}`.",
        )
    if options.header:
        names = header_names(first, file.name)
    else:
        names = [str(position) for position in range(1, len(first.values) + 1)]
        rows = chain([first], rows)
    columns.require(options, names, f"{file.name}:{first.number}")
    yield from _records(rows, names, options, file.name, blank)


def _first_row(rows: Iterator[Fields | BadRow]) -> tuple[Fields | BadRow | None, int]:
    """The first row that is no blank line, and how many blank lines stand before it."""
    blank = 0
    for row in rows:
        if isinstance(row, BadRow) or not row.blank:
            return row, blank
        blank += 1
    return None, blank


def _records(
    rows: Iterator[Fields | BadRow], names: list[str], options: CsvOptions, file: str, blank: int
) -> Iterator[Item]:
    for row in rows:
        if isinstance(row, BadRow):
            yield row
        elif len(row.values) == len(names):
            record = columns.record(dict(zip(names, row.values, strict=True)), options)
            yield Row(record, Location(file, row.number), row.lines, row.recovery)
        elif row.blank:
            blank += 1
        else:
            yield row.bad(file, wrong_width(row, len(names)))
    if blank:
        yield FileNote(file, "blank lines", str(blank))


def wrong_width(row: Fields, expected: int) -> str:
    """The reason for quarantine of a row with too few or too many columns."""
    return f"{len(row.values)} columns instead of {expected}"


def header_names(header: Fields, file: str) -> list[str]:
    """The names of the columns; one without a name is called by its position.

    Raises
    ------
    UserError
        When a name stands twice.
    """
    names = [value.strip() or f"column {position}" for position, value in enumerate(header.values, 1)]
    count = Counter(names)
    twice = next((name for name in names if count[name] > 1), None)
    if twice is not None:
        raise UserError(
            f"The header names the column {reprlib.repr(twice)} twice.",
            where=f"{file}:{header.number}",
            fix="Rename one of them, or use `header: false` and positions from 1 instead of names.",
        )
    return names


def _dialect(file: SourceFile, encoding: Encoding, options: CsvOptions) -> Dialect:
    if options.delimiter == "":
        raise UserError("The delimiter is empty.", where=file.name, fix="Use one such as ',' or '\\t'.")
    # In single quotes, YAML takes the two characters as they stand.
    delimiter = "\t" if options.delimiter == r"\t" else options.delimiter
    sample = list(islice(text_lines(file, encoding), _SAMPLE_LINES))
    dialect = detect_dialect(sample, delimiter, options.quotes)
    if dialect is None:
        raise UserError(
            "The delimiter of this table cannot be told.",
            where=file.name,
            fix="State it in the recipe, for example `options: {delimiter: ';'}`.",
        )
    return dialect


CSV = Reader(
    name="csv",
    summary="Tables (csv, tsv, semicolons): encoding and dialect detected, columns mapped by options",
    options=CsvOptions,
    read=read,
    kind=columns.kind,
    suffixes=(".csv", ".tsv"),
)
