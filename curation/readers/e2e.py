"""E2E NLG: restaurants as attributes and values, and what people wrote about them.

https://github.com/tuetschek/e2e-dataset, CC BY-SA 4.0. A table with the columns mr and ref; mr is
`name[The Vaults], eatType[pub]`, up to eight attributes. The texts for one mr follow each other: they
are the references of one record. The file of the test inputs alone has the column MR or mr only.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from curation.readers.base import Item, Reader, SourceFile
from curation.readers.encoding import file_encoding
from curation.readers.fixed_table import MakeRecord, headed_rows, items
from curation.readers.labels import required
from curation.readers.table import Dialect
from curation.records import InstructionRecord, Message, Row
from curation.table_text.model import table_of_pairs
from curation.table_text.record import TableOptions, table_record
from curation.tasks.spec import task

_HEADERS = [("mr", "ref"), ("MR", "ref"), ("mr",), ("MR",)]
_SLOT = re.compile(r"\s*([^\[\],]+)\[([^\[\]]*)\]\s*(?:,|\Z)")


def read(file: SourceFile, options: TableOptions) -> Iterator[Item]:
    """Yield the inputs with their references; the same attributes in any order form a split group.

    Raises
    ------
    UserError
        When the file begins with another header.
    """
    header, rows = headed_rows(file, file_encoding(file), _HEADERS, Dialect(","))
    held: Row | None = None
    for item in items(rows, len(header), file.name, _records(options)):
        joined = _joined(held, item)
        if joined is not None:
            held = joined
            continue
        if held is not None:
            yield held
        held = item if isinstance(item, Row) else None
        if held is None:
            yield item
    if held is not None:
        yield held


def slots(written: str) -> list[tuple[str, str]]:
    """Give the attributes and values of a meaning representation.

    Raises
    ------
    ValueError
        When it is none; the message is the reason for quarantine.

    Examples
    --------
    >>> slots("name[The Vaults], near[Café, Adriatic]")
    [('name', 'The Vaults'), ('near', 'Café, Adriatic')]
    """
    found, position = [], 0
    while position < len(written):
        slot = _SLOT.match(written, position)
        if slot is None:
            break
        found.append((slot[1].strip(), slot[2].strip()))
        position = slot.end()
    if not found or position < len(written):
        raise ValueError("the mr is not attributes with values in square brackets, such as name[Blue Door]")
    return found


def _records(options: TableOptions) -> MakeRecord:
    """Give the function that makes records; inputs that follow each other are written out once."""

    @lru_cache(maxsize=1)
    def asked(written: str) -> InstructionRecord:
        pairs = slots(written)
        return table_record(
            task("e2e"),
            table_of_pairs(pairs),
            (),
            options,
            group=repr(sorted(pairs)),
            attributes={"mr": written},
        )

    def record(values: list[str]) -> tuple[InstructionRecord, str]:
        question = asked(values[0])
        if len(values) == 1:
            return question, ""
        text = required(values[1], "ref")
        turns = (*question.messages, Message("assistant", text))
        return replace(question, messages=turns, references=(text,)), ""

    return record


def _joined(held: Row | None, item: Item) -> Row | None:
    """Give one row of two that follow each other with the same input, or nothing."""
    if held is None or not isinstance(item, Row):
        return None
    first, second = held.record, item.record
    assert isinstance(first, InstructionRecord)
    assert isinstance(second, InstructionRecord)
    adjacent = held.where.line + held.lines == item.where.line
    if not adjacent or not first.references or first.attributes["mr"] != second.attributes["mr"]:
        return None
    references = tuple(dict.fromkeys((*first.references, *second.references)))
    recovery = ", ".join(dict.fromkeys(filter(None, (held.recovery, item.recovery))))
    return Row(replace(first, references=references), held.where, held.lines + item.lines, recovery)


E2E = Reader(
    name="e2e",
    summary="E2E NLG: restaurants as attributes and values, with all texts about each",
    options=TableOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".csv",),
)
