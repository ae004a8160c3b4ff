"""What each format gives: texts, titles, pages, and offsets that lead back to them."""

import pytest
from docx.enum.text import WD_BREAK

from curation.readers.documents.structure import Outline, blocks
from tests.curation.readers.documents.writers import (
    PAGE,
    all_formats,
    book,
    page_break,
    slides,
    word,
    workbook,
)


def kinds_of(record):
    return [one.kind for one in blocks(record.text)]


def test_html(document):
    record = document(PAGE.encode(), ".html")
    assert record.text == (
        "# 휴가\n\n쉰다.\n또 쉰다.\n\n1. 하나\n2. 둘\n\n| 근속 | 일수 |\n| --- | --- |\n| 1년 | 15일 |\n\n"
        "```\nif 쉼:\n    return 1\n```"
    )
    assert kinds_of(record) == ["heading", "paragraph", "list", "table", "code"]
    assert (record.title, record.attributes) == ("휴가", {"path": "문서.html"})


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<title>이름</title><p>글</p>", "글"),
        ("<p>앞<script>alert('x')</script><style>p{}</style>뒤", "앞뒤"),
        ("<p>앞</p><p hidden>숨김</p><div style='DISPLAY : none'>숨김</div><p>뒤", "앞\n\n뒤"),
        ("<p>앞<span style='font-size:0'>숨김</span><!-- 말 -->뒤", "앞뒤"),
        ("<p>앞<noscript>켜세요</noscript><template>틀</template><select><option>고름</select>뒤", "앞뒤"),
        ("<ul><li>하나<ul><li>둘</ul><li><p>셋</p></ul>끝", "- 하나\n- 둘\n- 셋\n\n끝"),
        ("<h2></h2>글<h3><b>제</b>목</h3>글", "글\n\n### 제목\n\n글"),
        ("글 &lt;b&gt; &amp; &nbsp;&hellip;", "글 <b> & …"),
        ("<table><tr><td><table><tr><td>왼쪽<td>오른쪽</table></table>", "왼쪽\n\n오른쪽"),
        ("<table><tr><td>메뉴<td><h1>제목</h1><p>글</table>", "메뉴\n\n# 제목\n\n글"),
        (
            "<table><caption>표 1</caption><tr><td>가<td>나<tr><td>다</table>뒤",
            "표 1\n\n| 가 | 나 |\n| --- | --- |\n| 다 | |\n\n뒤",
        ),
        (
            "<table><tr><td>가<td hidden>나<td>다<tr><td>라<td>마</table>",
            "| 가 | 다 |\n| --- | --- |\n| 라 | 마 |",
        ),
        ("<p>\u1112\u1161\u11ab글\u200b</p>", "한글"),
        ("<a href='http://example.com/'>링크</a>와 <img src='http://example.com/a.png'>글", "링크와 글"),
    ],
)
def test_html_as_a_reader_of_the_page_sees_it(document, html, text):
    assert document(f"<meta charset=utf-8>{html}".encode(), ".html").text == text


@pytest.mark.parametrize(
    ("head", "codec"),
    [
        ('<meta charset="euc-kr">', "cp949"),
        ('<meta http-equiv=Content-Type content="text/html; charset=ks_c_5601-1987">', "cp949"),
        ('<?xml version="1.0" encoding="utf-8"?>', "utf-8"),
        ("", "utf-8"),
        ("", "cp949"),
        ("", "utf-16"),
        ('<meta charset="us-ascii">', "cp949"),
        ('<meta charset="x-none">', "utf-8"),
    ],
)
def test_html_encodings(document, head, codec):
    page = f"{head}<title>안내</title><p>똠방각하 여러분께 알립니다</p>"
    record = document(page.encode(codec), ".htm")
    assert (record.title, record.text) == ("안내", "똠방각하 여러분께 알립니다")


def test_word(document):
    record = document(word(), ".docx")
    assert record.text == (
        "# 연차 휴가 규정\n\n직원은 휴가를 쓴다.\n두 번째 줄이다.\n\n"
        "- 반차는 네 시간이다.\n- 남은 휴가는 없어진다.\n\n"
        "## 일수\n\n| 근속 | 일\\|수 |\n| --- | --- |\n| 1년 | 15일 |"
    )
    assert kinds_of(record) == ["heading", "paragraph", "list", "heading", "table"]
    assert (record.title, record.attributes) == ("연차 휴가 규정", {"path": "문서.docx"})


def test_word_pages_are_those_of_its_last_layout(document, pages_of):
    def fill(paper):
        paragraph = paper.add_paragraph("앞 쪽의 글은 ")
        page_break(paragraph, "뒤 쪽에서 끝난다.")
        page_break(paper.add_heading("", 2), "셋째 쪽")

    record = document(word(fill), ".docx")
    unit, pages = pages_of(record)
    assert (unit, len(pages)) == ("page", 3)
    assert pages[0].endswith("| 1년 | 15일 |\n\n앞 쪽의 글은")
    assert pages[1:] == ["뒤 쪽에서 끝난다.", "## 셋째 쪽"]


def test_word_breaks_by_hand_alone_are_no_pages(document):
    record = document(word(lambda paper: paper.paragraphs[1].add_run().add_break(WD_BREAK.PAGE)), ".docx")
    assert "pages" not in record.attributes


def test_word_leaves_out_what_is_deleted_or_hidden(document):
    def fill(paper):
        run = paper.add_paragraph("보이는 글").add_run(" 숨긴 글")
        run.font.hidden = True
        changed = paper.add_paragraph("남은 글")
        inserted = changed._p.makeelement(f"{W}ins")
        inserted.append(paper.add_paragraph("").add_run(" 넣은 글")._r)
        changed._p.append(inserted)
        deleted = changed._p.makeelement(f"{W}del")
        deleted.append(paper.add_paragraph("").add_run(" 지운 글")._r)
        changed._p.append(deleted)

    text = document(word(fill), ".docx").text
    assert text.endswith("\n\n보이는 글\n\n남은 글 넣은 글")


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def test_word_counts_its_own_numbers(document):
    """제1조, 제2조 and 가., 나. stand in no text of the file."""

    def fill(paper):
        root = paper.part.numbering_part.element
        levels = "".join(
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
            f'<w:lvlText w:val="{shape}"/></w:lvl>'
            for level, (kind, shape) in enumerate(
                [("decimal", "제%1조"), ("ganada", "%2."), ("decimal", "%1.%3)")]
            )
        )
        namespace = f'xmlns:w="{W[1:-1]}"'
        root.insert(0, parse_xml(f'<w:abstractNum {namespace} w:abstractNumId="90">{levels}</w:abstractNum>'))
        root.append(parse_xml(f'<w:num {namespace} w:numId="90"><w:abstractNumId w:val="90"/></w:num>'))
        for level, words in [(0, "목적"), (1, "하나"), (1, "둘"), (0, "범위"), (1, "셋"), (2, "넷")]:
            properties = paper.add_paragraph(words)._p.get_or_add_pPr()
            properties.append(
                parse_xml(f'<w:numPr {namespace}><w:ilvl w:val="{level}"/><w:numId w:val="90"/></w:numPr>')
            )

    text = document(word(fill), ".docx").text
    assert text.endswith("제1조 목적\n\n가. 하나\n\n나. 둘\n\n제2조 범위\n\n가. 셋\n\n2.1) 넷")


def parse_xml(source):
    from docx.oxml import parse_xml as parsed

    return parsed(source)


def test_slides(document, pages_of):
    record = document(slides(), ".pptx")
    unit, pages = pages_of(record)
    assert unit == "slide"
    assert pages == [
        "# 상반기 계획\n\n- 매장을 늘린다\n- 앱을 고친다\n\n[발표자 노트] 천천히 말한다",
        "# 일정\n\n| 달 | 할 일 |\n| --- | --- |\n| 3월 | 개점 |",
    ]
    at = record.text.index("개점")
    assert str(Outline(record.text, record.attributes).place(at, at + 2)) == "슬라이드 2, 일정"


def test_workbook(document, pages_of):
    record = document(workbook(), ".xlsx")
    unit, pages = pages_of(record)
    assert unit == "sheet"
    assert pages == [
        "# 매출\n\n| 날짜 | 금액 | 비율 | 합 |\n| --- | --- | --- | --- |\n"
        "| 2026-03-02 | 1200000 | 12.5% | 0.3 |",
        "# 담당\n\n| 매장 | 사람 |\n| --- | --- |\n| 솔내 | 하늘 |\n\n"
        "| 점검 | 2026-03-02 09:30 |\n| --- | --- |",
    ]
    assert record.title == "문서"
    at = record.text.index("솔내")
    assert str(Outline(record.text, record.attributes).place(at, at + 2)) == "시트 2, 담당"


def test_book(document):
    chapters = {
        "b%20c.xhtml": "",
        "글/나.xhtml": '<?xml version="1.0" encoding="utf-8"?><html><h1>둘째 장</h1><p>글</p></html>',
        "가.xhtml": "<html><body><h1>첫째 장</h1></body></html>",
    }
    content = book(chapters, members={"OEBPS/b c.xhtml": "<p>머리말</p>".encode()})
    record = document(content, ".epub")
    assert record.text == "머리말\n\n# 둘째 장\n\n글\n\n# 첫째 장"
    assert (record.title, record.attributes) == ("작은 안내서", {"path": "문서.epub"})


def test_a_page_that_the_book_lacks_is_told(read_bytes):
    content = book({"가.xhtml": "<p>글</p>", "나.xhtml": "", "../../etc/passwd": ""})
    found = read_bytes("documents", content, name="책.epub")
    assert (found.texts, found.notes) == (["글"], {"책.epub: pages that the book lacks": "2"})


@pytest.mark.parametrize("suffix", sorted(set(all_formats()) - {".mbox"}))
def test_suffixes_in_capitals_and_the_same_id_twice(document, suffix):
    content = all_formats()[suffix]
    assert document(content, suffix) == document(content, suffix)
    assert document(content, suffix.upper()).text == document(content, suffix).text
