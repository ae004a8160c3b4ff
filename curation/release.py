"""The last stage: what the stages before made, put together to a release folder."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

import datacards.croissant
import datacards.huggingface
from curation import manifest as manifests
from curation.atomic import write_bytes, write_text
from curation.checkpoints import Checkpoint
from curation.description import card_of
from curation.inputs import SourceInput
from curation.ledger import Entry, Intake, recount
from curation.lengths import Lengths
from curation.reading import QUARANTINE
from curation.recipe import Recipe
from curation.records import Kind
from curation.report import SourceReport, quarantine_samples, render_report


@dataclass(frozen=True, slots=True)
class Parts:
    """What the stages made: readings by source in order of units, and written splits."""

    recipe: Recipe
    plan: str
    inputs: list[SourceInput]
    kinds: Mapping[str, Kind]
    readings: Mapping[str, list[Checkpoint]]
    splits: Mapping[tuple[str, str], Checkpoint]


def assemble(parts: Parts, folder: Path) -> dict[str, Entry]:
    """Build the release in ``folder``, which is emptied first; give its ledger.

    Raises
    ------
    curation.ledger.LedgerError
        When the files on disk do not account for every row that was read.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _place_tables(parts, folder)
    _place_quarantine(parts, folder)
    ledger = recount(folder, _intakes(parts))
    held = [path for path in folder.rglob("*") if path.is_file()]
    files = manifests.describe_files(folder, held)
    facts = {name: fact for split in parts.splits.values() for name, fact in split.facts.items()}
    _write_pages(parts, folder, ledger, facts, files)
    files += manifests.describe_files(folder, [folder / "README.md", folder / "report.html"])
    notes = {
        name: [note for reading in readings for note in reading.facts["notes"]]
        for name, readings in parts.readings.items()
    }
    sources = manifests.describe_sources(parts.inputs, notes)
    manifest = manifests.manifest_of(parts.recipe, parts.plan, sources, ledger, files)
    write_bytes(folder / manifests.NAME, manifests.to_bytes(manifest))
    return ledger


def _place_tables(parts: Parts, folder: Path) -> None:
    for (config, split), written in parts.splits.items():
        _link_series(written, "data.", folder / "data" / config, split)
        for name in written.facts:
            _link_series(written, f"rejects.{name}.", folder / "rejects", name)


def _link_series(written: Checkpoint, prefix: str, folder: Path, name: str) -> None:
    # "rejects.a." must not take the files of a source named "a.00000": what follows is 5 digits.
    wanted = len(prefix) + len("00000.parquet")
    files = [path for path in written.paths(".parquet") if path.name.startswith(prefix)]
    files = [path for path in files if len(path.name) == wanted]
    for index, path in enumerate(files):
        target = folder / f"{name}-{index:05d}-of-{len(files):05d}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        _link(path, target)


def _link(path: Path, target: Path) -> None:
    # A second name costs nothing and leaves the checkpoint whole; some file systems have none.
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)


def _place_quarantine(parts: Parts, folder: Path) -> None:
    for name, readings in parts.readings.items():
        found = [path for reading in readings for path in reading.paths(QUARANTINE)]
        if found:
            target = folder / "quarantine" / f"{name}.jsonl"
            target.parent.mkdir(exist_ok=True)
            with target.open("wb") as sink:
                for path in found:
                    with path.open("rb") as source:
                        shutil.copyfileobj(source, sink)


def _intakes(parts: Parts) -> dict[str, Intake]:
    intakes = {}
    for name, readings in parts.readings.items():
        recovered: dict[str, dict[str, int]] = {}
        for reading in readings:
            for reason, counts in reading.facts["recovered"].items():
                total = recovered.setdefault(reason, {"rows": 0, "lines": 0})
                total["rows"] += counts["rows"]
                total["lines"] += counts["lines"]
        read = sum(reading.facts["records"] + reading.facts["quarantined"] for reading in readings)
        intakes[name] = Intake(read, recovered)
    return intakes


def _write_pages(
    parts: Parts,
    folder: Path,
    ledger: Mapping[str, Entry],
    facts: Mapping[str, Any],
    files: list[dict[str, Any]],
) -> None:
    lengths = {name: Lengths.from_json(fact["lengths"]) for name, fact in facts.items()}
    data = [file for file in files if file["path"].startswith("data/")]
    card = card_of(parts.recipe, parts.kinds, ledger, lengths, data)
    write_text(folder / "README.md", datacards.huggingface.render(card))
    today = datetime.now(tz=UTC).date()
    croissant = datacards.croissant.render(card, published=today)
    write_bytes(folder / "croissant.json", orjson.dumps(croissant, option=orjson.OPT_INDENT_2))
    sources = [
        SourceReport(
            name=source.name,
            licence=source.licence,
            url=source.url,
            entry=ledger[source.name],
            lengths=lengths[source.name],
            samples=facts[source.name]["samples"],
            quarantine=quarantine_samples(folder / "quarantine" / f"{source.name}.jsonl"),
        )
        for source in parts.recipe.sources
    ]
    write_text(folder / "report.html", render_report(parts.recipe, sources))
