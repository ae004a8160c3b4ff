"""Parquet files: row groups limited in size, cut by content alone where equal rows give equal bytes."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 16_384
CHARACTERS = 16 * 1024 * 1024
FILE_BYTES = 256 * 1024 * 1024
_BUFFER = 1 << 20


def row_groups(path: Path, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Read a Parquet file row group by row group: as much at once as whoever wrote it held.

    Over a whole file, ``iter_batches`` keeps what it read of every row group until the end, and its
    fixed number of rows is any number of bytes where texts are long.
    """
    with open_table(path) as file:
        for group in range(file.num_row_groups):
            yield from read_group(file, group, columns)


def open_table(path: Path) -> pq.ParquetFile:
    """Open a Parquet file to be read through a small buffer, not in whole column chunks."""
    return pq.ParquetFile(path, buffer_size=_BUFFER)


def read_group(
    file: pq.ParquetFile, group: int, columns: Sequence[str] | None = None
) -> Iterator[pa.RecordBatch]:
    """Read one row group, as one batch."""
    rows = file.metadata.row_group(group).num_rows
    yield from file.iter_batches(max(1, rows), [group], columns and list(columns), use_threads=False)


class TableWriter:
    """Writes one table as files ``<stem>.00000.parquet`` and so on.

    Row groups end after a fixed number of rows or characters and files after a fixed number of
    bytes, wherever the batches that come in end.
    """

    def __init__(self, folder: Path, stem: str, schema: pa.Schema, file_bytes: int = FILE_BYTES) -> None:
        self.folder = folder
        self.stem = stem
        self.schema = schema
        self.file_bytes = file_bytes
        self.files = 0
        self.rows = 0
        self._pending: list[pa.Table] = []
        self._sizes: list[npt.NDArray[np.int64]] = []
        self._held = 0
        self._characters = 0
        self._sink: Any = None
        self._writer: Any = None

    def add(self, table: pa.Table, sizes: npt.NDArray[np.int64]) -> None:
        """Take rows; ``sizes`` is the number of characters of each."""
        if not table.num_rows:
            return
        self._pending.append(table)
        self._sizes.append(sizes)
        self._held += table.num_rows
        self._characters += int(sizes.sum())
        if self._held >= ROWS or self._characters >= CHARACTERS:
            self._cut(finish=False)

    def close(self) -> None:
        """Write the rows that are left and finish the last file."""
        self._cut(finish=True)
        self._end_file()

    def _cut(self, *, finish: bool) -> None:
        if not self._held:
            return
        table = pa.concat_tables(self._pending)
        sizes = np.concatenate(self._sizes)
        start = 0
        while start < len(sizes):
            total = np.cumsum(sizes[start : start + ROWS], dtype=np.int64)
            size = min(int(np.searchsorted(total, CHARACTERS)) + 1, len(total))
            whole = size == ROWS or int(total[size - 1]) >= CHARACTERS
            if not whole and not finish:
                break
            self._write(table.slice(start, size))
            start += size
        self._pending = [table.slice(start)] if start < len(sizes) else []
        self._sizes = [sizes[start:]] if start < len(sizes) else []
        self._held = len(sizes) - start
        self._characters = int(sizes[start:].sum())

    def _write(self, table: pa.Table) -> None:
        if self._writer is None:
            self._sink = pa.OSFile(str(self.folder / f"{self.stem}.{self.files:05d}.parquet"), "wb")
            self._writer = pq.ParquetWriter(
                self._sink,
                self.schema,
                compression="zstd",
                use_dictionary=[
                    name
                    for name in ("source", "licence", "task", "step", "reason", "file")
                    if name in self.schema.names
                ],
                store_schema=False,
            )
            self.files += 1
        self._writer.write_table(table.combine_chunks(), row_group_size=table.num_rows)
        self.rows += table.num_rows
        if self._sink.tell() >= self.file_bytes:
            self._end_file()

    def _end_file(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._sink.close()
            self._writer = self._sink = None
