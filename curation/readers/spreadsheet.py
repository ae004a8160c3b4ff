"""Sheets of a spreadsheet (.xlsx), as rows of cells with their spans."""

import io
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.cell.cell import MergedCell
from openpyxl.utils.cell import range_boundaries
from openpyxl.xml.functions import iterparse

from curation.readers.documents.archive import Archive
from curation.readers.documents.xlsx import spelled
from curation.table_text.layout import MOST_CELLS
from curation.table_text.model import Cell, Table

_ROWS, _COLUMNS = 1_048_576, 16_384  # of a sheet
_OVER_CELLS = (b"mergeCell", b"hyperlink")


def sheets(content: bytes, header_rows: int, header_columns: int) -> Iterator[tuple[str, Table]]:
    """Give the name and the table of each sheet that has cells; the name is its section title too.

    Formulas count with the value that was saved for them. Percentages and dates are written as such.

    Raises
    ------
    ValueError
        When the file is no spreadsheet, or is too large; the message says which.
    """
    archive = Archive(content)
    archive.check_office()
    _check_ranges(archive)
    try:
        # Not read-only: only so are merged cells known.
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
    except Exception as error:  # openpyxl raises anything when a file is damaged
        raise ValueError(f"no spreadsheet: {type(error).__name__}: {error}") from error
    for sheet in book.worksheets:
        rows = _rows(sheet, header_rows, header_columns)
        if any(cell.value for row in rows for cell in row):
            yield sheet.title, Table(rows, section_title=sheet.title)


def _check_ranges(archive: Archive) -> None:
    """Refuse merged cells and links over more than a table holds: openpyxl makes each cell under them."""
    covered = 0
    for ref in _ranges(archive):
        first_column, first_row, last_column, last_row = range_boundaries(ref)
        columns = (last_column or _COLUMNS) - (first_column or 1) + 1
        covered += columns * ((last_row or _ROWS) - (first_row or 1) + 1)
        if covered > MOST_CELLS:
            raise ValueError(f"merged cells or links over more than {MOST_CELLS:,} cells")


def _ranges(archive: Archive) -> Iterator[str]:
    for name in archive.names:  # a sheet may have any name
        try:
            content = archive.read(name)
            # NUL characters stand between the letters of UTF-16.
            if not any(tag in content.replace(b"\0", b"") for tag in _OVER_CELLS):
                continue
            for _, element in iterparse(io.BytesIO(content)):
                if element.tag.rpartition("}")[2].encode() in _OVER_CELLS and "ref" in element.attrib:
                    yield element.attrib["ref"]
                element.clear()
        except (ValueError, ParseError):
            continue  # a damaged member: openpyxl says so if it is a sheet


def _rows(sheet: Any, header_rows: int, header_columns: int) -> tuple[tuple[Cell, ...], ...]:
    if sheet.max_row * sheet.max_column > MOST_CELLS:
        raise ValueError(
            f"the sheet {sheet.title!r} has {sheet.max_row:,} rows and {sheet.max_column:,} columns"
        )
    spans = {
        (area.min_row, area.min_col): (area.max_col - area.min_col + 1, area.max_row - area.min_row + 1)
        for area in sheet.merged_cells.ranges
    }
    return tuple(
        tuple(
            Cell(
                spelled(cell),
                cell.row <= header_rows or cell.column <= header_columns,
                *spans.get((cell.row, cell.column), (1, 1)),
            )
            for cell in row
            if not isinstance(cell, MergedCell)
        )
        for row in sheet.iter_rows()
    )
