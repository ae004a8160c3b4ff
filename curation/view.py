"""What steps see of a record: the one place that knows what each kind's text is.

======================  ==============================  =======================================
asked for               text record                     instruction record
======================  ==============================  =======================================
strings to edit         text, title                     every message, definition, reference
text to judge           text                            user and assistant messages, joined
identity for dedup      text                            task and messages
======================  ==============================  =======================================

A view works on the columns of a batch, not on one object a row.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import orjson
import pyarrow as pa

from curation.records import INSTRUCTION_SCHEMA, Kind

Slot = tuple[list[str], Sequence[int], Sequence[int]]
"""Strings, the places in them that may be edited, and the row that each place belongs to."""


class View(Protocol):
    """The records of a batch, to be edited and judged by row number."""

    def slots(self, rows: Sequence[int]) -> Iterator[Slot]:
        """Give the strings of ``rows`` that steps may replace."""
        ...

    def definitions(self) -> list[str] | None:
        """Give the one string a row that many rows share, or ``None``; editing it edits the record."""
        ...

    def texts(self) -> list[str]:
        """Give the text to judge, row by row."""
        ...

    def replace(self, row: int, text: str) -> None:
        """Put ``text`` in the place of the judged text, where a record has one string for it."""
        ...

    def identity(self, row: int) -> bytes:
        """Give what exact duplicates have in common."""
        ...

    def groups(self) -> Sequence[str]:
        """Give the split group of each row; empty where there is none."""
        ...

    def columns(self) -> dict[str, pa.Array]:
        """Give the columns that edits may have changed."""
        ...


def view_of(kind: Kind, columns: Mapping[str, pa.Array]) -> View:
    """Look at the columns of a batch of records of one kind."""
    if kind == "text":
        return TextView(strings_of(columns["text"]), strings_of(columns["title"]))
    messages, references = columns["messages"], columns["references"]
    turns = messages.flatten()
    return InstructionView(
        task=strings_of(columns["task"]),
        definition=strings_of(columns["definition"]),
        roles=strings_of(turns.field("role")),
        contents=strings_of(turns.field("content")),
        turns=_starts(messages),
        references=strings_of(references.flatten()),
        reference_starts=_starts(references),
        split_group=strings_of(columns["split_group"]),
    )


class TextView:
    """Text records."""

    def __init__(self, text: list[str], title: list[str]) -> None:
        self._text = text
        self._title = title

    def slots(self, rows: Sequence[int]) -> Iterator[Slot]:
        """Give text and title."""
        yield self._text, rows, rows
        titled = [row for row in rows if self._title[row]]
        if titled:
            yield self._title, titled, titled

    def definitions(self) -> None:
        """Text records have none."""

    def texts(self) -> list[str]:
        """Give the texts."""
        return self._text

    def replace(self, row: int, text: str) -> None:
        """Replace the text."""
        self._text[row] = text

    def identity(self, row: int) -> bytes:
        """Give the text."""
        return self._text[row].encode()

    def groups(self) -> Sequence[str]:
        """Text records have no group of their own."""
        return [""] * len(self._text)

    def columns(self) -> dict[str, pa.Array]:
        """Give text and title."""
        return {"text": pa.array(self._text, pa.string()), "title": pa.array(self._title, pa.string())}


class InstructionView:
    """Instruction records; their messages and references lie flat, with the start of each row's."""

    def __init__(
        self,
        *,
        task: list[str],
        definition: list[str],
        roles: list[str],
        contents: list[str],
        turns: list[int],
        references: list[str],
        reference_starts: list[int],
        split_group: list[str],
    ) -> None:
        self._task = task
        self._definition = definition
        self._roles = roles
        self._contents = contents
        self._turns = turns
        self._references = references
        self._reference_starts = reference_starts
        self._split_group = split_group

    def slots(self, rows: Sequence[int]) -> Iterator[Slot]:
        """Give messages and references."""
        for strings, starts in (
            (self._contents, self._turns),
            (self._references, self._reference_starts),
        ):
            places = [place for row in rows for place in range(starts[row], starts[row + 1])]
            owners = [row for row in rows for _ in range(starts[row], starts[row + 1])]
            if places:
                yield strings, places, owners

    def definitions(self) -> list[str]:
        """Give the definitions: a task's rows share theirs."""
        return self._definition

    def texts(self) -> list[str]:
        """Give user and assistant messages, joined by line breaks."""
        return [
            "\n".join(
                self._contents[place]
                for place in range(self._turns[row], self._turns[row + 1])
                if self._roles[place] != "system"
            )
            for row in range(len(self._task))
        ]

    def replace(self, row: int, text: str) -> None:
        """Leave the messages as they are: their joined text is not one string of the record."""

    def identity(self, row: int) -> bytes:
        """Give the task and its messages."""
        turns = slice(self._turns[row], self._turns[row + 1])
        return orjson.dumps([self._task[row], self._roles[turns], self._contents[turns]])

    def groups(self) -> Sequence[str]:
        """Give the records' own split groups."""
        return self._split_group

    def columns(self) -> dict[str, pa.Array]:
        """Give messages, references and definition."""
        fields = list(INSTRUCTION_SCHEMA.field("messages").type.value_type)
        turns = pa.StructArray.from_arrays(
            [pa.array(self._roles, pa.string()), pa.array(self._contents, pa.string())], fields=fields
        )
        references = pa.array(self._references, pa.string())
        return {
            "definition": pa.array(self._definition, pa.string()),
            "messages": pa.ListArray.from_arrays(pa.array(self._turns, pa.int32()), turns),
            "references": pa.ListArray.from_arrays(pa.array(self._reference_starts, pa.int32()), references),
        }


def edit_attributes(
    attributes: list[str], rows: Sequence[int], edit: Callable[[list[str], Sequence[int], Sequence[int]], Any]
) -> None:
    """Hand the values of JSON objects to ``edit`` as one slot, and spell the changed objects again."""
    values: list[str] = []
    owners: list[int] = []
    keys: dict[int, list[str]] = {}
    for row in rows:
        if len(attributes[row]) > len("{}"):
            held = {
                key: value for key, value in orjson.loads(attributes[row]).items() if isinstance(value, str)
            }
            keys[row] = list(held)
            values.extend(held.values())
            owners.extend([row] * len(held))
    if not values:
        return
    before = list(values)
    edit(values, range(len(values)), owners)
    if values == before:
        return
    place = 0
    for row, names in keys.items():
        edited = values[place : place + len(names)]
        if edited != before[place : place + len(names)]:
            whole = orjson.loads(attributes[row]) | dict(zip(names, edited, strict=True))
            attributes[row] = orjson.dumps(whole, option=orjson.OPT_SORT_KEYS).decode()
        place += len(names)


def strings_of(array: pa.Array) -> list[str]:
    """Give the values of a string column; several times faster than ``to_pylist``."""
    strings: list[str] = array.to_numpy(zero_copy_only=False).tolist()
    return strings


def _starts(lists: pa.Array) -> list[int]:
    # A slice of a batch keeps the offsets of the whole; they must start at 0 here.
    offsets: list[int] = lists.offsets.to_pylist()
    return [offset - offsets[0] for offset in offsets]
