"""ToTTo's four strings on tables with merged cells, byte for byte.

The expected strings were written by hand from the rules: column headers are header cells of earlier
rows that overlap the cell's columns, where a column counts the column spans before it in its own row
and no row spans; row headers are header cells further left; everything is parted by single blanks.
"""

from typing import NamedTuple

import pytest

from curation.table_text.linearise import headers_of_highlighted, linearisations, linearise
from curation.table_text.model import Table
from tests.curation.table_text.cells import cell, head, table


class Golden(NamedTuple):
    table: Table
    titles: str
    subtable: str
    full: str


GOLDENS = {
    "one header row": Golden(
        table([[head("이름"), head("나이")], [cell("김하늘"), cell("31")]], [(1, 0), (1, 1)], "직원", "명단"),
        "<page_title> 직원 </page_title> <section_title> 명단 </section_title> ",
        "<table> <cell> 김하늘 <col_header> 이름 </col_header> </cell> "
        "<cell> 31 <col_header> 나이 </col_header> </cell> </table>",
        "<table> <row> <cell> 이름 </cell> <cell> 나이 <row_header> 이름 </row_header> </cell> </row> "
        "<row> <highlighted_cell> 김하늘 <col_header> 이름 </col_header> </highlighted_cell> "
        "<highlighted_cell> 31 <col_header> 나이 </col_header> </highlighted_cell> </row> </table>",
    ),
    "a header over two columns": Golden(
        table(
            [[head("서울", 2), head("부산")], [cell("남"), cell("여"), cell("계")]],
            [(1, 1), (1, 2)],
            page="인구",
        ),
        "<page_title> 인구 </page_title> ",
        "<table> <cell> 여 <col_header> 서울 </col_header> </cell> "
        "<cell> 계 <col_header> 부산 </col_header> </cell> </table>",
        "<table> <row> <cell> 서울 </cell> <cell> 부산 <row_header> 서울 </row_header> </cell> </row> "
        "<row> <cell> 남 <col_header> 서울 </col_header> </cell> "
        "<highlighted_cell> 여 <col_header> 서울 </col_header> </highlighted_cell> "
        "<highlighted_cell> 계 <col_header> 부산 </col_header> </highlighted_cell> </row> </table>",
    ),
    "a cell under two headers": Golden(
        table([[head("2월"), head("3월")], [cell("휴관", 2)]], [(1, 0)], section="도서관"),
        "<section_title> 도서관 </section_title> ",
        "<table> <cell> 휴관 <col_header> 2월 </col_header> <col_header> 3월 </col_header> </cell> </table>",
        "<table> <row> <cell> 2월 </cell> <cell> 3월 <row_header> 2월 </row_header> </cell> </row> "
        "<row> <highlighted_cell> 휴관 <col_header> 2월 </col_header> <col_header> 3월 </col_header> "
        "</highlighted_cell> </row> </table>",
    ),
    "a row span shifts nothing": Golden(
        # On the page 7 stands under "오후"; the rule puts it under "반", for row spans are not looked at.
        table(
            [[head("반"), head("오후")], [head("1반", rows=2), cell("5")], [cell("7")]],
            [(2, 0)],
            page="시간표",
        ),
        "<page_title> 시간표 </page_title> ",
        "<table> <cell> 7 <col_header> 반 </col_header> <col_header> 1반 </col_header> </cell> </table>",
        "<table> <row> <cell> 반 </cell> <cell> 오후 <row_header> 반 </row_header> </cell> </row> "
        "<row> <cell> 1반 <col_header> 반 </col_header> </cell> "
        "<cell> 5 <col_header> 오후 </col_header> <row_header> 1반 </row_header> </cell> </row> "
        "<row> <highlighted_cell> 7 <col_header> 반 </col_header> <col_header> 1반 </col_header> "
        "</highlighted_cell> </row> </table>",
    ),
    "two header rows": Golden(
        table(
            [[head("Medals", 2)], [head("Gold"), head("Silver")], [cell("3"), cell("1")]],
            [(2, 0)],
            "Norra",
            "Games",
        ),
        "<page_title> Norra </page_title> <section_title> Games </section_title> ",
        "<table> <cell> 3 <col_header> Medals </col_header> <col_header> Gold </col_header> </cell> </table>",
        "<table> <row> <cell> Medals </cell> </row> "
        "<row> <cell> Gold <col_header> Medals </col_header> </cell> "
        "<cell> Silver <col_header> Medals </col_header> <row_header> Gold </row_header> </cell> </row> "
        "<row> <highlighted_cell> 3 <col_header> Medals </col_header> <col_header> Gold </col_header> "
        "</highlighted_cell> "
        "<cell> 1 <col_header> Medals </col_header> <col_header> Silver </col_header> </cell> </row> "
        "</table>",
    ),
    "two row headers": Golden(
        table([[head("경기도"), head("수원"), cell("119")]], [(0, 2)]),
        "",
        "<table> <cell> 119 <row_header> 경기도 </row_header> <row_header> 수원 </row_header> </cell> "
        "</table>",
        "<table> <row> <cell> 경기도 </cell> <cell> 수원 <row_header> 경기도 </row_header> </cell> "
        "<highlighted_cell> 119 <row_header> 경기도 </row_header> <row_header> 수원 </row_header> "
        "</highlighted_cell> </row> </table>",
    ),
    "a header to the right is no row header": Golden(
        table([[cell("42"), head("계")]], [(0, 0), (0, 1)]),
        "",
        "<table> <cell> 42 </cell> <cell> 계 </cell> </table>",
        "<table> <row> <highlighted_cell> 42 </highlighted_cell> "
        "<highlighted_cell> 계 </highlighted_cell> </row> </table>",
    ),
    "a header below is no column header": Golden(
        table([[cell("42")], [head("계")]], [(0, 0)]),
        "",
        "<table> <cell> 42 </cell> </table>",
        "<table> <row> <highlighted_cell> 42 </highlighted_cell> </row> "
        "<row> <cell> 계 </cell> </row> </table>",
    ),
    "order of the marks, and one twice": Golden(
        table([[cell("a"), cell("b")]], [(0, 1), (0, 0), (0, 1)], page="P"),
        "<page_title> P </page_title> ",
        "<table> <cell> b </cell> <cell> a </cell> <cell> b </cell> </table>",
        "<table> <row> <highlighted_cell> a </highlighted_cell> "
        "<highlighted_cell> b </highlighted_cell> </row> </table>",
    ),
    "an empty value keeps both blanks": Golden(
        table([[head(""), head("값")], [cell(""), cell("9")]], [(1, 0), (1, 1)]),
        "",
        "<table> <cell>  <col_header>  </col_header> </cell> "
        "<cell> 9 <col_header> 값 </col_header> </cell> </table>",
        "<table> <row> <cell>  </cell> <cell> 값 <row_header>  </row_header> </cell> </row> "
        "<row> <highlighted_cell>  <col_header>  </col_header> </highlighted_cell> "
        "<highlighted_cell> 9 <col_header> 값 </col_header> </highlighted_cell> </row> </table>",
    ),
    "tags in values are not escaped": Golden(
        table([[cell("<cell> x </cell>")]], [(0, 0)], page="a < b & c"),
        "<page_title> a < b & c </page_title> ",
        "<table> <cell> <cell> x </cell> </cell> </table>",
        "<table> <row> <highlighted_cell> <cell> x </cell> </highlighted_cell> </row> </table>",
    ),
    "nothing marked": Golden(
        table([[head("Year")], [cell("1999")]], [], "Film"),
        "<page_title> Film </page_title> ",
        "<table> </table>",
        "<table> <row> <cell> Year </cell> </row> "
        "<row> <cell> 1999 <col_header> Year </col_header> </cell> </row> </table>",
    ),
    "an empty row, and a table of none": Golden(
        table([[], [cell("1")]], [(1, 0)]),
        "",
        "<table> <cell> 1 </cell> </table>",
        "<table> <row> </row> <row> <highlighted_cell> 1 </highlighted_cell> </row> </table>",
    ),
    "no rows": Golden(
        table([], [], "비었음"), "<page_title> 비었음 </page_title> ", "<table> </table>", "<table> </table>"
    ),
    "spans in a row before the cell count": Golden(
        # 2 spans columns 0 and 1, so that "가" stands in column 2, below "다".
        table([[head("나", 2), head("다")], [cell("2", 2), cell("가")]], [(1, 1)]),
        "",
        "<table> <cell> 가 <col_header> 다 </col_header> </cell> </table>",
        "<table> <row> <cell> 나 </cell> <cell> 다 <row_header> 나 </row_header> </cell> </row> "
        "<row> <cell> 2 <col_header> 나 </col_header> </cell> "
        "<highlighted_cell> 가 <col_header> 다 </col_header> </highlighted_cell> </row> </table>",
    ),
    "a wide cell beside an overlapping header": Golden(
        # Columns 1 and 2 meet the header over 0 and 1, and the one over 2 and 3.
        table([[head("A", 2), head("B", 2)], [cell("x"), cell("y", 2), cell("z")]], [(1, 1)]),
        "",
        "<table> <cell> y <col_header> A </col_header> <col_header> B </col_header> </cell> </table>",
        "<table> <row> <cell> A </cell> <cell> B <row_header> A </row_header> </cell> </row> "
        "<row> <cell> x <col_header> A </col_header> </cell> "
        "<highlighted_cell> y <col_header> A </col_header> <col_header> B </col_header> </highlighted_cell> "
        "<cell> z <col_header> B </col_header> </cell> </row> </table>",
    ),
    "a marked header": Golden(
        table([[head("시즌"), head("팀")], [head("2023"), cell("청룡")]], [(1, 0), (1, 1)], page="이한결"),
        "<page_title> 이한결 </page_title> ",
        "<table> <cell> 2023 <col_header> 시즌 </col_header> </cell> "
        "<cell> 청룡 <col_header> 팀 </col_header> <row_header> 2023 </row_header> </cell> </table>",
        "<table> <row> <cell> 시즌 </cell> <cell> 팀 <row_header> 시즌 </row_header> </cell> </row> "
        "<row> <highlighted_cell> 2023 <col_header> 시즌 </col_header> </highlighted_cell> "
        "<highlighted_cell> 청룡 <col_header> 팀 </col_header> <row_header> 2023 </row_header> "
        "</highlighted_cell> </row> </table>",
    ),
    "a header row in the middle adds to the first": Golden(
        table(
            [[head("Year")], [cell("1990")], [head("Later", 2)], [cell("2001"), cell("2002")]],
            [(3, 0), (3, 1)],
            section="Terms",
        ),
        "<section_title> Terms </section_title> ",
        "<table> <cell> 2001 <col_header> Year </col_header> <col_header> Later </col_header> </cell> "
        "<cell> 2002 <col_header> Later </col_header> </cell> </table>",
        "<table> <row> <cell> Year </cell> </row> "
        "<row> <cell> 1990 <col_header> Year </col_header> </cell> </row> "
        "<row> <cell> Later <col_header> Year </col_header> </cell> </row> "
        "<row> <highlighted_cell> 2001 <col_header> Year </col_header> <col_header> Later </col_header> "
        "</highlighted_cell> <highlighted_cell> 2002 <col_header> Later </col_header> "
        "</highlighted_cell> </row> </table>",
    ),
}


@pytest.mark.parametrize("golden", GOLDENS.values(), ids=GOLDENS.keys())
def test_the_four_strings(golden: Golden) -> None:
    assert linearisations(golden.table) == {
        "full_table_str": golden.full,
        "subtable_str": golden.subtable,
        "full_table_metadata_str": golden.titles + golden.full,
        "subtable_metadata_str": golden.titles + golden.subtable,
    }


def test_there_are_enough_tables_with_merged_cells() -> None:
    merged = [
        golden
        for golden in GOLDENS.values()
        if any(one.column_span > 1 or one.row_span > 1 for one in golden.table.cells())
    ]
    assert len(GOLDENS) >= 15
    assert len(merged) >= 7


def test_the_marked_cells_with_titles_are_what_is_written_by_default() -> None:
    golden = GOLDENS["one header row"]
    assert linearise(golden.table) == golden.titles + golden.subtable


def test_headers_of_the_marked_cells() -> None:
    assert list(headers_of_highlighted(GOLDENS["a marked header"].table)) == [
        (["시즌"], []),
        (["팀"], ["2023"]),
    ]
