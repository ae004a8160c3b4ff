"""What a reader yields, sorted as it comes: rows to batches, bad rows to quarantine, notes to facts."""

import base64
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import orjson

from curation.columns import RowBatch, RowCollector
from curation.inputs import SourceInput, Unit
from curation.readers.base import SourceFile
from curation.readers.encoding import readable
from curation.records import (
    BadRow,
    FileNote,
    InstructionRecord,
    Kind,
    Record,
    Row,
    attributes_json,
    kind_of,
    record_id,
)

QUARANTINE = "quarantine.jsonl"
BATCH_CHARACTERS = 4 * 1024 * 1024
_BYTES_A_CHARACTER = 2.4  # Korean text with its blanks, in UTF-8


class Intake:
    """Reads the targets of a unit and counts what comes."""

    def __init__(self, source: str, kind: Kind, folder: Path, *, batch_rows: int, base: int) -> None:
        self.source = source
        self.kind = kind
        self.batch_rows = batch_rows
        self.order = base
        self.records = 0
        self.bad = 0
        self.recovered: dict[str, Counter[str]] = {}
        self.notes: list[list[str]] = []
        self.errors: Counter[str] = Counter()
        self.first_error = ""
        self._path = folder / QUARANTINE
        self._quarantine: Any = None
        self._rows = RowCollector(kind)
        self._bytes_done = self._file_bytes = self._given_bytes = 0

    def batches(
        self, given: SourceInput, unit: Unit
    ) -> Generator[tuple[RowBatch, dict[int, tuple[str, int]]], None, None]:
        """Read ``unit``; give batches of rows, and which of them had to be repaired.

        Raises
        ------
        UserError
            When a file changed since it was hashed, or cannot be read as a whole.
        """
        for file in unit.files:
            file.check_unchanged()
        try:
            sizes = {file.path: file.bytes for file in unit.files}
            for target in unit.targets:
                self._file_bytes = sizes.get(target.path, unit.bytes)
                self._given_bytes = 0
                yield from self._batches_of(given, target)
                self._bytes_done += self._file_bytes
            if len(self._rows):
                yield self._batch()
        finally:
            if self._quarantine is not None:
                self._quarantine.close()
        for file in unit.files:
            file.check_unchanged()

    def _batches_of(
        self, given: SourceInput, target: SourceFile
    ) -> Iterator[tuple[RowBatch, dict[int, tuple[str, int]]]]:
        try:
            for item in given.reader.read(target, given.options):
                if isinstance(item, Row):
                    self._take(item)
                    if len(self._rows) >= self.batch_rows or self._rows.characters >= BATCH_CHARACTERS:
                        yield self._batch()
                elif isinstance(item, BadRow):
                    self._refuse(item)
                else:
                    self._note(item)
        except Exception as error:
            error.add_note(f"while the reader '{given.reader.name}' read {target.name}")
            raise

    def share_read(self, unit: Unit) -> float:
        """Guess the share of the unit that was read: the files that are done, and part of the current one.

        How far a reader is in its file only the reader knows; the size of what it gave is near.
        """
        if not unit.bytes:
            return 1.0
        of_file = min(self._given_bytes, self._file_bytes)
        return min(1.0, (self._bytes_done + of_file) / unit.bytes)

    def facts(self) -> dict[str, Any]:
        """Say what came, as JSON data."""
        return {
            "records": self.records,
            "quarantined": self.bad,
            "recovered": {reason: dict(counts) for reason, counts in self.recovered.items()},
            "notes": self.notes,
            "first_error": self.first_error,
            "errors": dict(self.errors.most_common(20)),
        }

    def _batch(self) -> tuple[RowBatch, dict[int, tuple[str, int]]]:
        rows = self._rows
        batch = rows.batch(self.order)
        self._given_bytes += int(rows.characters * _BYTES_A_CHARACTER)
        self.order += len(rows)
        self._rows = RowCollector(self.kind)
        return batch, rows.recovered

    def _take(self, row: Row) -> None:
        record = row.record
        if kind_of(record) != self.kind:
            raise TypeError(f"the reader gave a {kind_of(record)} record where {self.kind} was promised")
        try:
            attributes = attributes_json(record.attributes)
            identifier = record_id(self.source, record, attributes)
        except orjson.JSONEncodeError as error:
            # Half of a surrogate pair: a Python string may hold it, UTF-8 may not.
            raw = _text_of(record).encode("utf-8", "surrogatepass")
            self._refuse(BadRow(raw, row.where, f"not valid Unicode: {error}", row.lines))
            return
        self._rows.add(identifier, row, attributes)
        self.records += 1
        if row.recovery:
            self.recovered.setdefault(row.recovery, Counter()).update(rows=1, lines=row.lines)

    def _refuse(self, bad: BadRow) -> None:
        if self._quarantine is None:
            self._quarantine = self._path.open("wb")
        self._quarantine.write(quarantine_line(self.source, bad))
        self.bad += 1
        self.errors[bad.error.split(":")[0][:80]] += 1
        self.first_error = self.first_error or f"{bad.where}: {bad.error}"

    def _note(self, note: FileNote) -> None:
        self.notes.append([note.file, note.fact, note.value])


def quarantine_line(source: str, bad: BadRow) -> bytes:
    """Spell a row that could not be used, as a line of the quarantine."""
    entry = {
        "source": source,
        "file": bad.where.file,
        "line": bad.where.line,
        "lines": bad.lines,
        "error": bad.error.encode("utf-8", "replace").decode("utf-8"),
        "text": readable(bad.raw),
        "raw": base64.b64encode(bad.raw).decode("ascii"),
    }
    return orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE)


def _text_of(record: Record) -> str:
    if isinstance(record, InstructionRecord):
        return "\n".join(message.content for message in record.messages)
    return record.text
