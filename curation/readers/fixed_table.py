"""Tables of known corpora, whose header and dialect are given."""

from collections.abc import Callable, Iterator, Sequence

from curation.errors import UserError
from curation.readers.base import Item, SourceFile
from curation.readers.csv_file import wrong_width
from curation.readers.encoding import file_encoding
from curation.readers.lines import text_lines
from curation.readers.table import Dialect, Fields, table_rows
from curation.records import BadRow, FileNote, Location, Record, Row

# Gives the record of a row's fields and how it was recovered; a ValueError says why it is none.
MakeRecord = Callable[[list[str]], tuple[Record, str]]


def read_table(
    file: SourceFile, header: Sequence[str], dialect: Dialect, make_record: MakeRecord
) -> Iterator[Item]:
    """Yield the rows of a table that begins with ``header``.

    Raises
    ------
    UserError
        When it begins with something else.
    """
    rows = table_rows(text_lines(file, file_encoding(file)), dialect, file.name)
    first = next(rows, None)
    if first is None:
        return
    if isinstance(first, BadRow) or first.values != list(header):
        raise UserError(
            f"This table does not begin with the header {', '.join(header)}.",
            where=f"{file.name}:1",
            fix="Check the file, or read another table with the reader `csv`.",
        )
    blank = 0
    for row in rows:
        if isinstance(row, Fields) and row.blank:
            blank += 1
        else:
            yield _item(row, len(header), file.name, make_record)
    if blank:
        yield FileNote(file.name, "blank lines", str(blank))


def _item(row: Fields | BadRow, width: int, file: str, make_record: MakeRecord) -> Item:
    if isinstance(row, BadRow):
        return row
    if len(row.values) != width:
        return row.bad(file, wrong_width(row, width))
    try:
        record, recovery = make_record(row.values)
    except ValueError as error:
        return row.bad(file, str(error))
    reasons = ", ".join(filter(None, (row.recovery, recovery)))
    return Row(record, Location(file, row.number), row.lines, reasons)
