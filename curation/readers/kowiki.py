"""Dumps of the Korean Wikipedia: articles as plain text, from MediaWiki's export XML.

https://dumps.wikimedia.org/kowiki/, CC BY-SA 4.0 (and GFDL for what was written before 2009). The files
`kowiki-…-pages-articles….xml.bz2`, one stream or many, packed or unpacked: ``mediawiki/page{title, ns, id,
redirect@title, revision{id, timestamp, text}}`` (https://www.mediawiki.org/wiki/Help:Export, export-0.11).
Redirects and pages outside the article namespace (0) are counted in notes. Of several revisions the last is
taken. A dump is read in pieces and never held whole; one that declares a document type, which dumps do not,
is refused, and with it all that entities could do.
"""

import bz2
from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat

from curation.errors import UserError
from curation.readers.base import Item, Options, Reader, SourceFile
from curation.readers.encoding import cannot_open
from curation.readers.wikitext import plain_text
from curation.records import BadRow, FileNote, Location, Row, TextRecord

_CHUNK = 1 << 18
# MediaWiki takes pages of 2 MiB; packed, a few kilobytes may claim to be gigabytes.
MOST_LETTERS = 1 << 24
_DEEPEST = 100
_BZIP2 = b"BZh"
_REDIRECTS = ("#redirect", "#넘겨주기")
_KEPT = {
    ("page", "title"),
    ("page", "ns"),
    ("page", "id"),
    ("revision", "id"),
    ("revision", "timestamp"),
    ("revision", "text"),
}

Page = dict[str, str]


class KowikiOptions(Options):
    """Dumps have no options."""


def read(file: SourceFile, _options: KowikiOptions) -> Iterator[Item]:
    """Yield the articles; the place of a row is the number of its page in the dump.

    Raises
    ------
    UserError
        When the file is no dump, or ends before its end.
    """
    redirects = elsewhere = empty = 0
    for number, page in enumerate(_pages(file), 1):
        where = Location(file.name, number)
        wikitext = page.get("revision text", "")
        if page.get("page ns", "0") != "0":
            elsewhere += 1
        elif "redirect" in page or wikitext[:20].lstrip().lower().startswith(_REDIRECTS):
            redirects += 1
        else:
            try:
                text = plain_text(wikitext)
            except ValueError as error:
                yield BadRow(wikitext.encode(), where, str(error))
                continue
            if text:
                yield Row(TextRecord(text, page.get("page title", ""), _attributes(page)), where)
            else:
                empty += 1
    for fact, count in (
        ("redirects", redirects),
        ("pages outside the article namespace", elsewhere),
        ("articles without text", empty),
    ):
        if count:
            yield FileNote(file.name, fact, str(count))


def _attributes(page: Page) -> dict[str, str]:
    known = {"id": "page id", "revision": "revision id", "timestamp": "revision timestamp"}
    return {name: page[key] for name, key in known.items() if key in page}


def _pages(file: SourceFile) -> Iterator[Page]:
    export = _Export()
    try:
        with _opened(file) as stream:
            while piece := stream.read(_CHUNK):
                export.feed(piece)
                yield from export.taken()
        export.close()
        yield from export.taken()
    except EOFError as error:
        raise _no_dump(file, "it ends in the middle") from error
    except (expat.ExpatError, ValueError) as error:
        raise _no_dump(file, str(error)) from error
    except OSError as error:
        # Of the archive and of the file system alike; only the latter has a number.
        raise _no_dump(file, str(error)) if error.errno is None else cannot_open(file, error) from error


def _opened(file: SourceFile) -> BinaryIO:
    with file.path.open("rb") as stream:
        packed = stream.read(len(_BZIP2)) == _BZIP2
    # Both give bytes.
    return bz2.open(file.path) if packed else file.path.open("rb")  # type: ignore[return-value]


class _Export:
    """The pages of an export, as its XML comes in."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.buffer_size = _CHUNK
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._open: list[str] = []
        self._fed = 0
        self._key = ""
        self._texts: list[str] = []
        self._letters = 0
        self._page: Page = {}
        self._whole: list[Page] = []

    def feed(self, piece: bytes) -> None:
        """Take the next piece of the file."""
        self._parser.Parse(piece, False)
        self._fed += len(piece)
        # What expat holds back is one tag that does not end.
        if self._fed - self._parser.CurrentByteIndex > MOST_LETTERS:
            raise ValueError(f"a tag of more than {MOST_LETTERS:,} bytes")

    def close(self) -> None:
        """Take the end of the file."""
        self._parser.Parse(b"", True)

    def taken(self) -> list[Page]:
        """Give the pages that came whole since the last time."""
        whole, self._whole = self._whole, []
        return whole

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if not self._open and local != "mediawiki":
            raise ValueError("it is no export of MediaWiki")
        parent = self._open[-1] if self._open else ""
        self._open.append(local)
        if len(self._open) > _DEEPEST:
            raise ValueError(f"elements in each other, more than {_DEEPEST} deep")
        if local == "page":
            self._page = {}
        elif local == "redirect" and parent == "page":
            self._page["redirect"] = attributes.get("title", "")
        elif (parent, local) in _KEPT:
            self._key = f"{parent} {local}"
            self._texts, self._letters = [], 0

    def _characters(self, text: str) -> None:
        if self._key:
            self._texts.append(text)
            self._letters += len(text)
            if self._letters > MOST_LETTERS:
                raise ValueError(f"a page of more than {MOST_LETTERS:,} letters")

    def _end(self, _name: str) -> None:
        local = self._open.pop()
        if self._key:
            self._page[self._key] = "".join(self._texts)
            self._key = ""
        if local == "page":
            self._whole.append(self._page)

    def _refuse(self, *_: object) -> None:
        raise ValueError("it declares a document type")


def _no_dump(file: SourceFile, reason: str) -> UserError:
    return UserError(
        f"This dump cannot be read: {reason}.",
        where=file.name,
        fix="The reader `kowiki` takes files pages-articles….xml.bz2; if this is one, fetch it again.",
    )


KOWIKI = Reader(
    name="kowiki",
    summary="KoWiki dumps: articles of MediaWiki's export XML as plain text, packed with bzip2 or not",
    options=KowikiOptions,
    read=read,
    kind=lambda _: "text",
    suffixes=(".xml", ".xml.bz2"),
)
