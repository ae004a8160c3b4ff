"""A release's card held against its data: what is declared, and what is there."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from curation.characters import HANGUL, LETTERS, count
from curation.checkpoints import sha256_of
from curation.inspection.open_release import OpenRelease, open_release
from curation.personal_data import DEFAULT_KINDS, find
from curation.readers.quoting import shown
from curation.steps.personal_data import PersonalDataParams
from datacards.checks import Fault
from datacards.front_matter import split
from datacards.huggingface import size_category
from datacards.readme_checks import as_list, check_readme, declared_splits
from datacards.terms import combine

README, CROISSANT = "README.md", "croissant.json"
MOSTLY = 0.5
"""Share of Hangul among the letters of a release that says it is in Korean alone."""
HARDLY = 0.01
"""Share of Hangul below which a release is not in Korean, and above which it is not without it."""
_REBUILD = "run its recipe again: malmoi curate makes a release anew whose files do not verify"
_TEXTS = ["text", "messages", "licence"]


def check_release(path: Path) -> list[Fault]:
    """Check the card of the release at ``path``, by itself and against every row of the data.

    Raises
    ------
    curation.errors.ConfigurationError
        When there is no release.
    """
    release = open_release(path)
    card = str(path / README)
    if not (path / README).is_file():
        return [Fault(card, "file", "missing", _REBUILD)]
    text = (path / README).read_text(encoding="utf-8")
    found = check_readme(text, card)
    found += [*_files(release), *_croissant(release)]
    if any(fault.field == "front matter" for fault in found):
        return found
    matter, _ = split(text)
    found += [*_structure(release, matter, card), *_licences(release, card)]
    return [*found, *_contents(release, matter, text, card)]


def _files(release: OpenRelease) -> Iterator[Fault]:
    """Hold the files against the manifest."""
    manifest = str(release.path / "manifest.json")
    for file in release.manifest["files"]:
        path, field = release.path / file["path"], f"files.{file['path']}"
        if not path.is_file():
            yield Fault(manifest, field, "the file is not there", _REBUILD)
        elif sha256_of(path) != file["sha256"]:
            yield Fault(
                manifest, f"{field}.sha256", "the file is another one than the manifest says", _REBUILD
            )


def _croissant(release: OpenRelease) -> Iterator[Fault]:
    """Hold the description's hashes against the manifest's."""
    card = str(release.path / CROISSANT)
    try:
        described = orjson.loads((release.path / CROISSANT).read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        yield Fault(card, "file", f"cannot be read: {type(error).__name__}", _REBUILD)
        return
    known = {file["path"]: file["sha256"] for file in release.manifest["files"]}
    for one in described.get("distribution", []):
        if "sha256" in one and known.get(one.get("contentUrl")) != one["sha256"]:
            fault = f"the manifest has another hash of {one.get('contentUrl')}"
            yield Fault(card, f"distribution.{one.get('@id')}.sha256", fault, _REBUILD)


def _structure(release: OpenRelease, matter: Mapping[str, Any], card: str) -> Iterator[Fault]:
    """Hold declared configurations, splits, rows and size against the files."""
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for path in release.files("data"):
        counted[path.parent.name, path.name.partition("-")[0]] += pq.read_metadata(path).num_rows
    declared = {(str(config), str(name)): rows for config, name, rows in declared_splits(matter)}
    for config, name in sorted(set(declared) | set(counted)):
        field = f"dataset_info.{config}.{name}"
        stated, there = declared.get((config, name)), counted.get((config, name))
        if there is None:
            yield Fault(card, field, "the split is declared and is not there", "take it out, or " + _REBUILD)
        elif stated is None:
            yield Fault(
                card, field, f"the split is there with {there:,} rows and is not declared", "declare it"
            )
        elif stated != there:
            number = f"{stated:,}" if isinstance(stated, int | float) else repr(shown(str(stated)))
            fault = f"{number} rows are declared, {there:,} are there"
            yield Fault(card, f"{field}.num_examples", fault, f"write {there}")
    bucket, buckets = size_category(sum(counted.values())), as_list(matter.get("size_categories"))
    if buckets and bucket not in buckets:
        fault = f"{sum(counted.values()):,} rows are there, which is {bucket}, not {buckets[0]}"
        yield Fault(card, "size_categories", fault, f"write {bucket}")


def _licences(release: OpenRelease, card: str) -> Iterator[Fault]:
    """Name what no work made from all sources could satisfy."""
    for conflict in combine((one["name"], one["licence"]) for one in release.manifest["sources"]).conflicts:
        yield Fault(
            card,
            "license",
            conflict,
            "leave one of them out, or keep them apart in configurations of their own",
        )


class _Seen:
    """What is gathered in one pass over the rows."""

    def __init__(self) -> None:
        self.hangul = self.letters = 0
        self.licences: Counter[str] = Counter()
        self.personal: Counter[str] = Counter()
        self.first: dict[str, str] = {}
        self.splits: dict[tuple[str, bytes], set[str]] = defaultdict(set)

    def take(self, path: Path, name: str, batch: pa.RecordBatch) -> None:
        texts = _texts(batch)
        counts = count(texts)
        self.hangul += int(counts[:, HANGUL].sum())
        self.letters += int(counts[:, LETTERS].sum())
        self.licences.update(batch["licence"].to_pylist())
        config, part = path.parent.name, path.name.partition("-")[0]
        for text in texts:
            for one in find(text, DEFAULT_KINDS):
                self.personal[one.kind] += 1
                self.first.setdefault(one.kind, name)
            self.splits[config, hashlib.blake2b(text.encode(), digest_size=8).digest()].add(part)


def _texts(batch: pa.RecordBatch) -> list[str]:
    if "text" in batch.schema.names:
        return [str(text) for text in batch["text"].to_pylist()]
    return ["\n".join(turn["content"] for turn in turns) for turns in batch["messages"].to_pylist()]


def _contents(release: OpenRelease, matter: Mapping[str, Any], text: str, card: str) -> Iterator[Fault]:
    """Hold languages, licences and what is said of personal data against the rows."""
    seen = _Seen()
    for path, batch in release.batches("data", _TEXTS):
        seen.take(path, release.name_of(path), batch)
    yield from _languages(seen, matter, card)
    declared = {one["licence"] for one in release.manifest["sources"]}
    for licence, rows in seen.licences.items():
        if licence not in declared:
            yield Fault(
                card, "license", f"{rows:,} rows are under '{licence}', which no source has", _REBUILD
            )
    yield from _personal(release, seen, text, card)
    shared = Counter(config for (config, _), parts in seen.splits.items() if len(parts) > 1)
    for config, texts in shared.items():
        fault = f"{texts:,} texts stand in more than one split of {config}"
        yield Fault(
            card,
            f"configs.{config}",
            fault,
            "add the steps exact_dedup (scope config) and split to the recipe",
        )


def _languages(seen: _Seen, matter: Mapping[str, Any], card: str) -> Iterator[Fault]:
    languages = as_list(matter.get("language"))
    if not languages or not seen.letters:
        return
    share = seen.hangul / seen.letters
    fault = f"{', '.join(map(str, languages))} is declared; {share:.1%} of the letters are Hangul"
    if "ko" in languages and share < (MOSTLY if languages == ["ko"] else HARDLY):
        yield Fault(card, "language", fault, "declare the languages of the texts in the recipe's sources")
    elif "ko" not in languages and share > HARDLY:
        yield Fault(card, "language", fault, "declare ko in the recipe's sources")


def _personal(release: OpenRelease, seen: _Seen, text: str, card: str) -> Iterator[Fault]:
    """Name kinds of personal data that the rows hold and the card does not name.

    What a step replaced by stand-ins looks like data of that kind and is none.
    """
    uses = [use["params"] for use in release.recipe["steps"] if use["step"] == "personal_data"]
    params = [PersonalDataParams.model_validate_json(orjson.dumps(given)) for given in uses]
    stand_ins = {kind for one in params for kind in one.kinds if one.action_for(kind) == "pseudonymise"}
    for kind, number in seen.personal.items():
        if kind not in stand_ins and kind not in text:
            yield Fault(
                card,
                "personal data",
                f"{number:,} of kind {kind} are in the texts, the first in {seen.first[kind]}",
                f"add {kind} to the step personal_data, or name {kind} in the recipe's description",
            )
