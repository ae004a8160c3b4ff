"""Rows of delimited text: quoted fields with line breaks, and what to do when quotes do not match.

Written here rather than with `csv.reader`, which loses count of the bytes of a row, swallows the
rest of the file after a quote that is never closed, and limits fields through a global setting.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import partial
from itertools import chain, count, repeat
from typing import NamedTuple

from curation.readers.base import SourceFile
from curation.readers.encoding import Encoding
from curation.readers.lines import Line, SoundLines, text_blocks, text_lines
from curation.records import BadRow, Location

QUOTES_AS_TEXT = "quotes taken as text"
# More lines than this are no field any more, but a quote that is never closed.
_MOST_LINES = 1000
# Closed by a quote that is no half of a doubled one.
_QUOTED = re.compile(r'"([^"]*(?:""[^"]*)*)"(?!")')


@dataclass(frozen=True, slots=True)
class Dialect:
    """How fields are parted, and whether a field may stand in double quotes (RFC 4180)."""

    delimiter: str
    quotes: bool = True


# Fields parted by tabs, in which quotes are text.
TABS = Dialect("\t", quotes=False)


class Fields(NamedTuple):
    """The fields of one row, and where and how they were had."""

    values: list[str]
    number: int
    lines: int
    raw: bytes
    recovery: str

    @property
    def blank(self) -> bool:
        """Whether the row is a blank line."""
        return len(self.values) == 1 and not self.values[0].strip()

    def bad(self, name: str, error: str) -> BadRow:
        """The same row for quarantine."""
        return BadRow(self.raw, Location(name, self.number), error, self.lines)


# As `Fields` makes them, without its constructor in Python, which takes half as long again.
_of_values = partial(tuple.__new__, Fields)


class Fault(Enum):
    """Why a text is no row."""

    OPEN = "a quote is never closed"
    MALFORMED = "text follows a closing quote"


def split_row(text: str, delimiter: str) -> list[str] | Fault:
    """Part a row whose fields may be quoted; quotes inside an unquoted field are text.

    Examples
    --------
    >>> split_row('1,"그는 ""네"", 라고 했다",0', ",")
    ['1', '그는 "네", 라고 했다', '0']
    >>> split_row('1,"열린 채', ",")
    <Fault.OPEN: 'a quote is never closed'>
    """
    fields: list[str] = []
    position = 0
    while True:
        if text.startswith('"', position):
            quoted = _QUOTED.match(text, position)
            if quoted is None:
                return Fault.OPEN
            fields.append(quoted[1].replace('""', '"'))
            end = quoted.end()
        else:
            end = text.find(delimiter, position)
            end = len(text) if end < 0 else end
            fields.append(text[position:end])
        if end == len(text):
            return fields
        if not text.startswith(delimiter, end):
            return Fault.MALFORMED
        position = end + len(delimiter)


def file_rows(file: SourceFile, encoding: Encoding, dialect: Dialect) -> Iterator[Fields | BadRow]:
    """Give the rows of a table in a file, as `table_rows` does."""
    if dialect.quotes:
        return table_rows(text_lines(file, encoding), dialect, file.name, encoding.line_break)
    return chain.from_iterable(
        _plain_rows(block, dialect.delimiter)
        if isinstance(block, SoundLines)
        else table_rows(block, dialect, file.name, encoding.line_break)
        for block in text_blocks(file, encoding)
    )


def _plain_rows(block: SoundLines, delimiter: str) -> Iterator[Fields]:
    first, raws, texts, with_returns = block
    if with_returns:
        texts = [text.removesuffix("\r") for text in texts]
    values = map(str.split, texts, repeat(delimiter))
    return map(_of_values, zip(values, count(first), repeat(1), raws, repeat("")))


def table_rows(
    lines: Iterator[Line | BadRow], dialect: Dialect, name: str, line_break: bytes = b"\n"
) -> Iterator[Fields | BadRow]:
    """Yield the rows of a table; every line is part of exactly one row or bad row.

    Where a quote is never closed, nobody knows what was to follow: its line is a bad row, and the
    lines after it are rows again. Where text follows a closing quote, the quotes are taken as text;
    whether the row then has the right number of fields is for the caller to see. ``line_break`` is the
    encoding's, for the bytes of rows of several lines.
    """
    delimiter, quotes = dialect.delimiter, dialect.quotes
    ahead = _Ahead(lines, delimiter)
    for next_line in lines:
        line: Line | BadRow | None = next_line
        while line is not None:
            if isinstance(line, BadRow):
                yield line
            elif quotes and '"' in line.text:
                yield _quoted_row(line, ahead, delimiter, name, line_break)
            else:
                number, raw, text, recovery = line
                yield _of_values((text.removesuffix("\r").split(delimiter), number, 1, raw, recovery))
            line = ahead.take() if ahead.waiting else None


class _Ahead:
    """Lines to come, some of them looked at already in search of the quote that closes a field.

    What a line does to an open quote does not depend on the lines before it: it leaves it open,
    closes it, or goes on after it with text. So each line is looked at once, however many rows
    before it wait for their end.
    """

    def __init__(self, lines: Iterator[Line | BadRow], delimiter: str) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self.waiting: deque[Line | BadRow] = deque()
        self._open = 0  # so many of the waiting lines leave the quote open
        self._closes: bool | None = None  # whether the line after them closes it, when that is known

    def take(self) -> Line | BadRow:
        """Give the first of the waiting lines."""
        if self._open:
            self._open -= 1
        else:
            self._closes = None
        return self.waiting.popleft()

    def rest_of_row(self) -> list[Line]:
        """Take the lines up to the one that closes an open quote; none when none does."""
        while self._closes is None and self._open < _MOST_LINES - 1:
            self._look()
        if not self._closes or self._open >= _MOST_LINES - 1:
            return []
        taken = [self.take() for _ in range(self._open + 1)]
        return [line for line in taken if isinstance(line, Line)]

    def _look(self) -> None:
        if self._open == len(self.waiting):
            line = next(self._lines, None)
            if line is None:
                self._closes = False
                return
            self.waiting.append(line)
        line = self.waiting[self._open]
        if isinstance(line, BadRow):
            self._closes = False
        elif '"' not in line.text:
            self._open += 1
        else:
            fields = split_row('"\n' + line.text.removesuffix("\r"), self._delimiter)
            if fields is Fault.OPEN:
                self._open += 1
            else:
                self._closes = isinstance(fields, list)


def _quoted_row(first: Line, ahead: _Ahead, delimiter: str, name: str, line_break: bytes) -> Fields | BadRow:
    held = [first]
    fields = split_row(first.text.removesuffix("\r"), delimiter)
    if fields is Fault.OPEN and (rest := ahead.rest_of_row()):
        held += rest
        fields = split_row("\n".join(part.text for part in held).removesuffix("\r"), delimiter)
    raw = line_break.join(part.raw for part in held)
    if isinstance(fields, list):
        recovery = ", ".join(sorted({part.recovery for part in held} - {""}))
        return Fields(fields, first.number, len(held), raw, recovery)
    if fields is Fault.OPEN:
        return BadRow(raw, Location(name, first.number), Fault.OPEN.value)
    values = first.text.removesuffix("\r").split(delimiter)
    return Fields(
        values, first.number, 1, first.raw, ", ".join(filter(None, (first.recovery, QUOTES_AS_TEXT)))
    )
