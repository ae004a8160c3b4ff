"""Two releases side by side: which rows came, went and changed, and why."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curation.dedup.hashing import name_hash
from curation.inspection import recipes
from curation.inspection.contents import Contents, Ids, contents_of, ids_of
from curation.inspection.open_release import OpenRelease, open_release

_EXAMPLES = 5
NOT_READ = "not read"


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between two releases ``a`` and ``b``.

    ``rows``
        how many are in both, only in one, and changed: in text, title, attributes, tags, licence,
        split, or in how often they stand there (further copies are no rows here);
    ``changed``
        how many rows changed in which of these;
    ``changed_by``
        what steps did to the changed rows in one release and not in the other, as
        ``[in a, in b]`` by ``step/rule``, in rows;
    ``left``
        where rows of ``a`` went in ``b``: ``step/reason``, ``not read`` and why not; ``came`` the
        same the other way round;
    ``recipe``, ``files``, ``code``
        what may be the reason: steps and sources that differ, files of the sources that came, went
        and changed, and versions of the program;
    ``ledger``
        the counts of each source that differ, as ``[in a, in b]``;
    ``needs``
        whether the plans differ though recipe, files and code do not: then what a step needs
        besides (a model, a secret, an evaluation set, a signature index) is another one.
    """

    rows: dict[str, int]
    changed: dict[str, int]
    changed_by: dict[str, list[int]]
    left: dict[str, int]
    came: dict[str, int]
    recipe: list[recipes.Difference]
    files: dict[str, dict[str, list[str]]]
    code: dict[str, list[Any]]
    ledger: dict[str, dict[str, list[int]]]
    needs: bool
    examples: dict[str, list[str]] = field(default_factory=dict)

    @property
    def nothing(self) -> bool:
        """Whether the two hold the same rows and were made in the same way."""
        rows = not any(number for key, number in self.rows.items() if key != "in both")
        return rows and not (self.recipe or self.files or self.code or self.ledger or self.needs)

    def as_json(self) -> dict[str, Any]:
        """Give the difference as JSON data."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return told | {"recipe": [one.as_json() for one in self.recipe], "same": self.nothing}


def diff(a: Path, b: Path) -> Difference:
    """Compare two releases by the ids of their rows: they hash what was read, not what was kept.

    Memory: some 400 bytes for each row that either release keeps.

    Raises
    ------
    ConfigurationError
        When one of them is no release.
    """
    first, second = open_release(a), open_release(b)
    held_a, held_b = contents_of(first), contents_of(second)
    in_b = np.isin(held_a.ids, held_b.ids, assume_unique=True)
    in_a = np.isin(held_b.ids, held_a.ids, assume_unique=True)
    both = held_a.ids[in_b]
    aspects, changed = _changed(held_a, held_b, both)
    gone, new = ~in_b, ~in_a
    recipe = recipes.recipe_differences(first.recipe, second.recipe)
    files = _file_differences(first.manifest, second.manifest)
    code = _pairs(first.manifest["code"], second.manifest["code"])
    told = not (recipe or files or code)
    return Difference(
        rows={
            "in both": len(both),
            "changed": len(changed),
            "only in a": int(gone.sum()),
            "only in b": int(new.sum()),
        },
        changed=aspects,
        changed_by=_changed_by(first, second, changed),
        left=_fates(second, held_a, gone),
        came=_fates(first, held_b, new),
        recipe=recipe,
        files=files,
        code=code,
        ledger=_ledger_differences(first, second),
        needs=told and first.manifest["plan"] != second.manifest["plan"],
        examples={
            name: [identifier.decode() for identifier in ids[:_EXAMPLES].tolist()]
            for name, ids in (
                ("changed", changed),
                ("only in a", held_a.ids[gone]),
                ("only in b", held_b.ids[new]),
            )
            if len(ids)
        },
    )


def _changed(a: Contents, b: Contents, both: Ids) -> tuple[dict[str, int], Ids]:
    """Count the rows of both that differ, by aspect, and give their ids."""
    in_a, in_b = a.where(both), b.where(both)
    every = np.zeros(len(both), dtype=bool)
    counts: dict[str, int] = {}
    for aspect, hashes in a.aspects.items():
        differs = hashes[in_a] != b.aspects[aspect][in_b]
        if differs.any():
            counts[aspect] = int(differs.sum())
            every |= differs
    return counts, both[every]


def _changed_by(a: OpenRelease, b: OpenRelease, changed: Ids) -> dict[str, list[int]]:
    """Count, by step and rule, the changed rows that only one release's steps did something to."""
    if not len(changed):
        return {}
    held: list[dict[str, Any]] = [_touched(release, changed) for release in (a, b)]
    found: dict[str, list[int]] = {}
    for label in sorted(held[0].keys() | held[1].keys()):
        mine, other = (one.get(label, np.zeros(0, np.uint64)) for one in held)
        counts = [len(np.setdiff1d(mine, other)), len(np.setdiff1d(other, mine))]
        if any(counts):
            found[label] = counts
    return dict(sorted(found.items(), key=lambda item: (-sum(item[1]), item[0])))


def _touched(release: OpenRelease, ids: Ids) -> dict[str, Any]:
    """Give, by ``step/rule``, hashes of the rows among ``ids`` that it changed, and how."""
    found: dict[str, list[Any]] = {}
    for _, batch in release.batches("changes", ["id", "step", "rule", "count", "after"]):
        mine = np.isin(ids_of(batch["id"]), ids)
        if not mine.any():
            continue
        told = batch.filter(pa.array(mine))
        places = np.searchsorted(ids, ids_of(told["id"])).astype(np.uint64)
        labels = pc.binary_join_element_wise(told["step"], pc.fill_null(told["rule"], "rewritten"), "/")
        how = [
            name_hash(f"{count}\0{after}")
            for count, after in zip(told["count"].to_pylist(), told["after"].to_pylist(), strict=True)
        ]
        mixed = places * np.uint64(0x9E3779B97F4A7C15) ^ np.array(how, dtype=np.uint64)
        for label in pc.unique(labels).to_pylist():
            of_label = pc.equal(labels, label).to_numpy(zero_copy_only=False)
            found.setdefault(label, []).append(mixed[of_label])
    return {label: np.unique(np.concatenate(parts)) for label, parts in found.items()}


def _fates(release: OpenRelease, held: Contents, mask: Any) -> dict[str, int]:
    """Tell what ``release`` did with rows that it does not keep: the rows of ``held`` in ``mask``."""
    ids = held.ids[mask]
    if not len(ids):
        return {}
    fates: Counter[str] = Counter()
    unseen = np.ones(len(ids), dtype=bool)
    for _, batch in release.batches("rejects", ["id", "step", "reason"]):
        # Of rows that share an id the first one stands for the others.
        names = ids_of(batch["id"])
        at = np.minimum(np.searchsorted(ids, names), len(ids) - 1)
        mine = np.flatnonzero((ids[at] == names) & unseen[at])
        _, once = np.unique(at[mine], return_index=True)
        mine = mine[once]
        unseen[at[mine]] = False
        told = batch.take(pa.array(mine))
        labels = pc.binary_join_element_wise(told["step"], told["reason"], "/")
        for entry in pc.value_counts(labels).to_pylist():
            fates[entry["values"]] += entry["counts"]
    rest = Counter(held.sources[mask][unseen].tolist())
    known = {source["name"] for source in release.manifest["sources"]}
    for number, count in rest.items():
        name = held.source_names[number]
        fates[NOT_READ if name in known else f"{NOT_READ}: no source '{name}'"] += count
    return dict(sorted(fates.items(), key=lambda item: (-item[1], item[0])))


def _file_differences(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, dict[str, list[str]]]:
    """Give, by source or evaluation set that both have, the files that came, went and changed."""
    found: dict[str, dict[str, list[str]]] = {}
    for listed in ("sources", "evaluation_sets"):
        left, right = (
            {
                one["name"]: {file["path"]: file["sha256"] for file in one["files"]}
                for one in manifest.get(listed, ())
            }
            for manifest in (a, b)
        )
        for name in left.keys() & right.keys():
            mine, other = left[name], right[name]
            differing = {
                "only in a": sorted(mine.keys() - other.keys()),
                "only in b": sorted(other.keys() - mine.keys()),
                "changed": sorted(path for path in mine.keys() & other.keys() if mine[path] != other[path]),
            }
            if any(differing.values()):
                found[name] = {key: paths for key, paths in differing.items() if paths}
    return dict(sorted(found.items()))


def _ledger_differences(a: OpenRelease, b: OpenRelease) -> dict[str, dict[str, list[int]]]:
    """Give ``[in a, in b]`` of the counts of each source that differ."""
    ledgers = [release.ledger for release in (a, b)]
    found: dict[str, dict[str, list[int]]] = {}
    for name in dict.fromkeys(name for ledger in ledgers for name in ledger):
        counts = [_counts(ledger[name].as_json()) if name in ledger else {} for ledger in ledgers]
        keys = dict.fromkeys([*counts[0], *counts[1]])
        differing = {key: [one.get(key, 0) for one in counts] for key in keys}
        differing = {key: pair for key, pair in differing.items() if pair[0] != pair[1]}
        if differing:
            found[name] = differing
    return found


def _counts(entry: Mapping[str, Any]) -> dict[str, int]:
    plain = {key: entry[key] for key in ("read", "kept", "quarantined")}
    dropped = {f"dropped by {label}": number for label, number in entry["dropped"].items()}
    recovered = {f"recovered: {reason}": counts["rows"] for reason, counts in entry["recovered"].items()}
    return plain | {"repeated": entry.get("repeated", 0)} | dropped | recovered


def _pairs(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {key: [a.get(key), b.get(key)] for key in dict.fromkeys([*a, *b]) if a.get(key) != b.get(key)}
