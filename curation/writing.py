"""The last look at rows: kept ones to the data files of their split, the others to the rejects."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from curation.checkpoints import Checkpoint, Tell
from curation.decisions import Decisions, carry_out, load_decisions
from curation.intake import QUARANTINE, quarantine_line
from curation.lengths import Lengths
from curation.recipe import Source
from curation.records import SCHEMAS, BadRow, Kind, Location
from curation.tables import FILE_BYTES, TableWriter
from curation.units import stored_rows
from curation.view import strings_of, view_of

SAMPLES = 3
SAMPLE_CHARACTERS = 300

REJECTS_SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("step", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("score", pa.float64()),
        pa.field("detail", pa.string()),
        pa.field("text", pa.string(), nullable=False),
        pa.field("tags", pa.string(), nullable=False),
        pa.field("file", pa.string(), nullable=False),
        pa.field("line", pa.int64(), nullable=False),
        pa.field("duplicate_of", pa.string()),
    ]
)

CHANGES_SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("step", pa.string(), nullable=False),
        # A rule and how often it did something, or both versions of a rewritten text.
        pa.field("rule", pa.string()),
        pa.field("count", pa.int64()),
        pa.field("before", pa.string()),
        pa.field("after", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class SplitPart:
    """A source's share of a configuration: its units after the last phase, in order."""

    source: Source
    units: tuple[Checkpoint, ...]

    @property
    def count(self) -> int:
        """Number of rows, dropped ones included."""
        return sum(unit.facts["rows"] for unit in self.units)


@dataclass(slots=True)
class _Facts:
    """What is measured of one source while its rows pass by."""

    kept: int = 0
    repeated: int = 0
    quarantined: int = 0
    kept_lengths: Lengths = field(default_factory=Lengths)
    dropped_lengths: Lengths = field(default_factory=Lengths)
    samples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    changes: list[dict[str, Any]] = field(default_factory=list)
    splits: Counter[str] = field(default_factory=Counter)
    tags: dict[str, Counter[str]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "kept": self.kept,
            "repeated": self.repeated,
            "quarantined": self.quarantined,
            "kept_lengths": self.kept_lengths.as_json(),
            "dropped_lengths": self.dropped_lengths.as_json(),
            "samples": self.samples,
            "changes": self.changes,
            "splits": dict(sorted(self.splits.items())),
            "tags": {name: dict(sorted(values.items())) for name, values in sorted(self.tags.items())},
        }


@dataclass(frozen=True, slots=True)
class WriteConfig:
    """Writes a configuration's files: ``data.<split>.*``, ``rejects.<source>.*``, and so on."""

    kind: Kind
    parts: tuple[SplitPart, ...]
    decided: Path | None
    step: str
    file_bytes: int = FILE_BYTES

    def __call__(self, folder: Path, tell: Tell) -> dict[str, Any]:
        """Work in ``folder``; give the facts of each source."""
        rows, total = 0, sum(part.count for part in self.parts)
        decisions = load_decisions(self.step, self.decided) if self.decided is not None else None
        data: dict[str, TableWriter] = {}
        facts = {}
        for part in self.parts:
            writer = _PartWriter(self.kind, part.source, folder, self.file_bytes, data)
            for columns in _batches(part.units, decisions):
                writer.take(columns)
                rows += len(columns["id"])
                tell(rows / total)
            writer.close()
            facts[part.source.name] = writer.facts.as_json()
        for one in data.values():
            one.close()
        return {"sources": facts, "splits": sorted(data)}


def _batches(units: tuple[Checkpoint, ...], decisions: Decisions | None) -> Iterator[dict[str, pa.Array]]:
    for unit in units:
        for columns in stored_rows(unit.folder):
            yield carry_out(columns, decisions)


class _PartWriter:
    """Sends the rows of one source where they belong."""

    def __init__(
        self, kind: Kind, source: Source, folder: Path, file_bytes: int, data: dict[str, TableWriter]
    ) -> None:
        self.kind = kind
        self.source = source
        self.folder = folder
        self.file_bytes = file_bytes
        self.data = data
        self.facts = _Facts()
        self.rejects = self._table(f"rejects.{source.name}", REJECTS_SCHEMA)
        self.changes = self._table(f"changes.{source.name}", CHANGES_SCHEMA)
        self.quarantine: Any = None

    def _table(self, stem: str, schema: pa.Schema) -> TableWriter:
        return TableWriter(self.folder, stem, schema, self.file_bytes)

    def take(self, columns: dict[str, pa.Array]) -> None:
        keep = columns["_step"].is_null().to_numpy(zero_copy_only=False)
        sizes = _sizes(columns)
        self._keep(columns, keep, sizes)
        if not keep.all():
            raised = columns["_error"].is_valid().to_numpy(zero_copy_only=False)
            self._reject(columns, ~keep & ~raised, sizes)
            if raised.any():
                self._refuse(columns, np.flatnonzero(raised))
        self._change(columns)

    def close(self) -> None:
        self.rejects.close()
        self.changes.close()
        if self.quarantine is not None:
            self.quarantine.close()

    def _keep(
        self, columns: dict[str, pa.Array], keep: npt.NDArray[np.bool_], sizes: npt.NDArray[np.int64]
    ) -> None:
        rows = np.flatnonzero(keep)
        self.facts.kept += len(rows)
        self.facts.kept_lengths.add(columns["_length"].to_numpy()[rows])
        self._count_tags(columns["tags"], rows)
        splits = pc.fill_null(columns["_split"], self.source.split)
        for split in pc.unique(splits).to_pylist():
            mine = rows[pc.equal(splits, split).to_numpy(zero_copy_only=False)[rows]]
            if not len(mine):
                continue
            if split not in self.data:
                self.data[split] = self._table(f"data.{split}", SCHEMAS[self.kind])
            copies = pc.fill_null(columns["_copies"], 1).to_numpy()[mine]
            places = np.repeat(mine, copies)
            self.facts.splits[split] += len(mine)
            self.facts.repeated += len(places) - len(mine)
            self.data[split].add(self._kept(columns, places, copies), sizes[places])

    def _kept(
        self, columns: Mapping[str, pa.Array], places: npt.NDArray[np.int64], copies: npt.NDArray[np.int32]
    ) -> pa.Table:
        constants = {"source": self.source.name, "licence": self.source.licence}
        at = pa.array(places)
        arrays = {
            field.name: pa.repeat(pa.scalar(constants[field.name], field.type), len(places))
            if field.name in constants
            else columns[field.name].take(at)
            for field in SCHEMAS[self.kind]
        }
        if len(places) > len(copies):
            arrays["id"] = _numbered(arrays["id"], copies)
        return pa.Table.from_arrays(list(arrays.values()), schema=SCHEMAS[self.kind])

    def _reject(
        self, columns: Mapping[str, pa.Array], mask: npt.NDArray[np.bool_], sizes: npt.NDArray[np.int64]
    ) -> None:
        rows = np.flatnonzero(mask)
        if not len(rows):
            return
        at = pa.array(rows)
        chosen = {name: column.take(at) for name, column in columns.items()}
        arrays = {
            "source": pa.repeat(pa.scalar(self.source.name), len(rows)),
            "text": pa.array(view_of(self.kind, chosen).texts(), pa.string()),
        }
        names = {"id": "id", "tags": "tags", "file": "file", "line": "line", "duplicate_of": "_duplicate_of"}
        names |= {"step": "_step", "reason": "_reason", "score": "_score", "detail": "_detail"}
        arrays |= {name: chosen[column] for name, column in names.items()}
        rejected = pa.Table.from_arrays(
            [arrays[field.name] for field in REJECTS_SCHEMA], schema=REJECTS_SCHEMA
        )
        self.rejects.add(rejected, sizes[rows])
        self.facts.dropped_lengths.add(columns["_length"].to_numpy()[rows])
        _sample(rejected, self.facts.samples)

    def _refuse(self, columns: Mapping[str, pa.Array], rows: npt.NDArray[np.int64]) -> None:
        """Send rows that a step could not work on to quarantine."""
        at = pa.array(rows)
        chosen = {name: column.take(at) for name, column in columns.items()}
        texts = view_of(self.kind, chosen).texts()
        if self.quarantine is None:
            self.quarantine = (self.folder / f"{self.source.name}.{QUARANTINE}").open("wb")
        places = zip(
            texts,
            strings_of(chosen["file"]),
            chosen["line"].to_pylist(),
            strings_of(chosen["_error"]),
            strict=True,
        )
        for text, file, line, error in places:
            bad = BadRow(text.encode("utf-8", "surrogatepass"), Location(file, line), error)
            self.quarantine.write(quarantine_line(self.source.name, bad))
        self.facts.quarantined += len(rows)

    def _change(self, columns: Mapping[str, pa.Array]) -> None:
        changed = columns["_changes"]
        if changed.null_count == len(changed):
            return
        rows: list[dict[str, Any]] = []
        at = pc.indices_nonzero(changed.is_valid())
        for identifier, changes in zip(
            columns["id"].take(at).to_pylist(), changed.take(at).to_pylist(), strict=True
        ):
            for change in orjson.loads(changes):
                common = {"id": identifier, "source": self.source.name, "step": change["step"]}
                if "before" in change:
                    rows.append({**common, "before": change["before"], "after": change["after"]})
                    self._sample_change(rows[-1])
                for rule, count in change.get("counts", {}).items():
                    rows.append({**common, "rule": rule, "count": count})
        table = pa.Table.from_pylist(rows, schema=CHANGES_SCHEMA)
        sizes = [len(row.get("before", "")) + len(row.get("after", "")) + 1 for row in rows]
        self.changes.add(table, np.array(sizes, dtype=np.int64))

    def _sample_change(self, change: dict[str, Any]) -> None:
        mine = [held for held in self.facts.changes if held["step"] == change["step"]]
        if len(mine) < SAMPLES:
            short = {key: change[key][:SAMPLE_CHARACTERS] for key in ("before", "after")}
            self.facts.changes.append({"id": change["id"], "step": change["step"], **short})

    def _count_tags(self, tags: pa.Array, rows: npt.NDArray[np.int64]) -> None:
        for entry in pc.value_counts(tags.take(pa.array(rows))).to_pylist():
            if entry["values"] == "{}":
                continue
            for name, value in orjson.loads(entry["values"]).items():
                counted = value if isinstance(value, str) else f"{value:.1f}"
                if len(counted) <= 16:  # ids of clusters are no distribution
                    self.facts.tags.setdefault(name, Counter())[counted] += entry["counts"]


def _numbered(ids: pa.Array, copies: npt.NDArray[np.int32]) -> pa.Array:
    """Mark the second copy of a row ``<id>#2``, and so on: ids stay unique."""
    ends = np.cumsum(copies)
    number = np.arange(ends[-1]) - np.repeat(ends - copies, copies) + 1
    marks = pa.array(["" if one == 1 else f"#{one}" for one in number.tolist()], pa.string())
    return pc.binary_join_element_wise(ids, marks, "")


def _sizes(columns: Mapping[str, pa.Array]) -> npt.NDArray[np.int64]:
    """Give the rough size of each row in characters; what is long in some corpora is counted."""
    sizes: npt.NDArray[np.int64] = columns["_length"].to_numpy().astype(np.int64)
    for name in ("definition", "attributes"):
        if name in columns:
            sizes += pc.utf8_length(columns[name]).to_numpy()
    return sizes


def _sample(rejected: pa.Table, samples: dict[str, list[dict[str, Any]]]) -> None:
    labels = pc.binary_join_element_wise(rejected["step"], rejected["reason"], "/")
    for label in sorted(pc.unique(labels).to_pylist()):
        held = samples.setdefault(label, [])
        if len(held) >= SAMPLES:
            continue
        at = np.flatnonzero(pc.equal(labels, label).to_numpy())[: SAMPLES - len(held)]
        for row in rejected.take(pa.array(at)).to_pylist():
            held.append({**row, "text": row["text"][:SAMPLE_CHARACTERS]})
