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

from collections.abc import Iterable, Mapping
from typing import Protocol

import orjson
import pyarrow as pa

from curation.records import INSTRUCTION_SCHEMA, Kind
from curation.steps.base import Drop, Judge


class View(Protocol):
    """The records of a batch, to be edited and judged by row number."""

    def edit(self, rows: Iterable[int], judge: Judge) -> dict[int, Drop]:
        """Replace every editable string of ``rows``; give the rows that were refused."""
        ...

    def texts(self) -> list[str]:
        """Give the text to judge, row by row."""
        ...

    def identity(self, row: int) -> bytes:
        """Give what exact duplicates have in common."""
        ...

    def edited(self) -> dict[str, pa.Array]:
        """Give the columns that edits may have changed."""
        ...


def view_of(kind: Kind, columns: Mapping[str, pa.Array]) -> View:
    """Look at the columns of a batch of records of one kind."""
    return TextView(columns) if kind == "text" else InstructionView(columns)


class TextView:
    """Text records."""

    def __init__(self, columns: Mapping[str, pa.Array]) -> None:
        self._text: list[str] = _strings(columns["text"])
        self._title: list[str] = _strings(columns["title"])

    def edit(self, rows: Iterable[int], judge: Judge) -> dict[int, Drop]:
        """Edit text and title."""
        refused: dict[int, Drop] = {}
        for strings in (self._text, self._title):
            for row in rows:
                if strings[row]:
                    edited = judge(strings[row])
                    if isinstance(edited, Drop):
                        refused[row] = edited
                    else:
                        strings[row] = edited
        return refused

    def texts(self) -> list[str]:
        """Give the texts."""
        return self._text

    def identity(self, row: int) -> bytes:
        """Give the text."""
        return self._text[row].encode()

    def edited(self) -> dict[str, pa.Array]:
        """Give text and title."""
        return {"text": pa.array(self._text, pa.string()), "title": pa.array(self._title, pa.string())}


class InstructionView:
    """Instruction records; their messages and references lie flat, with offsets a row."""

    def __init__(self, columns: Mapping[str, pa.Array]) -> None:
        messages, references = columns["messages"], columns["references"]
        turns = messages.flatten()
        self._task: list[str] = _strings(columns["task"])
        self._definition: list[str] = _strings(columns["definition"])
        self._roles: list[str] = _strings(turns.field("role"))
        self._contents: list[str] = _strings(turns.field("content"))
        self._turns = _starts(messages)
        self._references: list[str] = _strings(references.flatten())
        self._reference_starts = _starts(references)

    def edit(self, rows: Iterable[int], judge: Judge) -> dict[int, Drop]:
        """Edit messages, references and definition."""
        refused: dict[int, Drop] = {}
        seen: dict[str, str | Drop] = {}  # a task's rows share their definition
        for row in rows:
            for strings, starts in (
                (self._contents, self._turns),
                (self._references, self._reference_starts),
            ):
                for position in range(starts[row], starts[row + 1]):
                    edited = judge(strings[position])
                    if isinstance(edited, Drop):
                        refused[row] = edited
                    else:
                        strings[position] = edited
            definition = self._definition[row]
            if definition not in seen:
                seen[definition] = judge(definition)
            edited = seen[definition]
            if isinstance(edited, Drop):
                refused[row] = edited
            else:
                self._definition[row] = edited
        return refused

    def texts(self) -> list[str]:
        """Give user and assistant messages, joined by line breaks."""
        return [
            "\n".join(
                self._contents[position]
                for position in range(self._turns[row], self._turns[row + 1])
                if self._roles[position] != "system"
            )
            for row in range(len(self._task))
        ]

    def identity(self, row: int) -> bytes:
        """Give the task and its messages."""
        turns = slice(self._turns[row], self._turns[row + 1])
        return orjson.dumps([self._task[row], self._roles[turns], self._contents[turns]])

    def edited(self) -> dict[str, pa.Array]:
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


def _strings(array: pa.Array) -> list[str]:
    # Several times faster than `to_pylist`, which makes a scalar object of every value.
    strings: list[str] = array.to_numpy(zero_copy_only=False).tolist()
    return strings


def _starts(lists: pa.Array) -> list[int]:
    # A slice of a batch keeps the offsets of the whole; they must start at 0 here.
    offsets: list[int] = lists.offsets.to_pylist()
    return [offset - offsets[0] for offset in offsets]
