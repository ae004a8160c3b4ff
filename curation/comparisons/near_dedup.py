"""Near-duplicates: of each cluster the first row stays, and every other one names it."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from curation.comparisons.base import Batch, Comparison, Room, decisions
from curation.dedup.clusters import assert_one_survivor
from curation.dedup.leaders import ROUNDS
from curation.dedup.matching import Matches, match, similarity
from curation.dedup.runs import offsets_of
from curation.dedup.signature_files import Part, Rows, SignatureFiles
from curation.dedup.signature_index import open_index, write_index
from curation.dedup.signature_tables import SIGNATURES, UNITS, Plan, signature_table
from curation.steps.near_dedup import NearDedupParams

REASON = "near_duplicate"
REASON_OLDER = "near_duplicate_of_older"

_log = logging.getLogger(__name__)


def _schema(_: NearDedupParams) -> pa.Schema:
    return SIGNATURES


def _prepare(params: NearDedupParams, batch: Batch) -> pa.Table:
    return signature_table(batch.orders, batch.ids, batch.texts, plan_of(params), batch.scope)


def plan_of(params: NearDedupParams) -> Plan:
    """Give what of the parameters decides whether signatures can be compared."""
    return Plan(
        words=params.words,
        characters=params.characters,
        short=params.short,
        threshold=params.threshold,
        bands=params.bands,
        rows=params.rows,
    )


def _decide(params: NearDedupParams, prepared: Sequence[Path], room: Room) -> Iterator[pa.Table]:
    plan = plan_of(params)
    older = _Older.opened(params, plan, room)
    files = SignatureFiles([*older.paths, *prepared])
    with room.progress.task("Finding near-duplicates", len(UNITS) * (plan.bands + 1), "bands") as advance:
        matches = match(files, plan, older.rows, room.scratch, advance)
    if matches.unfinished:
        _log.warning(
            "near_dedup: %d buckets of similar texts held more than %d clusters; "
            "not all of their pairs were compared",
            matches.unfinished,
            ROUNDS,
        )
    leaves = matches.roots != np.arange(files.rows)
    assert_one_survivor(matches.roots, leaves)
    if params.save is not None:
        stays = ~leaves if params.action == "drop" else np.ones(files.rows, dtype=np.bool_)
        stays[: older.rows] = False
        write_index(room.saved / params.save, _chosen(files, stays), plan, params.scope)
    decide = _drops if params.action == "drop" else _tags
    together = leaves.copy()
    together[matches.roots[leaves]] = True
    for part in files.parts:
        if part.first >= older.rows:
            rows = part.first + np.flatnonzero((leaves if params.action == "drop" else together)[part.span])
            yield decide(files, matches, older, part, rows)
            part.forget()


@dataclass(frozen=True)
class _Older:
    """What older releases saved, as ``index/release``; their rows come before those of this one."""

    names: tuple[str, ...]
    paths: tuple[Path, ...]
    bounds: npt.NDArray[np.int64]

    @classmethod
    def opened(cls, params: NearDedupParams, plan: Plan, room: Room) -> "_Older":
        folders = [(name, folder) for name in params.against for folder in room.given.signatures[name]]
        paths = tuple(open_index(folder, name, plan, params.scope) for name, folder in folders)
        names = tuple(f"{name}/{folder.name}" for name, folder in folders)
        return cls(names, paths, offsets_of(np.array([SignatureFiles([p]).rows for p in paths], int)))

    @property
    def rows(self) -> int:
        return int(self.bounds[-1])

    def name_of(self, row: int) -> str | None:
        """Give the index that a row stands in."""
        return self.names[int(np.searchsorted(self.bounds, row, "right")) - 1] if row < self.rows else None


def _drops(files: SignatureFiles, matches: Matches, older: _Older, part: Part, rows: Rows) -> pa.Table:
    survivors = _survivors(matches, older, rows)
    scores = similarity(files, rows, survivors)
    closest = matches.closest[rows].astype(np.int64)
    closer = (
        (closest >= 0) & ~(matches.similarity[rows] <= scores.astype(np.float32)) & (closest != survivors)
    )
    names = iter(files.ids(closest[closer]))
    details = []
    for number, survivor in enumerate(survivors):
        index = older.name_of(survivor)
        near = (
            f"closest to {next(names)} ({matches.similarity[rows[number]]:.3f})" if closer[number] else None
        )
        details.append("; ".join(filter(None, (index, near))) or None)
    return decisions(
        part.orders[rows - part.first],
        reason=[REASON if survivor >= older.rows else REASON_OLDER for survivor in survivors],
        score=pa.array(scores, from_pandas=True),
        detail=details,
        duplicate_of=files.ids(survivors),
    )


def _tags(files: SignatureFiles, matches: Matches, older: _Older, part: Part, rows: Rows) -> pa.Table:
    firsts = matches.roots[rows].astype(np.int64)
    scores = similarity(files, rows, firsts)
    tags = []
    for row, first, cluster, score in zip(rows, firsts, files.ids(firsts), scores, strict=True):
        facts: dict[str, Any] = {"near_duplicate_cluster": cluster}
        if row != first and not np.isnan(score):
            facts["near_duplicate_score"] = float(score)
        if first < older.rows:
            facts["near_duplicate_index"] = older.name_of(first)
        tags.append(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS).decode())
    return decisions(part.orders[rows - part.first], tags=tags)


def _survivors(matches: Matches, older: _Older, rows: Rows) -> Rows:
    """Give the row that stays for each of ``rows``: its cluster's first, or its closest older one."""
    firsts = matches.roots[rows].astype(np.int64)
    closest = matches.closest[rows].astype(np.int64)
    return np.where((closest >= 0) & (closest < older.rows), closest, firsts)


def _chosen(files: SignatureFiles, stays: npt.NDArray[np.bool_]) -> Iterator[pa.RecordBatch]:
    for part in files.parts:
        yield part.batch.filter(pa.array(stays[part.span]))
        part.forget()


NEAR_DEDUP = Comparison(schema=_schema, prepare=_prepare, decide=_decide)
