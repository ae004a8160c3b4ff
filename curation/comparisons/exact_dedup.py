"""Later copies of equal records, by 128 bits of BLAKE2b of what they have in common."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curation.comparisons.base import DECISIONS, Batch, Comparison, Room, decisions, open_prepared
from curation.steps.exact_dedup import ExactDedupParams

# Keys compared at once: 40 bytes each at the peak, so 640 MB.
COMPARED_AT_ONCE = 16_000_000

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


def _decide(
    _: ExactDedupParams, paths: Sequence[Path], room: Room, at_once: int = COMPARED_AT_ONCE
) -> Iterator[pa.Table]:
    tables = [open_prepared(path) for path in paths]
    rows = sum(table.num_rows for table in tables)
    if not rows:
        return
    parts = max(1, -(-rows // at_once))
    with room.progress.task("compare", parts, "parts") as advance:
        for part in range(parts):
            yield _copies_in(tables, part, parts)
            advance(1)


def _copies_in(tables: Sequence[pa.Table], part: int, parts: int) -> pa.Table:
    """Compare the keys of one part of all keys; equal keys are in one part."""
    held = [_part(table, part, parts) for table in tables]
    orders, high, low = (np.concatenate([one[column] for one in held]) for column in range(3))
    del held
    candidates = _shared(high)
    if not len(candidates):
        return DECISIONS.empty_table()
    orders, high, low = orders[candidates], high[candidates], low[candidates]
    # Lowest order first among equal keys.
    at = np.lexsort((orders, low, high))
    orders, high, low = orders[at], high[at], low[at]
    repeats = np.flatnonzero((high[1:] == high[:-1]) & (low[1:] == low[:-1])) + 1
    first = np.arange(len(orders))
    first[repeats] = 0
    first = np.maximum.accumulate(first)
    kept = orders[first[repeats]]
    return decisions(orders[repeats], reason="duplicate", duplicate_of=_ids(tables, kept))


def _shared(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Give the places of values that are there more than once; one key is sorted faster than three."""
    at = np.argsort(values)
    ordered = values[at]
    repeats = np.flatnonzero(ordered[1:] == ordered[:-1])
    shared = np.zeros(len(values), dtype=np.bool_)
    shared[repeats] = shared[repeats + 1] = True
    return at[shared]


def _part(table: pa.Table, part: int, parts: int) -> list[npt.NDArray[np.generic]]:
    columns = [table[name].to_numpy() for name in ("_order", "key_high", "key_low")]
    if parts == 1:
        return columns
    chosen = columns[1] % np.uint64(parts) == part
    return [column[chosen] for column in columns]


def _ids(tables: Sequence[pa.Table], orders: npt.NDArray[np.int64]) -> pa.Array:
    """Look the ids of rows up; tables are in the order of rows."""
    starts = np.array(
        [table["_order"][0].as_py() if table.num_rows else np.iinfo(np.int64).max for table in tables]
    )
    for place in range(len(starts) - 2, -1, -1):  # an empty file begins where the next one does
        starts[place] = min(starts[place], starts[place + 1])
    found = np.empty(len(orders), dtype=object)
    of_table = np.searchsorted(starts, orders, side="right") - 1
    for place in np.unique(of_table):
        mine = of_table == place
        table = tables[place]
        at = np.searchsorted(table["_order"].to_numpy(), orders[mine])
        found[mine] = table["id"].take(pa.array(at)).to_numpy(zero_copy_only=False)
    return pa.array(found, pa.string())


EXACT_DEDUP = Comparison(schema=lambda _: _SCHEMA, prepare=_prepare, decide=_decide)
