"""The third stage: kept rows of a split to its data files, the others to the rejects."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curation.checkpoints import Checkpoint
from curation.copies import Copies, mark_copies
from curation.lengths import Lengths
from curation.progress import Advance
from curation.recipe import Source
from curation.records import SCHEMAS, Kind
from curation.shards import ROWS
from curation.tables import FILE_BYTES, TableWriter
from curation.view import view_of

BATCH_ROWS = 16_384
SAMPLES = 3
SAMPLE_CHARACTERS = 300

REJECTS_SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("step", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("score", pa.float64()),
        pa.field("text", pa.string(), nullable=False),
        pa.field("file", pa.string(), nullable=False),
        pa.field("line", pa.int64(), nullable=False),
        pa.field("duplicate_of", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class SplitPart:
    """A source's share of a split: its shards after the last phase, in order."""

    source: Source
    shards: tuple[Checkpoint, ...]

    @property
    def count(self) -> int:
        """Number of rows, dropped ones included."""
        return sum(shard.facts["rows"] for shard in self.shards)


@dataclass(slots=True)
class _Facts:
    """What is measured of one source while its rows pass by."""

    kept: int = 0
    lengths: Lengths = field(default_factory=Lengths)
    samples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"kept": self.kept, "lengths": self.lengths.as_json(), "samples": self.samples}


def write_split(
    kind: Kind,
    parts: list[SplitPart],
    copies: Copies | None,
    folder: Path,
    *,
    advance: Advance,
    file_bytes: int = FILE_BYTES,
) -> dict[str, Any]:
    """Write a split into ``folder``: ``data.*.parquet`` and ``rejects.<source>.*.parquet``.

    Returns
    -------
    dict
        For each source: ``kept`` rows, ``lengths``, and ``samples`` of dropped rows by step and
        reason.
    """
    data = TableWriter(folder, "data", SCHEMAS[kind], file_bytes)
    facts: dict[str, Any] = {}
    for part in parts:
        rejects = TableWriter(folder, f"rejects.{part.source.name}", REJECTS_SCHEMA, file_bytes)
        measured = _Facts()
        for columns in _batches(part.shards, copies):
            kept = columns["_step"].is_null()
            lengths = columns["_length"].to_numpy()
            keep = kept.to_numpy(zero_copy_only=False)
            sizes = _sizes(columns)
            data.add(_kept(kind, part.source, columns, kept), sizes[keep])
            measured.kept += int(keep.sum())
            measured.lengths.add(lengths[keep])
            if not keep.all():
                rejected = _rejected(kind, part.source, columns, pc.invert(kept))
                rejects.add(rejected, sizes[~keep])
                _sample(rejected, measured.samples)
            advance(len(keep))
        rejects.close()
        facts[part.source.name] = measured.as_json()
    data.close()
    return facts


def _batches(shards: tuple[Checkpoint, ...], copies: Copies | None) -> Iterator[dict[str, pa.Array]]:
    for shard in shards:
        with pq.ParquetFile(shard.folder / ROWS) as file:
            for batch in file.iter_batches(batch_size=BATCH_ROWS):
                columns = dict(zip(batch.schema.names, batch.columns, strict=True))
                yield mark_copies(columns, copies)


def _sizes(columns: Mapping[str, pa.Array]) -> npt.NDArray[np.int64]:
    """Give the rough size of each row in characters; what is long in some corpora is counted."""
    sizes: npt.NDArray[np.int64] = columns["_length"].to_numpy().astype(np.int64)
    for name in ("definition", "attributes"):
        if name in columns:
            sizes += pc.utf8_length(columns[name]).to_numpy()
    return sizes


def _kept(kind: Kind, source: Source, columns: Mapping[str, pa.Array], mask: pa.Array) -> pa.Table:
    schema = SCHEMAS[kind]
    rows = int(pc.sum(mask).as_py() or 0)
    constants = {"source": source.name, "licence": source.licence}
    arrays = [
        pa.repeat(pa.scalar(constants[field.name], field.type), rows)
        if field.name in constants
        else columns[field.name].filter(mask)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _rejected(kind: Kind, source: Source, columns: Mapping[str, pa.Array], mask: pa.Array) -> pa.Table:
    chosen = {name: column.filter(mask) for name, column in columns.items()}
    rows = len(chosen["id"])
    arrays = {
        "source": pa.repeat(pa.scalar(source.name), rows),
        "text": pa.array(view_of(kind, chosen).texts(), pa.string()),
    }
    names = {"id": "id", "file": "_file", "line": "_line", "duplicate_of": "_duplicate_of"}
    names |= {"step": "_step", "reason": "_reason", "score": "_score"}
    arrays |= {name: chosen[column] for name, column in names.items()}
    return pa.Table.from_arrays([arrays[field.name] for field in REJECTS_SCHEMA], schema=REJECTS_SCHEMA)


def _sample(rejected: pa.Table, samples: dict[str, list[dict[str, Any]]]) -> None:
    labels = pc.binary_join_element_wise(rejected["step"], rejected["reason"], "/")
    for label in sorted(pc.unique(labels).to_pylist()):
        held = samples.setdefault(label, [])
        if len(held) >= SAMPLES:
            continue
        at = np.flatnonzero(pc.equal(labels, label).to_numpy())[: SAMPLES - len(held)]
        for row in rejected.take(pa.array(at)).to_pylist():
            held.append({**row, "text": row["text"][:SAMPLE_CHARACTERS]})
