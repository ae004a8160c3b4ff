import io
import random
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from curation.errors import UserError
from curation.readers.documents import xlsx
from curation.table_text.model import Table, table_of_attributes
from tests.curation.readers.containers import damaged_member
from tests.curation.readers.instructions import turns
from tests.curation.readers.mutations import ANY_FILE
from tests.curation.readers.survey import survey

BY_FORMAT = Path(__file__).parent / "by_format"

CSV = '지점,2월 (만 원),3월 (만 원)\n서울점,"2,105","2,340"\n부산점,980,"1,240"\n'
HTML = """<!doctype html><title>지점별 매출</title>
<h2>1분기</h2><p>만 원</p>
<table><caption>1분기 매출</caption>
<tr><th rowspan=2>지점<th colspan="2">매출
<tr><th>2월</th><th>3월</th></tr>
<tr><td>부산점<td>980<td>1,240<script>var x = "<td>";</script></tr>
</table>
<h2>담당 <b>직원</b></h2>
<table><tr><td>김하늘<br>팀장</td><td><table><tr><td>안쪽</td></tr></table></td></tr></table>
"""


def tables_of(rows) -> list[Table]:
    found = [table_of_attributes(row.record.attributes) for row in rows]
    return [table for table in found if table is not None]


def values(table: Table) -> list[list[str]]:
    return [[cell.value for cell in row] for row in table.rows]


def workbook(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    book = openpyxl.Workbook()
    fill(book)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def sales(book: openpyxl.Workbook) -> None:
    sheet = book.active
    assert sheet is not None
    sheet.title = "매출"
    for row in (["지점", "매출", None], [None, "2월", "3월"], ["부산점", 980, 1240.5], ["계", 0.125, None]):
        sheet.append(row)
    sheet.merge_cells("A1:A2")
    sheet.merge_cells("B1:C1")
    sheet["B4"].number_format = "0.0%"
    sheet["C4"] = date(2024, 3, 1)
    book.create_sheet("빈 시트")
    book.create_sheet("직원").append(["김하늘", True, "=1+1"])


def test_marked_cells_of_a_csv_file(read_bytes) -> None:
    example = {"cells": "C3", "sentences": ["부산점의 3월 매출은 1,240만 원이다."]}
    found = read_bytes(
        "table_documents",
        CSV.encode("cp949"),
        "매출.csv",
        header_columns=1,
        title="지점별 매출",
        examples=[example, {"cells": "B2:C2"}],
    )
    first, second = found.rows
    assert turns([first]) == [
        (
            "<page_title> 지점별 매출 </page_title> <table> "
            "<cell> 1,240 <col_header> 3월 (만 원) </col_header> "
            "<row_header> 부산점 </row_header> </cell> </table>",
            "부산점의 3월 매출은 1,240만 원이다.",
        )
    ]
    assert first.record.references == ("부산점의 3월 매출은 1,240만 원이다.",)
    assert (second.record.references, len(second.record.messages)) == ((), 1)
    assert first.record.attributes["highlighted_cells"] == "[[2,2]]"
    assert second.record.attributes["highlighted_cells"] == "[[1,1],[1,2]]"
    assert first.record.attributes["path"] == "매출.csv"
    assert first.record.split_group == second.record.split_group


def test_without_examples_each_table_is_read_whole(read_bytes) -> None:
    (row,) = read_bytes("table_documents", CSV.encode(), "매출.csv").rows
    assert row.record.messages[0].content.startswith("<table> <row> <cell> 지점 </cell>")
    (table,) = tables_of([row])
    assert [cell.is_header for cell in table.rows[0]] == [True] * 3
    assert not any(cell.is_header for cell in table.rows[1])


def test_tables_of_a_page(read_bytes) -> None:
    found = read_bytes("table_documents", HTML.encode(), "매출.html")
    outer, staff, inner = tables_of(found.rows)
    assert values(outer) == [["지점", "매출"], ["2월", "3월"], ["부산점", "980", "1,240"]]
    assert [(cell.column_span, cell.row_span) for cell in outer.rows[0]] == [(1, 2), (2, 1)]
    assert [cell.is_header for cell in outer.rows[2]] == [False] * 3
    assert (outer.page_title, outer.section_title) == ("지점별 매출", "1분기 매출")
    assert (values(staff), staff.section_title) == ([["김하늘 팀장", ""]], "담당 직원")
    assert values(inner) == [["안쪽"]]
    assert [row.where.line for row in found.rows] == [1, 2, 3]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("C3", ["1,240"]),
        ("C2", ["3월"]),
        ("A2", ["지점"]),
        ("C1:C2", ["매출", "3월"]),
        ("B3,A3", ["980", "부산점"]),
    ],
)
def test_ranges_count_as_the_page_shows_the_table(read_bytes, cells: str, expected: list[str]) -> None:
    (row,) = read_bytes("table_documents", HTML.encode(), "a.html", examples=[{"cells": cells}]).rows
    (table,) = tables_of([row])
    assert [cell.value for cell in table.highlighted_cells] == expected


def test_sheets_of_a_spreadsheet(read_bytes) -> None:
    found = read_bytes("table_documents", workbook(sales), "매출.xlsx", header_rows=2, header_columns=1)
    first, second = tables_of(found.rows)
    assert values(first) == [
        ["지점", "매출"],
        ["2월", "3월"],
        ["부산점", "980", "1240.5"],
        ["계", "12.5%", "2024-03-01"],
    ]
    assert [(cell.column_span, cell.row_span) for cell in first.rows[0]] == [(1, 2), (2, 1)]
    assert [cell.is_header for cell in first.rows[2]] == [True, False, False]
    assert first.section_title == "매출"
    # A formula counts with its saved value, which a file that no spreadsheet program wrote lacks.
    assert values(second) == [["김하늘", "TRUE", ""]]
    assert [row.record.attributes["sheet"] for row in found.rows] == ["매출", "직원"]


@pytest.mark.parametrize("table", ["직원", 2])
def test_an_example_names_its_sheet(read_bytes, table: str | int) -> None:
    example = {"cells": "A1", "table": table}
    (row,) = read_bytes("table_documents", workbook(sales), "매출.xlsx", examples=[example]).rows
    assert "<cell> 김하늘 </cell>" in row.record.messages[0].content


@pytest.mark.parametrize(("file", "marked"), [("매출.csv", True), ("다른.csv", False), (None, True)])
def test_an_example_may_name_its_file(read_bytes, file: str | None, marked: bool) -> None:
    example = {"cells": "B2", "file": file}
    (row,) = read_bytes("table_documents", CSV.encode(), "매출.csv", examples=[example]).rows
    assert (row.record.attributes["highlighted_cells"] != "[]") == marked


@pytest.mark.parametrize(
    ("example", "what"),
    [
        ({"cells": "B9"}, "The marked cells cannot be found: the range 'B9' touches no cell"),
        ({"cells": "둘째"}, "'둘째' is no range of cells such as B2:C4"),
        ({"cells": "A1", "table": 4}, "There is no table 4 in this file, which has 3"),
        ({"cells": "A1", "table": "매출"}, "There is no table 매출"),
    ],
)
def test_marks_that_are_not_there_are_named(read_bytes, example: dict[str, object], what: str) -> None:
    with pytest.raises(UserError, match=what) as refused:
        read_bytes("table_documents", HTML.encode(), "a.html", examples=[example])
    assert refused.value.where.startswith("a.html")
    assert refused.value.fix


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"", "empty file"),
        ("a.csv", b"branch,sales\nNorra,1,200\nMillbrook,\x00\n", "line 3: NUL characters in the line"),
        ("a.csv", b'"a, x","b"\n"1, y","2"\n"3, z","4"\n"5","open\n', "line 4: a quote is never closed"),
        ("a.html", b"<table><tr><td>" + b"<div>" * 5000, "elements nested without end"),
        ("a.xlsx", b"PK\x03\x04", "no ZIP archive"),
        ("a.xlsx", b"", "no ZIP archive"),
    ],
)
def test_a_file_that_holds_no_table_goes_to_quarantine(
    read_bytes, name: str, content: bytes, reason: str
) -> None:
    found = read_bytes("table_documents", content, name)
    assert found.rows == []
    assert [(bad.raw, bad.where.line) for bad in found.bad] == [(content, 1)]
    assert found.bad[0].error.startswith(reason)


def test_cells_without_a_row_and_text_after_a_table_in_a_cell(read_bytes) -> None:
    content = b"<table><td>a<td>b</table><table><tr><td>c<table><tr><td>d</table>e</table>"
    found = tables_of(read_bytes("table_documents", content, "a.html").rows)
    assert [values(table) for table in found] == [[["a", "b"]], [["c e"]], [["d"]]]


def test_a_page_without_tables_has_no_rows(read_bytes) -> None:
    found = read_bytes("table_documents", b"<p>no table</p><table></table>", "a.html")
    assert (found.rows, found.bad) == ([], [])


@pytest.mark.parametrize(
    ("written", "span"),
    [("0", 1), ("-2", 1), ("2.5", 1), ("x", 1), ("3", 3), ("99999", 1000), ("9" * 5000, 1)],
)
def test_spans_are_kept_within_what_html_allows(read_bytes, written: str, span: int) -> None:
    content = f"<table><tr><td colspan='{written}'>a</table>".encode()
    (table,) = tables_of(read_bytes("table_documents", content, "a.html").rows)
    assert table.rows[0][0].column_span == span


def test_a_damaged_spreadsheet(tmp_path: Path) -> None:
    content = workbook(sales)
    path = tmp_path / "매출.xlsx"
    outcomes = set()
    for seed in range(150):
        chance = random.Random(seed)
        damage = ANY_FILE[chance.choice(sorted(ANY_FILE))] if seed % 2 else damaged_member
        path.write_bytes(damage(content, chance))
        found = survey("table_documents", path)
        assert found.refused is None, seed
        outcomes.add(bool(found.rows))
    assert outcomes == {True, False}


def test_a_sheet_with_one_cell_far_away_is_refused_at_once(read_bytes) -> None:
    def fill(book: openpyxl.Workbook) -> None:
        assert book.active is not None
        book.active["XFD1048576"] = 1

    (bad,) = read_bytes("table_documents", workbook(fill), "a.xlsx").bad
    assert bad.error == "the sheet 'Sheet' has 1,048,576 rows and 16,384 columns"


def test_the_files_as_they_lie(read) -> None:
    page = read("table_documents", BY_FORMAT / "branches.html")
    assert (page.bad, page.notes) == ([], {})
    assert [
        (row.record.attributes["table_page_title"], row.record.attributes["table_section_title"])
        for row in page.rows
    ] == [("지점별 매출", "1분기 매출"), ("지점별 매출", "담당 직원"), ("지점별 매출", "담당 직원")]
    (marked,) = read("table_documents", BY_FORMAT / "branches.csv", examples=[{"cells": "B2"}]).rows
    assert marked.record.messages[0].content == (
        "<table> <cell> 2,105 <col_header> 2월 (만 원) </col_header> </cell> </table>"
    )


@pytest.mark.parametrize(
    ("value", "number_format", "spelled"),
    [
        (None, "General", ""),
        (True, "General", "TRUE"),
        (3.0, "General", "3"),
        (0.1 + 0.2, "General", "0.3"),
        (1e21, "General", "1" + "0" * 21),
        (0.07, "0%", "7%"),
        (0.125, "0.0%", "12.5%"),
        (datetime(2024, 3, 1), "yyyy-mm-dd", "2024-03-01"),
        (datetime(2024, 3, 1, 9, 30), "yyyy-mm-dd hh:mm", "2024-03-01 09:30"),
        (datetime(2024, 3, 1, 9, 30, 5), "yyyy-mm-dd hh:mm:ss", "2024-03-01 09:30:05"),
        ("부산\n 지점", "General", "부산 지점"),
    ],
)
def test_cells_are_spelled_as_in_the_sheet(value: object, number_format: str, spelled: str) -> None:
    cell = openpyxl.Workbook().active["A1"]
    cell.value, cell.number_format = value, number_format
    assert xlsx.spelled(cell) == spelled
