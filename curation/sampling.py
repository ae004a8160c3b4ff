"""Some rows of a source, spread over its files, and what they tell about the whole of it."""

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import pyarrow.parquet as pq

from curation.inputs import SourceInput, Unit
from curation.readers.base import SourceFile
from curation.records import BadRow, InstructionRecord, Record, Row

_LOOK_EVERY = 32
# What a format adds to its texts where nothing better is known: names of columns, marks, escapes.
_BYTES_BESIDE_TEXT = 1.2


@dataclass(slots=True)
class SourceSample:
    """What was seen of a source.

    ``rows``
        the sample, of readable rows, in the order of files;
    ``seen``, ``unreadable``
        how many rows were read for it, and how many of them could not be used;
    ``seconds``
        CPU time to read the whole source, estimated;
    ``total``
        how many rows it holds: counted when every file was read to its end, else estimated.
    """

    rows: list[Row] = field(default_factory=list)
    seen: int = 0
    unreadable: int = 0
    seconds: float = 0.0
    total: int = 0
    counted: bool = False
    first_error: str = ""


@dataclass(slots=True)
class _FileSeen:
    """How far a file was read: rows, the bytes that their texts take, CPU time until the first and after."""

    bytes: int
    rows: int = 0
    text_bytes: int = 0
    opening: float = 0.0
    reading: float = 0.0
    last_line: int = 0
    ended: bool = False


def sample_source(given: SourceInput, wanted: int, seconds: float) -> SourceSample:
    """Read files of a source, in a shuffled order, for about ``seconds`` of CPU time.

    Every row that is read has the same chance to be among the ``wanted`` ones.
    """
    targets = [(unit, target) for unit in given.units for target in unit.targets]
    choose = random.Random(0)
    order = choose.sample(range(len(targets)), len(targets))
    sample, seen = SourceSample(), []
    kept: list[tuple[int, int, Row]] = []
    left = seconds
    for turn, place in enumerate(order):
        unit, target = targets[place]
        of_file = _FileSeen(_bytes_of(unit, target))
        share = left / min(len(order) - turn, 8)
        begun = time.process_time()
        for item in _read(given, target, of_file, share):
            sample.seen += 1
            if isinstance(item, BadRow):
                sample.unreadable += 1
                sample.first_error = sample.first_error or f"{item.where}: {item.error}"
            elif len(kept) < wanted:
                kept.append((place, sample.seen, item))
            elif (at := choose.randrange(sample.seen - sample.unreadable)) < wanted:
                kept[at] = (place, sample.seen, item)
        left -= time.process_time() - begun
        seen.append((target, of_file))
        if left <= 0 and sample.seen:
            break
    sample.rows = [row for *_, row in sorted(kept, key=lambda one: one[:2])]
    _estimate(sample, seen, given.bytes, everything=len(seen) == len(targets))
    return sample


def _read(given: SourceInput, target: SourceFile, seen: _FileSeen, seconds: float) -> Iterator[Row | BadRow]:
    """Read a file for ``seconds`` of CPU time, or twice as long as it took to give its first row.

    A reader that loads a file as a whole gives nothing for long, and then everything at once.
    """
    begun = time.process_time()
    items = iter(given.reader.read(target, given.options))
    for number, item in enumerate(items):
        now = time.process_time() if not number % _LOOK_EVERY else 0.0
        if not number:
            seen.opening = now - begun
            seconds = max(seconds, 2 * seen.opening)
        if isinstance(item, Row | BadRow):
            seen.rows += 1
            seen.last_line = item.where.line
            seen.text_bytes += _text_bytes(item)
            yield item
        if now and now - begun > seconds:
            break
    else:
        seen.ended = True
    seen.reading = max(0.0, time.process_time() - begun - seen.opening)


def _estimate(
    sample: SourceSample, seen: Sequence[tuple[SourceFile, _FileSeen]], size: int, *, everything: bool
) -> None:
    """Tell from the files that were seen how many rows there are, and what reading all costs."""
    ended = [one for _, one in seen if one.ended]
    text = sum(one.text_bytes for one in ended)
    overhead = sum(one.bytes for one in ended) / text if text else _BYTES_BESIDE_TEXT
    rows = bytes_read = 0.0
    for target, one in seen:
        known = None if one.ended else _rows_of_table(target.path)
        if one.ended or known is not None:
            rows += one.rows if known is None else known
            bytes_read += one.bytes
        else:
            rows += one.rows
            bytes_read += min(one.bytes, _bytes_taken(target.path, one, overhead))
    sample.counted = everything and len(ended) == len(seen)
    sample.total = round(rows * max(1.0, size / bytes_read)) if bytes_read else 0
    opened = sum(one.bytes for _, one in seen)
    opening = sum(one.opening for _, one in seen) * (size / opened if opened else 1.0)
    reading = sum(one.reading for _, one in seen) / max(1, sample.seen)
    sample.seconds = opening + reading * sample.total


def _bytes_taken(path: Path, seen: _FileSeen, overhead: float) -> float:
    """Tell how many bytes the rows that were read take in a file that was not read to its end.

    Lines are counted where the reader counts in lines: then they hold the texts and not much more.
    """
    if path.is_dir():
        return seen.text_bytes * overhead
    with path.open("rb") as stream:
        lines = sum(map(len, islice(stream, seen.last_line)))
    if seen.text_bytes * 0.8 <= lines <= seen.text_bytes * 8 and lines < seen.bytes:
        return lines
    return seen.text_bytes * overhead


def _rows_of_table(path: Path) -> int | None:
    if path.suffix != ".parquet":
        return None
    rows: int = pq.read_metadata(path).num_rows
    return rows


def _bytes_of(unit: Unit, target: SourceFile) -> int:
    """Give the size of what a reader is handed: a file, or a folder with all that it may open."""
    return next((file.bytes for file in unit.files if file.path == target.path), unit.bytes)


def _text_bytes(item: Row | BadRow) -> int:
    return len(item.raw) if isinstance(item, BadRow) else sum(_sizes(item.record))


def _sizes(record: Record) -> Iterator[int]:
    if isinstance(record, InstructionRecord):
        yield from (len(turn.content.encode("utf-8", "replace")) for turn in record.messages)
    else:
        yield len(record.text.encode("utf-8", "replace")) + len(record.title.encode("utf-8", "replace"))
    yield from (len(key) + len(value.encode("utf-8", "replace")) for key, value in record.attributes.items())
