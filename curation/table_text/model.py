"""A table with marked cells, in the form of ToTTo.

A row is a list of cells; a cell that spans several columns or rows stands in it once, so a place in the
list is no column of the page. ToTTo (Parikh et al. 2020, https://github.com/google-research-datasets/ToTTo)
writes the same as JSON.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import orjson

from curation.readers.json_file import required_text

TITLES = ("table_page_title", "table_section_title", "table_section_text")


@dataclass(slots=True)
class Cell:
    """A cell, and how many columns and rows it covers.

    Not frozen, which would take most of the time of reading a table; nobody changes it nevertheless.
    """

    value: str
    is_header: bool = False
    column_span: int = 1
    row_span: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, what stands above them, and the places of the marked cells.

    A place is ``(row, index)``: the row counted from 0, and the index in that row's list.
    """

    rows: tuple[tuple[Cell, ...], ...]
    page_title: str = ""
    section_title: str = ""
    section_text: str = ""
    highlighted: tuple[tuple[int, int], ...] = ()

    @property
    def highlighted_cells(self) -> list[Cell]:
        """The marked cells, in the order in which they are marked."""
        return [self.rows[row][index] for row, index in self.highlighted]

    @property
    def titles(self) -> list[str]:
        """Page and section title, where there are any."""
        return [title for title in (self.page_title, self.section_title) if title]

    def cells(self) -> Iterable[Cell]:
        """Give all cells, row by row."""
        return (cell for row in self.rows for cell in row)


def table_of_pairs(pairs: Iterable[tuple[str, str]], page_title: str = "") -> Table:
    """Make a table of attributes and values: a row each, the attribute its header, the value marked."""
    rows = tuple((Cell(name, is_header=True), Cell(value)) for name, value in pairs)
    return Table(rows, page_title, highlighted=tuple((row, 1) for row in range(len(rows))))


def table_of_json(values: Mapping[str, object]) -> Table:
    """Read a table from an object with ToTTo's keys; titles may be absent.

    Raises
    ------
    ValueError
        When it is none; the message says which cell or key is at fault.
    """
    listed = values.get("table")
    if not isinstance(listed, list):
        raise ValueError("'table' is no list of rows" if "table" in values else "no 'table'")
    rows = tuple(_row(row, number) for number, row in enumerate(listed))
    page, section, text = (required_text(values, key) if key in values else "" for key in TITLES)
    return Table(rows, page, section, text, _places(values.get("highlighted_cells", []), rows))


def table_of_attributes(attributes: Mapping[str, str]) -> Table | None:
    """Read the table of a record back from its attributes; None when it holds none.

    Raises
    ------
    ValueError
        When what stands there is no table.
    """
    if "table" not in attributes:
        return None
    values = {key: attributes[key] for key in TITLES if key in attributes}
    nested = {
        key: orjson.loads(attributes[key]) for key in ("table", "highlighted_cells") if key in attributes
    }
    return table_of_json({**values, **nested})


def table_attributes(table: Table) -> dict[str, str]:
    """Give the attributes that hold a table: ToTTo's keys, nested ones as compact JSON."""
    titles = dict(zip(TITLES, (table.page_title, table.section_title, table.section_text), strict=True))
    return {
        "table": orjson.dumps(table.rows).decode(),
        "highlighted_cells": orjson.dumps(table.highlighted).decode(),
        **{key: title for key, title in titles.items() if title},
    }


def _row(row: object, number: int) -> tuple[Cell, ...]:
    if not isinstance(row, list):
        raise ValueError(f"row {number} of the table is no list of cells")
    return tuple(_cell(cell, number, index) for index, cell in enumerate(row))


def _cell(cell: object, row: int, index: int) -> Cell:
    if isinstance(cell, dict):
        value, header = cell.get("value"), cell.get("is_header", False)
        columns, rows = cell.get("column_span", 1), cell.get("row_span", 1)
        if isinstance(value, str) and isinstance(header, bool) and _is_count(columns) and _is_count(rows):
            return Cell(value, header, columns, rows)
    raise ValueError(
        f"cell {[row, index]} is not {{value: text, is_header: true or false, column_span, row_span: counts}}"
    )


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0  # true and false are no counts


def _places(listed: object, rows: Sequence[Sequence[Cell]]) -> tuple[tuple[int, int], ...]:
    if not isinstance(listed, list):
        raise ValueError("'highlighted_cells' is no list of places")
    return tuple(_place(place, rows) for place in listed)


def _place(place: object, rows: Sequence[Sequence[Cell]]) -> tuple[int, int]:
    if not isinstance(place, list) or len(place) != 2 or not all(map(_is_count, place)):
        raise ValueError("a highlighted cell is no pair of row and index")
    row, index = place
    if row >= len(rows) or index >= len(rows[row]):
        raise ValueError(f"the highlighted cell {[row, index]} is not in the table")
    return row, index
