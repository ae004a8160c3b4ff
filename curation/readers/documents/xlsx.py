"""XLSX, the format of Excel, through openpyxl: each sheet is a page with its name as a heading.

Rows of values stand as tables, parted where the sheet has empty rows. Of a formula the value that
Excel saved last is read; macros and links to other files are never followed.
"""

import warnings
from collections.abc import Iterable, Iterator
from datetime import datetime, time
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl

from curation.readers.documents.archive import Archive
from curation.readers.documents.draft import Draft
from curation.readers.documents.formats import Format

# A sheet of Excel has 1,048,576 rows and 16,384 columns; what is written in it is far less.
_MOST_ROWS = 1_100_000
_MOST_CELLS = 5_000_000


def parse(content: bytes) -> Draft:
    """Read a workbook.

    Raises
    ------
    ValueError
        When it is none, is damaged or protected, or larger than a sheet can be.
    """
    Archive(content).check_office()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parts that are no cells, such as the extensions of styles
        return _read(
            openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
        )


def _read(book: openpyxl.Workbook) -> Draft:
    draft = Draft(unit="sheet", stated_title=book.properties.title or "")
    cells = 0
    for sheet in book.worksheets:
        draft.page()
        sheet.reset_dimensions()  # some programs write wrong ones
        tables: list[list[list[str]]] = [[]]
        for number, row in enumerate(sheet.iter_rows(), 1):
            cells += len(row)
            if number > _MOST_ROWS or cells > _MOST_CELLS:
                raise ValueError(f"more than {_MOST_ROWS:,} rows or {_MOST_CELLS:,} cells")
            values = [spelled(cell) for cell in row]
            if any(values):
                tables[-1].append(values)
            elif tables[-1]:
                tables.append([])
        if any(tables):
            draft.heading(1, sheet.title)
        for table in tables:
            draft.table(list(_without_empty_columns(table)))
    return draft


def _without_empty_columns(rows: list[list[str]]) -> Iterator[list[str]]:
    first = min((_first(row) for row in rows), default=0)
    last = max((len(row) - _first(reversed(row), len(row)) for row in rows), default=0)
    for row in rows:
        yield row[first:last]


def _first(row: Iterable[str], otherwise: int = 0) -> int:
    return next((place for place, value in enumerate(row) if value), otherwise)


def spelled(cell: Any) -> str:
    """Write a cell as a person reads it in the sheet: numbers with 15 digits, as many as Excel keeps."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return f"{_number(value * 100)}%" if "%" in (cell.number_format or "") else _number(value)
    if isinstance(value, datetime):
        seconds = "auto" if value.second or value.microsecond else "minutes"
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", seconds)
    return " ".join(str(value).split())


def _number(value: float) -> str:
    digits = f"{value:.15g}" if isinstance(value, float) else str(value)
    return f"{Decimal(digits):f}" if "e" in digits else digits


XLSX = Format("Excel (XLSX)", parse)
