"""모두의 말뭉치 in paragraphs: newspapers, written texts and the web; one text record a document.

Files ``N[WLPIZ]RW…``, ``W[ABCZ]RW…``, ``E[BPSR]RW…``; documents ``{id, metadata, paragraph[{id, form}]}``.
In newspapers the first paragraph is the headline, and ``metadata.title`` names the paper and the year.
Access on application, no redistribution: https://corpus.korean.go.kr.
"""

import re
from collections.abc import Iterator

from curation.readers import json_file
from curation.readers.base import Item, Options, Reader, SourceFile
from curation.readers.nikl.documents import Document, document_attributes, documents
from curation.readers.nikl.entries import entries
from curation.records import BadRow, FileNote, Location, Row, TextRecord

_NEWSPAPER = re.compile(r"N[A-Z]RW")


class NiklTextOptions(Options):
    """Texts of the institute have no options."""


def read(file: SourceFile, _options: NiklTextOptions) -> Iterator[Item]:
    """Yield the documents; the place of a row is its number in the file.

    Raises
    ------
    UserError
        When the file is no corpus of the institute.
    """
    empty = 0
    for document in documents(file):
        if not isinstance(document, Document):
            yield document
            continue
        where = Location(file.name, document.number)
        try:
            record, blank = _record(document)
        except ValueError as error:
            yield BadRow(json_file.spelled(document.value), where, str(error))
            continue
        empty += blank
        yield Row(record, where)
    if empty:
        yield FileNote(file.name, "paragraphs without text", str(empty))


def _record(document: Document) -> tuple[TextRecord, int]:
    """The record of a document, and how many of its paragraphs hold no text."""
    paragraphs = entries(document.value, "paragraph")
    forms = [form for one in paragraphs if isinstance(form := one.get("form"), str) and form.strip()]
    if not forms:
        raise ValueError("no paragraph holds text")
    attributes = document_attributes(document)
    blank = len(paragraphs) - len(forms)
    if _NEWSPAPER.match(attributes.get("document_id", "")) and len(forms) > 1:
        return TextRecord("\n".join(forms[1:]), forms[0], attributes), blank
    title = attributes.pop("title", "")
    return TextRecord("\n".join(forms), title, attributes), blank


NIKL_TEXT = Reader(
    name="nikl_text",
    summary="모두의 말뭉치 newspapers, written texts and web: a document a record",
    options=NiklTextOptions,
    read=read,
    kind=lambda _: "text",
    suffixes=(".json",),
)
