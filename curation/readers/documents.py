"""Documents of one's own: each Markdown, text, HWPX or HWP file is one text record."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import PurePosixPath

import orjson
import unhwp
import yaml

from curation.readers import json_file
from curation.readers.base import Item, Options, Reader, SourceFile
from curation.readers.encoding import cannot_open, file_encoding
from curation.readers.lines import text_lines
from curation.readers.quoting import shown
from curation.records import BadRow, FileNote, Location, Row, TextRecord

_HANGUL_SUFFIXES = (".hwp", ".hwpx")
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*\r?(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"[ ]{0,3}#{1,6}[ \t]+(.*)")
_FENCE = re.compile(r"[ ]{0,3}(?:```|~~~)")
_LONGEST_TITLE = 80
_LONGEST_ERROR = 300
# Between two rules further apart stands text, which a YAML parser would chew on for long.
_LONGEST_FRONT_MATTER = 10_000


class _WithoutAliases(yaml.SafeLoader):
    """YAML for front matter: a few lines of aliases can stand for more values than memory holds."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse an alias."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias")
        return super().compose_node(parent, index)


class DocumentsOptions(Options):
    """The encoding of the text files, when it cannot be told."""

    encoding: str | None = None


def read(file: SourceFile, options: DocumentsOptions) -> Iterator[Item]:
    """Yield the document, with a title and the scalar values of its front matter.

    Raises
    ------
    UserError
        When the file cannot be opened or its encoding cannot be told.
    """
    try:
        content = file.path.read_bytes()
    except OSError as error:
        raise cannot_open(file, error) from error
    if not content.strip():
        yield BadRow(content, Location(file.name, 1), "empty file")
    elif file.path.suffix.lower() in _HANGUL_SUFFIXES:
        yield _hangul_document(file, content)
    else:
        yield from _text_document(file, content, options)


def _hangul_document(file: SourceFile, content: bytes) -> Row | BadRow:
    where = Location(file.name, 1)
    try:
        # From bytes: parsing by path would put the path of this machine into the message.
        with unhwp.parse_bytes(content) as document:
            text, stated_title = document.markdown, document.title
    except unhwp.UnhwpError as error:
        return BadRow(content, where, f"no HWP or HWPX document: {shown(str(error), _LONGEST_ERROR)}")
    if not text.strip():
        return BadRow(content, where, "no text in the document")
    title = first_heading(text) or (stated_title or "").strip() or _first_line(text) or _stem(file)
    return Row(TextRecord(text, title, {"path": file.name}), where)


def _text_document(file: SourceFile, content: bytes, options: DocumentsOptions) -> Iterator[Item]:
    encoding = file_encoding(file, options.encoding)
    if encoding.codec != "utf-8":
        yield FileNote(file.name, "encoding", str(encoding))
    texts, recoveries = [], set()
    for line in text_lines(file, encoding):
        if isinstance(line, BadRow):
            yield BadRow(content, line.where, line.error, content.count(b"\n") + 1)
            return
        texts.append(line.text)
        recoveries.add(line.recovery)
    known, text = parted_front_matter("\n".join(texts))
    if not text.strip():
        yield BadRow(content, Location(file.name, 1), "empty file", max(1, len(texts)))
        return
    title = known.get("title", "").strip() or first_heading(text) or _first_line(text) or _stem(file)
    record = TextRecord(text, title, known | {"path": file.name})
    yield Row(record, Location(file.name, 1), len(texts), ", ".join(sorted(recoveries - {""})))


def parted_front_matter(text: str) -> tuple[dict[str, str], str]:
    """The scalar values of YAML front matter, and the text after it.

    A text that begins with a rule instead, or whose front matter is no mapping, is left whole.

    Examples
    --------
    >>> parted_front_matter("---\\ntitle: 환불\\n---\\n본문")
    ({'title': '환불'}, '본문')
    >>> parted_front_matter("---\\n그냥 줄\\n---\\n본문")
    ({}, '---\\n그냥 줄\\n---\\n본문')
    """
    found = _FRONT_MATTER.match(text)
    if found is None or found.end() > _LONGEST_FRONT_MATTER:
        return {}, text
    try:
        values = yaml.load(found[1], Loader=_WithoutAliases)  # noqa: S506 - a SafeLoader
        if not isinstance(values, dict):
            return {}, text
        plain = {str(key): str(value) if isinstance(value, date) else value for key, value in values.items()}
        known = json_file.scalars(plain)
        orjson.dumps(known)  # refuses half characters, which YAML lets through
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        # An impossible date is a ValueError, a number of more than 64 bits a TypeError.
        return {}, text
    return known, text[found.end() :]


def first_heading(text: str) -> str:
    """The first Markdown heading outside fenced code, or nothing.

    Examples
    --------
    >>> first_heading("머리말\\n## 휴가 ##\\n본문")
    '휴가'
    """
    fenced = False
    for line in text.split("\n"):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and (found := _HEADING.match(line)) and (heading := _without_closing(found[1])):
            return heading
    return ""


def _without_closing(heading: str) -> str:
    """Leave out the number signs that may close a heading, when blanks part them from it."""
    heading = heading.rstrip(" \t\r")
    rest = heading.rstrip("#")
    return rest.rstrip(" \t") if not rest or rest[-1] in " \t" else heading


def _first_line(text: str) -> str:
    line = next((line.strip() for line in text.split("\n") if line.strip()), "")
    return line if len(line) <= _LONGEST_TITLE else ""


def _stem(file: SourceFile) -> str:
    return PurePosixPath(file.name).stem


DOCUMENTS = Reader(
    name="documents",
    summary="Documents: each Markdown, text, HWPX or HWP file is one record",
    options=DocumentsOptions,
    read=read,
    kind=lambda _: "text",
    suffixes=(".md", ".markdown", ".txt", ".hwpx", ".hwp"),
)
