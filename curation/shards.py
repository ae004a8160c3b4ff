"""Canonical shards: the records of a unit as Arrow columns, written part by part.

Beside the columns of the release (without ``source`` and ``licence``, which are one value for
the whole source) a shard has ``_file``, ``_line``, ``_lines``, ``_recovery`` and ``_order``,
the place of the row within its unit.
"""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from curation.records import (
    SCHEMAS,
    InstructionRecord,
    Kind,
    Record,
    Row,
    TextRecord,
    attributes_json,
)

SHARD_ROWS = 50_000
SHARD_CHARACTERS = 32 * 1024 * 1024
ROW_GROUP_ROWS = 16_384
ROWS = "rows.parquet"  # what a phase of steps writes for a unit

ORIGIN = (
    pa.field("_file", pa.string(), nullable=False),
    pa.field("_line", pa.int64(), nullable=False),
    pa.field("_lines", pa.int32(), nullable=False),
    pa.field("_recovery", pa.string(), nullable=False),
    pa.field("_order", pa.int64(), nullable=False),
)
_CONSTANT = ("source", "licence")


def content_fields(kind: Kind) -> list[pa.Field]:
    """Give the fields of a release that differ from row to row."""
    return [field for field in SCHEMAS[kind] if field.name not in _CONSTANT]


def shard_schema(kind: Kind) -> pa.Schema:
    """Give the schema of a canonical shard."""
    return pa.schema([*content_fields(kind), *ORIGIN])


class ShardWriter:
    """Collects rows and writes a part whenever enough of them are there.

    Rows are taken apart at once: strings and numbers in a few long lists cost the garbage
    collector nothing, whereas it would visit every record that is held.
    """

    def __init__(self, folder: Path, kind: Kind, rows: int = SHARD_ROWS) -> None:
        self.folder = folder
        self.kind = kind
        self.rows = rows
        self.parts = 0
        self.written = 0
        self._begin()

    def _begin(self) -> None:
        self._ids: list[str] = []
        self._contents: _Texts | _Instructions = _Texts() if self.kind == "text" else _Instructions()
        self._files: list[str] = []
        self._line: list[int] = []
        self._lines: list[int] = []
        self._recovery: list[str] = []

    def add(self, identifier: str, row: Row) -> None:
        """Take one row; ``identifier`` is the record's id."""
        self._ids.append(identifier)
        self._contents.add(row.record)
        where = row.where
        self._files.append(where.file)
        self._line.append(where.line)
        self._lines.append(row.lines)
        self._recovery.append(row.recovery)
        if len(self._ids) >= self.rows or self._contents.characters >= SHARD_CHARACTERS:
            self.flush()

    def flush(self) -> None:
        """Write the rows that were collected."""
        rows = len(self._ids)
        if not rows:
            return
        columns = [
            pa.array(self._ids, pa.string()),
            *self._contents.columns(),
            pa.array(self._files, pa.string()),
            pa.array(self._line, pa.int64()),
            pa.array(self._lines, pa.int32()),
            pa.array(self._recovery, pa.string()),
            pa.array(range(self.written, self.written + rows), pa.int64()),
        ]
        pq.write_table(
            pa.Table.from_arrays(columns, schema=shard_schema(self.kind)),
            self.folder / f"part-{self.parts:05d}.parquet",
            row_group_size=ROW_GROUP_ROWS,
            compression="lz4",
            use_dictionary=["_file", "_recovery"],
            write_statistics=False,
        )
        self.parts += 1
        self.written += rows
        self._begin()


class _Texts:
    """Columns of text records."""

    def __init__(self) -> None:
        self.characters = 0
        self.text: list[str] = []
        self.title: list[str] = []
        self.attributes: list[str] = []

    def add(self, record: Record) -> None:
        assert isinstance(record, TextRecord)
        self.text.append(record.text)
        self.title.append(record.title)
        attributes = attributes_json(record.attributes)
        self.attributes.append(attributes)
        self.characters += len(record.text) + len(record.title) + len(attributes)

    def columns(self) -> list[pa.Array]:
        return [pa.array(values, pa.string()) for values in (self.text, self.title, self.attributes)]


class _Lists:
    """A column of lists of strings: the strings one after the other, and where each list ends."""

    def __init__(self) -> None:
        self.values: list[str] = []
        self.ends: list[int] = [0]

    def add(self, values: Iterable[str]) -> None:
        self.values.extend(values)
        self.ends.append(len(self.values))

    def column(self) -> pa.Array:
        return pa.ListArray.from_arrays(pa.array(self.ends, pa.int32()), pa.array(self.values, pa.string()))


class _Instructions:
    """Columns of instruction records."""

    def __init__(self) -> None:
        self.characters = 0
        self.task: list[str] = []
        self.definition: list[str] = []
        self.roles: list[str] = []
        self.contents = _Lists()
        self.references = _Lists()
        self.label_space = _Lists()
        self.split_group: list[str] = []
        self.attributes: list[str] = []

    def add(self, record: Record) -> None:
        assert isinstance(record, InstructionRecord)
        self.task.append(record.task)
        self.definition.append(record.definition)
        for message in record.messages:
            self.roles.append(message.role)
            self.characters += len(message.content)
        attributes = attributes_json(record.attributes)
        self.characters += len(record.definition) + len(attributes) + sum(map(len, record.references))
        self.contents.add(message.content for message in record.messages)
        self.references.add(record.references)
        self.label_space.add(record.label_space)
        self.split_group.append(record.split_group)
        self.attributes.append(attributes)

    def columns(self) -> list[pa.Array]:
        turn = list(SCHEMAS["instruction"].field("messages").type.value_type)
        contents = self.contents.column()
        turns = pa.StructArray.from_arrays([pa.array(self.roles, pa.string()), contents.values], fields=turn)
        return [
            pa.array(self.task, pa.string()),
            pa.array(self.definition, pa.string()),
            pa.ListArray.from_arrays(contents.offsets, turns),
            self.references.column(),
            self.label_space.column(),
            pa.array(self.split_group, pa.string()),
            pa.array(self.attributes, pa.string()),
        ]
