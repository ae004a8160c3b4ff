"""Tables of known corpora, whose columns and dialect are given."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain, islice

from curation.errors import UserError
from curation.readers.base import Item, SourceFile
from curation.readers.csv_file import wrong_width
from curation.readers.encoding import Encoding, file_encoding
from curation.readers.table import Dialect, Fields, file_rows
from curation.records import BadRow, FileNote, Location, Record, Row

# Gives the record of a row's fields and how it was recovered; a ValueError says why it is none.
MakeRecord = Callable[[list[str]], tuple[Record, str]]
_new = object.__new__
# When none of so many is a row, the file is something else.
_FIRST_ROWS = 10


def read_table(
    file: SourceFile, header: Sequence[str], dialect: Dialect, make_record: MakeRecord
) -> Iterator[Item]:
    """Yield the rows of a table that begins with ``header``.

    Raises
    ------
    UserError
        When it begins with something else.
    """

    def parts() -> Iterator[Iterable[Item]]:
        _, rows = headed_rows(file, file_encoding(file), [tuple(header)], dialect)
        yield items(rows, len(header), file.name, make_record)

    return chain.from_iterable(parts())


def read_bare_table(
    file: SourceFile, width: int, dialect: Dialect, make_record: MakeRecord, columns: str
) -> Iterator[Item]:
    """Yield the rows of a table that has no header; ``columns`` says what it should hold.

    Raises
    ------
    UserError
        When none of its first rows is one.
    """

    def parts() -> Iterator[Iterable[Item]]:
        found = items(file_rows(file, file_encoding(file), dialect), width, file.name, make_record)
        first = list(islice(found, _FIRST_ROWS))
        refuse_without_rows(first, columns)
        yield first
        yield found

    return chain.from_iterable(parts())


def refuse_without_rows(first: Collection[Item], columns: str) -> None:
    """Raise a UserError when the first items of a table without a header hold bad rows alone."""
    bad = next((item for item in first if isinstance(item, BadRow)), None)
    if bad is not None and not any(isinstance(item, Row) for item in first):
        raise UserError(
            f"This table does not hold {columns}: {bad.error}.",
            where=str(bad.where),
            fix="Check the file, or read another table with the reader `csv`.",
        )


def headed_rows(
    file: SourceFile, encoding: Encoding, headers: Sequence[tuple[str, ...]], dialect: Dialect
) -> tuple[tuple[str, ...], Iterator[Fields | BadRow]]:
    """Which of ``headers`` the table begins with, and the rows after it; an empty file has neither.

    Raises
    ------
    UserError
        When it begins with something else.
    """
    rows = file_rows(file, encoding, dialect)
    first = next(rows, None)
    if first is None:
        return (), rows
    header = () if isinstance(first, BadRow) else tuple(first.values)
    if header not in headers:
        known = "; or ".join(", ".join(names) for names in headers)
        raise UserError(
            f"This table does not begin with the header {known}.",
            where=f"{file.name}:1",
            fix="Check the file, or read another table with the reader `csv`.",
        )
    return header, rows


def items(rows: Iterator[Fields | BadRow], width: int, file: str, make_record: MakeRecord) -> Iterator[Item]:
    """Yield what becomes of the rows, and at the end a note on blank lines, if there are any."""
    blank = 0
    for row in rows:
        if isinstance(row, BadRow):
            yield row
            continue
        values, number, lines, _, recovered = row
        if len(values) == 1 and row.blank:
            blank += 1
            continue
        if len(values) != width:
            yield row.bad(file, wrong_width(row, width))
            continue
        try:
            record, recovery = make_record(values)
        except ValueError as error:
            yield row.bad(file, str(error))
            continue
        reasons = f"{recovered}, {recovery}" if recovered and recovery else recovered or recovery
        # Made without their constructors in Python, as in `TaskSpec.record`.
        where, made = _new(Location), _new(Row)
        where.file, where.line = file, number
        made.record, made.where, made.lines, made.recovery = record, where, lines, reasons
        yield made
    if blank:
        yield FileNote(file, "blank lines", str(blank))
