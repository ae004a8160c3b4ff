"""Rows of a release's Parquet files, a page at a time: no file is read whole, no search runs on for ever.

A place among the rows is a cursor: file, row group and row in it. Looking for words reads on from there
until the page is full or enough was read; then the page says so, and the next one goes on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curation.errors import UserError
from curation.tables import open_table

PAGE_ROWS: Final = 20
# Rows that are in memory at once: a text may have a million characters.
_BATCH: Final = 256
# What one page reads at most when it looks for something: about a second on a laptop.
_MOST_ROWS: Final = 200_000
_MOST_BYTES: Final = 128 * 1024 * 1024
_SEARCHED: Final = ("id", "file", "title", "text", "task", "definition", "messages", "references", "detail")


def number_of(text: str) -> int | None:
    """A number as addresses have it; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """The place of a row: the file, the row group in it, and the row in that, from 0."""

    file: int = 0
    group: int = 0
    row: int = 0

    def __str__(self) -> str:
        return f"{self.file}.{self.group}.{self.row}"

    @classmethod
    def of(cls, text: str) -> "Cursor":
        """Read what `str` gave; what is none is the beginning."""
        parts = text.split(".")
        numbers = [number_of(part) for part in parts]
        if len(numbers) != 3 or None in numbers:
            return cls()
        return cls(*(number or 0 for number in numbers))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Rows that hold ``words`` somewhere, in any case, and whose columns equal ``columns``."""

    words: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def all(self) -> bool:
        """Whether every row is wanted."""
        return not self.words and not self.columns


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the files' order; ``next`` is where the next page begins, None at the end.

    ``looked_at`` rows were read for it. With a ``next`` and less than a whole page, there was more to
    read than a page may.
    """

    rows: Sequence[Mapping[str, Any]]
    next: Cursor | None
    looked_at: int


def count_rows(files: Sequence[Path]) -> int:
    """How many rows the files hold, from their footers.

    Raises
    ------
    UserError
        A file is damaged.
    """
    return sum(_footer(path).num_rows for path in files)


def cursor_at(files: Sequence[Path], number: int) -> Cursor:
    """The place of the row of that number, from 0; beyond the last row the end."""
    for place, path in enumerate(files):
        footer = _footer(path)
        for group in range(footer.num_row_groups):
            rows = footer.row_group(group).num_rows
            if number < rows:
                return Cursor(place, group, number)
            number -= rows
    return Cursor(len(files))


def read_page(files: Sequence[Path], wanted: Wanted, start: Cursor, size: int = PAGE_ROWS) -> Page:
    """Read wanted rows from ``start`` on.

    Raises
    ------
    UserError
        A file is damaged.
    """
    rows: list[Mapping[str, Any]] = []
    looked_at = size_of_read = 0
    for place, batch in _batches(files, start):
        if len(rows) >= size or looked_at >= _MOST_ROWS or size_of_read >= _MOST_BYTES:
            return Page(rows, place, looked_at)
        found = np.flatnonzero(_mask(batch, wanted))
        taken = found[: size - len(rows)]
        rows += batch.take(pa.array(taken)).to_pylist()
        if len(taken) < len(found) or (wanted.all and len(rows) == size < batch.num_rows):
            after = int(taken[-1]) + 1
            return Page(rows, Cursor(place.file, place.group, place.row + after), looked_at + after)
        looked_at += batch.num_rows
        size_of_read += batch.nbytes
    return Page(rows, None, looked_at)


def _batches(files: Sequence[Path], start: Cursor) -> Iterator[tuple[Cursor, pa.RecordBatch]]:
    """Give the rows from ``start`` on, with the place of each batch's first."""
    for place, path in enumerate(files):
        if place < start.file:
            continue
        try:
            with open_table(path) as file:
                first = start.group if place == start.file else 0
                for group in range(first, file.num_row_groups):
                    skipped = start.row if (place, group) == (start.file, start.group) else 0
                    if skipped >= file.metadata.row_group(group).num_rows:
                        continue
                    at = 0
                    for batch in file.iter_batches(_BATCH, [group], use_threads=False):
                        rest = batch.slice(max(0, skipped - at))
                        if rest.num_rows:
                            yield Cursor(place, group, at + batch.num_rows - rest.num_rows), rest
                        at += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            raise _damaged(path, error) from error


def _mask(batch: pa.RecordBatch, wanted: Wanted) -> npt.NDArray[np.bool_]:
    held = batch.schema.names
    mask = np.ones(batch.num_rows, np.bool_)
    for name, value in wanted.columns.items():
        if name not in held:
            return np.zeros(batch.num_rows, np.bool_)
        equal = pc.fill_null(pc.equal(batch[name].cast(pa.string()), value), fill_value=False)
        mask &= equal.to_numpy(zero_copy_only=False)
    if wanted.words:
        columns = [batch[name] for name in _SEARCHED if name in held]
        mask &= np.logical_or.reduce([_holding(column, wanted.words) for column in columns])
    return mask


def _holding(column: pa.Array, words: str) -> npt.NDArray[np.bool_]:
    """Which values hold the words: texts, lists of texts, and turns of a conversation."""
    if pa.types.is_list(column.type):
        values, rows = pc.list_flatten(column), pc.list_parent_indices(column)
        if pa.types.is_struct(values.type):
            values = pc.struct_field(values, "content")
        found = np.zeros(len(column), np.bool_)
        found[rows.to_numpy()[_holding(values, words)]] = True
        return found
    if not pa.types.is_string(column.type):
        return np.zeros(len(column), np.bool_)
    matched = pc.fill_null(pc.match_substring(column, words, ignore_case=True), fill_value=False)
    mask: npt.NDArray[np.bool_] = matched.to_numpy(zero_copy_only=False)
    return mask


def _footer(path: Path) -> Any:
    try:
        return pq.read_metadata(path)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> UserError:
    return UserError(
        f"A file of the release cannot be read: {str(error).splitlines()[0]}",
        where="/".join(path.parts[-3:]),
        fix="Run its recipe again: `malmoi curate` makes a release anew whose files do not verify.",
    )
