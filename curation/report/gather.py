"""The report's facts, from what the stages measured and from the files of the release."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from curation.apply import Tally
from curation.ledger import Entry
from curation.lengths import Lengths
from curation.recipe import Recipe
from curation.report.data import (
    SAMPLE_CHARACTERS,
    Cluster,
    ReleaseReport,
    Scores,
    SourceReport,
    TagValue,
    quarantine_samples,
)
from curation.tables import open_table, read_group, row_groups

_CLUSTERS = 10
_MEMBERS = 4
_NEAR = "near_dedup"


def gather_report(
    recipe: Recipe,
    ledger: Mapping[str, Entry],
    facts: Mapping[str, Any],
    tally: Tally,
    about: Mapping[str, Mapping[str, Any]],
    *,
    folder: Path,
) -> ReleaseReport:
    """Put the facts of a release together.

    Parameters
    ----------
    facts
        What was measured of each source while it was written.
    folder
        The release, whose tables are in place.
    """
    clusters, sizes = _clusters(folder)
    return ReleaseReport(
        recipe=recipe,
        sources=[
            SourceReport(
                name=source.name,
                licence=source.licence,
                url=source.url,
                language=source.language,
                config=source.config,
                entry=ledger[source.name],
                kept_lengths=Lengths.from_json(facts[source.name]["kept_lengths"]),
                dropped_lengths=Lengths.from_json(facts[source.name]["dropped_lengths"]),
                samples=facts[source.name]["samples"],
                quarantine=quarantine_samples(folder / "quarantine" / f"{source.name}.jsonl"),
                changes=facts[source.name]["changes"],
            )
            for source in recipe.sources
        ],
        scores={step: _scores(outcomes) for step, outcomes in tally.scores.items()},
        counts=dict(sorted(tally.counts.items())),
        tags=_tags(facts),
        splits=_splits(recipe, facts),
        clusters=clusters,
        cluster_sizes=sizes,
        about=about,
    )


def _scores(outcomes: Mapping[str, Mapping[str, int]]) -> Scores:
    kept, dropped = (
        {float(score): number for score, number in outcomes[name].items()} for name in ("kept", "dropped")
    )
    return Scores(kept, dropped)


def _tags(facts: Mapping[str, Any]) -> dict[str, dict[TagValue, int]]:
    found: dict[str, Counter[TagValue]] = {}
    for fact in facts.values():
        for name, values in fact["tags"].items():
            counted = found.setdefault(name, Counter())
            for value, number in values.items():
                counted[_number(value)] += number
    return {name: dict(sorted(values.items(), key=lambda one: str(one[0]))) for name, values in found.items()}


def _number(value: str) -> TagValue:
    try:
        return float(value)
    except ValueError:
        return value


def _splits(recipe: Recipe, facts: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {}
    for source in recipe.sources:
        found.setdefault(source.config, Counter()).update(facts[source.name]["splits"])
    return {config: dict(splits) for config, splits in found.items() if len(splits) > 1}


def _clusters(folder: Path) -> tuple[list[Cluster], dict[int, int]]:
    """Give the largest clusters of near-duplicates, and how many clusters have which size."""
    sizes: Counter[str] = Counter()
    for path in _rejects(folder):
        for batch in row_groups(path, ["step", "duplicate_of"]):
            near = batch.filter(pc.equal(batch["step"], _NEAR))
            for entry in pc.value_counts(near["duplicate_of"]).to_pylist():
                sizes[entry["values"]] += entry["counts"]
    if not sizes:
        return [], {}
    counts = Counter(number + 1 for number in sizes.values())
    largest = sorted(sizes.items(), key=lambda one: (-one[1], one[0] or ""))[:_CLUSTERS]
    wanted = [identifier for identifier, _ in largest]
    members: dict[str, list[dict[str, Any]]] = {identifier: [] for identifier in wanted}
    columns = ["id", "source", "text", "score", "detail", "step", "duplicate_of"]
    for batch in _holding(_rejects(folder), "duplicate_of", wanted, columns):
        for row in batch.filter(pc.equal(batch["step"], _NEAR)).to_pylist():
            held = members[row["duplicate_of"]]
            if len(held) < _MEMBERS:
                held.append(_shown(row))
    kept = _kept(folder, wanted)
    clusters = [
        Cluster(number + 1, kept[identifier], members[identifier])
        for identifier, number in largest
        if identifier in kept
    ]
    return clusters, dict(sorted(counts.items()))


def _rejects(folder: Path) -> list[Path]:
    return sorted((folder / "rejects").glob("*.parquet"))


def _kept(folder: Path, wanted: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Find the texts that stayed; of an instruction record, its messages."""
    found: dict[str, dict[str, Any]] = {}
    paths = sorted((folder / "data").rglob("*.parquet"))
    for batch in _holding(paths, "id", wanted, ["id", "source", "text", "messages"]):
        for row in batch.to_pylist():
            if "messages" in row:
                turns = row.pop("messages")
                row["text"] = "\n".join(one["content"] for one in turns if one["role"] != "system")
            found[row["id"]] = _shown(row)
    return found


def _holding(
    paths: Sequence[Path], column: str, values: Sequence[str], columns: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    """Give the rows with one of ``values``; of row groups without any, only that column is read."""
    wanted = pa.array(values, pa.string())
    for path in paths:
        with open_table(path) as file:
            there = [name for name in columns if name in file.schema_arrow.names]
            for group in range(file.num_row_groups):
                found = [pc.is_in(part[column], wanted) for part in read_group(file, group, [column])]
                if any(pc.any(mask).as_py() for mask in found):
                    for batch, mask in zip(read_group(file, group, there), found, strict=True):
                        yield batch.filter(mask)


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "text": row["text"][:SAMPLE_CHARACTERS]}
