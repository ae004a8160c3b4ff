"""Divides records into splits: what is bound together is found, then groups are divided.

Memory: about 105 bytes a row at the peak, and what near-duplicates take (:mod:`curation.dedup`).
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curation.comparisons.allotment import Groups, allot
from curation.comparisons.base import Batch, Comparison, Room, column_of, decisions, open_prepared, slices
from curation.comparisons.near_dedup import plan_of
from curation.comparisons.values import id_hashes, keyed, value_hashes, values_of
from curation.dedup.clusters import Clusters
from curation.dedup.hashing import U64
from curation.dedup.matching import match
from curation.dedup.runs import begins
from curation.dedup.signature_files import SignatureFiles
from curation.dedup.signature_tables import SIGNATURES, UNITS, Plan, signature_columns
from curation.errors import ConfigurationError
from curation.steps.near_dedup import NearDedupParams
from curation.steps.split import SplitParams

CLUSTER_TAG = "tags.near_duplicate_cluster"
"""Where `near_dedup` with `action: tag` names the cluster of a record."""

_OPTIONAL = frozenset({"split_group", CLUSTER_TAG})
_SIGNATURE_COLUMNS = [field for field in SIGNATURES if pa.types.is_list(field.type)]


def _names(params: SplitParams) -> list[str]:
    """Give what binds records, without repetitions, in the order of the columns ``key_<n>``."""
    names = [*params.by, *([CLUSTER_TAG] if params.near_duplicates else [])]
    return list(dict.fromkeys(names))


def _plan(params: SplitParams) -> Plan:
    return plan_of(NearDedupParams(threshold=params.similarity))


def _schema(params: SplitParams) -> pa.Schema:
    fields = [
        pa.field("_order", pa.int64(), nullable=False),
        pa.field("id_hash", pa.uint64(), nullable=False),
    ]
    fields += [pa.field(f"key_{n}", pa.uint64(), nullable=False) for n in range(len(_names(params)))]
    fields.append(pa.field("stratum", pa.uint64(), nullable=False))
    return pa.schema(fields + (_SIGNATURE_COLUMNS if params.near_duplicates else []))


def _prepare(params: SplitParams, batch: Batch) -> pa.Table:
    columns = [pa.array(batch.orders), pa.array(id_hashes(batch.ids))]
    columns += [pa.array(value_hashes(name, values_of(batch, name))) for name in _names(params)]
    stratum = [""] * len(batch.ids) if params.stratify is None else values_of(batch, params.stratify)
    columns.append(pa.array(value_hashes("", stratum)))
    if params.near_duplicates:
        columns += signature_columns(batch.texts, _plan(params), "")
    return pa.Table.from_arrays(columns, schema=_schema(params))


def _decide(params: SplitParams, paths: Sequence[Path], room: Room) -> Iterator[pa.Table]:
    tables = open_prepared(paths)
    if not tables:
        return
    orders: npt.NDArray[np.int64] = column_of(tables, "_order")
    groups, group_of_row = _groups(params, _together(params, tables, paths, room), tables)
    # The largest split first, so that the order in the recipe does not matter.
    names = sorted(params.splits, key=lambda name: (-params.splits[name], name))
    if len(groups) < len(names):
        raise ConfigurationError(
            f"{len(orders)} records cannot be divided into {len(names)} splits: what is bound together "
            f"by {', '.join(_names(params)) or 'their ids'} makes {len(groups)} "
            f"{'group' if len(groups) == 1 else 'groups'}.",
            where="the step 'split'",
            fix="Ask for fewer splits, or bind fewer records together with 'by'.",
        )
    chosen = allot(groups, np.array([params.splits[name] for name in names]))[group_of_row]
    for part in slices(len(orders)):
        split = pa.DictionaryArray.from_arrays(pa.array(chosen[part]), pa.array(names)).cast(pa.string())
        yield decisions(orders[part], split=split)


def _together(
    params: SplitParams, tables: Sequence[pa.Table], paths: Sequence[Path], room: Room
) -> npt.NDArray[np.integer]:
    """Give the first row of each row's group: everything that some key or similarity binds."""
    clusters = Clusters(sum(table.num_rows for table in tables))
    _bind(clusters, column_of(tables, "id_hash"))
    for number, name in enumerate(_names(params)):
        keys: U64 = column_of(tables, f"key_{number}")
        if name not in _OPTIONAL and not keys.any():
            raise _unknown(name, "by")
        _bind(clusters, keys)
    if params.near_duplicates:
        plan = _plan(params)
        files = SignatureFiles(paths)
        with room.progress.task("Finding near-duplicates", len(UNITS) * (plan.bands + 1), "bands") as advance:
            roots = match(files, plan, 0, room.scratch, advance).roots
        clusters.join(np.arange(len(roots)), roots.astype(np.int64))
    return clusters.roots()


def _bind(clusters: Clusters, keys: U64) -> None:
    """Join the rows that have a key in common; 0 is none."""
    rows = np.flatnonzero(keys)
    rows = rows[np.argsort(keys[rows], kind="stable")]
    is_first = begins(keys[rows])
    starts, later = np.flatnonzero(is_first), np.flatnonzero(~is_first)
    clusters.join(rows[starts[np.searchsorted(starts, later, side="right") - 1]], rows[later])


def _groups(
    params: SplitParams, roots: npt.NDArray[np.integer], tables: Sequence[pa.Table]
) -> tuple[Groups, npt.NDArray[np.int64]]:
    """Number the groups; a group's hash is that of the smallest id in it."""
    strata: U64 = column_of(tables, "stratum")
    if params.stratify is not None and not strata.any():
        raise _unknown(params.stratify, "stratify")
    first_rows = roots == np.arange(len(roots))
    group_of_row = np.cumsum(first_rows)[roots] - 1
    smallest = np.full(int(first_rows.sum()), np.iinfo(np.uint64).max, dtype=np.uint64)
    np.minimum.at(smallest, group_of_row, column_of(tables, "id_hash"))
    values = np.unique(strata)
    pairs = group_of_row * len(values) + np.searchsorted(values, strata)
    pairs, rows = np.unique(pairs, return_counts=True)
    group, stratum = np.divmod(pairs, len(values))
    return Groups(keyed(smallest, params.seed), group, stratum, rows), group_of_row


def _unknown(name: str, key: str) -> ConfigurationError:
    return ConfigurationError(
        f"No record has '{name}', which '{key}' names.",
        where="the step 'split'",
        fix="Name an attribute of the records, 'source', 'config', 'split_group', or 'tags.<name>'.",
    )


SPLIT = Comparison(schema=_schema, prepare=_prepare, decide=_decide)
