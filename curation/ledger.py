"""The ledger: what was read of each source, and where every row of it went."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from curation.tables import row_groups


class LedgerError(RuntimeError):
    """Rows were lost or made up: a fault of this program or of the disk, never of the data."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One source: ``read`` equals ``kept`` + all of ``dropped`` + ``quarantined``.

    ``repeated`` is how many more copies of kept rows the data holds; ``recovered`` says how many
    of the rows read had to be repaired, by reason, and how many physical lines they took.
    """

    read: int
    kept: int
    dropped: dict[str, int]
    quarantined: int
    recovered: dict[str, dict[str, int]] = field(default_factory=dict)
    repeated: int = 0

    def as_json(self) -> dict[str, Any]:
        """Give the entry as JSON data, keys sorted."""
        repeated = {"repeated": self.repeated} if self.repeated else {}
        return {
            "read": self.read,
            "kept": self.kept,
            "dropped": dict(sorted(self.dropped.items())),
            "quarantined": self.quarantined,
            "recovered": dict(sorted(self.recovered.items())),
            **repeated,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Entry":
        """Take back what :meth:`as_json` gave."""
        return cls(
            data["read"],
            data["kept"],
            data["dropped"],
            data["quarantined"],
            data["recovered"],
            data.get("repeated", 0),
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """What the readers handed over of a source, counted as it came."""

    read: int
    recovered: dict[str, dict[str, int]]


def recount(release: Path, readings: dict[str, Reading]) -> dict[str, Entry]:
    """Count the rows of the files in ``release`` and set them against what was read.

    Raises
    ------
    LedgerError
        When a source does not balance, or a file holds rows of an unknown source.
    """
    kept, repeated = _kept(release.glob("data/*/*.parquet"))
    dropped = _dropped(release.glob("rejects/*.parquet"))
    quarantined = {path.stem: count_lines(path) for path in release.glob("quarantine/*.jsonl")}
    strangers = (set(kept) | set(dropped) | set(quarantined)) - set(readings)
    if strangers:
        raise LedgerError(f"rows of unknown sources: {', '.join(sorted(strangers))}")
    ledger = {
        name: Entry(
            read=reading.read,
            kept=kept[name],
            dropped=dict(dropped.get(name, {})),
            quarantined=quarantined.get(name, 0),
            recovered=reading.recovered,
            repeated=repeated[name],
        )
        for name, reading in readings.items()
    }
    check_balance(ledger)
    return ledger


def check_balance(ledger: dict[str, Entry]) -> None:
    """Raise :class:`LedgerError` when a source's rows do not add up."""
    for name, entry in ledger.items():
        out = entry.kept + sum(entry.dropped.values()) + entry.quarantined
        if entry.read != out:
            raise LedgerError(
                f"the ledger of '{name}' does not balance: {entry.read} rows read, but {entry.kept} kept "
                f"+ {sum(entry.dropped.values())} dropped + {entry.quarantined} quarantined = {out}"
            )


def _kept(paths: Iterable[Path]) -> tuple[Counter[str], Counter[str]]:
    """Count rows by source; further copies, whose ids end with ``#2`` and so on, apart from them."""
    kept: Counter[str] = Counter()
    repeated: Counter[str] = Counter()
    for path in paths:
        for batch in row_groups(path, ["source", "id"]):
            copies = pc.match_substring(batch["id"], "#")
            for counts, mask in ((kept, pc.invert(copies)), (repeated, copies)):
                for entry in pc.value_counts(batch["source"].filter(mask)).to_pylist():
                    counts[entry["values"]] += entry["counts"]
    return kept, repeated


def _dropped(paths: Iterable[Path]) -> dict[str, Counter[str]]:
    columns = ["source", "step", "reason"]
    counts: dict[str, Counter[str]] = {}
    for path in paths:
        for batch in row_groups(path, columns):
            table = pa.Table.from_batches([batch])
            for row in table.group_by(columns).aggregate([([], "count_all")]).to_pylist():
                of_source = counts.setdefault(row["source"], Counter())
                of_source[f"{row['step']}/{row['reason']}"] += row["count_all"]
    return counts


def count_lines(path: Path) -> int:
    """Count the lines of a file."""
    with path.open("rb") as stream:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 20), b""))
