"""The second stage: canonical shards through the steps, and the comparison of all rows."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curation.apply import VERDICT_FIELDS, RowPlan, apply_plan
from curation.copies import Copies, mark_copies
from curation.engine import BatchFunction, map_shards
from curation.records import Kind
from curation.shards import ROWS, content_fields
from curation.view import view_of

_PLACE = (
    pa.field("_file", pa.string(), nullable=False),
    pa.field("_line", pa.int64(), nullable=False),
    pa.field("_order", pa.int64(), nullable=False),
)
_DUPLICATE = pa.field("_duplicate_of", pa.string())


def stepped_schema(kind: Kind) -> pa.Schema:
    """Give the schema of shards that went through a phase."""
    return pa.schema([*content_fields(kind), *_PLACE, *VERDICT_FIELDS, _DUPLICATE])


def first_phase(plan: RowPlan, parts: list[Path], base: int, folder: Path) -> dict[str, Any]:
    """Run the first phase over a unit's canonical parts.

    ``base`` is added to each row's order: it puts the unit after those before it.
    """

    def work(columns: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
        rows = len(columns["id"])
        result = apply_plan(plan, columns, range(rows))
        result["_order"] = pc.add(columns["_order"], base)
        result["_duplicate_of"] = pa.nulls(rows, pa.string())
        return result

    inputs = pa.schema([*content_fields(plan.kind), pa.field("_order", pa.int64())])
    return _run(plan.kind, parts, folder, inputs=inputs, also_made=["_order", "_duplicate_of"], work=work)


def later_phase(plan: RowPlan, rows: Path, copies: Copies, folder: Path) -> dict[str, Any]:
    """Run another phase over what the phase before wrote; rows in ``copies`` have left."""

    def work(columns: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
        marked = mark_copies(columns, copies)
        living = marked["_step"].is_null()
        result = apply_plan(plan, marked, np.flatnonzero(living.to_numpy(zero_copy_only=False)).tolist())
        for name in ("_step", "_reason", "_score", "_length"):
            result[name] = pc.if_else(living, result[name], marked[name])
        result["_duplicate_of"] = marked["_duplicate_of"]
        return result

    schema = stepped_schema(plan.kind)
    return _run(plan.kind, [rows], folder, inputs=schema, also_made=["_duplicate_of"], work=work)


def _run(
    kind: Kind,
    paths: list[Path],
    folder: Path,
    *,
    inputs: pa.Schema,
    also_made: list[str],
    work: BatchFunction,
) -> dict[str, Any]:
    outputs = stepped_schema(kind)
    edited = view_of(kind, {field.name: pa.array([], field.type) for field in content_fields(kind)}).edited()
    names = {*edited, *also_made, *(field.name for field in VERDICT_FIELDS)}
    made = pa.schema([field for field in outputs if field.name in names])
    rows = alive = 0
    last = -1
    with pq.ParquetWriter(
        folder / ROWS, outputs, compression="lz4", use_dictionary=["_file", "_step", "_reason"]
    ) as writer:
        for batch in map_shards(paths, inputs, made, outputs, work):
            last = _check_order(batch.column("_order"), last)
            writer.write_batch(batch)
            rows += batch.num_rows
            alive += batch.column("_step").null_count
    return {"rows": rows, "alive": alive}


def _check_order(orders: pa.Array, last: int) -> int:
    numbers = orders.to_numpy()
    if len(numbers) == 0:
        return last
    if numbers[0] <= last or (np.diff(numbers) <= 0).any():
        raise RuntimeError("the engine changed the order of rows")
    return int(numbers[-1])
