"""What a report shows of a release: plain facts that whoever assembles the release fills in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from curation.ledger import Entry
from curation.lengths import Lengths
from curation.recipe import Recipe

QUARANTINE_SAMPLES = 5
SAMPLE_CHARACTERS = 300

TagValue = str | float | int | bool


@dataclass(frozen=True, slots=True)
class SourceReport:
    """One source.

    ``samples`` gives, by ``step/reason``, rows of the rejects as mappings with ``id, text, file,
    line, score, detail, duplicate_of``; ``quarantine`` entries of the quarantine file; ``changes``
    rewritten rows as ``{id, step, before, after}``.
    """

    name: str
    licence: str
    url: str
    language: str
    config: str
    entry: Entry
    kept_lengths: Lengths = field(default_factory=Lengths)
    dropped_lengths: Lengths = field(default_factory=Lengths)
    samples: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    quarantine: Sequence[Mapping[str, Any]] = ()
    changes: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Scores:
    """Number of rows by a step's score, rounded to two significant digits."""

    kept: Mapping[float, int]
    dropped: Mapping[float, int]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Near-duplicates: the row that stayed and some of those that left for it.

    ``size`` counts all rows of the cluster, the kept one too. ``kept`` has ``id, source, text``;
    ``members`` have ``score`` and ``detail`` besides.
    """

    size: int
    kept: Mapping[str, Any]
    members: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ReleaseReport:
    """A whole release; whatever is empty has no section on the page.

    ``scores``
        by step;
    ``counts``
        how often each rule of a step changed or found something, by ``step/rule``;
    ``tags``
        by tag, the number of kept rows with each value; numbers are binned to one decimal;
    ``splits``
        rows by configuration and split;
    ``clusters``, ``cluster_sizes``
        the largest clusters of near-duplicates, and the number of clusters of each size;
    ``about``
        facts of the steps themselves, by step (a second use is ``<step>#2``), as JSON data.
    """

    recipe: Recipe
    sources: Sequence[SourceReport]
    scores: Mapping[str, Scores] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    tags: Mapping[str, Mapping[TagValue, int]] = field(default_factory=dict)
    splits: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    clusters: Sequence[Cluster] = ()
    cluster_sizes: Mapping[int, int] = field(default_factory=dict)
    about: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def quarantine_samples(path: Path) -> list[dict[str, Any]]:
    """Give the first entries of a quarantine file; none when there is no file."""
    if not path.exists():
        return []
    with path.open("rb") as stream:
        entries = [orjson.loads(line) for line in islice(stream, QUARANTINE_SAMPLES)]
    return [{**entry, "text": entry["text"][:SAMPLE_CHARACTERS]} for entry in entries]
