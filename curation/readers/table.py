"""Rows of delimited text: quoted fields with line breaks, and what to do when quotes do not match.

Written here rather than with `csv.reader`, which loses count of the bytes of a row, swallows the
rest of the file after a quote that is never closed, and limits fields through a global setting.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from curation.readers.lines import Line
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


def table_rows(lines: Iterator[Line | BadRow], dialect: Dialect, name: str) -> Iterator[Fields | BadRow]:
    """Yield the rows of a table; every line is part of exactly one row or bad row.

    Where a quote is never closed, nobody knows what was to follow: its line is a bad row, and the
    lines after it are rows again. Where text follows a closing quote, the quotes are taken as text;
    whether the row then has the right number of fields is for the caller to see.
    """
    delimiter, quotes = dialect.delimiter, dialect.quotes
    waiting: deque[Line | BadRow] = deque()
    while (line := waiting.popleft() if waiting else next(lines, None)) is not None:
        if isinstance(line, BadRow):
            yield line
        elif quotes and '"' in line.text:
            yield _quoted_row(line, lines, waiting, delimiter, name)
        else:
            values = line.text.removesuffix("\r").split(delimiter)
            yield Fields(values, line.number, 1, line.raw, line.recovery)


def _quoted_row(
    first: Line, lines: Iterator[Line | BadRow], waiting: deque[Line | BadRow], delimiter: str, name: str
) -> Fields | BadRow:
    held = [first]
    fields = split_row(first.text.removesuffix("\r"), delimiter)
    while fields is Fault.OPEN and len(held) < _MOST_LINES:
        line = waiting.popleft() if waiting else next(lines, None)
        if line is None or isinstance(line, BadRow):
            if line is not None:
                waiting.appendleft(line)
            break
        held.append(line)
        if '"' in line.text:
            fields = split_row("\n".join(part.text for part in held).removesuffix("\r"), delimiter)
    if isinstance(fields, list):
        recovery = ", ".join(sorted({part.recovery for part in held} - {""}))
        return Fields(fields, first.number, len(held), b"\n".join(part.raw for part in held), recovery)
    waiting.extendleft(reversed(held[1:]))
    if len(held) > 1 or fields is Fault.OPEN:
        return BadRow(first.raw, Location(name, first.number), Fault.OPEN.value)
    values = first.text.removesuffix("\r").split(delimiter)
    return Fields(
        values, first.number, 1, first.raw, ", ".join(filter(None, (first.recovery, QUOTES_AS_TEXT)))
    )
