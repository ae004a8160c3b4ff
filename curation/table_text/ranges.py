"""What a range such as `B2:C4` means in a table: the cells that it touches."""

import re
from collections.abc import Sequence

from curation.table_text.layout import laid_out
from curation.table_text.model import Cell

_RANGE = re.compile(r"\s*\$?([A-Za-z]{1,3})\$?([0-9]{1,7})(?:\s*:\s*\$?([A-Za-z]{1,3})\$?([0-9]{1,7}))?\s*")


def cells_in(ranges: str, rows: Sequence[Sequence[Cell]]) -> tuple[tuple[int, int], ...]:
    """Give the places of the cells that the ranges touch, row by row, range by range.

    ``ranges`` is one or several parted by commas, as spreadsheets write them: letters for the column,
    the row counted from 1, dollar signs or not. A cell that spans several columns or rows is touched
    when any of what it covers is.

    Raises
    ------
    ValueError
        When it is no range, or touches no cell of the table; or the table is too large to be laid out.

    Examples
    --------
    >>> cells_in("A1:B1, B2", [[Cell("이름", column_span=2)], [Cell("가"), Cell("나")]])
    ((0, 0), (1, 1))
    """
    covered = list(laid_out(rows))
    found: dict[tuple[int, int], None] = {}
    for one in ranges.split(","):
        top, left, bottom, right = _corners(one)
        touched = [
            place
            for place, area in covered
            if area.row <= bottom and area.end_row > top and area.column <= right and area.end_column > left
        ]
        if not touched:
            raise ValueError(f"the range {one.strip()!r} touches no cell of the table")
        found.update(dict.fromkeys(touched))
    return tuple(found)


def _corners(written: str) -> tuple[int, int, int, int]:
    found = _RANGE.fullmatch(written)
    if found is None:
        raise ValueError(f"{written.strip()!r} is no range of cells such as B2:C4")
    left, top = _column(found[1]), int(found[2]) - 1
    right, bottom = (left, top) if found[3] is None else (_column(found[3]), int(found[4]) - 1)
    return min(top, bottom), min(left, right), max(top, bottom), max(left, right)


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
