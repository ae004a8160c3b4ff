"""EPUB e-books: the pages of the book in the order of its spine, each read as HTML.

Source: EPUB 3.3, chapters 4 (container) and 5 (package), and OPF 2.0.1 for older books.
"""

import posixpath
from urllib.parse import unquote

from lxml import etree

from curation.readers.documents.archive import Archive
from curation.readers.documents.charsets import decoded
from curation.readers.documents.draft import Draft
from curation.readers.documents.formats import Format
from curation.readers.documents.html import add_page

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_PAGES = ("application/xhtml+xml", "text/html")


def parse(content: bytes) -> Draft:
    """Read a book.

    Raises
    ------
    ValueError
        When it is none, is damaged, or its pages are encrypted.
    """
    archive = Archive(content)
    rootfile = next(archive.xml(_CONTAINER).iter("{*}rootfile"), None)
    if rootfile is None:
        raise ValueError("no package in the container")
    package = posixpath.normpath(rootfile.get("full-path", ""))
    book = archive.xml(package)
    title = next(book.iter("{http://purl.org/dc/elements/1.1/}title"), None)
    draft = Draft(title="" if title is None else " ".join((title.text or "").split()))
    locked = _locked(archive)
    lacking = 0
    for name in _spine(book, posixpath.dirname(package)):
        if name in locked:
            raise ValueError("encrypted: the book has copy protection")
        if name in archive.names:
            add_page(decoded(archive.read(name)), draft)
        else:
            lacking += 1
    if lacking:
        draft.notes["pages that the book lacks"] = str(lacking)
    return draft


def _spine(book: etree._Element, folder: str) -> list[str]:
    """The names of the pages' files in the archive; nothing outside it has a name there."""
    items = {
        item.get("id"): posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
        for item in book.iter("{*}item")
        if item.get("media-type") in _PAGES
    }
    return [items[one.get("idref")] for one in book.iter("{*}itemref") if one.get("idref") in items]


def _locked(archive: Archive) -> set[str]:
    if _ENCRYPTION not in archive.names:
        return set()
    return {unquote(one.get("URI", "")) for one in archive.xml(_ENCRYPTION).iter("{*}CipherReference")}


EPUB = Format("EPUB", parse)
