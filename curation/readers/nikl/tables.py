"""Tables of the institute's task "describe a table": where cells stand, which are marked, what is over them.

Cells come in two layouts: in one list with ``col``, ``row``, ``colspan``, ``rowspan`` (2023), or in a list
a row with ``column_span``, ``row_span`` (2022), where the place follows from the cells before.
``highlighted_cells`` holds ``[column, row]``, counted from 0.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from curation.readers.json_file import required_text
from curation.readers.nikl.entries import whole_number
from curation.table_text import model as table_text
from curation.table_text.layout import MOST_COMPARED, Area, in_every_row, laid_out

# A table is read by people: more columns or rows than this are a damaged number.
_LONGEST_SPAN = 1000


class Cell(NamedTuple):
    """A cell: its text, whether it is a heading, its left column and top row from 0, and its extent."""

    value: str
    heading: bool
    column: int
    row: int
    columns: int
    rows: int


Cells = Mapping[tuple[int, int], Cell]  # by column and row


def cells_of(table: object) -> Cells:
    """Read the cells of a table in either layout.

    Raises
    ------
    ValueError
        When it is no table; the reason for quarantine.
    """
    return {(cell.column, cell.row): cell for cell in _cells(table)}


def linearised(metadata: Mapping[str, Any], cells: Cells) -> str:
    """The titles of a table and its marked cells, each after the headings of its column and row.

    Raises
    ------
    ValueError
        When no cell is marked, a marked one is not in the table, or they are too many; the reason for
        quarantine.
    """
    headings = [cell for cell in cells.values() if cell.heading]
    titles = {"글 제목": _title(metadata, "title"), "표 제목": _title(metadata, "table_title")}
    lines = [f"{name}: {title}" for name, title in titles.items() if title]
    marks = _marks(metadata, cells)
    if len(marks) * len(headings) > MOST_COMPARED:
        raise ValueError(f"{len(marks):,} marked cells and {len(headings):,} headings, too many for a text")
    return "\n".join([*lines, *(_marked(cells[place], headings) for place in marks)])


def as_table(metadata: Mapping[str, Any], cells: Cells) -> table_text.Table:
    """The same as a table of rows, as sentences are scored against it and checked by it.

    There a row is no more than a list, and what is over a cell is told by the columns that the cells
    before it cover. So a cell of several rows stands in each of them, and gaps are empty cells; rows
    without a cell of their own are left out.

    Raises
    ------
    ValueError
        As :func:`linearised`, or when the table has too many columns or cells.
    """
    rows, places = in_every_row(
        (
            Area(cell.row, cell.column, cell.row + cell.rows, cell.column + cell.columns),
            table_text.Cell(cell.value, cell.heading),
        )
        for cell in cells.values()
    )
    return table_text.Table(
        rows,
        _title(metadata, "title"),
        _title(metadata, "table_title"),
        highlighted=tuple(places[row, column] for column, row in _marks(metadata, cells)),
    )


def _title(metadata: Mapping[str, Any], key: str) -> str:
    title = metadata.get(key)
    return title if isinstance(title, str) else ""


def _marks(metadata: Mapping[str, Any], cells: Cells) -> list[tuple[int, int]]:
    listed = metadata.get("highlighted_cells")
    if not isinstance(listed, list) or not listed:
        raise ValueError("no cell is marked")
    marks = []
    for place in listed:
        match place:
            case [int(column), int(row)] if (column, row) in cells:
                marks.append((column, row))
            case _:
                raise ValueError(f"the marked cell {str(place)[:20]} is not in the table")
    return marks


def _marked(cell: Cell, headings: list[Cell]) -> str:
    # The corner where both kinds of headings meet stands over the row's heading, not over the cell.
    over = [one for one in headings if _over(one, cell)]
    beside = [one for one in headings if _beside(one, cell)]
    named = " | ".join(dict.fromkeys(one.value for one in (*over, *beside) if one.value))
    return f"강조한 칸: {named} = {cell.value}" if named else f"강조한 칸: {cell.value}"


def _over(heading: Cell, cell: Cell) -> bool:
    apart = heading.column + heading.columns <= cell.column or cell.column + cell.columns <= heading.column
    return heading.row + heading.rows <= cell.row and not apart


def _beside(heading: Cell, cell: Cell) -> bool:
    apart = heading.row + heading.rows <= cell.row or cell.row + cell.rows <= heading.row
    return heading.column + heading.columns <= cell.column and not apart


def _cells(table: object) -> Iterator[Cell]:
    if not isinstance(table, list) or not table:
        raise ValueError("no table")
    if all(isinstance(row, list) for row in table):
        yield from _placed(table)
        return
    for one in table:
        if not isinstance(one, dict):
            raise ValueError("a cell is no object")
        yield _cell(one, whole_number(one, "col"), whole_number(one, "row"))


def _placed(rows: list[list[Any]]) -> Iterator[Cell]:
    if not all(isinstance(one, dict) for row in rows for one in row):
        raise ValueError("a cell is no object")
    read = [[_cell(one, 0, 0) for one in row] for row in rows]
    listed = [[table_text.Cell("", False, one.columns, one.rows) for one in row] for row in read]
    for (row, index), area in laid_out(listed):
        yield read[row][index]._replace(column=area.column, row=area.row)


def _cell(one: dict[str, Any], column: int, row: int) -> Cell:
    return Cell(
        " ".join(required_text(one, "value").split()),
        one.get("is_header") is True,
        column,
        row,
        _extent(one, "colspan", "column_span"),
        _extent(one, "rowspan", "row_span"),
    )


def _extent(one: dict[str, Any], *names: str) -> int:
    extent = next((one[name] for name in names if name in one), 1)
    try:
        extent = int(extent)  # some are strings
    except (TypeError, ValueError):
        extent = 0
    if not 1 <= extent <= _LONGEST_SPAN:
        raise ValueError("a cell spans no number of columns or rows")
    return extent
