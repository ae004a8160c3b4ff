"""The four strings that ToTTo's baselines read, byte for byte.

A table becomes text between tags (Parikh et al. 2020, "baseline preprocessing"): all rows with the
marked cells told apart, or the marked cells alone, each with or without the titles. Headers stand
beside their cells: those of a column are header cells of earlier rows that overlap it, those of a row
are header cells further left. A cell's column counts the column spans before it in its row; row spans
are not looked at. Values and empty texts are taken as they stand, tags in them included.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Literal, NamedTuple

from curation.table_text.layout import MOST_COMPARED
from curation.table_text.model import Cell, Table

Form = Literal["subtable", "full"]


class _Header(NamedTuple):
    """A header cell's columns, from the first to the one after the last, and its value."""

    start: int
    end: int
    value: str


def linearise(table: Table, form: Form = "subtable", *, metadata: bool = True) -> str:
    """Write a table as text: ``full``, or its marked cells (``subtable``); ``metadata`` are the titles.

    Raises
    ------
    ValueError
        When the text would be too long: each cell names its headers, so it grows with cells times headers.
    """
    _check_length(table, form)
    titles = "".join(_titles(table)) if metadata else ""
    body = _subtable(table) if form == "subtable" else _full(table)
    return f"{titles}<table> {''.join(body)}</table>"


def linearisations(table: Table) -> dict[str, str]:
    """Give all four strings, by the names that ToTTo's preprocessing gives them.

    Raises
    ------
    ValueError
        As :func:`linearise`.
    """
    return {
        "full_table_str": linearise(table, "full", metadata=False),
        "subtable_str": linearise(table, "subtable", metadata=False),
        "full_table_metadata_str": linearise(table, "full"),
        "subtable_metadata_str": linearise(table, "subtable"),
    }


def headers_of_highlighted(table: Table) -> Iterator[tuple[list[str], list[str]]]:
    """Give the column headers and the row headers of each marked cell, in order."""
    headers, above = _headers(table)
    for row, index in table.highlighted:
        cells = table.rows[row]
        start = sum(cell.column_span for cell in cells[:index])
        columns = _over(cells[index], start, islice(headers, above[row]))
        yield columns, [cell.value for cell in cells[:index] if cell.is_header]


def _check_length(table: Table, form: Form) -> None:
    cells = sum(map(len, table.rows)) if form == "full" else len(table.highlighted)
    headers = sum(cell.is_header for cell in table.cells())
    if cells * headers > MOST_COMPARED:
        advice = "mark some cells" if form == "full" else "mark fewer cells"
        raise ValueError(f"a text of {cells:,} cells with {headers:,} headers would be too long: {advice}")


def _titles(table: Table) -> Iterator[str]:
    if table.page_title:
        yield f"<page_title> {table.page_title} </page_title> "
    if table.section_title:
        yield f"<section_title> {table.section_title} </section_title> "


def _subtable(table: Table) -> Iterator[str]:
    headers = headers_of_highlighted(table)
    for cell, (columns, rows) in zip(table.highlighted_cells, headers, strict=True):
        yield _item("cell", cell.value, columns, rows)


def _full(table: Table) -> Iterator[str]:
    marked = set(table.highlighted)
    headers, above = _headers(table)
    for number, row in enumerate(table.rows):
        yield "<row> "
        left: list[str] = []
        start = 0
        for index, cell in enumerate(row):
            tag = "highlighted_cell" if (number, index) in marked else "cell"
            yield _item(tag, cell.value, _over(cell, start, islice(headers, above[number])), left)
            if cell.is_header:
                left.append(cell.value)
            start += cell.column_span
        yield "</row> "


def _item(tag: str, value: str, columns: Sequence[str], rows: Sequence[str]) -> str:
    over = "".join(f"<col_header> {header} </col_header> " for header in columns)
    beside = "".join(f"<row_header> {header} </row_header> " for header in rows)
    return f"<{tag}> {value} {over}{beside}</{tag}> "


def _headers(table: Table) -> tuple[list[_Header], list[int]]:
    """Give all header cells, and for each row how many of them stand in earlier rows."""
    found: list[_Header] = []
    above = []
    for row in table.rows:
        above.append(len(found))
        start = 0
        for cell in row:
            end = start + cell.column_span
            if cell.is_header:
                found.append(_Header(start, end, cell.value))
            start = end
    return found, above


def _over(cell: Cell, start: int, headers: Iterable[_Header]) -> list[str]:
    end = start + cell.column_span
    return [header.value for header in headers if header.start < end and header.end > start]
