"""What other rows a row has to do with: the one it is a copy of, and those that it stands for."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow.compute as pc

from curation.inspection.open_release import Mask, OpenRelease, mask_of
from curation.manifest import load_manifest

MOST_COPIES = 20
_COPY_COLUMNS = ("id", "source", "step", "reason", "score", "detail", "file", "line", "text")


def text_of(row: Mapping[str, Any]) -> str:
    """Give the text of a row as the release, its rejects or its quarantine hold it."""
    if "messages" in row:
        return "\n".join(f"{turn['role']}: {turn['content']}" for turn in row["messages"])
    return str(row.get("text", ""))


def original_of(release: OpenRelease, dropped: Mapping[str, Any]) -> dict[str, Any] | None:
    """Find the row that stays for a dropped one, which a later step may have dropped as well.

    A row of an older release is looked for in the folder of that release beside this one; where
    it is not found, all but the id is ``None``.
    """
    identifier = dropped["duplicate_of"]
    if identifier is None:
        return None
    told = {"id": identifier, "release": None, "fate": None, "file": None, "line": None, "text": None}
    here = _where_is(release, identifier)
    if here is not None:
        return told | here
    # The detail of a match in a signature index begins with `index/release`.
    name = str(dropped["detail"] or "").partition(";")[0].rpartition("/")[2]
    beside = release.path.resolve().parent / name
    manifest = load_manifest(beside) if name else None
    if manifest is None:
        return told
    return told | {"release": name} | (_where_is(OpenRelease(beside, manifest), identifier) or {})


def _where_is(release: OpenRelease, identifier: str) -> dict[str, Any] | None:
    for _, row in release.found("data", ["id"], _equals("id", identifier)):
        return {"fate": "kept", "file": row["file"], "line": row["line"], "text": text_of(row)}
    for _, row in release.found("rejects", ["id"], _equals("id", identifier)):
        if row["duplicate_of"] != identifier:  # else it is a copy with the same id
            fate = f"dropped by {row['step']}: {row['reason']}"
            return {"fate": fate, "file": row["file"], "line": row["line"], "text": row["text"]}
    return None


def stands_for(release: OpenRelease, identifier: str, duplicate_of: str | None = None) -> dict[str, Any]:
    """Give how many rows left because the row ``identifier`` stayed, and the first of them."""
    rows: list[dict[str, Any]] = []
    count = 0
    if duplicate_of != identifier:  # a copy with the same id stands for nothing
        for _, row in release.found("rejects", ["duplicate_of"], _equals("duplicate_of", identifier)):
            count += 1
            if len(rows) < MOST_COPIES:
                rows.append({name: row[name] for name in _COPY_COLUMNS})
    return {"count": count, "rows": rows}


def copies_of(release: OpenRelease, identifier: str) -> int:
    """Count how often the release holds a kept row: a mix may repeat it as ``<id>#2`` and so on."""
    return sum(
        int(np.count_nonzero(mask_of(pc.starts_with(batch["id"], identifier))))
        for _, batch in release.batches("data", ["id"])
    )


def changes_of(release: OpenRelease, identifier: str) -> tuple[list[dict[str, Any]], int]:
    """Give what was changed in a row, and how many rows share its id.

    Rows that share an id say the same, so what was changed in them is mostly the same as well, and
    is told once; where it is not, all of it is told.
    """
    changes = [row for _, row in release.found("changes", ["id"], _equals("id", identifier))]
    alike = sum(
        int(np.count_nonzero(mask_of(pc.equal(batch["id"], identifier))))
        for part in ("data", "rejects")
        for _, batch in release.batches(part, ["id"])
    )
    each = len(changes) // max(1, alike)
    return (changes[:each] if changes[:each] * alike == changes else changes), alike


def _equals(column: str, value: str) -> Mask:
    return lambda table: mask_of(pc.equal(table[column], value))
