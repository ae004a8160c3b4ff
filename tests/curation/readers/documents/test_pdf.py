"""PDF: pages, headings, paragraphs and tables out of signs at places."""

import shutil
import subprocess

import pytest

from curation.readers.documents.structure import Outline
from tests.curation.readers.documents.writers import leave_pdf, pdf, table_rules


def test_pdf(document, pages_of):
    record = document(leave_pdf(), ".pdf")
    unit, pages = pages_of(record)
    assert unit == "page"
    assert pages == [
        "# 연차 휴가 규정\n\n입사한 지 한 해가 지난 직원은\n휴가를 쓴다.",
        "| 근속 | 일수 |\n| --- | --- |\n| 1년 | 15일 |",
        "",
    ]
    assert record.title == "연차 휴가 규정"
    at = record.text.index("15일")
    assert str(Outline(record.text, record.attributes).place(at, at + 3)) == "2쪽, 연차 휴가 규정"


def test_pdf_pages_without_text_are_told(read_bytes):
    assert read_bytes("documents", leave_pdf(), name="a.pdf").notes == {"a.pdf: pages without text": "1 of 3"}


def test_pdf_paragraphs_part_where_the_gap_is_wide(document):
    lines = [(f"{number}번째 줄", 60, 700 - 16 * number - 20 * (number > 2), 11) for number in range(5)]
    text = document(pdf([lines]), ".pdf").text
    assert text == "0번째 줄\n1번째 줄\n2번째 줄\n\n3번째 줄\n4번째 줄"


def test_pdf_frame_around_a_page_is_no_table(document):
    lines = [[("가나다라", 60, 700, 11), ("마바사아", 60, 684, 11)]]
    frame = table_rules((40, 500, 540), (40, 500, 800))
    assert document(pdf(lines, {1: frame}), ".pdf").text == "가나다라\n마바사아"


def test_pdf_path_that_only_clips_is_no_rule(document):
    lines = [[("가", 60, 770, 11), ("나", 160, 770, 11), ("다", 60, 745, 11), ("라", 160, 745, 11)]]
    rules = table_rules((50, 150, 250), (735, 760, 785))
    assert "|" in document(pdf(lines, {1: rules}), ".pdf").text
    clipped = [rule.replace(" S", " W n") for rule in rules]
    assert "|" not in document(pdf(lines, {1: clipped}), ".pdf").text


def test_pdf_running_heads_and_feet_are_left_out_and_told(read_bytes):
    words = ["하나", "둘", "셋", "넷", "다섯"]
    pages = [
        [("취업 규칙", 60, 800, 9), (f"글 {word}", 60, 700, 11), (f"- {number} -", 290, 40, 9)]
        for number, word in enumerate(words, 1)
    ]
    found = read_bytes("documents", pdf(pages), name="규칙.pdf")
    assert found.texts == ["취업 규칙\n\n" + "\n\n".join(f"글 {word}" for word in words)]
    assert found.notes == {"규칙.pdf: running heads and feet left out": "9"}
    assert read_bytes("documents", pdf(pages[:3]), name="규칙.pdf").texts[0].count("취업 규칙") == 3


def test_pdf_lines_of_a_table_of_contents_are_no_headings(document):
    lines = [
        ("총칙 . . . . . . 3", 60, 760, 16),
        ("총칙", 60, 700, 16),
        *(("글" * 30, 60, 600 - n, 11) for n in (0, 16)),
    ]
    text = document(pdf([lines]), ".pdf").text
    assert text.startswith("총칙 . . . . . . 3\n\n# 총칙\n\n글")


@pytest.mark.skipif(not shutil.which("chromium"), reason="no Chromium to print a page with")
def test_pdf_printed_by_a_browser(document, pages_of, tmp_path):
    style = "@page{size:A4} body{font:11pt 'Noto Sans CJK KR'} h1{break-before:page}"
    rows = "".join(f"<tr><td>{years}년<td>{days}일" for years, days in ((1, 15), (3, 16)))
    table = f"<table border=1><tr><th>근속<th>일수{rows}</table>"
    (tmp_path / "a.html").write_text(
        f"<meta charset=utf-8><style>{style}</style><h1>연차 휴가</h1><p>직원은 쉰다."
        f"<h1>일수</h1>{table}<p>묻는다.",
        "utf-8",
    )
    printed = tmp_path / "a.pdf"
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    subprocess.run(
        [
            *command,
            f"--print-to-pdf={printed}",
            f"--user-data-dir={tmp_path}/profile",
            f"file://{tmp_path}/a.html",
        ],
        capture_output=True,
        timeout=60,
        check=True,
    )
    record = document(printed.read_bytes(), ".pdf")
    if "연차" not in record.text:
        pytest.skip("no Korean font to print with")
    unit, pages = pages_of(record)
    assert (unit, pages) == (
        "page",
        [
            "# 연차 휴가\n\n직원은 쉰다.",
            "# 일수\n\n| 근속 | 일수 |\n| --- | --- |\n| 1년 | 15일 |\n| 3년 | 16일 |\n\n묻는다.",
        ],
    )


def test_pdf_title_of_its_properties_is_the_last_resort(document):
    content = pdf([[("가" * 90, 20, 700, 11)]], extra={"Info": "<</Title(Report)>>"})
    assert document(content, ".pdf").title == "Report"
