"""Everything that happened to one row: where it was read, what was done to it, and where it is now."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from curation.errors import UserError
from curation.inspection.open_release import OpenRelease, open_release

_MOST_COPIES = 20


@dataclass(frozen=True, slots=True)
class Story:
    """One row. ``fate`` is kept, dropped or quarantined.

    ``row`` is the row as the release holds it; ``changes`` what steps did to it, in order;
    ``stands_for`` the rows that were dropped because this one stays, at most twenty of them.
    """

    fate: str
    file: str
    row: dict[str, Any]
    changes: list[dict[str, Any]] = field(default_factory=list)
    stands_for: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Give the story as JSON data."""
        return {
            "fate": self.fate,
            "in": self.file,
            "row": self.row,
            "changes": self.changes,
            "stands_for": self.stands_for,
        }


def explain(path: Path, wanted: str) -> list[Story]:
    """Find the rows called ``wanted``: an id or the beginning of one, or ``file:line``.

    Raises
    ------
    UserError
        When no row is called so.
    """
    release = open_release(path)
    stories = [*_kept(release, wanted), *_dropped(release, wanted), *_quarantined(release, wanted)]
    if not stories:
        raise UserError(
            f"no row of this release is called '{wanted}'",
            where=str(path),
            fix="give an id, its first 8 characters or more, or FILE:LINE as in the report",
        )
    return stories


def _kept(release: OpenRelease, wanted: str) -> Iterator[Story]:
    for file, row in _rows(release, "data", wanted):
        identifier = row["id"].split("#")[0]
        yield Story(
            "kept",
            file.relative_to(release.path).as_posix(),
            row,
            _changes(release, identifier),
            _stands_for(release, identifier),
        )


def _dropped(release: OpenRelease, wanted: str) -> Iterator[Story]:
    for file, row in _rows(release, "rejects", wanted):
        yield Story("dropped", file.relative_to(release.path).as_posix(), row, _changes(release, row["id"]))


def _rows(release: OpenRelease, part: str, wanted: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path, batch in release.batches(part):
        found = batch.filter(_called(batch, wanted))
        for row in found.to_pylist():
            yield path, row


def _called(batch: pa.RecordBatch, wanted: str) -> pa.Array:
    name, _, line = wanted.rpartition(":")
    if name and line.isdigit():
        return pc.and_(pc.equal(batch["file"], name), pc.equal(batch["line"], int(line)))
    return pc.starts_with(batch["id"], wanted)


def _changes(release: OpenRelease, identifier: str) -> list[dict[str, Any]]:
    changes: list[dict[str, Any]] = []
    for _, batch in release.batches("changes"):
        for change in batch.filter(pc.equal(batch["id"], identifier)).to_pylist():
            told = {key: change[key] for key in ("step", "rule", "count", "before", "after")}
            changes.append({key: value for key, value in told.items() if value is not None})
    return changes


def _stands_for(release: OpenRelease, identifier: str) -> list[dict[str, Any]]:
    copies: list[dict[str, Any]] = []
    columns = ["id", "source", "step", "reason", "score", "detail", "file", "line", "duplicate_of"]
    for _, batch in release.batches("rejects", columns):
        mine = batch.filter(pc.fill_null(pc.equal(batch["duplicate_of"], identifier), fill_value=False))
        copies += mine.to_pylist()[: _MOST_COPIES - len(copies)]
        if len(copies) >= _MOST_COPIES:
            break
    return copies


def _quarantined(release: OpenRelease, wanted: str) -> Iterator[Story]:
    name, _, line = wanted.rpartition(":")
    if not (name and line.isdigit()):
        return
    for path in sorted((release.path / "quarantine").glob("*.jsonl")):
        with path.open("rb") as stream:
            for raw in stream:
                entry = orjson.loads(raw)
                if entry["file"] == name and entry["line"] == int(line):
                    yield Story("quarantined", path.relative_to(release.path).as_posix(), entry)
