"""The last stage: what the stages before made, put together to a release folder."""

import os
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

import datacards.croissant
import datacards.huggingface
from curation import manifest as manifests
from curation.apply import Tally
from curation.atomic import write_bytes, write_text
from curation.checkpoints import Checkpoint
from curation.description import card_of
from curation.evaluation import EvaluationTexts
from curation.inputs import SourceInput
from curation.intake import QUARANTINE
from curation.ledger import Entry, Reading, recount
from curation.lengths import Lengths
from curation.recipe import Recipe, StepUse, step_params
from curation.records import Kind
from curation.report import gather_report, render_report
from curation.steps import STEPS
from curation.steps.base import Given
from datacards.terms import combine


@dataclass(frozen=True, slots=True)
class Parts:
    """What the stages made.

    ``readings`` are the units of the first phase by source; ``writings`` the written configurations;
    ``compared`` what each comparison decided, in order; ``given`` what each step needed, by its place
    in the recipe; ``evaluation`` the sets that were compared with.
    """

    recipe: Recipe
    plan: str
    inputs: list[SourceInput]
    kinds: Mapping[str, Kind]
    readings: Mapping[str, list[Checkpoint]]
    writings: Mapping[str, Checkpoint]
    compared: Sequence[tuple[StepUse, Checkpoint]]
    tally: Tally
    given: Mapping[int, Given]
    evaluation: Sequence[tuple[SourceInput, EvaluationTexts]] = ()

    @property
    def facts(self) -> dict[str, Any]:
        """What was measured of each source while it was written."""
        return {name: fact for one in self.writings.values() for name, fact in one.facts["sources"].items()}


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
    ledger = recount(folder, _readings(parts))
    held = [path for path in folder.rglob("*") if path.is_file()]
    files = manifests.describe_files(folder, held)
    about = _about(parts)
    _write_pages(parts, folder, ledger, files, about)
    files += manifests.describe_files(folder, [folder / "README.md", folder / "report.html"])
    notes = {
        name: [note for reading in readings for note in reading.facts["notes"]]
        for name, readings in parts.readings.items()
    }
    sources = manifests.describe_sources(parts.inputs, notes)
    manifest = manifests.manifest_of(parts.recipe, parts.plan, sources, ledger, files)
    manifest["evaluation_sets"] = manifests.describe_evaluation_sets(parts.recipe, parts.evaluation)
    manifest["terms"] = combine((one.name, one.licence) for one in parts.recipe.sources).as_json()
    manifest |= {"counts": dict(sorted(parts.tally.counts.items())), "about": about}
    write_bytes(folder / manifests.NAME, manifests.to_bytes(manifest))
    return ledger


def _about(parts: Parts) -> dict[str, Any]:
    """What steps say about what they worked with, by step; a second use of one is ``<step>#2``."""
    about: dict[str, Any] = {}
    uses: Counter[str] = Counter()
    for place, use in enumerate(parts.recipe.steps):
        uses[use.step] += 1
        step = STEPS[use.step]
        if step.about is not None:
            name = use.step if uses[use.step] == 1 else f"{use.step}#{uses[use.step]}"
            about[name] = dict(step.about(step_params(use), parts.given.get(place, Given())))
    return about


def _place_tables(parts: Parts, folder: Path) -> None:
    for config, written in parts.writings.items():
        for split in written.facts["splits"]:
            _link_series(written, f"data.{split}.", folder / "data" / config, split)
        for name in written.facts["sources"]:
            _link_series(written, f"rejects.{name}.", folder / "rejects", name)
            _link_series(written, f"changes.{name}.", folder / "changes", name)


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
        for written in parts.writings.values():
            found += [path for path in written.paths(QUARANTINE) if path.name == f"{name}.{QUARANTINE}"]
        if found:
            target = folder / "quarantine" / f"{name}.jsonl"
            target.parent.mkdir(exist_ok=True)
            with target.open("wb") as sink:
                for path in found:
                    with path.open("rb") as source:
                        shutil.copyfileobj(source, sink)


def _readings(parts: Parts) -> dict[str, Reading]:
    found = {}
    for name, readings in parts.readings.items():
        recovered: dict[str, dict[str, int]] = {}
        for reading in readings:
            for reason, counts in reading.facts["recovered"].items():
                total = recovered.setdefault(reason, {"rows": 0, "lines": 0})
                total["rows"] += counts["rows"]
                total["lines"] += counts["lines"]
        read = sum(reading.facts["records"] + reading.facts["quarantined"] for reading in readings)
        found[name] = Reading(read, recovered)
    return found


def _write_pages(
    parts: Parts,
    folder: Path,
    ledger: Mapping[str, Entry],
    files: list[dict[str, Any]],
    about: Mapping[str, Any],
) -> None:
    facts = parts.facts
    lengths = {name: Lengths.from_json(fact["kept_lengths"]) for name, fact in facts.items()}
    data = [file for file in files if file["path"].startswith("data/")]
    card = card_of(parts.recipe, parts.kinds, ledger, lengths, data)
    write_text(folder / "README.md", datacards.huggingface.render(card))
    today = datetime.now(tz=UTC).date()
    croissant = datacards.croissant.render(card, published=today)
    write_bytes(folder / "croissant.json", orjson.dumps(croissant, option=orjson.OPT_INDENT_2))
    report = gather_report(parts.recipe, ledger, facts, parts.tally, about, folder=folder)
    write_text(folder / "report.html", render_report(report))
