import random
import time

import pytest

from curation.table_text.faithfulness import supporting_texts
from curation.table_text.layout import Area, expanded, in_every_row, laid_out
from curation.table_text.linearise import headers_of_highlighted
from curation.table_text.model import Cell
from tests.curation.table_text.cells import cell, head, table

# On the page:   지점 | 매출         below which: 지점 | 2월 | 3월, and then 부산점 | 980 | 1,240.
HEADED = [
    [head("지점", rows=2), head("매출", 2)],
    [head("2월"), head("3월")],
    [head("부산점"), cell("980"), cell("1,240")],
]


def test_cells_stand_where_the_page_shows_them() -> None:
    assert list(laid_out(HEADED)) == [
        ((0, 0), Area(0, 0, 2, 1)),
        ((0, 1), Area(0, 1, 1, 3)),
        ((1, 0), Area(1, 1, 2, 2)),
        ((1, 1), Area(1, 2, 2, 3)),
        ((2, 0), Area(2, 0, 3, 1)),
        ((2, 1), Area(2, 1, 3, 2)),
        ((2, 2), Area(2, 2, 3, 3)),
    ]


def test_spans_end_with_the_table() -> None:
    tall = [[cell("a", rows=65534), cell("b", 9999)], [cell("c", 0, 0)]]
    assert [area for _, area in laid_out(tall)] == [
        Area(0, 0, 2, 1),
        Area(0, 1, 1, 1000),
        Area(1, 1, 2, 2),
    ]


def test_a_cell_of_several_rows_stands_in_each() -> None:
    found = expanded(table(HEADED, [(2, 2)], "지점별", "1분기"))
    assert [[(one.value, one.column_span, one.row_span) for one in row] for row in found.rows] == [
        [("지점", 1, 1), ("매출", 2, 1)],
        [("지점", 1, 1), ("2월", 1, 1), ("3월", 1, 1)],
        [("부산점", 1, 1), ("980", 1, 1), ("1,240", 1, 1)],
    ]
    assert (found.highlighted, found.page_title, found.section_title) == (((2, 2),), "지점별", "1분기")
    assert list(headers_of_highlighted(found)) == [(["매출", "3월"], ["부산점"])]


def test_every_copy_of_a_marked_cell_is_marked() -> None:
    rows = [[head("1반"), cell("휴관", rows=2)], [head("2반")]]
    found = expanded(table(rows, [(0, 1)]))
    assert found.highlighted == ((0, 1), (1, 1))
    assert list(headers_of_highlighted(found)) == [([], ["1반"]), ([], ["2반"])]


def test_a_table_without_row_spans_stays_as_it_is() -> None:
    plain = table([[head("A", 2)], [cell("1"), cell("2")]], [(1, 0), (1, 1)], "P")
    assert expanded(plain) == plain


def test_gaps_are_empty_cells_and_rows_without_a_cell_are_left_out() -> None:
    rows, places = in_every_row([(Area(0, 0, 9, 1), Cell("왼쪽")), (Area(5, 3, 6, 4), Cell("끝"))])
    assert rows == ((Cell("왼쪽"),), (Cell("왼쪽"), Cell("", column_span=2), Cell("끝")))
    assert places == {(0, 0): (0, 0), (5, 0): (1, 0), (5, 3): (1, 2)}


def painted(columns: int, rows: int, chance: random.Random) -> tuple[list[list[Cell]], list[list[int]]]:
    """Cover a page with rectangles at random; give the rows of cells, and the page with their numbers."""
    page = [[-1] * columns for _ in range(rows)]
    listed: list[list[Cell]] = []
    count = 0
    for row in range(rows):
        listed.append([])
        for column in range(columns):
            if page[row][column] >= 0:
                continue
            free = next((end for end in range(column, columns) if page[row][end] >= 0), columns)
            across, down = chance.randint(1, free - column), chance.randint(1, rows - row)
            for covered in range(row, row + down):
                page[covered][column : column + across] = [count] * across
            listed[-1].append(Cell(str(count), chance.random() < 0.5, across, down))
            count += 1
    return listed, page


@pytest.mark.parametrize("seed", range(100))
def test_headers_are_those_that_a_page_shows(seed: int) -> None:
    """Cell by cell of the page: what stands over a marked cell in its columns, and left of it in its rows."""
    chance = random.Random(seed)
    rows, page = painted(chance.randint(1, 6), chance.randint(1, 6), chance)
    is_header = {int(one.value): one.is_header for row in rows for one in row}
    for row, held in enumerate(rows):
        for index, one in enumerate(held):
            number = int(one.value)
            slots = [(r, c) for r, line in enumerate(page) for c, other in enumerate(line) if other == number]
            seen = {page[r][c] for top, column in slots for r in range(top) for c in [column]}
            seen |= {page[r][c] for r, right in slots for c in range(right)}
            expected = {str(other) for other in seen if is_header[other]} | {one.value}
            assert set(supporting_texts(table(rows, [(row, index)]))) == expected


WIDE = [[cell("x") for _ in range(1001)]]
TALL = [[cell("x", rows=65534) for _ in range(900)], *([cell("y")] for _ in range(300))]
BROAD = [[cell("x"), cell("y", 1000)]] * 100_000
# Each cell lies over a column that is taken, so that only what is covered grows.
OVER = [[cell("a"), cell("b", 999, 65534)], *([[], [cell("x", 1000, 2)]] * 50_000)]


@pytest.mark.timed
@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (WIDE, "more than 1,000 columns"),
        ([[cell("x", 1000), cell("y")]], "more than 1,000 columns"),
        (TALL, "more than 200,000 cells"),
        (BROAD, "more than 200,000 cells"),
        (OVER, "more than 200,000 cells"),
    ],
)
def test_a_table_too_large_is_named_at_once(rows: list[list[Cell]], reason: str) -> None:
    begun = time.process_time()
    with pytest.raises(ValueError, match=reason):
        expanded(table(rows))
    assert time.process_time() - begun < 2


@pytest.mark.timed
@pytest.mark.parametrize(
    ("areas", "reason"),
    [
        ([Area(0, 10**9, 1, 10**9 + 1)], "more than 1,000 columns"),
        ([Area(0, 0, 10**9, 1)], "more than 200,000 cells"),
        ([Area(row, 0, row + 1000, 1) for row in range(100_000)], "more than 200,000 cells"),
    ],
)
def test_areas_too_large_are_named_at_once(areas: list[Area], reason: str) -> None:
    begun = time.process_time()
    with pytest.raises(ValueError, match=reason):
        in_every_row((area, Cell("x")) for area in areas)
    assert time.process_time() - begun < 2


def test_a_table_too_large_to_be_laid_out_is_checked_by_totto_s_rule() -> None:
    rows = [[head("Year", 10**9), head("Goals")], [cell("1999", 10**9), cell("4")]]
    assert supporting_texts(table(rows, [(1, 1)])) == ["4", "Goals"]
