"""The reader's own files, read by the page in a real browser."""

import base64
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdf
import pytest

from tests.compile.browser import needs_browser, needs_node
from tests.compile.engine_page_server import PageServer
from tests.compile.engine_pages import opened
from tests.curation.readers.documents.writers import pdf, pdf_of, stream

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [needs_browser, needs_node]

# The second word is not in KS X 1001, only in what CP949 adds.
KOREAN = "우리 마을의 느티나무는 오백 살이다.\n똠방각하는 펲시를 마신다."
_READ = """async ([name, data]) => {
  try {
    return await readFile(new File([Uint8Array.fromBase64(data)], name));
  } catch (fault) {
    return { code: fault.code, message: fault.message };
  }
}"""


@pytest.fixture(scope="module")
def page(browser: "Browser", engine_page: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Page"]:
    with PageServer([engine_page, tmp_path_factory.mktemp("empty")]) as server:
        yield opened(browser.new_context(), server)


def read(page: "Page", name: str, data: bytes) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(_READ, [name, base64.b64encode(data).decode()])
    return found


def unmapped(encoding: str, ordering: str, pages: Sequence[Sequence[bytes]]) -> bytes:
    """A PDF as older programs wrote it: what the codes mean stands in a map that is not in the file."""
    kids = " ".join(f"{6 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
        f"<</Type/Font/Subtype/Type0/BaseFont/Test/Encoding/{encoding}/DescendantFonts[4 0 R]>>".encode(),
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/Test/DW 1000/FontDescriptor 5 0 R/CIDSystemInfo"
        b"<</Registry(Adobe)/Ordering(" + ordering.encode() + b")/Supplement 1>>>>",
        b"<</Type/FontDescriptor/FontName/Test/Flags 4/ItalicAngle 0/Ascent 880/Descent -120/StemV 80"
        b"/FontBBox[0 -120 1000 880]>>",
    ]
    for number, drawn in enumerate(pages):
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {7 + 2 * number} 0 R"
            "/Resources<</Font<</F 3 0 R>>>>>>".encode()
        )
        at = [
            f"BT /F 12 Tf 1 0 0 1 72 {700 - 20 * row} Tm <{text.hex()}> Tj ET"
            for row, text in enumerate(drawn)
        ]
        objects.append(stream("\n".join(at).encode()))
    return pdf_of(objects)


def locked(data: bytes) -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(data))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_text_in_any_encoding(page: "Page", encoding: str) -> None:
    data = KOREAN.replace("\n", "\r\n").encode(encoding)
    assert read(page, "글.TXT", data) == {"name": "글.TXT", "pages": [{"page": None, "text": KOREAN}]}


def test_letters_are_composed(page: "Page") -> None:
    decomposed = "# \u1112\u1161\u11ab\u1100\u1173\u11af\n"
    found = read(page, "\u1112\u1161\u11ab.md", decomposed.encode())
    assert found == {"name": "한.md", "pages": [{"page": None, "text": "# 한글\n"}]}


def test_a_pdf_by_page(page: "Page") -> None:
    texts = [["첫째 줄", "둘째 줄"], ["다음 쪽 ABC"]]
    data = unmapped(
        "UniKS-UCS2-H", "Korea1", [[line.encode("utf-16-be") for line in lines] for lines in texts]
    )
    assert read(page, "문서.pdf", data)["pages"] == [
        {"page": 1, "text": "첫째 줄\n둘째 줄"},
        {"page": 2, "text": "다음 쪽 ABC"},
    ]


@pytest.mark.parametrize(
    ("encoding", "ordering", "codec", "text"),
    [
        ("KSCms-UHC-H", "Korea1", "cp949", "훈민정음 똠"),
        ("UniKS-UCS2-H", "Korea1", "utf-16-be", "훈민정음"),
        ("90ms-RKSJ-H", "Japan1", "cp932", "日本語のかな"),
    ],
)
def test_a_pdf_whose_letters_are_in_maps_of_the_page(
    page: "Page", encoding: str, ordering: str, codec: str, text: str
) -> None:
    found = read(page, "old.pdf", unmapped(encoding, ordering, [[text.encode(codec)]]))
    assert found["pages"] == [{"page": 1, "text": text}]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.docx", b"PK", "type"),
        ("a", b"text", "type"),
        ("a.txt", b"", "empty"),
        ("a.txt", b" \n\n ", "empty"),
        ("a.txt", bytes(range(256)) * 3, "damaged"),
        ("a.pdf", b"%PDF-1.7\nbroken", "damaged"),
        ("a.pdf", b"no PDF", "damaged"),
        ("a.pdf", pdf([[]]), "no-text"),
        ("a.pdf", locked(pdf([[("비밀", 72, 700, 12)]])), "locked"),
    ],
)
def test_what_cannot_be_taken_in_is_named(page: "Page", name: str, data: bytes, code: str) -> None:
    found = read(page, name, data)
    assert found["code"] == code
    assert name in found["message"]


def test_too_large(page: "Page") -> None:
    found = page.evaluate(
        """() => readFile(new File([new Uint8Array(21 * 2 ** 20)], "a.txt")).catch(({ code }) => code)"""
    )
    assert found == "too-large"
