"""Later copies of equal records, by 128 bits of BLAKE2b of what they have in common."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curation.comparisons.base import Batch, Comparison, Room, decisions, open_prepared, slices
from curation.dedup.runs import begins, repeated
from curation.steps.exact_dedup import ExactDedupParams

# Keys compared at once: 42 bytes each at the peak, so 670 MB.
COMPARED_AT_ONCE = 16_000_000

Orders = npt.NDArray[np.int64]

_SCHEMA = pa.schema(
    [
        pa.field("_order", pa.int64(), nullable=False),
        pa.field("key_high", pa.uint64(), nullable=False),
        pa.field("key_low", pa.uint64(), nullable=False),
        pa.field("id", pa.string(), nullable=False),
    ]
)


def _prepare(_: ExactDedupParams, batch: Batch) -> pa.Table:
    start = hashlib.blake2b(batch.scope.encode() + b"\0", digest_size=16)
    digests = bytearray()
    for identity in batch.identities():
        digest = start.copy()
        digest.update(identity)
        digests += digest.digest()
    halves = np.frombuffer(digests, dtype="<u8").reshape(len(batch.ids), 2)
    columns = [batch.orders, np.ascontiguousarray(halves[:, 0]), np.ascontiguousarray(halves[:, 1])]
    return pa.Table.from_arrays(
        [*(pa.array(column) for column in columns), pa.array(batch.ids, pa.string())], schema=_SCHEMA
    )


def _decide(_: ExactDedupParams, paths: Sequence[Path], room: Room) -> Iterator[pa.Table]:
    tables = open_prepared(paths)
    if not tables:
        return
    parts = -(-sum(table.num_rows for table in tables) // COMPARED_AT_ONCE)
    copies, firsts = [], []
    with room.progress.task("compare", parts, "parts") as advance:
        for part in range(parts):
            later, first = _copies_in(tables, part, parts)
            copies.append(later)
            firsts.append(first)
            advance(1)
    dropped, kept = np.concatenate(copies), np.concatenate(firsts)
    order = np.argsort(dropped)
    for rows in slices(len(order)):
        at = order[rows]
        yield decisions(dropped[at], reason="duplicate", duplicate_of=_ids(tables, kept[at]))


def _copies_in(tables: Sequence[pa.Table], part: int, parts: int) -> tuple[Orders, Orders]:
    """Compare the keys of one part of all keys; give later copies, and the first one of each.

    Equal keys are in one part.
    """
    held = [_part(batch, part, parts) for table in tables for batch in table.to_batches()]
    orders, high, low = (np.concatenate([one[column] for one in held]) for column in range(3))
    del held
    # One half of the key is sorted faster than all of it, and tells most rows apart.
    at = np.argsort(high)
    candidates = at[repeated(high[at])]
    orders, high, low = orders[candidates], high[candidates], low[candidates]
    # Lowest order first among equal keys.
    at = np.lexsort((orders, low, high))
    orders, high, low = orders[at], high[at], low[at]
    is_first = begins(high, low)
    first = np.maximum.accumulate(np.where(is_first, np.arange(len(orders)), 0))
    return orders[~is_first], orders[first[~is_first]]


def _part(batch: pa.RecordBatch, part: int, parts: int) -> list[npt.NDArray[Any]]:
    columns = [batch[name].to_numpy() for name in ("_order", "key_high", "key_low")]
    if parts == 1:
        return columns
    chosen = columns[1] % np.uint64(parts) == part
    return [column[chosen] for column in columns]


def _ids(tables: Sequence[pa.Table], orders: Orders) -> pa.Array:
    """Look the ids of rows up; tables are in the order of rows."""
    starts = [table["_order"][0].as_py() for table in tables]
    found = np.empty(len(orders), dtype=object)
    of_table = np.searchsorted(starts, orders, side="right") - 1
    for place in np.unique(of_table):
        mine = of_table == place
        table = tables[place]
        at = np.searchsorted(table["_order"].to_numpy(), orders[mine])
        found[mine] = table["id"].take(pa.array(at)).to_numpy(zero_copy_only=False)
    return pa.array(found, pa.string())


EXACT_DEDUP = Comparison(schema=lambda _: _SCHEMA, prepare=_prepare, decide=_decide)
