"""What a comparison is: a pure function on each batch, then one decision over all of them.

The engine calls ``prepare`` on every batch where the rows are, on any machine, and keeps what it
gives as an Arrow file. ``decide`` gets all these files and gives tables of ``DECISIONS``: one row
for each record that something happens to.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curation.progress import Progress
from curation.records import Kind
from curation.steps.base import Given

DECISIONS = pa.schema(
    [
        # The row: ``_order`` is unique in the release and ascends in the recipe's order.
        pa.field("_order", pa.int64(), nullable=False),
        # Why the row leaves; null when it stays.
        pa.field("reason", pa.string()),
        pa.field("score", pa.float64()),
        pa.field("detail", pa.string()),
        # The id of the row that stays for this one (or of the row in an older release).
        pa.field("duplicate_of", pa.string()),
        # For rows that stay: tags to add (a JSON object), the split, how many copies the release
        # holds in all, and spans of the text that leave (code points, ascending).
        pa.field("tags", pa.string()),
        pa.field("split", pa.string()),
        pa.field("copies", pa.int32()),
        pa.field("cut", pa.list_(pa.struct([("start", pa.int32()), ("end", pa.int32())]))),
    ]
)


# Decisions held at once: some 50 bytes each, and the ids that they name.
DECIDED_AT_ONCE = 1 << 16


@dataclass(frozen=True)
class Batch:
    """Living rows of one source after the steps before, in order.

    ``scope`` names the set that the rows are compared within; ``texts`` is what steps judge;
    ``identities`` gives the bytes that exact duplicates have in common; ``attributes`` and
    ``tags`` are JSON objects as text; ``groups`` is the record's split group and ``tasks`` its
    task, or ``""``; ``splits`` is what an earlier step decided, else the split of the source.
    """

    source: str
    config: str
    kind: Kind
    scope: str
    orders: npt.NDArray[np.int64]
    ids: Sequence[str]
    texts: Sequence[str]
    identities: Callable[[], Sequence[bytes]]
    attributes: Sequence[str]
    tags: Sequence[str]
    groups: Sequence[str]
    tasks: Sequence[str]
    splits: Sequence[str]


@dataclass(frozen=True)
class Room:
    """Where a decision may work: what the step needed, scratch space on disk, who shows progress.

    ``saved`` is a folder for what outlives the run (a signature index, by name); it is published
    with the release.
    """

    given: Given
    scratch: Path
    saved: Path
    progress: Progress


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a step that sees the release is carried out.

    ``prepare``
        what to remember of a batch: a table of ``schema(params)``, whose first column is
        ``_order``; rows that have nothing to compare may be left out;
    ``decide``
        all prepared files (Arrow IPC, to be memory-mapped; in the order of rows) to tables of
        ``DECISIONS``, in the order of rows too, each row once. Memory must not grow with the texts.
    """

    schema: Callable[[Any], pa.Schema]
    prepare: Callable[[Any, Batch], pa.Table]
    decide: Callable[[Any, Sequence[Path], Room], Iterator[pa.Table]]


def open_prepared(paths: Sequence[Path]) -> list[pa.Table]:
    """Map prepared files that have rows into memory: only the parts that are looked at are read."""
    tables = [pa.ipc.open_file(pa.memory_map(str(path))).read_all() for path in paths]
    return [table for table in tables if table.num_rows]


def column_of(tables: Sequence[pa.Table], name: str) -> npt.NDArray[Any]:
    """Give a column of numbers of all rows."""
    return np.concatenate([chunk.to_numpy() for table in tables for chunk in table[name].chunks])


def slices(rows: int) -> Iterator[slice]:
    """Part rows so that each part makes one table of decisions."""
    for first in range(0, rows, DECIDED_AT_ONCE):
        yield slice(first, first + DECIDED_AT_ONCE)


def decisions(orders: npt.NDArray[np.int64], **columns: Any) -> pa.Table:
    """Build a table of ``DECISIONS``: arrays as they are, single values for every row, null for the rest."""
    rows = len(orders)
    arrays = [pa.array(orders, pa.int64())]
    for column in list(DECISIONS)[1:]:
        value = columns.pop(column.name, None)
        if isinstance(value, pa.Array | pa.ChunkedArray):
            arrays.append(value)
        elif value is None:
            arrays.append(pa.nulls(rows, column.type))
        elif isinstance(value, str | int | float):
            arrays.append(pa.repeat(pa.scalar(value, column.type), rows))
        else:
            arrays.append(pa.array(value, column.type))
    if columns:
        raise TypeError(f"no column of decisions: {', '.join(columns)}")
    return pa.Table.from_arrays(arrays, schema=DECISIONS)
