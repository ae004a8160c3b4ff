"""Headings over several rows support sentences as the page shows them, and no span makes a table endless."""

import time
import zipfile
from collections.abc import Callable
from io import BytesIO

import openpyxl
import orjson
import pytest

from curation.readers.html_tables import html_tables
from curation.table_text.faithfulness import supporting_texts, unsupported
from curation.table_text.linearise import linearise
from curation.table_text.model import Table, table_of_attributes

# On the page each year has two columns, 지점 and 점장 have two rows, and 영남 those of both branches.
HTML = """<!doctype html><title>지점별 매출</title><table>
<tr><th rowspan=2 colspan=2>지점<th rowspan="2">점장<th colspan=2>2023년<th colspan=2>2024년</tr>
<tr><th>1분기<th>2분기<th>3분기<th>4분기</tr>
<tr><th rowspan=2>영남<th>부산점<td>김하늘<td>980<td>1,240<td>1,310<td>1,420</tr>
<tr><th>대구점<td>이한결<td>720<td>810<td>905<td>915</tr>
</table>"""


def workbook(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    book = openpyxl.Workbook()
    fill(book)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def branches(book: openpyxl.Workbook) -> None:
    sheet = book.active
    assert sheet is not None
    sheet.title = "지점별 매출"
    sheet.append(["지점", None, "점장", "2023년", None, "2024년", None])
    sheet.append([None, None, None, "1분기", "2분기", "3분기", "4분기"])
    sheet.append(["영남", "부산점", "김하늘", 980, "1,240", "1,310", "1,420"])
    sheet.append([None, "대구점", "이한결", 720, 810, 905, 915])
    for merged in ("A1:B2", "C1:C2", "D1:E1", "F1:G1", "A3:A4"):
        sheet.merge_cells(merged)


FILES = {
    "a.html": (HTML.encode(), {}),
    "a.xlsx": (workbook(branches), {"header_rows": 2, "header_columns": 2}),
}


def table_of(read_bytes, name: str, **options: object) -> Table:
    content, of_format = FILES[name]
    (row,) = read_bytes("table_documents", content, name, **of_format, **options).rows
    table = table_of_attributes(row.record.attributes)
    assert table is not None
    return table


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("cells", "gold", "planted"),
    [
        ("E3", "영남 부산점의 2023년 2분기 매출은 1,240이다.", "1,250"),
        ("G4", "영남 대구점의 2024년 4분기 매출은 915이다.", "951"),
        ("D4", "대구점은 2023년 1분기에 720을 팔았다.", "702"),
        ("F3", "부산점은 2024년 3분기에 1,310을 팔았다.", "1,301"),
    ],
)
def test_headings_over_several_rows_raise_no_alarm(
    read_bytes, name: str, cells: str, gold: str, planted: str
) -> None:
    table = table_of(read_bytes, name, examples=[{"cells": cells}])
    (value,) = (cell.value for cell in table.highlighted_cells)
    hallucinated = gold.replace(value, planted)
    assert hallucinated != gold
    found = unsupported([gold, hallucinated], [table, table])
    assert [[(one.kind, one.text) for one in each] for each in found] == [[], [("number", planted)]]


@pytest.mark.parametrize("name", FILES)
def test_a_heading_of_another_column_supports_nothing(read_bytes, name: str) -> None:
    """By columns without row spans, 2분기 of 2023 would stand under 4분기 of 2024 or under none."""
    table = table_of(read_bytes, name, examples=[{"cells": "D4"}])
    assert set(supporting_texts(table)) == {"720", "2023년", "1분기", "영남", "대구점", "지점별 매출"}
    (found,) = unsupported(["대구점은 2024년 1분기에 720을 팔았다."], [table])
    assert [one.text for one in found] == ["2024"]


def test_the_text_of_the_table_stays_that_of_totto_s_rule(read_bytes) -> None:
    table = table_of(read_bytes, "a.html", examples=[{"cells": "D4"}])
    assert linearise(table) == (
        "<page_title> 지점별 매출 </page_title> <table> <cell> 720 <col_header> 점장 </col_header> "
        "<col_header> 3분기 </col_header> <row_header> 대구점 </row_header> </cell> </table>"
    )
    assert [cell.row_span for cell in table.rows[0]] == [2, 2, 1, 1]


def test_empty_rows_of_a_page_do_not_shift_its_columns(read_bytes) -> None:
    content = "<table><tr><th rowspan=2>이름<th rowspan=2>나이<tr></tr><tr><td>김하늘<td>31</table>"
    (row,) = read_bytes("table_documents", content.encode(), "a.html", examples=[{"cells": "B2"}]).rows
    table = table_of_attributes(row.record.attributes)
    assert table is not None
    assert supporting_texts(table) == ["31", "나이"]


def csv(rows: int, columns: int) -> bytes:
    return "".join(",".join(f"v{column}" for column in range(columns)) + "\n" for _ in range(rows)).encode()


def page(*rows: str) -> bytes:
    return ("<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>").encode()


def wide(book: openpyxl.Workbook) -> None:
    assert book.active is not None
    book.active.append([f"v{column}" for column in range(1001)])


def totto(rows: int) -> bytes:
    """A table of as many headers as marked cells."""
    listed = [[{"value": "h", "is_header": True}, {"value": "v"}] for _ in range(rows)]
    marked = [[row, 1] for row in range(rows)]
    return orjson.dumps({"table": listed, "highlighted_cells": marked}) + b"\n"


@pytest.mark.timed
@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", csv(2, 7828), "table 1: the table has more than 1,000 columns"),
        ("a.csv", csv(20_001, 10), "table 1: the table has more than 200,000 cells"),
        ("a.html", page("<th>x" * 7828), "table 1: the table has more than 1,000 columns"),
        ("a.html", page("<th colspan=1000>x" * 9000), "table 1: the table has more than 1,000 columns"),
        ("a.html", page("<td rowspan=65534>x" * 900, *["<td>y"] * 300), "table 1: the table has more than 2"),
        ("a.html", page(*["<td>x<td colspan=999>y"] * 300), "table 1: the table has more than 200,"),
        ("a.html", page(*["<th>x"] * 20_000), "a text of 20,000 cells with 20,000 headers would be too long"),
        ("a.xlsx", workbook(wide), "table 1: the table has more than 1,000 columns"),
    ],
)
def test_a_table_too_large_is_a_bad_row_at_once(read_bytes, name: str, content: bytes, reason: str) -> None:
    begun = time.process_time()
    found = read_bytes("table_documents", content, name)
    assert time.process_time() - begun < 5
    assert found.rows == []
    assert [(bad.raw, bad.where.line) for bad in found.bad] == [(content, 1)]
    assert found.bad[0].error.startswith(reason)


LONG = 3163  # its square is more than is compared for a text


@pytest.mark.timed
@pytest.mark.parametrize(
    ("reader", "content", "name", "options"),
    [
        ("totto", totto(LONG), "dev.jsonl", {}),
        ("totto", totto(LONG), "dev.jsonl", {"form": "full"}),
        ("e2e", ('mr,ref\n"' + ", ".join(f"a{n}[v]" for n in range(LONG)) + '",t\n').encode(), "e.csv", {}),
    ],
)
def test_other_readers_bound_what_a_text_compares_too(
    read_bytes, reader: str, content: bytes, name: str, options: dict[str, str]
) -> None:
    begun = time.process_time()
    found = read_bytes(reader, content, name, **options)
    assert time.process_time() - begun < 5
    assert (found.rows, len(found.bad)) == ([], 1)
    cells, advice = (f"{2 * LONG:,}", "some") if options else (f"{LONG:,}", "fewer")
    assert found.bad[0].error == (
        f"a text of {cells} cells with {LONG:,} headers would be too long: mark {advice} cells"
    )


@pytest.mark.timed
def test_the_largest_tables_that_are_read(read_bytes) -> None:
    begun = time.process_time()
    found = read_bytes("table_documents", csv(2, 1000), "a.csv")
    assert (len(found.rows), found.bad) == (1, [])
    marked = read_bytes("table_documents", csv(20_000, 10), "a.csv", examples=[{"cells": "J20000"}])
    assert marked.rows[0].record.messages[0].content.count("<cell>") == 1
    assert time.process_time() - begun < 10


@pytest.mark.timed
def test_empty_rows_are_counted_once() -> None:
    content = page("<td rowspan=65534>x" * 1000, *[""] * 60_000)
    begun = time.process_time()
    (table,) = html_tables(content)
    assert time.process_time() - begun < 5
    assert [len(row) for row in table.rows] == [1000]


def with_members(change: Callable[[str, bytes], bytes], **further: bytes) -> bytes:
    written = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(FILES["a.xlsx"][0])) as whole,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in whole.namelist():
            archive.writestr(name, change(name, whole.read(name)))
        for name, content in further.items():
            archive.writestr(name, content)
    return written.getvalue()


@pytest.mark.timed
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "part",
    [
        '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
        '<mergeCells><mergeCell ref="A:C"/></mergeCells>',
        '<hyperlinks><hyperlink ref="A1:XFD1048576" location="B2"/></hyperlinks>',
    ],
)
def test_merged_cells_without_end_are_refused_at_once(read_bytes, part: str, encoding: str) -> None:
    def change(name: str, content: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return content
        return content.decode().replace("</sheetData>", f"</sheetData>{part}").encode(encoding)

    begun = time.process_time()
    found = read_bytes("table_documents", with_members(change), "a.xlsx")
    assert time.process_time() - begun < 5
    assert found.rows == []
    assert found.bad[0].error == "merged cells or links over more than 200,000 cells"


def test_a_picture_that_speaks_of_links_is_no_sheet(read_bytes) -> None:
    content = with_members(lambda _, content: content, picture=b"\xff\xd8 <hyperlink ref='A1:XFD1048576'")
    assert len(read_bytes("table_documents", content, "a.xlsx").rows) == 1
