"""What the tests of readers share: write a file, read it with a reader, sort what comes out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from curation.readers import READERS
from curation.readers.base import SourceFile
from curation.records import BadRow, FileNote, Row


@dataclass(frozen=True)
class Outcome:
    """Everything a reader yielded for a file."""

    rows: list[Row]
    bad: list[BadRow]
    notes: dict[str, str]

    @property
    def texts(self):
        return [row.record.text for row in self.rows]

    @property
    def covered(self) -> list[int]:
        """The physical lines of all rows, good and bad."""
        return sorted(
            number
            for item in (*self.rows, *self.bad)
            for number in range(item.where.line, item.where.line + item.lines)
        )


Read = Callable[..., Outcome]


@pytest.fixture(scope="session")
def read() -> Read:
    """Read a path with a reader by its name; options as in a recipe."""

    def run(name: str, path: Path, **options: object) -> Outcome:
        reader = READERS[name]
        items = list(reader.read(SourceFile(path, path.name), reader.options(**options)))
        notes = {f"{item.file}: {item.fact}": item.value for item in items if isinstance(item, FileNote)}
        return Outcome(
            [item for item in items if isinstance(item, Row)],
            [item for item in items if isinstance(item, BadRow)],
            notes,
        )

    return run


@pytest.fixture
def read_bytes(read: Read, tmp_path: Path) -> Read:
    """Read bytes with a reader, as a file of the given name."""

    def run(reader: str, content: bytes, name: str = "input", **options: object) -> Outcome:
        path = tmp_path / name
        path.write_bytes(content)
        return read(reader, path, **options)

    return run
