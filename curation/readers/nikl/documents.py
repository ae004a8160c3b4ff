"""Corpora of the institute, document by document, however large the file is.

A file is ``{"id": …, "metadata": {…}, "document": [{…}, …]}`` in UTF-8 or UTF-16, with or without a byte
order mark. Newspapers come in files of hundreds of megabytes, so a file is never held whole: what is read
ahead grows with the largest document alone.
"""

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import BinaryIO, NamedTuple

from curation.errors import UserError
from curation.readers import json_file
from curation.readers.base import SourceFile
from curation.readers.encoding import Encoding, cannot_open, file_encoding
from curation.readers.quoting import shown
from curation.records import BadRow, FileNote, Location

_CHUNK = 1 << 20
_BLANKS = re.compile(r"[ \t\r\n]*")
_COMMA = re.compile(r"[ \t\r\n]*,[ \t\r\n]*")
_SCANNER = json.JSONDecoder()


class Document(NamedTuple):
    """An item of ``document`` with its number from 1, and what its corpus says about all of them."""

    number: int
    value: object
    corpus: Mapping[str, str]


def documents(file: SourceFile) -> Iterator[Document | BadRow | FileNote]:
    """Yield the documents of a file.

    A document whose characters or values are damaged is a row for quarantine. Where the JSON itself
    breaks off, nobody knows where the next document begins: the rest of the file is one such row.

    Raises
    ------
    UserError
        When the file is no corpus of the institute, or breaks off before its list of documents.
    """
    encoding = file_encoding(file)
    try:
        with file.path.open("rb") as stream:
            yield from _documents(_Source(stream, encoding), file)
    except OSError as error:
        raise cannot_open(file, error) from error


def document_attributes(document: Document) -> dict[str, str]:
    """What is known about a document and its corpus; lists and objects as JSON."""
    if not isinstance(document.value, dict):
        return dict(document.corpus)
    own = {"document_id": document.value.get("id"), **_members(document.value.get("metadata"))}
    return {**document.corpus, **_attributes(own)}


def _corpus_attributes(head: Mapping[str, object]) -> dict[str, str]:
    metadata = _members(head.get("metadata"))
    named = {"corpus_title" if key == "title" else key: held for key, held in metadata.items()}
    return _attributes({"corpus_id": head.get("id"), **named})


def _attributes(known: Mapping[str, object]) -> dict[str, str]:
    return {
        key: held if isinstance(held, str) else json_file.spelled(held).decode()
        for key, held in known.items()
        if held not in (None, "", [], {})
    }


def _members(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _documents(source: "_Source", file: SourceFile) -> Iterator[Document | BadRow | FileNote]:
    try:
        corpus = _corpus_attributes(_head(source))
    except ValueError as error:
        raise UserError(
            f"This file is no corpus of the National Institute of Korean Language: {error}.",
            where=file.name,
            fix="A corpus is a JSON object with a list `document`; leave other files out of the recipe.",
        ) from error
    number = 0
    try:
        while source.next_item(first=number == 0):
            text = source.value()
            number += 1
            try:
                value = json_file.parsed_text(text)
            except ValueError as error:
                where = Location(file.name, number)
                yield BadRow(source.spelled(text), where, f"no JSON: {shown(str(error), 120)}")
                continue
            yield Document(number, value, corpus)
    except ValueError as error:
        where = Location(file.name, number + 1)
        yield BadRow(source.rest(), where, f"the file breaks off here: {shown(str(error), 120)}")
        return
    after = source.rest().decode(source.codec, "replace").strip()
    if after != "}":
        yield FileNote(file.name, "after the documents", shown(after) or "nothing")


def _head(source: "_Source") -> dict[str, object]:
    """The keys before ``document``; the source then stands inside that list."""
    if not source.take("{"):
        raise ValueError("it holds no JSON object")
    corpus: dict[str, object] = {}
    while source.ahead() == '"':
        key = json_file.parsed_text(source.value())
        if not source.take(":"):
            raise ValueError("a key without a value")
        if key == "document":
            if source.take("["):
                return corpus
            raise ValueError("its `document` is no list")
        source.ahead()
        corpus[str(key)] = json_file.parsed_text(source.value())
        if not source.take(","):
            break
    raise ValueError("it has no list `document`")


class _Source:
    """The text of a JSON file, read as far as it is needed."""

    def __init__(self, stream: BinaryIO, encoding: Encoding) -> None:
        self.codec = encoding.codec
        self._stream = stream
        stream.seek(len(encoding.mark))
        # Bytes that are no characters become half characters, which no JSON value may hold: they
        # cost their document alone.
        wide = encoding.codec.startswith(("utf-16", "utf-32"))
        self._errors = "surrogatepass" if wide else "surrogateescape"
        self._decoder = codecs.getincrementaldecoder(encoding.codec)(self._errors)
        self._lost = b""  # from the first bytes on that cannot be decoded
        self._text = ""
        self._at = 0
        self._ended = False

    def ahead(self) -> str:
        """The next sign after blanks, empty at the end of the file."""
        while True:
            blanks = _BLANKS.match(self._text, self._at)
            self._at = blanks.end() if blanks else self._at
            if self._at < len(self._text) or self._ended:
                return self._text[self._at : self._at + 1]
            self._read()

    def take(self, sign: str) -> bool:
        """Step over ``sign`` when it comes next."""
        found = self.ahead() == sign
        self._at += found
        return found

    def next_item(self, *, first: bool) -> bool:
        """Step to the next item of a list, or over its end."""
        if not first:
            comma = _COMMA.match(self._text, self._at)
            if comma is not None and comma.end() < len(self._text):
                self._at = comma.end()
                return True
        if self.take("]"):
            return False
        if not first and not self.take(","):
            raise ValueError("the list of documents is not closed")
        self.ahead()
        return True

    def value(self) -> str:
        """The JSON of the value that comes next; blanks before it must have been passed.

        Raises
        ------
        ValueError
            When it is no JSON, however much of the file is read.
        """
        while True:
            try:
                end = _SCANNER.raw_decode(self._text, self._at)[1]
            except RecursionError:
                raise ValueError("too many values within one another") from None
            except json.JSONDecodeError as error:
                if self._ended:
                    raise ValueError(error.msg) from None
            else:
                if end < len(self._text) or self._ended:  # a number may go on
                    text, self._at = self._text[self._at : end], end
                    return text
            self._read()

    def rest(self) -> bytes:
        """The bytes that were not taken."""
        while not self._ended:
            with suppress(ValueError):
                self._read()
        return self.spelled(self._text[self._at :]) + self._lost

    def spelled(self, text: str) -> bytes:
        """The bytes of ``text`` in the file."""
        return text.encode(self.codec, self._errors)

    def _read(self) -> None:
        # As much as is held already: a document of any length is looked at a few times only.
        held = self._text[self._at :]
        chunk = self._stream.read(max(_CHUNK, 2 * len(held)))
        self._ended = not chunk
        undecoded = self._decoder.getstate()[0]
        try:
            self._text, self._at = held + self._decoder.decode(chunk, final=self._ended), 0
        except UnicodeDecodeError as error:
            self._ended, self._lost = True, undecoded + chunk + self._stream.read()
            raise ValueError(f"not {self.codec}: {error.reason}") from error
