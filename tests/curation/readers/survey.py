"""Read a file as a run would, and hold the reader to its promises, whatever the file is."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from curation.errors import UserError
from curation.readers import READERS
from curation.readers.base import Item, Reader, SourceFile
from curation.records import (
    BadRow,
    FileNote,
    InstructionRecord,
    Location,
    Record,
    Row,
    TextRecord,
    kind_of,
    record_id,
)

CPU_SECONDS = 10
_LONGEST_MESSAGE = 2000


class StuckError(BaseException):
    """The reader worked for far longer than its file can need; no reader catches this."""


@dataclass(frozen=True)
class Survey:
    """What came of a file; ``refused`` when the reader refused it as a whole."""

    rows: list[Row] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    notes: list[FileNote] = field(default_factory=list)
    refused: UserError | None = None

    @property
    def texts(self) -> list[str]:
        return [strings_of(row.record)[0] for row in self.rows]

    @property
    def covered(self) -> list[int]:
        """The physical lines of all rows, good and bad."""
        return sorted(
            number
            for item in (*self.rows, *self.bad)
            for number in range(item.where.line, item.where.line + item.lines)
        )


def survey(name: str, path: Path, **options: Any) -> Survey:
    """Read ``path`` with the reader ``name``, and check everything that it gives."""
    reader: Reader[Any] = READERS[name]
    chosen = reader.options(**options)
    size = sum(one.stat().st_size for one in (path, *path.rglob("*")) if one.is_file())
    found = Survey()
    with at_most(CPU_SECONDS):
        try:
            for item in reader.read(SourceFile(path, path.name), chosen):
                _take(item, found)
                # Each item stands for a byte at least, beside a few notes.
                assert len(found.rows) + len(found.bad) + len(found.notes) <= size + 20
        except UserError as error:
            _check_refusal(error, path)
            return Survey(found.rows, found.bad, found.notes, error)
    for row in found.rows:
        assert kind_of(row.record) == reader.kind(chosen)
        _check_record(row.record)
        _check_place(row.where, row.lines, path)
    for bad in found.bad:
        assert type(bad.raw) is bytes
        _check_place(bad.where, bad.lines, path)
        _check_message(bad.error, path)
    return found


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise in the block when it took more CPU time: what others do to the machine does not count."""

    def stop(*_: object) -> None:
        raise StuckError(f"more than {seconds} CPU seconds")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def strings_of(record: Record) -> list[str]:
    """Every string of a record, its text first."""
    if isinstance(record, TextRecord):
        own = [record.text, record.title]
    else:
        assert isinstance(record, InstructionRecord)
        own = [message.content for message in record.messages]
        own += [record.task, record.definition, record.split_group, *record.references, *record.label_space]
    return [*own, *record.attributes.keys(), *record.attributes.values()]


def _take(item: Item, found: Survey) -> None:
    if isinstance(item, Row):
        found.rows.append(item)
    elif isinstance(item, BadRow):
        found.bad.append(item)
    else:
        assert isinstance(item, FileNote)
        found.notes.append(item)


def _check_record(record: Record) -> None:
    assert all(type(one) is str for one in strings_of(record))
    assert len(record_id("source", record)) == 32  # raises for what is no Unicode


def _check_place(where: Location, lines: int, path: Path) -> None:
    assert where.file == path.name or where.file.startswith(f"{path.name}/")
    assert where.line >= 1
    assert lines >= 1


def _check_refusal(error: UserError, path: Path) -> None:
    assert path.name in error.where
    assert error.fix
    _check_message(str(error), path)


def _check_message(message: str, path: Path) -> None:
    assert message.strip()
    assert len(message) <= _LONGEST_MESSAGE
    assert not [sign for sign in message if sign != "\n" and not sign.isprintable()], ascii(message)
    assert str(path.parent) not in message, "the message shows where this machine keeps its files"
