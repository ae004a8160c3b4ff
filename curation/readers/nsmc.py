"""NSMC, the Naver sentiment movie corpus: the table of labelled reviews.

Rows are ``id TAB document TAB label``, without quoting; label 0 is negative, 1 positive. Tables
derived from the raw reviews hold reviews with line breaks and tabs in them, which break the row.
A row that can be put together in one way only is recovered; everything else goes to quarantine.
Reviews are texts with a label; on request, instructions to tell their sentiment.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from typing import Literal, NamedTuple

from curation.errors import UserError
from curation.readers.base import Item, Reader, SourceFile
from curation.readers.encoding import file_encoding
from curation.readers.labels import required, squeezed
from curation.readers.lines import Line, text_lines
from curation.records import BadRow, Location, Record, Row, TextRecord
from curation.tasks.spec import TaskOptions, task

# Gives the record of an id, a review and its label; a ValueError says why it is none.
MakeRecord = Callable[[str, str, str], Record]

_HEADER = "id\tdocument\tlabel"
# No review has an id that begins with 0, so "007 TAB 1" ends a review and does not begin one.
_ROW = re.compile(r"([1-9][0-9]*)\t(.*)\t([01])\r?", re.DOTALL)
_BEGIN = re.compile(r"[1-9][0-9]*\t")
_END = re.compile(r"\t[01]\r?\Z")
# A label and the next id run together where a line break is missing: "1" + "8256093".
_GLUED = re.compile(r"(?:^|\t)[01][1-9][0-9]*\t")
_MOST_LINES = 100

_LINE_BREAKS = "line breaks inside the text"
_TABS = "tabs inside the text"


class _File(NamedTuple):
    """The name of a file, and the line break of its encoding."""

    name: str
    line_break: bytes


class NsmcOptions(TaskOptions):
    """Whether a review is a text or an instruction (and how that is worded), and the table's encoding."""

    record: Literal["text", "instruction"] = "text"
    encoding: str | None = None


def read(file: SourceFile, options: NsmcOptions) -> Iterator[Item]:
    """Yield the reviews of a table ``id, document, label``.

    Raises
    ------
    UserError
        When the first line is neither the header nor the beginning of a row.
    """
    encoding = file_encoding(file, options.encoding)
    lines = text_lines(file, encoding)
    first = next(lines, None)
    if first is None:
        return
    headed = isinstance(first, Line) and first.text.rstrip("\r") == _HEADER
    if not headed and (isinstance(first, BadRow) or not _BEGIN.match(first.text)):
        raise UserError(
            "This is no NSMC table: it begins with neither the header nor a review id and a tab.",
            where=f"{file.name}:1",
            fix="The reader `nsmc` takes `id TAB document TAB label`; for another table use `csv`.",
        )
    make_record = _text if options.record == "text" else partial(_sentiment, options)
    rows = lines if headed else chain([first], lines)
    yield from joined(rows, file.name, make_record, encoding.line_break)


def _text(identifier: str, text: str, label: str) -> Record:
    return TextRecord(text, attributes={"id": identifier, "label": label})


def _sentiment(options: NsmcOptions, identifier: str, text: str, label: str) -> Record:
    spec = task("nsmc")
    return spec.record(
        {"text": required(text, "review")},
        [spec.in_words(label)],
        options,
        group=squeezed(text),
        attributes={"id": identifier, "label": label},
    )


def joined(
    lines: Iterator[Line | BadRow], name: str, make_record: MakeRecord = _text, line_break: bytes = b"\n"
) -> Iterator[Row | BadRow]:
    """Yield a row for each review; every line given is part of exactly one row or bad row.

    A review that began and has no end yet is held back, at most 100 lines of it. ``line_break`` is the
    encoding's, for the bytes of reviews of several lines.
    """
    file = _File(name, line_break)
    held: list[Line] = []
    uncertain = False  # the review held began inside another one
    for line in lines:
        if isinstance(line, BadRow):
            yield from _quarantined(held, file, "an unreadable line inside the review")
            held, uncertain = [], False
            yield line
        elif whole := _ROW.fullmatch(line.text):
            yield from _quarantined(held, file, "the review has no end")
            held, uncertain = [], False
            yield _row(whole, [line], file, make_record)
        elif _BEGIN.match(line.text):
            uncertain = bool(held)
            yield from _quarantined(held, file, "another row begins inside the review")
            held = [line]
        elif not held:
            yield from _quarantined([line], file, _without_beginning(line.text))
        else:
            held.append(line)
            if _END.search(line.text):
                yield from _ended(held, file, make_record, uncertain=uncertain)
                held, uncertain = [], False
            elif len(held) == _MOST_LINES:
                yield from _quarantined(held, file, f"no end within {_MOST_LINES} lines")
                held, uncertain = [], False
    yield from _quarantined(held, file, "the file ends inside the review")


def _ended(
    held: list[Line], file: _File, make_record: MakeRecord, *, uncertain: bool
) -> Iterator[Row | BadRow]:
    whole = _ROW.fullmatch("\n".join(line.text for line in held))
    if uncertain or whole is None:
        yield from _quarantined(held, file, "it began inside another review")
    else:
        yield _row(whole, held, file, make_record)


def _row(whole: re.Match[str], held: list[Line], file: _File, make_record: MakeRecord) -> Row | BadRow:
    identifier, text, label = whole.groups()
    recovery = held[0].recovery
    if len(held) > 1 or "\t" in text:
        if _GLUED.search(text):
            return _bad(held, file, "two rows run together")
        reasons = {line.recovery for line in held} - {""}
        reasons |= {_LINE_BREAKS} if len(held) > 1 else set()
        reasons |= {_TABS} if "\t" in text else set()
        recovery = ", ".join(sorted(reasons))
    try:
        record = make_record(identifier, text, label)
    except ValueError as error:
        return _bad(held, file, str(error))
    return Row(record, Location(file.name, held[0].number), len(held), recovery)


def _without_beginning(text: str) -> str:
    if not text.strip():
        return "empty line between rows"
    return "the end of a row without its beginning" if _END.search(text) else "no row begins here"


def _quarantined(held: list[Line], file: _File, error: str) -> Iterator[BadRow]:
    if held:
        yield _bad(held, file, error)


def _bad(held: list[Line], file: _File, error: str) -> BadRow:
    raw = file.line_break.join(line.raw for line in held)
    return BadRow(raw, Location(file.name, held[0].number), error, len(held))


NSMC = Reader(
    name="nsmc",
    summary="NSMC reviews: `id TAB document TAB label`, with broken rows put together again",
    options=NsmcOptions,
    read=read,
    kind=lambda options: options.record,
    suffixes=(".txt", ".tsv"),
)
