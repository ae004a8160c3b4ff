"""namuwikitext: articles of Namuwiki in the layout of WikiText (https://github.com/lovit/namuwikitext).

CC BY-NC-SA 2.0 KR. An article begins with ` = title = `, a section with ` = = heading = = `, and so on
deeper; each with a blank line after it. Equals signs in the text are parted by blanks as well, and stand in
lines that do not end with one. The parts (train 4.6 GB, dev, test) are text files without a suffix, or
`.train`, `.dev`, `.test`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from curation.errors import UserError
from curation.readers.base import Item, Options, Reader, SourceFile
from curation.readers.encoding import file_encoding
from curation.readers.lines import text_lines
from curation.records import BadRow, FileNote, Location, Row, TextRecord

BEFORE_TITLES = "a line before the first title"
LINE_LEFT_OUT = "a line that cannot be read left out"
_TITLE = re.compile(r" = (?!= )(.+) =\s*")
_HEADING = re.compile(r" (?:= ){2,}(.+?)(?: =){2,}\s*")


class NamuwikitextOptions(Options):
    """The encoding, when it cannot be told."""

    encoding: str | None = None


def read(file: SourceFile, options: NamuwikitextOptions) -> Iterator[Item]:
    """Yield the articles, with the headings of their sections as lines between blank ones.

    Lines before the first title are unreadable; articles that hold no text are counted in a note.

    Raises
    ------
    UserError
        When no line of the file is a title.
    """
    articles = empty = stray = 0
    for found in _articles(file, options):
        if isinstance(found, BadRow):
            stray += found.error == BEFORE_TITLES
            yield found
            continue
        articles += 1
        if found.headings < len(found.lines):
            yield found.row(file.name)
        else:
            empty += 1
    if stray and not articles:
        raise UserError(
            "This file holds no line ` = title = `.",
            where=file.name,
            fix="The reader `namuwikitext` takes the unpacked text files of the corpus.",
        )
    if empty:
        yield FileNote(file.name, "articles without text", str(empty))


def _articles(file: SourceFile, options: NamuwikitextOptions) -> "Iterator[_Article | BadRow]":
    """Put the lines of each article together; give what belongs to none as unreadable."""
    article: _Article | None = None
    for line in text_lines(file, file_encoding(file, options.encoding)):
        if isinstance(line, BadRow):
            yield line
            if article is not None:
                article.recoveries.add(LINE_LEFT_OUT)
            continue
        number, raw, text, recovery = line
        if not text or text.isspace():
            continue
        if text.startswith(" = ") and (title := _TITLE.fullmatch(text)) is not None:
            if article is not None:
                yield article
            article = _Article(title[1], number)
        elif article is not None:
            article.add(number, text)
        else:
            yield BadRow(raw, Location(file.name, number), BEFORE_TITLES)
        if recovery and article is not None:
            article.recoveries.add(recovery)
    if article is not None:
        yield article


@dataclass(slots=True)
class _Article:
    """An article whose lines, blank ones left out, come one after the other."""

    title: str
    number: int
    lines: list[str] = field(default_factory=list)
    headings: int = 0
    recoveries: set[str] = field(default_factory=set)
    last: int = 0

    def add(self, number: int, text: str) -> None:
        """Take the next line."""
        self.last = number
        heading = _HEADING.fullmatch(text) if text.startswith(" = = ") else None
        if heading is None:
            self.lines.append(text)
        else:
            self.headings += 1
            self.lines.append(f"\n{heading[1]}\n")

    def row(self, name: str) -> Row:
        """Give the article as it stands in the file ``name``."""
        text = "\n".join(self.lines).replace("\n\n\n", "\n\n").lstrip("\n")
        lines = max(1, self.last - self.number + 1)
        recovery = ", ".join(sorted(self.recoveries))
        return Row(TextRecord(text, self.title), Location(name, self.number), lines, recovery)


NAMUWIKITEXT = Reader(
    name="namuwikitext",
    summary="namuwikitext: articles of Namuwiki under lines ` = title = `",
    options=NamuwikitextOptions,
    read=read,
    kind=lambda _: "text",
)
