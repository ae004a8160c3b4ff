"""The first stage: a unit's files through its reader into canonical shards and quarantine."""

import base64
from collections import Counter
from pathlib import Path
from typing import Any

import orjson

from curation.inputs import SourceInput, Unit
from curation.readers.base import SourceFile
from curation.records import BadRow, FileNote, InstructionRecord, Kind, Record, Row, kind_of, record_id
from curation.shards import SHARD_ROWS, ShardWriter

QUARANTINE = "quarantine.jsonl"


def read_unit(given: SourceInput, unit: Unit, folder: Path, shard_rows: int = SHARD_ROWS) -> dict[str, Any]:
    """Read ``unit`` into ``folder``: ``part-*.parquet`` and, when there are bad rows, a quarantine.

    Returns
    -------
    dict
        ``records`` and ``quarantined`` as handed over by the reader, ``recovered`` per reason with
        rows and physical lines, the reader's ``notes``, and the ``first_error``.
    """
    kind = given.reader.kind(given.options)
    writer = ShardWriter(folder, kind, shard_rows)
    intake = _Intake(given.source.name, kind, writer, folder / QUARANTINE)
    for file in unit.files:
        file.check_unchanged()
    try:
        for target in unit.targets:
            intake.take_all(given, target)
    finally:
        intake.close()
    writer.flush()
    for file in unit.files:
        file.check_unchanged()
    return intake.facts()


class _Intake:
    """Sorts what a reader yields, and counts it as it comes."""

    def __init__(self, source: str, kind: Kind, writer: ShardWriter, quarantine: Path) -> None:
        self.source = source
        self.kind = kind
        self.writer = writer
        self.path = quarantine
        self.quarantine: Any = None
        self.records = 0
        self.bad = 0
        self.rows: Counter[str] = Counter()
        self.lines: Counter[str] = Counter()
        self.notes: list[list[str]] = []
        self.first_error = ""

    def take_all(self, given: SourceInput, target: SourceFile) -> None:
        try:
            for item in given.reader.read(target, given.options):
                if isinstance(item, Row):
                    self.take(item)
                elif isinstance(item, BadRow):
                    self.refuse(item)
                else:
                    self.note(item)
        except Exception as error:
            error.add_note(f"while the reader '{given.reader.name}' read {target.name}")
            raise

    def take(self, row: Row) -> None:
        if kind_of(row.record) != self.kind:
            raise TypeError(f"the reader gave a {kind_of(row.record)} record where {self.kind} was promised")
        try:
            identifier = record_id(self.source, row.record)
        except orjson.JSONEncodeError as error:
            # Half of a surrogate pair: a Python string may hold it, UTF-8 may not.
            raw = _text_of(row.record).encode("utf-8", "surrogatepass")
            self.refuse(BadRow(raw, row.where, f"not valid Unicode: {error}", row.lines))
            return
        self.writer.add(identifier, row)
        self.records += 1
        if row.recovery:
            self.rows[row.recovery] += 1
            self.lines[row.recovery] += row.lines

    def refuse(self, bad: BadRow) -> None:
        if self.quarantine is None:
            self.quarantine = self.path.open("wb")
        entry = {
            "source": self.source,
            "file": bad.where.file,
            "line": bad.where.line,
            "lines": bad.lines,
            "error": bad.error.encode("utf-8", "replace").decode("utf-8"),
            "text": bad.raw.decode("utf-8", "replace"),
            "raw": base64.b64encode(bad.raw).decode("ascii"),
        }
        self.quarantine.write(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE))
        self.bad += 1
        self.first_error = self.first_error or f"{bad.where}: {bad.error}"

    def note(self, note: FileNote) -> None:
        self.notes.append([note.file, note.fact, note.value])

    def close(self) -> None:
        if self.quarantine is not None:
            self.quarantine.close()

    def facts(self) -> dict[str, Any]:
        return {
            "records": self.records,
            "quarantined": self.bad,
            "recovered": {
                reason: {"rows": self.rows[reason], "lines": self.lines[reason]} for reason in self.rows
            },
            "notes": self.notes,
            "first_error": self.first_error,
        }


def _text_of(record: Record) -> str:
    if isinstance(record, InstructionRecord):
        return "\n".join(message.content for message in record.messages)
    return record.text
