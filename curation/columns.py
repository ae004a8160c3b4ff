"""Records taken apart into columns as they are read, and put together to batches for the steps.

Strings and numbers in a few long lists cost the garbage collector nothing, whereas it would visit
every record that is held.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from curation.records import SCHEMAS, InstructionRecord, Kind, Record, Row, TextRecord, attributes_json
from curation.view import InstructionView, TextView, View, strings_of, view_of

_CONSTANT = ("source", "licence")


def content_fields(kind: Kind) -> list[pa.Field]:
    """Give the fields of a release that differ from row to row."""
    return [field for field in SCHEMAS[kind] if field.name not in _CONSTANT]


class RowBatch:
    """Rows of one source on their way through the steps.

    ``view`` and the lists are edited in place; ``fixed`` holds the columns that never change.
    """

    def __init__(
        self, kind: Kind, view: View, attributes: list[str], tags: list[str], fixed: Mapping[str, pa.Array]
    ) -> None:
        self.kind = kind
        self.view = view
        self.attributes = attributes
        self.tags = tags
        self.fixed = dict(fixed)

    def __len__(self) -> int:
        return len(self.attributes)

    @classmethod
    def of_columns(cls, kind: Kind, columns: Mapping[str, pa.Array]) -> "RowBatch":
        """Look at columns that an earlier phase wrote."""
        edited = ("attributes", "tags")
        fixed = {name: column for name, column in columns.items() if name not in edited}
        return cls(
            kind,
            view_of(kind, columns),
            strings_of(columns["attributes"]),
            strings_of(columns["tags"]),
            fixed,
        )

    def content(self) -> dict[str, pa.Array]:
        """Give every content column as it is now."""
        columns = self.fixed | self.view.columns()
        columns["attributes"] = pa.array(self.attributes, pa.string())
        columns["tags"] = pa.array(self.tags, pa.string())
        return {field.name: columns[field.name] for field in content_fields(self.kind)}


class RowCollector:
    """Collects the rows that a reader gives until a batch is full."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.ids: list[str] = []
        self.files: list[str] = []
        self.lines: list[int] = []
        self.recovered: dict[int, tuple[str, int]] = {}
        self._contents: _Texts | _Instructions = _Texts() if kind == "text" else _Instructions()

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def characters(self) -> int:
        """Number of characters held."""
        return self._contents.characters

    def add(self, identifier: str, row: Row, attributes: str | None = None) -> None:
        """Take one row.

        ``identifier`` is the record's id, ``attributes`` what ``attributes_json`` gave, if known.
        """
        if row.recovery:
            self.recovered[len(self.ids)] = (row.recovery, row.lines)
        self.ids.append(identifier)
        record = row.record
        self._contents.add(record, attributes_json(record.attributes) if attributes is None else attributes)
        self.files.append(row.where.file)
        self.lines.append(row.where.line)

    def batch(self, first_order: int) -> RowBatch:
        """Give what was collected; the order of its first row is ``first_order``."""
        rows = len(self.ids)
        view, fixed = self._contents.view()
        fixed |= {
            "id": pa.array(self.ids, pa.string()),
            "file": pa.array(self.files, pa.string()),
            "line": pa.array(self.lines, pa.int64()),
            "_order": pa.array(np.arange(first_order, first_order + rows)),
        }
        return RowBatch(self.kind, view, self._contents.attributes, ["{}"] * rows, fixed)


class _Texts:
    """Columns of text records."""

    def __init__(self) -> None:
        self.characters = 0
        self.text: list[str] = []
        self.title: list[str] = []
        self.attributes: list[str] = []

    def add(self, record: Record, attributes: str) -> None:
        assert isinstance(record, TextRecord)
        self.text.append(record.text)
        self.title.append(record.title)
        self.attributes.append(attributes)
        self.characters += len(record.text) + len(record.title) + len(attributes)

    def view(self) -> tuple[View, dict[str, pa.Array]]:
        return TextView(self.text, self.title), {}


class _Lists:
    """A column of lists of strings: the strings one after the other, and where each list starts."""

    def __init__(self) -> None:
        self.values: list[str] = []
        self.starts: list[int] = [0]

    def add(self, values: Iterable[str]) -> None:
        self.values.extend(values)
        self.starts.append(len(self.values))


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

    def add(self, record: Record, attributes: str) -> None:
        assert isinstance(record, InstructionRecord)
        self.task.append(record.task)
        self.definition.append(record.definition)
        for message in record.messages:
            self.roles.append(message.role)
            self.characters += len(message.content)
        self.characters += len(record.definition) + len(attributes) + sum(map(len, record.references))
        self.contents.add(message.content for message in record.messages)
        self.references.add(record.references)
        self.label_space.add(record.label_space)
        self.split_group.append(record.split_group)
        self.attributes.append(attributes)

    def view(self) -> tuple[View, dict[str, pa.Array]]:
        view = InstructionView(
            task=self.task,
            definition=self.definition,
            roles=self.roles,
            contents=self.contents.values,
            turns=self.contents.starts,
            references=self.references.values,
            reference_starts=self.references.starts,
            split_group=self.split_group,
        )
        fixed: dict[str, Any] = {
            "task": pa.array(self.task, pa.string()),
            "label_space": pa.ListArray.from_arrays(
                pa.array(self.label_space.starts, pa.int32()), pa.array(self.label_space.values, pa.string())
            ),
            "split_group": pa.array(self.split_group, pa.string()),
        }
        return view, fixed
