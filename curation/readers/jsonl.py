"""JSON lines: one object a line, mapped by column names."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple

import orjson

from curation.errors import UserError
from curation.readers import columns, json_file
from curation.readers.base import Item, Reader, SourceFile
from curation.readers.encoding import Encoding, file_encoding
from curation.readers.lines import Line, physical_lines, text_line
from curation.records import BadRow, FileNote, Location, Record, Row

_LOOK_AHEAD = 50
# Not `["text": …`: there the brace of an object is damaged.
_ARRAY_BEGINS = re.compile(r"\s*\[\s*(?:[\[{]|\Z)")


class JsonlOptions(columns.ColumnOptions):
    """Columns as in the other generic readers, and the encoding when it cannot be told."""

    encoding: str | None = None


class ObjectLine(NamedTuple):
    """A line that holds an object: its number from 1, its bytes, and how its text was had if not as usual."""

    number: int
    raw: bytes
    recovery: str
    values: dict[str, object]


def json_lines(file: SourceFile, encoding: Encoding) -> Iterator[ObjectLine | Item]:
    """Yield each line with its object; anything else as a row for quarantine.

    Blank lines are no rows; a note at the end says how many there were.

    Raises
    ------
    UserError
        When the file is one JSON array instead of one object a line.
    """
    blank = 0
    is_utf8 = encoding.codec == "utf-8"
    for number, raw in physical_lines(file, encoding):
        if is_utf8:
            # The parser checks UTF-8 itself: a text is made only of lines that it refuses.
            try:
                value = orjson.loads(raw)
            except orjson.JSONDecodeError:
                value = None
            if isinstance(value, dict):
                yield ObjectLine(number, raw, "", value)
                continue
        line = text_line(file, encoding.codec, number, raw)
        if isinstance(line, BadRow):
            yield line
        elif line.text.strip():
            yield _object_line(line, file, is_utf8 and not line.recovery)
        else:
            blank += 1
    if blank:
        yield FileNote(file.name, "blank lines", str(blank))


def _object_line(line: Line, file: SourceFile, is_utf8: bool) -> ObjectLine | BadRow:
    try:
        value = json_file.parsed_text(line.raw if is_utf8 else line.text)
    except ValueError as error:
        if line.number == 1 and _ARRAY_BEGINS.match(line.text):
            raise _one_array(file) from error
        return BadRow(line.raw, Location(file.name, line.number), f"no JSON: {error}")
    if isinstance(value, dict):
        return ObjectLine(line.number, line.raw, line.recovery, value)
    if line.number == 1 and isinstance(value, list):
        raise _one_array(file)
    return BadRow(line.raw, Location(file.name, line.number), "no JSON object")


def rows(
    found: Iterable[ObjectLine | Item],
    name: str,
    record_of: Callable[[dict[str, object]], Record],
) -> Iterator[Item]:
    """Yield the record of each object; an object that ``record_of`` refuses (ValueError) is a bad row."""
    for item in found:
        if not isinstance(item, ObjectLine):
            yield item
            continue
        number, raw, recovery, values = item
        where = Location(name, number)
        try:
            yield Row(record_of(values), where, 1, recovery)
        except ValueError as error:
            yield BadRow(raw, where, str(error))


def read(file: SourceFile, options: JsonlOptions) -> Iterator[Item]:
    """Yield the objects of a file as records.

    Raises
    ------
    UserError
        When none of the first objects has a column that the options name.
    """
    encoding = file_encoding(file, options.encoding)
    if encoding.codec != "utf-8":
        yield FileNote(file.name, "encoding", str(encoding))
    found = json_lines(file, encoding)
    ahead = list(islice(found, _LOOK_AHEAD))
    seen = {key: None for item in ahead if isinstance(item, ObjectLine) for key in item.values}
    if seen:
        columns.require(options, seen, file.name)
    yield from rows(chain(ahead, found), file.name, lambda values: columns.record(values, options))


def _one_array(file: SourceFile) -> UserError:
    return UserError(
        "This file holds one JSON array, not one object a line.",
        where=f"{file.name}:1",
        fix="Write one object a line, for example with `jq -c '.[]'`.",
    )


JSONL = Reader(
    name="jsonl",
    summary="JSON lines: one object a line, columns mapped by options",
    options=JsonlOptions,
    read=read,
    kind=columns.kind,
    suffixes=(".jsonl", ".ndjson"),
)
