"""Sheets of a spreadsheet (.xlsx), as rows of cells with their spans."""

import io
from collections.abc import Iterator
from typing import Any

import openpyxl
from openpyxl.cell.cell import MergedCell

from curation.readers.documents.archive import Archive
from curation.readers.documents.xlsx import spelled
from curation.table_text.model import Cell, Table

_MOST_CELLS = 1_000_000


def sheets(content: bytes, header_rows: int, header_columns: int) -> Iterator[tuple[str, Table]]:
    """Give the name and the table of each sheet that has cells; the name is its section title too.

    Formulas count with the value that was saved for them. Percentages and dates are written as such.

    Raises
    ------
    ValueError
        When the file is no spreadsheet, or is too large; the message says which.
    """
    Archive(content).check_office()
    try:
        # Not read-only: only so are merged cells known.
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
    except Exception as error:  # openpyxl raises anything when a file is damaged
        raise ValueError(f"no spreadsheet: {type(error).__name__}: {error}") from error
    for sheet in book.worksheets:
        rows = _rows(sheet, header_rows, header_columns)
        if any(cell.value for row in rows for cell in row):
            yield sheet.title, Table(rows, section_title=sheet.title)


def _rows(sheet: Any, header_rows: int, header_columns: int) -> tuple[tuple[Cell, ...], ...]:
    if sheet.max_row * sheet.max_column > _MOST_CELLS:
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
