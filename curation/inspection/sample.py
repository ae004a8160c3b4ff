"""Some rows of a release, drawn at random yet the same each time: the way to judge a step."""

import hashlib
import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from curation.comparisons.values import id_hashes, keyed
from curation.errors import ConfigurationError, UserError
from curation.inspection.open_release import OpenRelease, mask_of, open_release
from curation.inspection.relations import text_of
from curation.yaml_lines import nearest

Part = Literal["data", "rejects", "changes", "quarantine"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: those that ``step`` dropped, or changed, or that could not be used.

    Without any of them, rows that were kept. ``reason`` is the reason of a drop, or the rule of a
    change.
    """

    step: str | None = None
    reason: str | None = None
    source: str | None = None
    changed: bool = False
    quarantined: bool = False

    @property
    def part(self) -> Part:
        """The part of a release that these rows stand in."""
        if self.quarantined:
            return "quarantine"
        if self.changed:
            return "changes"
        return "data" if self.step is None and self.reason is None else "rejects"

    @property
    def conditions(self) -> dict[str, str]:
        """What columns must hold."""
        why = "rule" if self.changed else "reason"
        named = {"step": self.step, why: self.reason, "source": self.source}
        return {column: value for column, value in named.items() if value is not None}

    def among(self, table: pa.Table | pa.RecordBatch) -> npt.NDArray[np.bool_]:
        """Tell which rows of a table are meant; further copies of a row never are."""
        meant = pc.invert(pc.match_substring(table["id"], "#"))
        for column, value in self.conditions.items():
            meant = pc.and_(meant, pc.equal(table[column], value))
        return mask_of(meant)


def sample(path: Path, wanted: Wanted, *, rows: int = 10, seed: int = 0) -> list[dict[str, Any]]:
    """Draw rows of the release at ``path``.

    The rows with the lowest keyed hash of their id are drawn: every row has the same chance, and
    memory does not grow with the release. A row that a step changed comes with ``counts`` by rule
    and, where it was rewritten, with both versions in ``rewrites``.

    Raises
    ------
    ConfigurationError
        When options contradict each other, or the release knows no such step, source or reason.
    UserError
        When no row answers.
    """
    release = open_release(path)
    _check(release, wanted)
    if wanted.quarantined:
        drawn = _quarantined(release, wanted.source, rows, seed)
    else:
        drawn = _drawn(release, wanted, rows, seed)
    if not drawn:
        what, fix = _nothing(release, wanted)
        raise UserError(what, where=str(path), fix=fix)
    return drawn


def _drawn(release: OpenRelease, wanted: Wanted, rows: int, seed: int) -> list[dict[str, Any]]:
    best: list[tuple[int, str]] = []
    for _, batch in release.batches(wanted.part, ["id", *wanted.conditions]):
        ids = pc.unique(batch["id"].filter(pa.array(wanted.among(batch)))).to_pylist()
        draws = keyed(id_hashes(ids), seed)
        lowest = np.argsort(draws, kind="stable")[:rows]
        best += [(int(draws[place]), ids[place]) for place in lowest]
        best = heapq.nsmallest(rows, set(best))
    places = {identifier: place for place, (_, identifier) in enumerate(best)}
    chosen = pa.array(list(places), pa.string())

    def one_of_them(table: pa.Table) -> npt.NDArray[np.bool_]:
        return mask_of(pc.is_in(table["id"], chosen)) & wanted.among(table)

    found = [row for _, row in release.found(wanted.part, ["id", *wanted.conditions], one_of_them)]
    found.sort(key=lambda row: places[row["id"]])
    return _with_changes(release, list(places), found) if wanted.changed else found[:rows]


def _with_changes(
    release: OpenRelease, ids: Sequence[str], changes: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Put the changes of each row together, and say where it was read."""
    told: dict[str, dict[str, Any]] = {}
    wanted = pa.array(ids, pa.string())
    for part, fate in (("data", "kept"), ("rejects", "dropped")):
        for _, row in release.found(part, ["id"], lambda table: mask_of(pc.is_in(table["id"], wanted))):
            where = {name: row[name] for name in ("id", "source", "file", "line")}
            told.setdefault(
                row["id"], {**where, "fate": fate, "text": text_of(row), "counts": {}, "rewrites": []}
            )
    for change in changes:
        if change["id"] not in told:
            continue  # a later step raised on it: the quarantine knows no ids
        row = told[change["id"]]
        if change["rule"] is not None:
            row["counts"][f"{change['step']}/{change['rule']}"] = change["count"]
        else:
            rewrite = {name: change[name] for name in ("step", "before", "after")}
            if rewrite not in row["rewrites"]:
                row["rewrites"].append(rewrite)
    return [told[identifier] for identifier in ids if identifier in told]


def _quarantined(release: OpenRelease, source: str | None, rows: int, seed: int) -> list[dict[str, Any]]:
    key = seed.to_bytes(8, "little", signed=True)

    def draw(entry: dict[str, Any]) -> bytes:
        place = f"{entry['source']}\0{entry['file']}\0{entry['line']}"
        return hashlib.blake2b(place.encode(), digest_size=8, key=key).digest()

    return heapq.nsmallest(rows, (entry for _, entry in release.quarantined(source)), key=draw)


def _check(release: OpenRelease, wanted: Wanted) -> None:
    if wanted.quarantined and (wanted.step or wanted.reason or wanted.changed):
        raise ConfigurationError(
            "--quarantined goes with --source alone: no step chose these rows",
            fix="leave --quarantined or the other options out",
        )
    sources = [source["name"] for source in release.manifest["sources"]]
    steps = list(dict.fromkeys(use["step"] for use in release.recipe["steps"]))
    if wanted.changed:
        steps.append("read")  # rows that a reader had to repair
    for option, value, allowed in (("--source", wanted.source, sources), ("--step", wanted.step, steps)):
        if value is not None and value not in allowed:
            raise ConfigurationError(
                f"this release knows no {option.removeprefix('--')} '{value}'",
                where=option,
                fix=nearest(value, allowed) if allowed else "its recipe has none",
            )
    reasons = _reasons(release, wanted)
    if wanted.reason is not None and reasons and wanted.reason not in reasons:
        raise ConfigurationError(
            f"nothing was {'changed by the rule' if wanted.changed else 'dropped for the reason'} "
            f"'{wanted.reason}'" + (f" in the step '{wanted.step}'" if wanted.step else ""),
            where="--reason",
            fix=nearest(wanted.reason, reasons),
        )


def _reasons(release: OpenRelease, wanted: Wanted) -> list[str]:
    """Give the reasons, or the rules, that rows of this release have."""
    counts = release.manifest.get("counts", {})
    dropped = [label for entry in release.ledger.values() for label in entry.dropped]
    labels = counts if wanted.changed else dropped
    split = [label.partition("/") for label in labels]
    return sorted({reason for step, _, reason in split if wanted.step in (None, step)})


def _nothing(release: OpenRelease, wanted: Wanted) -> tuple[str, str]:
    """Say why there is no row to show, and what there is instead."""
    of_source = f" of the source '{wanted.source}'" if wanted.source else ""
    if wanted.part == "rejects" and wanted.step is not None and not _reasons(release, wanted):
        changed = Wanted(step=wanted.step, changed=True)
        other = "--changed shows what it changed" if _reasons(release, changed) else "it changed none either"
        return f"the step '{wanted.step}' dropped no row", other
    by = (f" by '{wanted.step}'" if wanted.step else "") + (
        f" for '{wanted.reason}'" if wanted.reason else ""
    )
    what = {
        "data": f"no row{of_source} was kept",
        "rejects": f"no row{of_source} was dropped{by}",
        "changes": f"no row{of_source} was changed{by}",
        "quarantine": f"every row{of_source} could be used",
    }[wanted.part]
    return what, "leave an option out" if wanted.conditions else ""
