"""XML that is not of an office document: dumps and books define no entities, and bring in no other files.

Office documents have tests of the same beside their readers.
"""

import bz2
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from curation.errors import UserError
from tests.curation.readers.documents.writers import book
from tests.curation.readers.survey import survey

# What is read may take; each bomb below would take gigabytes.
ROOM_MB = 300
SECRET = "문밖의 글"
ENCODINGS = ["utf-8", "utf-16", "utf-16-le", "utf-16-be"]

LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
LONG = "ㅋ" * 100_000
# The document type, and what stands in the text.
HOSTILE = {
    "entities of entities": (f'<!DOCTYPE m [<!ENTITY a0 "ㅋㅋㅋㅋ">{LAUGHS}]>', "&a11;"),
    "one long entity": (f'<!DOCTYPE m [<!ENTITY a "{LONG}">]>', "&a;" * 50_000),
    "a file": ('<!DOCTYPE m [<!ENTITY a SYSTEM "{file}">]>', "&a;"),
    "a public file": ('<!DOCTYPE m [<!ENTITY a PUBLIC "x" "{file}">]>', "&a;"),
    "a file of declarations": ('<!DOCTYPE m [<!ENTITY % a SYSTEM "{file}"> %a;]>', "글"),
    "a document type in a file": ('<!DOCTYPE m SYSTEM "{file}">', "글"),
    "an address": ('<!DOCTYPE m [<!ENTITY a SYSTEM "http://127.0.0.1:9/x">]>', "&a;"),
}


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    path = tmp_path / "outside.txt"
    path.write_text(SECRET, encoding="utf-8")
    return path


@contextmanager
def little_room() -> Iterator[None]:
    """Refuse the process more memory than a little: what would grow fails at once, and not the machine."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (psutil.Process().memory_info().vms + ROOM_MB * 2**20, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def dump(doctype: str, text: str, encoding: str) -> bytes:
    """An export of MediaWiki with a document type."""
    named = encoding.removesuffix("-le").removesuffix("-be")
    page = f"<page><title>{text}</title><ns>0</ns><id>1</id><revision><text>{text}</text></revision></page>"
    whole = f'<?xml version="1.0" encoding="{named}"?>{doctype}<mediawiki>{page}</mediawiki>'
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    return f"{mark}{whole}".encode(encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_dump_that_declares_a_document_type_is_refused(
    tmp_path: Path, outside: Path, kind: str, encoding: str
) -> None:
    doctype, text = HOSTILE[kind]
    content = dump(doctype.replace("{file}", outside.as_uri()), text, encoding)
    for name, bytes_ in (("a.xml", content), ("a.xml.bz2", bz2.compress(content))):
        (tmp_path / name).write_bytes(bytes_)
        with little_room():
            found = survey("kowiki", tmp_path / name)
        assert found.refused is not None
        assert found.refused.what == "This dump cannot be read: it declares a document type."
        assert found.refused.where == name
        assert found.rows == []


def test_a_dump_without_one_is_read_in_every_encoding(tmp_path: Path) -> None:
    """So that what is refused above is refused for its document type alone."""
    for encoding in ENCODINGS:
        (tmp_path / "a.xml").write_bytes(dump("", "글", encoding))
        assert survey("kowiki", tmp_path / "a.xml").texts == ["글"], encoding


def test_a_document_type_that_never_ends_fills_no_memory(tmp_path: Path) -> None:
    """A declaration of gigabytes, packed into a megabyte; nothing of it is kept."""
    head, block = b'<!DOCTYPE mediawiki [<!ENTITY a "', b"x" * 2**20
    packer = bz2.BZ2Compressor()
    parts = [packer.compress(head), *(packer.compress(block) for _ in range(64)), packer.flush()]
    path = tmp_path / "a.xml.bz2"
    path.write_bytes(b"".join(parts))
    with little_room():
        refused = survey("kowiki", path).refused
    assert isinstance(refused, UserError)
    assert "a document type" in refused.what


CONTAINER = '<container><rootfiles><rootfile full-path="{}"/></rootfiles></container>'
PACKAGE = (
    '<package xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{}</dc:title><manifest>'
    '<item id="i0" href="{}" media-type="application/xhtml+xml"/></manifest>'
    '<spine><itemref idref="i0"/></spine></package>'
)
PAGE = "<html><body><p>쪽의 글</p></body></html>"
MEMBERS = {
    "META-INF/container.xml": lambda doctype, text: doctype + CONTAINER.format(text),
    "OEBPS/content.opf": lambda doctype, text: doctype + PACKAGE.format(text, "가.xhtml"),
    # In an attribute no parser leaves an entity unread.
    "OEBPS/content.opf ": lambda doctype, text: doctype + PACKAGE.format("책", text),
    "META-INF/encryption.xml": lambda doctype, text: f"{doctype}<a><CipherReference URI='{text}'/></a>",
    "OEBPS/가.xhtml": lambda doctype, text: doctype + PAGE.replace("쪽의 글", f"쪽의 글 {text}"),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("member", MEMBERS)
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_book_brings_in_nothing(
    tmp_path: Path, outside: Path, kind: str, member: str, encoding: str
) -> None:
    """Older books have document types: what they define stays unread, and what would grow is refused."""
    doctype, text = HOSTILE[kind]
    whole = MEMBERS[member](doctype.replace("{file}", outside.as_uri()), text)
    path = tmp_path / "책.epub"
    path.write_bytes(book({"가.xhtml": PAGE}, members={member.strip(): whole.encode(encoding)}))
    with little_room():
        found = survey("documents", path)
    assert len(found.rows) + len(found.bad) == 1
    assert "\n" not in "".join(one.error for one in found.bad)
    assert SECRET not in repr(found)
    if found.rows:
        # The page's own text, and the entity as it is written.
        assert "쪽의 글" in found.texts[0]
        assert "ㅋㅋㅋ" not in found.texts[0]
    elif "entit" in kind:
        assert "damaged XML" in found.bad[0].error
        assert "entity" in found.bad[0].error  # and no want of memory
