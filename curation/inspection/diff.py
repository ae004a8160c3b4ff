"""Two releases side by side: which rows came, went and changed, and why."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from curation.inspection.open_release import OpenRelease, open_release

_EXAMPLES = 5
_CONTENT = ("text", "title", "messages", "references", "definition")


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two releases ``a`` and ``b``.

    ``rows`` counts what is in both, only in one, and changed; ``left`` says where rows of ``a``
    went in ``b`` (``step/reason``, ``quarantined`` or ``not read``) and ``came`` the same the
    other way round; ``recipe`` lists the parts of the recipes that differ; ``examples`` has some
    ids for each.
    """

    rows: dict[str, int]
    left: dict[str, int]
    came: dict[str, int]
    recipe: list[dict[str, Any]]
    sources: dict[str, dict[str, list[int]]]
    examples: dict[str, list[str]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Give the difference as JSON data."""
        return {
            "rows": self.rows,
            "left": self.left,
            "came": self.came,
            "recipe": self.recipe,
            "sources": self.sources,
            "examples": self.examples,
        }


def diff(a: Path, b: Path) -> Difference:
    """Compare two releases by the ids of their rows: they hash what was read, not what was kept."""
    first, second = open_release(a), open_release(b)
    ids_a, content_a = _contents(first)
    ids_b, content_b = _contents(second)
    in_b, in_a = np.isin(ids_a, ids_b), np.isin(ids_b, ids_a)
    at = np.searchsorted(ids_b, ids_a[in_b])
    changed = ids_a[in_b][content_a[in_b] != content_b[at]]
    gone, new = ids_a[~in_b], ids_b[~in_a]
    return Difference(
        rows={
            "in both": int(in_b.sum()),
            "changed": len(changed),
            "only in a": len(gone),
            "only in b": len(new),
        },
        left=_fates(second, gone),
        came=_fates(first, new),
        recipe=_recipe_difference(first.manifest["recipe"], second.manifest["recipe"]),
        sources=_source_difference(first, second),
        examples={
            name: [identifier.decode() for identifier in ids[:_EXAMPLES]]
            for name, ids in (("changed", changed), ("only in a", gone), ("only in b", new))
            if len(ids)
        },
    )


def _contents(release: OpenRelease) -> tuple[npt.NDArray[np.bytes_], npt.NDArray[np.uint64]]:
    """Give the ids of kept rows in order and 64 bits of hash of what each says."""
    ids: list[npt.NDArray[np.bytes_]] = [np.zeros(0, "S32")]
    hashes: list[npt.NDArray[np.uint64]] = [np.zeros(0, np.uint64)]
    for _, batch in release.batches("data", ["id", *_CONTENT]):
        columns = [batch.column(name).to_pylist() for name in batch.schema.names if name != "id"]
        digests = b"".join(
            hashlib.blake2b(repr(row).encode("utf-8", "surrogatepass"), digest_size=8).digest()
            for row in zip(*columns, strict=True)
        )
        # Further copies of a row ("…#2") say the same as the first.
        ids.append(np.array(batch["id"].to_pylist(), dtype="S40").astype("S32"))
        hashes.append(np.frombuffer(digests, dtype="<u8"))
    every, content = np.concatenate(ids), np.concatenate(hashes)
    every, first = np.unique(every, return_index=True)
    return every, content[first]


def _fates(release: OpenRelease, ids: npt.NDArray[np.bytes_]) -> dict[str, int]:
    if not len(ids):
        return {}
    wanted = pa.array([identifier.decode() for identifier in ids], pa.string())
    fates: Counter[str] = Counter()
    for _, batch in release.batches("rejects", ["id", "step", "reason"]):
        mine = batch.filter(pc.is_in(batch["id"], wanted))
        labels = pc.binary_join_element_wise(mine["step"], mine["reason"], "/")
        for entry in pc.value_counts(labels).to_pylist():
            fates[entry["values"]] += entry["counts"]
    rest = len(ids) - fates.total()
    if rest:
        fates["not read"] = rest
    return dict(sorted(fates.items(), key=lambda item: (-item[1], item[0])))


def _recipe_difference(a: dict[str, Any], b: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for key in sorted(a.keys() | b.keys()):
        left, right = a.get(key), b.get(key)
        if left == right:
            continue
        if isinstance(left, list) and isinstance(right, list):
            for one in left:
                if one not in right:
                    found.append({"key": key, "a": one, "b": None})
            for one in right:
                if one not in left:
                    found.append({"key": key, "a": None, "b": one})
        else:
            found.append({"key": key, "a": left, "b": right})
    return found


def _source_difference(a: OpenRelease, b: OpenRelease) -> dict[str, dict[str, list[int]]]:
    """Give ``[in a, in b]`` of each source for what differs."""
    ledgers = [release.ledger for release in (a, b)]
    names = dict.fromkeys(name for ledger in ledgers for name in ledger)
    found: dict[str, dict[str, list[int]]] = {}
    for name in names:
        counts = [_counts(ledger[name].as_json()) if name in ledger else {} for ledger in ledgers]
        pairs = {
            key: [one.get(key, 0) for one in counts] for key in sorted(counts[0].keys() | counts[1].keys())
        }
        differing = {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
        if differing:
            found[name] = differing
    return found


def _counts(entry: dict[str, Any]) -> dict[str, int]:
    dropped = {f"dropped {label}": number for label, number in entry["dropped"].items()}
    return {key: entry[key] for key in ("read", "kept", "quarantined")} | dropped
