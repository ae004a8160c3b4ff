import pytest

from curation.table_text.ranges import cells_in
from tests.curation.table_text.cells import cell

PLAIN = [[cell(f"{column}{row}") for column in "ABC"] for row in (1, 2, 3)]
# On the page: A1:B1 merged; A2:A3 merged, so that the second row's list has two cells and the third two.
MERGED = [
    [cell("A1", columns=2), cell("C1")],
    [cell("A2", rows=2), cell("B2"), cell("C2")],
    [cell("B3"), cell("C3")],
]


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ("B2", ["B2"]),
        ("B2:C3", ["B2", "C2", "B3", "C3"]),
        ("c3:b2", ["B2", "C2", "B3", "C3"]),
        ("$A$1:$B$1", ["A1", "B1"]),
        ("A1, C3", ["A1", "C3"]),
        ("A1,A1:B1", ["A1", "B1"]),
        ("B2:ZZ99", ["B2", "C2", "B3", "C3"]),
    ],
)
def test_ranges_of_a_plain_table(ranges: str, expected: list[str]) -> None:
    assert [PLAIN[row][index].value for row, index in cells_in(ranges, PLAIN)] == expected


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ("B1", [(0, 0)]),
        ("C1", [(0, 1)]),
        ("B2", [(1, 1)]),
        ("A3", [(1, 0)]),
        ("B3", [(2, 0)]),
        ("A3:C3", [(1, 0), (2, 0), (2, 1)]),
        ("A1:A3", [(0, 0), (1, 0)]),
    ],
)
def test_ranges_count_what_merged_cells_cover(ranges: str, expected: list[tuple[int, int]]) -> None:
    assert list(cells_in(ranges, MERGED)) == expected


@pytest.mark.parametrize(
    ("ranges", "reason"),
    [
        ("", "'' is no range"),
        ("2B", "'2B' is no range of cells such as B2:C4"),
        ("B2:C", "'B2:C' is no range"),
        ("B2;C3", "is no range"),
        ("D1", "the range 'D1' touches no cell"),
        ("A1,A4:C9", "the range 'A4:C9' touches no cell"),
        ("A0", "touches no cell"),
    ],
)
def test_what_is_no_range_is_named(ranges: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        cells_in(ranges, PLAIN)
