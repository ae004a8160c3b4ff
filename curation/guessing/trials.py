"""A reader tried on the beginning of a file: what came of the first rows."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from curation.errors import UserError
from curation.readers.base import Options, Reader, SourceFile
from curation.records import BadRow, FileNote, InstructionRecord, Kind, Record, Row

MOST_ROWS = 1000
MOST_SECONDS = 5.0
_MOST_TEXTS = 200


@dataclass(slots=True)
class Trial:
    """What a reader made of a file.

    ``ended`` is true when it came to the end; ``error`` is why it stopped, or the first bad row's
    error; ``texts`` are some of what it read, for the languages; ``notes`` what it said of the file.
    """

    kind: Kind
    rows: int = 0
    bad: int = 0
    ended: bool = False
    error: str = ""
    texts: list[str] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """Share of the rows that could be read."""
        return self.rows / (self.rows + self.bad) if self.rows else 0.0

    @property
    def seen(self) -> str:
        """The rows in words."""
        return f"{self.rows:,} of {self.rows + self.bad:,} rows read"


def try_reader(
    reader: Reader[Any],
    file: SourceFile,
    options: Options,
    most_rows: int | None = MOST_ROWS,
    *,
    whole: bool = True,
) -> Trial:
    """Read up to ``most_rows`` rows (None: all), for a few seconds at most.

    A file that is not ``whole`` may end in the midst of a row.
    """
    trial = Trial(reader.kind(options))
    begun = time.monotonic()
    try:
        for item in reader.read(file, options):
            _count(trial, item)
            if trial.rows + trial.bad == most_rows or time.monotonic() - begun > MOST_SECONDS:
                break
        else:
            trial.ended = True
    except UserError as error:
        if trial.rows and not whole:
            trial.ended = True
        else:
            trial.error = trial.error or error.what
            trial.bad += 1  # the rest of the file
    return trial


def _count(trial: Trial, item: Row | BadRow | FileNote) -> None:
    if isinstance(item, FileNote):
        trial.notes[item.fact] = item.value
    elif isinstance(item, BadRow):
        trial.bad += 1
        trial.error = trial.error or item.error
    else:
        trial.rows += 1
        if len(trial.texts) < _MOST_TEXTS:
            trial.texts.extend(_texts(item.record))


def _texts(record: Record) -> Iterator[str]:
    if isinstance(record, InstructionRecord):
        yield from (message.content for message in record.messages)
    else:
        yield record.text
