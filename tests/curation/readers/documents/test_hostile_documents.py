"""Documents that are damaged, locked, or far larger than they look: each ends in quarantine with a reason."""

import io
import socket
import time
import zipfile
import zlib
from collections.abc import Callable

import pypdf
import pytest

from tests.curation.readers.containers import members_of
from tests.curation.readers.documents.writers import (
    all_formats,
    book,
    leave_pdf,
    letter,
    pdf,
    pdf_of,
    saved,
    slides,
    stream,
    word,
    workbook,
    zipped,
)
from tests.curation.readers.survey import survey
from tests.curation.readers.test_hostile import declared, peak_mb

FORMATS = all_formats()
ZIPPED = sorted({".docx", ".pptx", ".xlsx", ".epub"})


def locked_pdf(password: str, algorithm: str) -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(leave_pdf()))
    writer.encrypt(password, "owner", algorithm=algorithm)
    held = io.BytesIO()
    writer.write(held)
    return held.getvalue()


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_pdf_that_needs_a_password(reason, document, algorithm):
    assert reason(locked_pdf("비밀", algorithm), ".pdf") == "no PDF document: protected by a password"
    assert "연차 휴가" in document(locked_pdf("", algorithm), ".pdf").text


def test_scanned_pdf(reason):
    picture = stream(
        zlib.compress(bytes(100)), "/Type/XObject/Subtype/Image/Width 10/Height 10/Filter/FlateDecode"
    )
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>",
        stream(b"9 0 0 9 0 0 cm /I Do"),
        picture,
    ]
    assert reason(pdf_of(objects), ".pdf") == "no PDF document: no text: needs OCR"


def test_pdf_whose_fonts_say_nothing(reason):
    content = pdf([[("\ue001\ue002\ue003", 60, 700, 11)]])
    assert reason(content, ".pdf").startswith("no PDF document: its fonts do not say which letters")


def test_pdf_of_too_many_pages(reason, monkeypatch):
    monkeypatch.setattr("curation.readers.documents.pdf.MOST_PAGES", 2)
    assert reason(leave_pdf(), ".pdf") == "no PDF document: more than 2 pages"


def page_tree(kids: str) -> bytes:
    return pdf_of([b"<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count 3>>".encode()])


def office_bombs(suffix: str) -> dict[str, Callable[[], bytes]]:
    """What an office document may ask for, each packed when its test runs: some take a second to pack."""
    content, part = {
        ".docx": (word(), "word/document.xml"),
        ".pptx": (slides(), "ppt/presentation.xml"),
        ".xlsx": (workbook(), "xl/workbook.xml"),
    }[suffix]
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    doctype = f'<!DOCTYPE a [<!ENTITY a0 "x">{entities}]>'.encode()
    outside = b'<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    members = members_of(content)
    body = members[part].split(b"?>", 1)[-1]
    return {
        "entities": lambda: zipped(members | {part: doctype + body.replace(b"</", b"&a11;</", 1)}),
        "outside": lambda: zipped(members | {part: outside + body.replace(b"</", b"&a;</", 1)}),
        "utf-16": lambda: zipped(members | {part: (doctype + body).decode().encode("utf-16")}),
        "spaces": lambda: zipped(members | {part: members[part] + b" " * 60_000_000}),
        "zeros": lambda: zipped(members | {"media/x.png": bytes(60_000_000)}),
        "a declared size of 4 GB": lambda: declared(content, 0xFFFFFFF0),
        "files": lambda: zipped({str(n): b"" for n in range(20_001)}),
        "no ZIP": lambda: b"PK\x03\x04" + bytes(100),
        "of 2003": lambda: bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600),
    }


def book_bombs() -> dict[str, Callable[[], bytes]]:
    page = "<html><body><p>글</p></body></html>"
    container = b'<!DOCTYPE a [<!ENTITY a0 "x">%s]><a>&a11;</a>' % b"".join(
        b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12)
    )
    locked = b'<a><CipherReference URI="OEBPS/a"/></a>'
    return {
        "package with entities": lambda: book({"a": page}, members={"META-INF/container.xml": container}),
        "copy protection": lambda: book({"a": page}, members={"META-INF/encryption.xml": locked}),
    }


def pdf_bombs() -> dict[str, Callable[[], bytes]]:
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<<>>>>",
    ]
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</I 5 0 R>>>>"
    calls = stream(b"/I Do /I Do", form.decode())
    circle = objects[2].replace(b"<<>>", b"<</XObject<</I 5 0 R>>>>")

    def deflated(block: bytes, times: int) -> bytes:
        packer = zlib.compressobj(9)  # block by block, for the peak of memory is what the test looks at
        packed = b"".join(packer.compress(block) for _ in range(times)) + packer.flush()
        return pdf_of([*objects, stream(packed, "/Filter/FlateDecode")])

    return {
        "pages in a circle": lambda: page_tree("2 0 R"),
        "no pages": lambda: page_tree(""),
        "a page of spaces": lambda: deflated(b" " * 1_000_000, 200),
        "a page of operators": lambda: deflated(b"BT (a) Tj ET q " * 1_000, 1_000),
        "forms in a circle": lambda: pdf_of([*objects[:2], circle, stream(b"/I Do"), calls]),
    }


def parts_without_end() -> bytes:
    return b"Subject: a\nContent-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\n\n" * 3000


BOMBS = {
    **{
        (suffix, name): made
        for suffix in (".docx", ".pptx", ".xlsx")
        for name, made in office_bombs(suffix).items()
    },
    **{(".epub", name): made for name, made in book_bombs().items()},
    **{(".pdf", name): made for name, made in pdf_bombs().items()},
    (".eml", "parts without end"): parts_without_end,
}


@pytest.mark.timed
@pytest.mark.parametrize(("suffix", "name"), BOMBS)
def test_small_files_that_ask_for_far_more(surveyed, suffix, name):
    content = BOMBS[suffix, name]()
    before, started = peak_mb(), time.process_time()
    found = surveyed(content, suffix)
    assert (len(found.rows), len(found.bad)) == (0, 1)
    assert "root:" not in found.bad[0].error
    assert peak_mb() - before < 150
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("suffix", "content", "text"),
    [
        (".html", b"<p>" + b"<div>" * 200_000 + "글".encode(), None),
        (".html", b"<b>" * 1_000 + "글".encode(), "글"),
        (".html", b"<table><tr><td>" * 400 + "글".encode(), "글"),
        (".html", b"<p>" + b"&#65;" * 500_000, "A" * 500_000),
        (".html", b"<" * 2_000_000, None),
        (".html", b"<p a=" + b"'" * 2_000_001, None),
        (".eml", b"Subject: " + b"=?utf-8?B?" * 200_000 + b"\n\nx", "x"),
        (".eml", b"To: " + b"<" * 200_000 + b"\n\nx", None),
        (".eml", b"From: " + b'"' * 200_001 + b"\n\nx", None),
        (".eml", b"a: b\n" * 200_000 + b"\nx", "x"),
        (".eml", b"Content-Type: multipart/alternative; boundary=x\n\n--x\n" * 400 + b"\nx", None),
    ],
)
def test_depth_and_length(surveyed, suffix, content, text):
    found = surveyed(content, suffix)
    assert len(found.rows) + len(found.bad) == 1
    if text is not None:
        assert found.texts[0].endswith(text)


@pytest.mark.parametrize("place", ["XFD1048576", "A9999999999", "ZZZZZZ1"])
def test_a_cell_at_the_end_of_the_sheet(surveyed, place):
    members = members_of(workbook())
    sheet = members["xl/worksheets/sheet2.xml"]
    row = "".join(filter(str.isdigit, place)).encode()
    last = b'<row r="%s"><c r="%s"><v>1</v></c></row></sheetData>' % (row, place.encode())
    content = zipped(members | {"xl/worksheets/sheet2.xml": sheet.replace(b"</sheetData>", last)})
    found = surveyed(content, ".xlsx")
    assert len(found.rows) + len(found.bad) == 1


def test_a_workbook_of_empty_cells_without_end(reason):
    members = members_of(workbook())
    rows = b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (n, n) for n in range(1, 1000))
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    content = zipped(members | {"xl/worksheets/sheet1.xml": sheet + rows + b"</sheetData></worksheet>"})
    assert "rows or 5,000,000 cells" in reason(content, ".xlsx")


def test_names_that_lead_out_of_the_archive_are_only_names(tmp_path, read_bytes):
    secret = tmp_path / "비밀.xhtml"
    secret.write_text("<p>비밀</p>", "utf-8")
    (tmp_path / "책").mkdir()
    pages = {f"../../{up}비밀.xhtml": "" for up in ("", "../", str(tmp_path.relative_to("/")) + "/")}
    content = book(
        pages | {"가.xhtml": "<p>글</p>", str(secret): ""}, members={"../../비밀.xhtml": b"<p>x</p>"}
    )
    found = read_bytes("documents", content, name="책.epub")
    assert "비밀" not in found.texts[0]


def test_outside_targets_are_not_opened(surveyed, monkeypatch):
    def refused(*_args, **_kwargs):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    members = members_of(word())
    relations = members["word/_rels/document.xml.rels"].replace(
        b'Target="styles.xml"', b'Target="http://127.0.0.1:9/styles.xml" TargetMode="External"'
    )
    content = zipped(members | {"word/_rels/document.xml.rels": relations})
    assert surveyed(content, ".docx").texts[0].startswith("연차 휴가 규정\n\n직원은")
    page = b'<!DOCTYPE html SYSTEM "http://127.0.0.1:9/a.dtd"><link rel=stylesheet href="http://127.0.0.1:9/a.css"><p>x'
    assert surveyed(page, ".html").texts == ["x"]


@pytest.mark.parametrize(("breaks", "read"), [(9_000, True), (10_001, False)])
def test_a_paragraph_of_thousands_of_pages(surveyed, breaks, read):
    members = members_of(word())
    run = (
        "<w:r><w:lastRenderedPageBreak/><w:t xml:space='preserve'>" + "쪽의 글은 길다 " * 20 + "</w:t></w:r>"
    )
    body = members["word/document.xml"].replace(b"<w:body>", f"<w:body><w:p>{run * breaks}</w:p>".encode())
    found = surveyed(zipped(members | {"word/document.xml": body}), ".docx")
    assert (len(found.rows), len(found.bad)) == (read, not read)
    if not read:
        assert found.bad[0].error == "no Word (DOCX) document: more than 10,000 pages"


def test_macros_stay_closed(surveyed):
    content = zipped(members_of(word()) | {"word/vbaProject.bin": b"Sub AutoOpen()"})
    (text,) = surveyed(content, ".docx").texts
    assert "AutoOpen" not in text


def test_locked_archive(reason):
    held = bytearray(word())
    for at in _all(bytes(held), b"PK\x01\x02"):
        held[at + 8] |= 1
    assert reason(bytes(held), ".docx") == "no Word (DOCX) document: protected by a password"


def _all(content: bytes, sign: bytes) -> list[int]:
    return [at for at in range(len(content)) if content.startswith(sign, at)]


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_nothing_in_it(reason, suffix):
    assert reason(b" \n", suffix) == "empty file"


def test_documents_without_words(reason):
    import docx
    import openpyxl

    assert reason(saved(docx.Document()), ".docx") == "no text in the document"
    assert reason(saved(openpyxl.Workbook()), ".xlsx") == "no text in the document"
    assert reason(b"<p hidden>x</p>", ".html") == "no text in the document"


def test_a_mailbox_is_read_message_by_message(tmp_path):
    one = b"From a Mon Mar  2 09:30:00 2026\n" + letter() + b"x" * 100_000 + b"\n\n"
    path = tmp_path / "편지.mbox"
    with path.open("wb") as box:
        for _ in range(600):
            box.write(one)
    before = peak_mb()
    assert len(survey("documents", path).rows) == 600
    assert peak_mb() - before < 60 + 600 * 0.1  # survey keeps what was read


def test_zip_of_a_future_method(surveyed):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members_of(word()).items():
            archive.writestr(name, content)
    content = held.getvalue().replace(
        b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x63\x00"
    )
    found = surveyed(content, ".docx")
    assert (len(found.rows), len(found.bad)) == (0, 1)
