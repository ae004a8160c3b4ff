"""Caps, samples and repeats records: the same ones each time, whatever the order of batches.

Memory: about 60 bytes a row at the peak.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curation.comparisons.base import Batch, Comparison, Room, column_of, decisions, open_prepared, slices
from curation.comparisons.mixture import plan_mix
from curation.comparisons.values import id_hashes, keyed, values_of
from curation.errors import ConfigurationError
from curation.steps.mix import OTHERS, MixParams

OVER_CAP = "over_cap"
SAMPLED_OUT = "sampled_out"
_CAPPED = -1  # in the place of a number of copies

_SCHEMA = pa.schema(
    [
        pa.field("_order", pa.int64(), nullable=False),
        pa.field("id_hash", pa.uint64(), nullable=False),
        pa.field("length", pa.int32(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
    ]
)

_Whole = npt.NDArray[np.int64]


def _prepare(params: MixParams, batch: Batch) -> pa.Table:
    columns = [
        pa.array(batch.orders),
        pa.array(id_hashes(batch.ids)),
        pa.array(list(map(len, batch.texts)), pa.int32()),
        pa.array(values_of(batch, params.by), pa.string()),
    ]
    table = pa.Table.from_arrays(columns, schema=_SCHEMA)
    mixed = [split in params.splits for split in batch.splits]
    return table if all(mixed) else table.filter(pa.array(mixed))


def _decide(params: MixParams, paths: Sequence[Path], _: Room) -> Iterator[pa.Table]:
    tables = open_prepared(paths)
    if not tables:
        raise ConfigurationError(
            f"No record is left in {', '.join(params.splits)} to mix.",
            where="the step 'mix'",
            fix="Name a split that has records under 'splits', or put the step before those that drop all.",
        )
    names, value_of_row = _values(tables)
    orders: _Whole = column_of(tables, "_order")
    sizes: _Whole = (
        np.maximum(column_of(tables, "length"), 1) if params.unit == "characters" else np.ones(len(orders))
    ).astype(np.int64)
    _check(params, names)
    # Within a value, rows come in the order of their keyed hash: a sample is the first of them.
    ranked = np.lexsort((orders, keyed(column_of(tables, "id_hash"), params.seed), value_of_row))
    bounds = np.searchsorted(value_of_row[ranked], np.arange(len(names) + 1))
    rows_of = {name: ranked[bounds[number] : bounds[number + 1]] for number, name in enumerate(names)}
    # How often each row is taken; a row over its cap is none of those that are chosen from.
    copies = np.ones(len(orders), dtype=np.int32)
    for name in names:
        cap = params.caps.get(name, params.caps.get(OTHERS))
        if cap is not None:
            copies[rows_of[name][cap:]] = _CAPPED
            rows_of[name] = rows_of[name][:cap]
    if params.weights:
        weights = {name: params.weights.get(name, params.weights.get(OTHERS, 0.0)) for name in names}
        available = {name: int(sizes[rows_of[name]].sum()) for name in names}
        for name, share in plan_mix(available, weights, params.total, params.max_copies).items():
            rows = rows_of[name]
            copies[rows] = _copies(sizes[rows], share.target, positive=weights[name] > 0)
    decided = np.flatnonzero(copies != 1)
    for part in slices(len(decided)):
        yield _taken(orders[decided[part]], copies[decided[part]])


def _copies(sizes: _Whole, target: float, *, positive: bool) -> _Whole:
    """Tell how often each row is taken so that ``target`` units come together.

    All rows are taken as often as they fit in whole, then the first ones once more. A row is taken
    when at least half of it fits. The first row is taken whatever happens, when the weight is
    positive: no source vanishes because its share is smaller than a record.
    """
    whole, rest = divmod(target, int(sizes.sum()))
    middle = np.cumsum(sizes) - sizes / 2
    copies = int(whole) + (middle < rest).astype(np.int64)
    if positive:
        copies[0] = max(copies[0], 1)
    return copies


def _taken(orders: _Whole, copies: npt.NDArray[np.int32]) -> pa.Table:
    reasons = np.where(copies == _CAPPED, OVER_CAP, SAMPLED_OUT)
    return decisions(
        orders,
        reason=pa.array(reasons, pa.string(), mask=copies > 0),
        copies=pa.array(copies, mask=copies <= 0),
    )


def _values(tables: Sequence[pa.Table]) -> tuple[list[str], npt.NDArray[np.int32]]:
    """Give the values, sorted, and the number of each row's."""
    column = pa.chunked_array([chunk for table in tables for chunk in table["value"].chunks])
    encoded = column.dictionary_encode().combine_chunks()
    names = encoded.dictionary.to_pylist()
    place = np.empty(len(names), dtype=np.int32)
    place[np.argsort(np.array(names, dtype=object))] = np.arange(len(names))
    return sorted(names), place[encoded.indices.to_numpy()]


def _check(params: MixParams, names: Sequence[str]) -> None:
    """Refuse names that no row has, and rows that no weight speaks of."""
    found = ", ".join(f"'{name}'" for name in names[:20])
    for key, chosen in (("weights", params.weights), ("caps", params.caps)):
        for name in chosen:
            if name not in names and name != OTHERS:
                raise ConfigurationError(
                    f"'{key}' names '{name}', and no record that is left has that {params.by}.",
                    where="the step 'mix'",
                    fix=f"These have records in {', '.join(params.splits)}: {found}.",
                )
    unnamed = [name for name in names if name not in params.weights]
    if params.weights and unnamed and OTHERS not in params.weights:
        raise ConfigurationError(
            f"'weights' does not say how much to take of '{unnamed[0]}'.",
            where="the step 'mix'",
            fix=f"Give it a weight (0 leaves it out), or a weight for '{OTHERS}', which is all others.",
        )


MIX = Comparison(schema=lambda _: _SCHEMA, prepare=_prepare, decide=_decide)
