"""Where the cells of a table stand on the page, and the table with merged cells in every row they cover."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from curation.table_text.model import Cell, Table

# Tables are read by people. Spans make a few bytes into more than a machine holds.
MOST_COLUMNS: Final = 1000
MOST_CELLS: Final = 200_000
# Each cell of a text names its headers, so a text grows with cells times headers.
MOST_COMPARED: Final = 10_000_000

Place = tuple[int, int]  # a row and an index in its list, or a row and a column of the page


class Area(NamedTuple):
    """What a cell covers: its first row and column, and the ones after the last, counted from 0."""

    row: int
    column: int
    end_row: int
    end_column: int


def laid_out(rows: Sequence[Sequence[Cell]]) -> Iterator[tuple[Place, Area]]:
    """Lay the cells out as a page does: each with its place in the lists, and what it covers.

    A cell stands in the first column that no cell from above covers; spans end with the table, at the
    latest with its thousandth column.

    Raises
    ------
    ValueError
        When they are more than a table can be: 1,000 columns, or 200,000 cells with all that are covered.
    """
    taken: dict[int, int] = {}  # column → the row after the last one that a cell from above covers
    covered = 0
    for number, row in enumerate(rows):
        column = 0
        for index, cell in enumerate(row):
            while taken.get(column, 0) > number:
                column += 1
            end = max(column + 1, min(column + cell.column_span, MOST_COLUMNS))
            last = min(number + max(1, cell.row_span), len(rows))
            covered += (last - number) * (end - column)
            _check(end, covered)
            yield (number, index), Area(number, column, last, end)
            if last > number + 1:
                taken.update(dict.fromkeys(range(column, end), last))
            column = end


def in_every_row(
    placed: Iterable[tuple[Area, Cell]],
) -> tuple[tuple[tuple[Cell, ...], ...], Mapping[Place, Place]]:
    """Write a cell of several rows into each of them, so that columns follow from column spans alone.

    Gaps are empty cells; rows in which no cell begins are left out. Beside the rows, this gives for
    each row and first column of a cell on the page its place in the new lists.

    Raises
    ------
    ValueError
        As :func:`laid_out`.
    """
    cells = {(area.row, area.column): (area, cell) for area, cell in placed}
    held: dict[int, dict[int, tuple[Area, Cell]]] = {row: {} for row in sorted({row for row, _ in cells})}
    for (row, column), one in cells.items():
        held[row][column] = one
    covered = 0
    for area, cell in cells.values():
        covered += area.end_row - area.row
        _check(area.end_column, covered)
        for row in range(area.row + 1, area.end_row):
            if row in held:
                held[row].setdefault(area.column, (area, cell))
    rows: list[tuple[Cell, ...]] = []
    places: dict[Place, Place] = {}
    for number, (row, by_column) in enumerate(held.items()):
        listed: list[Cell] = []
        end = 0
        for column, (area, cell) in sorted(by_column.items()):
            if column > end:
                listed.append(Cell("", column_span=column - end))
            places[row, column] = number, len(listed)
            listed.append(Cell(cell.value, cell.is_header, area.end_column - column))
            end = area.end_column
        rows.append(tuple(listed))
    return tuple(rows), places


def expanded(table: Table) -> Table:
    """Give the table with each cell in every row that it covers, and every copy of a marked one marked.

    ToTTo's rule for headers, which looks at no row spans, finds there those that the page shows.

    Raises
    ------
    ValueError
        As :func:`laid_out`.
    """
    areas = dict(laid_out(table.rows))
    rows, places = in_every_row((area, table.rows[row][index]) for (row, index), area in areas.items())
    copies = [
        (row, areas[mark].column)
        for mark in dict.fromkeys(table.highlighted)
        for row in range(areas[mark].row, areas[mark].end_row)
    ]
    return replace(table, rows=rows, highlighted=tuple(places[copy] for copy in copies if copy in places))


def _check(columns: int, cells: int) -> None:
    if columns > MOST_COLUMNS:
        raise ValueError(f"the table has more than {MOST_COLUMNS:,} columns")
    if cells > MOST_CELLS:
        raise ValueError(f"the table has more than {MOST_CELLS:,} cells, with all that merged ones cover")
