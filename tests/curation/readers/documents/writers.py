"""Small documents of every format, written by the tests: bytes of a file."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from email.message import EmailMessage

import docx
import openpyxl
import pptx
from docx.oxml import OxmlElement

A4 = (595, 842)
# A line of a page: its text, left edge and height in points, size of the letters.
Line = tuple[str, float, float, float]


def pdf(
    pages: Sequence[Sequence[Line]],
    rules: Mapping[int, Sequence[str]] | None = None,
    extra: Mapping[str, str] | None = None,
) -> bytes:
    """A PDF whose font knows nothing of letters: codes of two bytes, and a ToUnicode map for them.

    ``rules`` are operators that draw, by the number of the page; ``extra`` goes into the trailer.
    """
    signs = sorted({sign for page in pages for text, *_ in page for sign in text})
    codes = {sign: number for number, sign in enumerate(signs, 1)}
    mapped = "".join(f"<{code:04x}> <{sign.encode('utf-16-be').hex()}>\n" for sign, code in codes.items())
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n1 begincodespacerange <0000> <ffff> "
        f"endcodespacerange\n{len(codes)} beginbfchar\n{mapped}endbfchar\nendcmap end end"
    )
    kids = " ".join(f"{6 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
        b"<</Type/Font/Subtype/Type0/BaseFont/Test/Encoding/Identity-H"
        b"/DescendantFonts[4 0 R]/ToUnicode 5 0 R>>",
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/Test/DW 1000/CIDSystemInfo"
        b"<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>",
        stream(cmap.encode()),
    ]
    for number, page in enumerate(pages):
        drawn = list((rules or {}).get(number + 1, ()))
        for text, x, y, size in page:
            coded = "".join(f"{codes[sign]:04x}" for sign in text)
            drawn.append(f"BT /F {size} Tf 1 0 0 1 {x} {y} Tm <{coded}> Tj ET")
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {A4[0]} {A4[1]}]/Contents {7 + 2 * number} 0 R"
            "/Resources<</Font<</F 3 0 R>>>>>>".encode()
        )
        objects.append(stream("\n".join(drawn).encode()))
    return pdf_of(objects, extra)


def stream(content: bytes, filters: str = "") -> bytes:
    return f"<</Length {len(content)}{filters}>>stream\n".encode() + content + b"\nendstream"


def pdf_of(objects: Sequence[bytes], extra: Mapping[str, str] | None = None) -> bytes:
    """A PDF of these objects, numbered from 1; the first one is its catalog."""
    written, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n".encode() + one + b"\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    more = "".join(f"/{key} {value}" for key, value in (extra or {}).items())
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer<</Size {size}/Root 1 0 R{more}>>\n"
    return written + f"{end}startxref\n{len(written)}\n%%EOF".encode()


def table_rules(columns: Sequence[float], rows: Sequence[float]) -> list[str]:
    """Operators that draw the rules of a table."""
    upright = [f"{x} {rows[0]} m {x} {rows[-1]} l S" for x in columns]
    return [*upright, *(f"{columns[0]} {y} m {columns[-1]} {y} l S" for y in rows)]


def leave_pdf() -> bytes:
    """Three pages: a heading and a paragraph, a ruled table, and nothing."""
    lines = [
        [
            ("연차 휴가 규정", 60, 780, 20),
            ("입사한 지 한 해가 지난 직원은", 60, 740, 11),
            ("휴가를 쓴다.", 60, 724, 11),
        ],
        [("근속", 60, 770, 11), ("일수", 160, 770, 11), ("1년", 60, 745, 11), ("15일", 160, 745, 11)],
        [],
    ]
    return pdf(lines, {2: table_rules((50, 150, 250), (735, 760, 785))})


def word(fill: object = None) -> bytes:
    """A DOCX that python-docx wrote: headings, a list, a table; ``fill`` may add to it."""
    document = docx.Document()
    document.core_properties.title = "서식 이름"
    document.add_heading("연차 휴가 규정", 1)
    document.add_paragraph("직원은 휴가를 쓴다.\n두 번째 줄이다.")
    document.add_paragraph("반차는 네 시간이다.", style="List Bullet")
    document.add_paragraph("남은 휴가는 없어진다.", style="List Bullet")
    document.add_heading("일수", 2)
    table = document.add_table(2, 2)
    for cell, text in zip(
        (*table.rows[0].cells, *table.rows[1].cells), ("근속", "일|수", "1년", "15일"), strict=True
    ):
        cell.text = text
    if callable(fill):
        fill(document)
    return saved(document)


def page_break(paragraph: object, text: str) -> None:
    """A run that begins on the next page, as Word notes it when it lays a document out."""
    run = paragraph.add_run()
    run._r.append(OxmlElement("w:lastRenderedPageBreak"))
    run.add_text(text)


def slides() -> bytes:
    """A PPTX with two slides: bullets and notes, and a table."""
    show = pptx.Presentation()
    first = show.slides.add_slide(show.slide_layouts[1])
    first.shapes.title.text = "상반기 계획"
    first.placeholders[1].text = "매장을 늘린다\n앱을 고친다"
    first.notes_slide.notes_text_frame.text = "천천히 말한다"
    second = show.slides.add_slide(show.slide_layouts[5])
    second.shapes.title.text = "일정"
    table = second.shapes.add_table(2, 2, 0, 0, 3_000_000, 1_000_000).table
    for place, text in enumerate(("달", "할 일", "3월", "개점")):
        table.cell(place // 2, place % 2).text = text
    return saved(show)


def workbook() -> bytes:
    """An XLSX with two sheets: dates and percents, and two tables with a gap."""
    from datetime import date, datetime

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "매출"
    sheet.append(["날짜", "금액", "비율", "합"])
    sheet.append([date(2026, 3, 2), 1200000, 0.125, 0.1 + 0.2])
    sheet["C2"].number_format = "0.0%"
    other = book.create_sheet("담당")
    other["B2"], other["C2"], other["B3"], other["C3"] = "매장", "사람", "솔내", "하늘"
    other["B6"], other["C6"] = "점검", datetime(2026, 3, 2, 9, 30)
    return saved(book)


def book(
    pages: Mapping[str, str], title: str = "작은 안내서", members: Mapping[str, bytes] | None = None
) -> bytes:
    """An EPUB of XHTML pages by their name, in order."""
    items = "".join(
        f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(pages)
    )
    refs = "".join(f'<itemref idref="i{n}"/>' for n in range(len(pages)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{title}</dc:title></metadata><manifest>{items}</manifest><spine>{refs}</spine></package>"
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles>'
        "</container>"
    )
    held = {"META-INF/container.xml": container.encode(), "OEBPS/content.opf": package.encode()}
    held |= {f"OEBPS/{name}": page.encode() for name, page in pages.items() if page} | dict(members or {})
    return zipped(held)


def zipped(members: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def letter() -> bytes:
    """A message with a quoted part and an attachment, as a Korean program writes it."""
    message = EmailMessage()
    message["From"] = "김하늘 <haneul@example.com>"
    message["To"] = "이바다 <bada@example.com>"
    message["Subject"] = "Re: 휴가 신청"
    message["Date"] = "Mon, 02 Mar 2026 09:30:00 +0900"
    message["Message-ID"] = "<2@example.com>"
    message["In-Reply-To"] = "<1@example.com>"
    message["References"] = "<0@example.com> <1@example.com>"
    message.set_content(
        "승인했습니다.\n\n> 사흘 쉬려고 합니다.\n> 괜찮을까요?\n", charset="euc-kr", cte="base64"
    )
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="신청서.pdf")
    return message.as_bytes()


def saved(document: object) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


PAGE = """<html><head><meta charset="utf-8"><title>안내</title></head>
<body><h1>휴가</h1><p>쉰다.<br>또 쉰다.</p>
<ol><li>하나</li><li>둘</li></ol><table><tr><th>근속</th><th>일수</th></tr><tr><td>1년</td><td>15일</td></tr></table>
<pre>if 쉼:
    return 1</pre></body></html>"""


def all_formats() -> dict[str, bytes]:
    """A good document of every suffix that is read as a whole."""
    mailbox = b"From a Mon Mar  2 09:30:00 2026\n" + letter().replace(b"\r\n", b"\n") + b"\n"
    page = PAGE.encode()
    return {
        ".html": page,
        ".pdf": leave_pdf(),
        ".docx": word(),
        ".pptx": slides(),
        ".xlsx": workbook(),
        ".epub": book({"a.xhtml": "<html><body><h1>첫째 장</h1><p>글이다.</p></body></html>"}),
        ".eml": letter(),
        ".mbox": mailbox * 2,
    }
