"""JSON lines: one object a line, mapped by column names."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice

from curation.errors import UserError
from curation.readers import columns, json_file
from curation.readers.base import Item, Reader, SourceFile
from curation.readers.encoding import Encoding, file_encoding
from curation.readers.lines import Line, text_lines
from curation.records import BadRow, FileNote, Location, Record, Row

_LOOK_AHEAD = 50
# Not `["text": …`: there the brace of an object is damaged.
_ARRAY_BEGINS = re.compile(r"\s*\[\s*(?:[\[{]|\Z)")


class JsonlOptions(columns.ColumnOptions):
    """Columns as in the other generic readers, and the encoding when it cannot be told."""

    encoding: str | None = None


def json_lines(file: SourceFile, encoding: Encoding) -> Iterator[tuple[Line, dict[str, object]] | Item]:
    """Yield each line with its object; anything else as a row for quarantine.

    Blank lines are no rows; a note at the end says how many there were.

    Raises
    ------
    UserError
        When the file is one JSON array instead of one object a line.
    """
    blank = 0
    is_utf8 = encoding.codec == "utf-8"
    for line in text_lines(file, encoding):
        if isinstance(line, BadRow):
            yield line
            continue
        text = line.text
        if not text.strip():
            blank += 1
            continue
        try:
            # The parser takes UTF-8, and would have to make it of the text.
            value = json_file.parsed_text(line.raw if is_utf8 and not line.recovery else text)
        except ValueError as error:
            if line.number == 1 and _ARRAY_BEGINS.match(text):
                raise _one_array(file) from error
            yield BadRow(line.raw, Location(file.name, line.number), f"no JSON: {error}")
            continue
        if isinstance(value, dict):
            yield line, value
        elif line.number == 1 and isinstance(value, list):
            raise _one_array(file)
        else:
            yield BadRow(line.raw, Location(file.name, line.number), "no JSON object")
    if blank:
        yield FileNote(file.name, "blank lines", str(blank))


def rows(
    found: Iterable[tuple[Line, dict[str, object]] | Item],
    name: str,
    record_of: Callable[[dict[str, object]], Record],
) -> Iterator[Item]:
    """Yield the record of each object; an object that ``record_of`` refuses (ValueError) is a bad row."""
    for item in found:
        if not isinstance(item, tuple):
            yield item
            continue
        line, values = item
        where = Location(name, line.number)
        try:
            yield Row(record_of(values), where, recovery=line.recovery)
        except ValueError as error:
            yield BadRow(line.raw, where, str(error))


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
    seen = {key: None for item in ahead if isinstance(item, tuple) for key in item[1]}
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
