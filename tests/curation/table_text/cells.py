"""Short notation for tables in tests: `head("이름", 2)` and `cell("값", rows=2)` in rows."""

from collections.abc import Sequence

from curation.table_text.model import Cell, Table


def head(value: str, columns: int = 1, rows: int = 1) -> Cell:
    return Cell(value, True, columns, rows)


def cell(value: str, columns: int = 1, rows: int = 1) -> Cell:
    return Cell(value, False, columns, rows)


def table(
    rows: Sequence[Sequence[Cell]], marked: Sequence[tuple[int, int]] = (), page: str = "", section: str = ""
) -> Table:
    return Table(tuple(map(tuple, rows)), page, section, "", tuple(marked))
