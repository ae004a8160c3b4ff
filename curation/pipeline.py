"""The stages of a run in order, each piece of work in a checkpoint of its own."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from curation.apply import RowPlan
from curation.atomic import publish_directory, sync_directory, sync_file, write_bytes
from curation.checkpoints import Checkpoint, key_of, once
from curation.copies import FILE, Copies, load_copies, write_copies
from curation.errors import ConfigurationError, UserError
from curation.inputs import GROUP_BYTES, SourceInput, Unit
from curation.ledger import Entry
from curation.manifest import code_version
from curation.measure import peak_rss_mb
from curation.phases import Phase, phases_of, plan_identity, row_plan
from curation.progress import Advance, Progress
from curation.reading import read_unit
from curation.recipe import Recipe
from curation.records import Kind
from curation.release import Parts, assemble
from curation.shards import ROWS, SHARD_ROWS
from curation.tables import FILE_BYTES
from curation.writing import SplitPart, write_split

# A row's order is one number: its source, its unit within the source, its place in the unit.
_UNIT_BITS, _ROW_BITS = 20, 32
_MOST_SOURCES = 1 << (63 - _UNIT_BITS - _ROW_BITS)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large pieces of work are; no size but ``file_bytes`` changes a release."""

    shard_rows: int = SHARD_ROWS
    group_bytes: int = GROUP_BYTES
    file_bytes: int = FILE_BYTES


@dataclass(frozen=True, slots=True)
class _Stepped:
    """Shards of each source after a phase, and the later copies found among all of them."""

    shards: Mapping[str, list[Checkpoint]]
    copies: Copies | None
    copies_key: str


@dataclass(frozen=True, slots=True)
class _RowSteps:
    """What one phase does to the rows of one source, after the phase ``before``."""

    number: int
    identity: list[object]
    plan: RowPlan
    before: _Stepped


class Pipeline:
    """Builds one release; what an interrupted run finished is not done again."""

    def __init__(self, recipe: Recipe, inputs: list[SourceInput], progress: Progress, sizes: Sizes) -> None:
        self.recipe = recipe
        self.inputs = inputs
        self.progress = progress
        self.sizes = sizes
        self.kinds = _kinds(inputs)
        self.work = Path()
        _check_numbers(inputs)

    def build(self, plan: str, work: Path, out: Path) -> dict[str, Entry]:
        """Build the release in ``work`` and publish it at ``out``; give its ledger."""
        self.work = work
        clock = _Clock()
        readings = self._read()
        clock.lap("read")
        stepped = self._step(readings)
        clock.lap("steps")
        splits = self._write(stepped)
        clock.lap("write")
        folder = work / "release"
        with self.progress.task("describe", 1, "release") as advance:
            ledger = assemble(Parts(self.recipe, plan, self.inputs, self.kinds, readings, splits), folder)
            advance(1)
        clock.lap("describe")
        rows = sum(entry.read for entry in ledger.values())
        write_bytes(folder / "timings.json", orjson.dumps(clock.as_json(rows), option=orjson.OPT_INDENT_2))
        _sync(folder)
        publish_directory(folder, out)
        return ledger

    def _read(self) -> dict[str, list[Checkpoint]]:
        readings: dict[str, list[Checkpoint]] = {}
        total = sum(unit.bytes for given in self.inputs for unit in given.units)
        with self.progress.task("read", total, "B") as advance:
            for given in self.inputs:
                done = readings[given.source.name] = []
                for unit in given.units:
                    done.append(self._read_unit(given, unit))
                    advance(unit.bytes)
                _check_not_empty(given, done)
        return readings

    def _read_unit(self, given: SourceInput, unit: Unit) -> Checkpoint:
        rows = self.sizes.shard_rows
        key = key_of(
            code_version(),
            [given.source.name, given.reader.name, given.options.model_dump(mode="json")],
            [[file.name, file.sha256] for file in unit.files],
            rows,
        )
        return once(self.work / "read", key, lambda folder: read_unit(given, unit, folder, rows))

    def _step(self, readings: Mapping[str, list[Checkpoint]]) -> _Stepped:
        stepped = _Stepped(readings, None, "")
        phases = phases_of(self.recipe)
        units = sum(len(given.units) for given in self.inputs)
        with self.progress.task("steps", units * len(phases), "shards") as advance:
            for number, phase in enumerate(phases):
                shards: dict[str, list[Checkpoint]] = {}
                for at, given in enumerate(self.inputs):
                    done = shards[given.source.name] = []
                    row_steps = _RowSteps(
                        number,
                        plan_identity(phase, given.source, self.kinds[given.source.config]),
                        row_plan(phase, given.source, self.kinds[given.source.config]),
                        stepped,
                    )
                    for unit, earlier in zip(given.units, stepped.shards[given.source.name], strict=True):
                        base = (at << (_UNIT_BITS + _ROW_BITS)) | (unit.index << _ROW_BITS)
                        done.append(self._step_unit(row_steps, earlier, base))
                        advance(1)
                stepped = self._compare(phase, shards)
        return stepped

    def _step_unit(self, steps: _RowSteps, earlier: Checkpoint, base: int) -> Checkpoint:
        # Imported here: the engine takes a moment to load, and errors should not wait for it.
        from curation.stepping import first_phase, later_phase  # noqa: PLC0415

        plan, copies = steps.plan, steps.before.copies
        key = key_of(steps.number, earlier.key, steps.identity, steps.before.copies_key, base)
        if copies is None:
            return once(
                self.work / "steps",
                key,
                lambda folder: first_phase(plan, earlier.paths(".parquet"), base, folder),
            )
        return once(
            self.work / "steps",
            key,
            lambda folder: later_phase(plan, earlier.folder / ROWS, copies, folder),
        )

    def _compare(self, phase: Phase, shards: Mapping[str, list[Checkpoint]]) -> _Stepped:
        dedup = phase.dedup
        if dedup is None:
            return _Stepped(shards, None, "")
        from curation.engine import later_copies  # noqa: PLC0415

        every = [shard for done in shards.values() for shard in done]
        key = key_of("compare", [shard.key for shard in every])
        paths = [shard.folder / ROWS for shard in every if shard.facts["alive"]]
        alive = sum(shard.facts["alive"] for shard in every)
        found = once(
            self.work / "compare",
            key,
            lambda folder: {"copies": write_copies(later_copies(paths, alive), folder)},
        )
        return _Stepped(shards, load_copies(dedup.step, found.folder / FILE), key)

    def _write(self, stepped: _Stepped) -> dict[tuple[str, str], Checkpoint]:
        splits: dict[tuple[str, str], list[SplitPart]] = {}
        for given in self.inputs:
            part = SplitPart(given.source, tuple(stepped.shards[given.source.name]))
            splits.setdefault((given.source.config, given.source.split), []).append(part)
        rows = sum(part.count for parts in splits.values() for part in parts)
        with self.progress.task("write", rows, "rows") as advance:
            written = {
                name: self._write_split(self.kinds[name[0]], parts, stepped, advance)
                for name, parts in splits.items()
            }
        _check_something_kept(self.recipe, written)
        return written

    def _write_split(
        self, kind: Kind, parts: list[SplitPart], stepped: _Stepped, advance: Advance
    ) -> Checkpoint:
        told = 0

        def tell(rows: int) -> None:
            nonlocal told
            told += rows
            advance(rows)

        def work(folder: Path) -> Mapping[str, Any]:
            size = self.sizes.file_bytes
            return write_split(kind, parts, stepped.copies, folder, advance=tell, file_bytes=size)

        shards = [
            [part.source.name, part.source.licence, [shard.key for shard in part.shards]] for part in parts
        ]
        key = key_of("write", kind, shards, stepped.copies_key, self.sizes.file_bytes)
        written = once(self.work / "write", key, work)
        advance(sum(part.count for part in parts) - told)  # what an earlier run had written
        return written


class _Clock:
    """Wall and CPU seconds of each stage."""

    def __init__(self) -> None:
        self.stages: dict[str, dict[str, float]] = {}
        self._at = (time.perf_counter(), time.process_time())

    def lap(self, stage: str) -> None:
        now = (time.perf_counter(), time.process_time())
        wall, cpu = (round(after - before, 3) for after, before in zip(now, self._at, strict=True))
        self.stages[stage] = {"seconds": wall, "cpu_seconds": cpu}
        self._at = now

    def as_json(self, rows: int) -> dict[str, object]:
        seconds = sum(stage["seconds"] for stage in self.stages.values())
        return {
            "stages": self.stages,
            "seconds": round(seconds, 3),
            "rows_per_second": round(rows / seconds) if seconds else 0,
            "peak_rss_mb": peak_rss_mb(),
        }


def _kinds(inputs: list[SourceInput]) -> dict[str, Kind]:
    kinds: dict[str, Kind] = {}
    for given in inputs:
        source, kind = given.source, given.reader.kind(given.options)
        if kinds.setdefault(source.config, kind) != kind:
            raise ConfigurationError(
                f"the configuration '{source.config}' would hold {kinds[source.config]} records and, from "
                f"source '{source.name}', {kind} records",
                where=f"source {source.name}, key config",
                fix="give the source a configuration of its own",
            )
    return kinds


def _check_numbers(inputs: list[SourceInput]) -> None:
    if len(inputs) > _MOST_SOURCES or any(len(given.units) > 1 << _UNIT_BITS for given in inputs):
        raise ConfigurationError(
            f"more than {_MOST_SOURCES} sources, or {1 << _UNIT_BITS} groups of files in one source",
            fix="split the recipe",
        )


def _check_not_empty(given: SourceInput, readings: list[Checkpoint]) -> None:
    if any(reading.facts["records"] for reading in readings):
        return
    bad = sum(reading.facts["quarantined"] for reading in readings)
    first = next((reading.facts["first_error"] for reading in readings if reading.facts["first_error"]), "")
    raise UserError(
        f"empty corpus: none of the {bad} rows of source '{given.source.name}' could be read; {first}"
        if bad
        else f"empty corpus: source '{given.source.name}' has no rows",
        where=", ".join(given.source.path),
        fix=f"check that the files are what the reader '{given.reader.name}' reads",
    )


def _check_something_kept(recipe: Recipe, splits: Mapping[tuple[str, str], Checkpoint]) -> None:
    facts = [fact for split in splits.values() for fact in split.facts.values()]
    if not any(fact["kept"] for fact in facts):
        reasons = sorted({label for fact in facts for label in fact["samples"]})
        raise UserError(
            f"empty corpus: the steps dropped every row ({', '.join(reasons)})",
            where=f"recipe {recipe.name}",
            fix="loosen the steps' limits",
        )


def _sync(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_dir():
            sync_directory(path)
        else:
            sync_file(path)
    sync_directory(folder)
