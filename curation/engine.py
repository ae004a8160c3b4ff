"""Daft, and nothing else of the project, is known here: plans over Parquet shards.

Facts about Daft 0.7.26 that this file relies on or works around:

* a batch function gets Arrow arrays with 64-bit offsets and may give back 32-bit ones;
* the native runner keeps the order of rows when asked to; that is checked, not believed;
* a hash join on a binary column asks for gigabytes of memory for a few thousand rows, so keys
  are pairs of 64-bit numbers;
* telemetry is off through :mod:`curation.privacy`; the progress bar, and the line that each
  query prints on terminals, through the variables below.
"""

import itertools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

os.environ["DAFT_PROGRESS_BAR"] = "0"
os.environ["DAFT_SHOW_QUERY_ID"] = "0"

import daft
from daft import DataType, col, lit

BatchFunction = Callable[[Mapping[str, pa.Array]], Mapping[str, pa.Array]]
# Rows compared in one query: about 330 bytes each at the peak, so 1.3 GB.
COMPARED_AT_ONCE = 4_000_000


def map_shards(
    paths: Sequence[Path], inputs: pa.Schema, made: pa.Schema, outputs: pa.Schema, function: BatchFunction
) -> Iterator[pa.RecordBatch]:
    """Run ``function`` over shards; give batches of ``outputs`` in the order of the rows.

    Parameters
    ----------
    paths
        Parquet files, in order.
    inputs
        The columns that ``function`` is handed.
    made
        The columns that ``function`` gives back.
    outputs
        The columns of the result; those that are not ``made`` pass through unchanged.
    """
    if not paths:
        return
    fields = list(made)

    def columns_of(*series: Any) -> pa.Array:
        columns = {
            field.name: _narrow(one.to_arrow(), field.type) for field, one in zip(inputs, series, strict=True)
        }
        results = function(columns)
        return pa.StructArray.from_arrays([results[field.name] for field in fields], fields=fields)

    # A thread, not a process: batches stay where they are.
    udf = daft.func.batch(
        return_dtype=DataType.from_arrow_type(pa.struct(fields)), unnest=True, use_process=False
    )(columns_of)
    passed = [col(name) for name in outputs.names if name not in made.names]
    with daft.execution_config_ctx(maintain_order=True):
        frame = daft.read_parquet([str(path) for path in paths])
        for batch in frame.select(*passed, udf(*(col(name) for name in inputs.names))).to_arrow_iter():
            columns = [_narrow(batch.column(field.name), field.type) for field in outputs]
            yield pa.RecordBatch.from_arrays(columns, schema=outputs)


def later_copies(paths: Sequence[Path], rows: int, at_once: int = COMPARED_AT_ONCE) -> Iterator[pa.Table]:
    """Find the rows of ``paths`` whose key an earlier row has; ``rows`` is how many there are.

    Gives tables of ``_order``, the row; ``_kept``, the lowest order with its key; and
    ``duplicate_of``, the id of that row. Keys are compared range by range so that each fits in
    memory; a key lies in one range, so the tables together are the whole answer.
    """
    if not paths:
        return
    frame = daft.read_parquet([str(path) for path in paths])
    for lowest, highest in _ranges(max(1, -(-rows // at_once))):
        high = col("_key_high")
        keyed = frame.where((high >= lit(lowest)) & (high <= lit(highest)))
        pairs = keyed.select("_key_high", "_key_low", "_order")
        first = (
            pairs.groupby("_key_high", "_key_low")
            .agg(col("_order").min().alias("_kept"), col("_order").count().alias("_copies"))
            .where(col("_copies") > lit(1))
            .select("_key_high", "_key_low", "_kept")
        )
        later = (
            pairs.join(first, on=["_key_high", "_key_low"])
            .where(col("_order") != col("_kept"))
            .select("_order", "_kept")
        )
        named = keyed.select(col("_order").alias("_kept"), col("id").alias("duplicate_of"))
        yield later.join(named, on="_kept").select("_order", "_kept", "duplicate_of").to_arrow()


def _ranges(parts: int) -> list[tuple[int, int]]:
    """Cut the 64-bit numbers to ``parts`` ranges, both ends inclusive."""
    lowest, size = -(2**63), 2**64
    edges = [lowest + size * part // parts for part in range(parts + 1)]
    return [(start, end - 1) for start, end in itertools.pairwise(edges)]


def _narrow(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    """Bring Daft's 64-bit offsets back to the types of our schemas."""
    return array if array.type == wanted else array.cast(wanted)
