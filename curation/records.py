"""What readers give and what a release holds: records, unreadable rows, Arrow schemas.

Readers yield :class:`Row`, :class:`BadRow` and :class:`FileNote`; they know nothing of the
source's name, licence or of releases. The engine adds those and the id.

What is made for every row (all but :class:`BadRow` and :class:`FileNote`) is not frozen: that takes a
third of the time, a microsecond a row. Nobody changes it nevertheless.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

import orjson
import pyarrow as pa

Kind = Literal["text", "instruction"]


@dataclass(slots=True)
class Location:
    """Where a row came from.

    ``file`` is relative to the data folder, with forward slashes. ``line`` counts from 1: the
    physical line in line-based formats, the item in formats that hold one array or table.
    """

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(slots=True)
class TextRecord:
    """A text: a review, an article, a document of the user's own."""

    text: str
    title: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Message:
    """One turn of an instruction record; ``role`` is system, user or assistant."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(slots=True)
class InstructionRecord:
    """An instruction with its input and accepted outputs.

    ``messages`` ends with the turn to learn; ``references`` are all accepted outputs;
    ``label_space`` is the closed set of outputs of a classification task, else empty;
    rows with the same ``split_group`` must not be parted between train and test.
    """

    messages: tuple[Message, ...]
    task: str = ""
    definition: str = ""
    references: tuple[str, ...] = ()
    label_space: tuple[str, ...] = ()
    split_group: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


Record = TextRecord | InstructionRecord


@dataclass(slots=True)
class Row:
    """A record that was read, where it was, and how it was recovered if it had to be.

    ``lines`` is the number of physical lines it took; ``recovery`` is a short reason such as
    ``"line breaks inside the text"``, or empty for a well-formed row.
    """

    record: Record
    where: Location
    lines: int = 1
    recovery: str = ""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be read: it goes to quarantine with its bytes and the reason."""

    raw: bytes
    where: Location
    error: str
    lines: int = 1


@dataclass(frozen=True, slots=True)
class FileNote:
    """A fact that the reader found out about a file and states in the manifest.

    For example ``FileNote("labels.csv", "encoding", "cp949")``.
    """

    file: str
    fact: str
    value: str


# What steps found out about a row, apart from what its source says: a JSON object with sorted keys.
# And where the row was read, so that every sentence of a release leads back to its file.
_FOUND = (
    pa.field("tags", pa.string(), nullable=False),
    pa.field("file", pa.string(), nullable=False),
    pa.field("line", pa.int64(), nullable=False),
)

TEXT_SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("title", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("licence", pa.string(), nullable=False),
        # A JSON object with sorted keys: sources differ in what they know about a row, and a
        # column that changed with the source would keep configurations from being joined.
        pa.field("attributes", pa.string(), nullable=False),
        *_FOUND,
    ]
)

INSTRUCTION_SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("task", pa.string(), nullable=False),
        pa.field("definition", pa.string(), nullable=False),
        pa.field(
            "messages",
            pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())])),
            nullable=False,
        ),
        pa.field("references", pa.list_(pa.string()), nullable=False),
        pa.field("label_space", pa.list_(pa.string()), nullable=False),
        pa.field("split_group", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("licence", pa.string(), nullable=False),
        pa.field("attributes", pa.string(), nullable=False),
        *_FOUND,
    ]
)

SCHEMAS: dict[Kind, pa.Schema] = {"text": TEXT_SCHEMA, "instruction": INSTRUCTION_SCHEMA}


def kind_of(record: Record) -> Kind:
    """The kind of release configuration a record belongs to."""
    return "text" if isinstance(record, TextRecord) else "instruction"


def attributes_json(attributes: Mapping[str, str]) -> str:
    """Attributes as they stand in a release: a JSON object with sorted keys."""
    return orjson.dumps(dict(attributes), option=orjson.OPT_SORT_KEYS).decode()


def record_id(source: str, record: Record, attributes: str | None = None) -> str:
    """Content hash of a record as read, before any step: 32 hex digits of BLAKE2b.

    It depends on the source's name and the record alone, so it is stable across runs, machines
    and later changes of the steps. ``attributes`` is what :func:`attributes_json` gave, where the
    caller has it already.

    Raises
    ------
    orjson.JSONEncodeError
        When a string holds half of a surrogate pair.
    """
    held = orjson.Fragment(attributes_json(record.attributes) if attributes is None else attributes)
    # A dictionary with the fields in order is spelled like the record, in half the time.
    content: dict[str, Any]
    if isinstance(record, TextRecord):
        content = {"text": record.text, "title": record.title, "attributes": held}
    else:
        content = {field: getattr(record, field) for field in _INSTRUCTION_FIELDS}
        content["attributes"] = held
    identity = orjson.dumps([source, kind_of(record), content])
    return hashlib.blake2b(identity, digest_size=16).hexdigest()


_INSTRUCTION_FIELDS = tuple(field.name for field in fields(InstructionRecord))
