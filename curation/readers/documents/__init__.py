"""Documents of one's own: each file is one text record, and each message of a mailbox.

``formats`` says which suffix belongs to which parser; a parser writes a ``draft``, whose Markdown
becomes the record's text; ``structure`` is the contract with whoever cites a document by page and
section. Markdown and plain text are read line by line in ``plain``.
"""

from collections.abc import Iterator

from curation.readers.base import Item, Reader, SourceFile
from curation.readers.documents.draft import Draft, cleaned
from curation.readers.documents.formats import FORMATS, Format
from curation.readers.documents.plain import DocumentsOptions, parted_front_matter, read_text
from curation.readers.documents.structure import first_heading
from curation.readers.documents.titles import first_line, stem
from curation.readers.encoding import cannot_open
from curation.readers.quoting import shown
from curation.records import BadRow, FileNote, Location, Row, TextRecord

__all__ = ["DOCUMENTS", "DocumentsOptions", "first_heading", "parted_front_matter", "read"]

_TEXT_SUFFIXES = (".md", ".markdown", ".txt")
_MAILBOX = ".mbox"
_LONGEST_ERROR = 300


def read(file: SourceFile, options: DocumentsOptions) -> Iterator[Item]:
    """Yield the document, or the messages of a mailbox.

    Raises
    ------
    UserError
        When the file cannot be opened or its encoding cannot be told.
    """
    suffix = file.path.suffix.lower()
    if suffix == _MAILBOX:
        yield from _mailbox(file)
        return
    try:
        content = file.path.read_bytes()
    except OSError as error:
        raise cannot_open(file, error) from error
    if not content.strip():
        yield BadRow(content, Location(file.name, 1), "empty file")
    elif suffix in FORMATS:
        yield from _document(file, content, FORMATS[suffix])
    else:
        yield from read_text(file, content, options)


def _document(file: SourceFile, content: bytes, form: Format) -> Iterator[Item]:
    where = Location(file.name, 1)
    draft = _parsed(form, content)
    if isinstance(draft, str):
        yield BadRow(content, where, draft)
        return
    for fact, value in draft.notes.items():
        yield FileNote(file.name, fact, value)
    yield Row(_record(file, draft), where)


def _mailbox(file: SourceFile) -> Iterator[Item]:
    from curation.readers.documents import mail  # noqa: PLC0415 - like every parser, when it is met

    number = 0
    try:
        with file.path.open("rb") as stream:
            for number, posted in enumerate(mail.messages(stream), 1):  # noqa: B007 - needed below
                where = Location(file.name, posted.number)
                draft = _parsed(mail.MAIL, mail.without_envelope(posted.raw))
                if isinstance(draft, str):
                    yield BadRow(posted.raw, where, draft, posted.lines)
                else:
                    yield Row(_record(file, draft), where, posted.lines)
    except OSError as error:
        raise cannot_open(file, error) from error
    except ValueError as error:
        yield BadRow(file.path.read_bytes(), Location(file.name, 1), f"no mailbox: {error}")
        return
    if not number:
        yield BadRow(file.path.read_bytes(), Location(file.name, 1), "empty file")


def _parsed(form: Format, content: bytes) -> Draft | str:
    """The draft of a document, or the reason why there is none."""
    try:
        draft = form.parse(content)
        return draft if draft.text.strip() else "no text in the document"
    except ValueError as error:
        # Ours, and those of parsers: both say what is wrong with the file.
        reason = str(error)
    except Exception as error:  # noqa: BLE001 - parsers raise anything when a file is damaged
        reason = f"damaged ({type(error).__name__}: {error})"
    return f"no {form.name} document: {shown(' '.join(reason.split()), _LONGEST_ERROR)}"


def _record(file: SourceFile, draft: Draft) -> TextRecord:
    text, pages = draft.text, draft.pages()
    # The first heading of a workbook is the name of a sheet, which is mostly "Sheet1".
    heading = (
        ""
        if draft.unit == "sheet"
        else first_heading(text) or cleaned(draft.stated_title) or first_line(text)
    )
    title = cleaned(draft.title) or heading or cleaned(draft.stated_title) or stem(file)
    attributes = {name: cleaned(value) for name, value in draft.attributes.items()}
    if pages is not None:
        attributes |= pages.attributes()
    return TextRecord(text, title, attributes | {"path": file.name})


DOCUMENTS = Reader(
    name="documents",
    summary="Documents: each Markdown, text, HTML, PDF, Office, Hangul, EPUB or mail file is one record",
    options=DocumentsOptions,
    read=read,
    kind=lambda _: "text",
    suffixes=(*_TEXT_SUFFIXES, *FORMATS, _MAILBOX),
)
