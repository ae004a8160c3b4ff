"""Markdown and plain text: the lines of the file, and the values of its front matter."""

import re
from collections.abc import Iterator
from datetime import date

import orjson
import yaml

from curation.readers import json_file
from curation.readers.base import Item, Options, SourceFile
from curation.readers.documents.structure import first_heading
from curation.readers.documents.titles import first_line, stem
from curation.readers.encoding import file_encoding
from curation.readers.lines import text_lines
from curation.records import BadRow, FileNote, Location, Row, TextRecord

_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*\r?(?:\n|\Z)", re.DOTALL | re.MULTILINE)
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


def read_text(file: SourceFile, content: bytes, options: DocumentsOptions) -> Iterator[Item]:
    """Yield the document, with a title and the scalar values of its front matter.

    Raises
    ------
    UserError
        When its encoding cannot be told.
    """
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
    title = known.get("title", "").strip() or first_heading(text) or first_line(text) or stem(file)
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
