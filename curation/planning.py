"""What a recipe would do and cost, told from a sample of its rows before anything is written."""

import itertools
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from curation.apply import Application
from curation.columns import RowBatch, RowCollector
from curation.comparisons.base import Room
from curation.evaluation import read_evaluation_sets
from curation.inputs import SourceInput
from curation.needs import find_needs
from curation.phases import RowPlan, phases_of, row_plan
from curation.progress import Progress, Quiet
from curation.readers import READERS
from curation.recipe import Recipe
from curation.records import Row, record_id
from curation.run import find_all
from curation.steps.base import Given
from curation.units import compared_batch

SAMPLE_ROWS = 1000
# Disk that the work folder takes beside the release, per byte read: shards and prepared tables.
_WORK_PER_BYTE = 1.2
_RELEASE_PER_BYTE = 0.6


@dataclass(slots=True)
class StepCost:
    """CPU milliseconds a step took per row of the sample, and the share of rows that it dropped."""

    step: str
    milliseconds_a_row: float = 0.0
    rows: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class SourcePlan:
    """A source: its size, and about how many rows it holds."""

    name: str
    reader: str
    files: int
    units: int
    bytes: int
    rows: int
    unreadable: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What would run; ``cpu_seconds`` and the disk figures are estimates from ``sampled`` rows."""

    recipe: str
    sources: list[SourcePlan]
    steps: list[StepCost]
    sampled: int
    rows: int
    cpu_seconds: float
    reading_ms_a_row: float
    work_bytes: int
    release_bytes: int
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Give the plan as JSON data."""
        return {
            "recipe": self.recipe,
            "sources": [
                {name: getattr(source, name) for name in SourcePlan.__slots__} for source in self.sources
            ],
            "steps": [
                {
                    "step": step.step,
                    "ms_per_row": round(step.milliseconds_a_row, 4),
                    "sampled": step.rows,
                    "dropped": step.dropped,
                }
                for step in self.steps
            ],
            "sampled": self.sampled,
            "rows": self.rows,
            "reading_ms_per_row": round(self.reading_ms_a_row, 4),
            "cpu_seconds": round(self.cpu_seconds, 1),
            "work_bytes": self.work_bytes,
            "release_bytes": self.release_bytes,
            "notes": self.notes,
        }


def plan_recipe(
    recipe: Recipe, data: Path | str, out: Path, *, rows: int = SAMPLE_ROWS, progress: Progress | None = None
) -> Plan:
    """Look at every source and run the steps on about ``rows`` rows of them; nothing is kept.

    Raises
    ------
    ConfigurationError
        As the run itself would, for what is missing.
    """
    progress = progress if progress is not None else Quiet()
    needs = find_needs(recipe, Path(data), out)
    inputs, evaluation = find_all(recipe, data, out, readers=READERS, progress=progress)
    with tempfile.TemporaryDirectory(prefix="malmoi-plan-") as scratch:
        sets = read_evaluation_sets(evaluation, Path(scratch) / "evaluation", progress) if evaluation else {}
        given = needs.with_evaluation_sets(sets)
        sampler = _Sampler(recipe, given, Path(scratch))
        with progress.task("sample", len(inputs), "sources") as advance:
            for one in inputs:
                sampler.take(one, max(20, rows // len(inputs)))
                advance(1)
        sampler.compare()
    return sampler.plan(inputs)


class _Sampler:
    """Takes the first rows of each source through the steps and measures them."""

    def __init__(self, recipe: Recipe, given: Mapping[int, Given], scratch: Path) -> None:
        self.recipe = recipe
        self.given = given
        self.scratch = scratch
        self.phases = phases_of(recipe)
        self.costs = [StepCost(use.step) for use in recipe.steps]
        self.sources: list[SourcePlan] = []
        self.sampled = 0
        self.reading = 0.0
        self.estimated = self.deciding = 0.0
        self._prepared: dict[int, list[Path]] = {}

    def take(self, given: SourceInput, rows: int) -> None:
        """Sample one source."""
        before = self._spent()
        begun = time.process_time()
        kind = given.reader.kind(given.options)
        collector = RowCollector(kind)
        unreadable = size = 0
        for item in itertools.islice(_items(given), rows):
            if isinstance(item, Row):
                collector.add(record_id(given.source.name, item.record), item)
            else:
                unreadable += 1
        self.reading += time.process_time() - begun
        taken = len(collector)
        self.sampled += taken
        size = sum(unit.bytes for unit in given.units)
        self.sources.append(
            SourcePlan(
                name=given.source.name,
                reader=given.reader.name,
                files=len(given.files),
                units=len(given.units),
                bytes=size,
                rows=_estimated_rows(given, taken + unreadable, collector, rows),
                unreadable=unreadable,
            )
        )
        if taken:
            if len(self.sources) == 1:
                self._warm_up(given, collector)
            self._steps(given, collector.batch(len(self.sources) << 32))
            self.estimated += (self._spent() - before) * self.sources[-1].rows / taken

    def _spent(self) -> float:
        return self.reading + sum(cost.milliseconds_a_row * cost.rows / 1000 for cost in self.costs)

    def _warm_up(self, given: SourceInput, collector: RowCollector) -> None:
        """Load what steps load once, on a few rows whose cost does not count."""
        few = RowCollector(collector.kind)
        for item in itertools.islice(_items(given), 5):
            if isinstance(item, Row):
                few.add(record_id(given.source.name, item.record), item)
        if len(few):
            batch = few.batch(0)
            for phase in self.phases:
                plan = row_plan(phase, given.source, batch.kind, self.given)
                Application(plan.bound()).run(batch.view, batch.attributes, range(len(batch)))

    def _steps(self, given: SourceInput, batch: RowBatch) -> None:
        alive = list(range(len(batch)))
        for number, phase in enumerate(self.phases):
            plan = row_plan(phase, given.source, batch.kind, self.given)
            for (place, _), bound in zip(plan.uses, plan.bound(), strict=True):
                begun = time.process_time()
                applied = Application([bound]).run(batch.view, batch.attributes, alive)
                self._cost(place, time.process_time() - begun, len(alive), len(alive) - len(applied.alive))
                alive = applied.alive
            self._prepare(number, plan, batch, alive)

    def _cost(self, place: int, seconds: float, rows: int, dropped: int) -> None:
        cost = self.costs[place]
        total = cost.milliseconds_a_row * cost.rows + seconds * 1000
        cost.rows += rows
        cost.dropped += dropped
        cost.milliseconds_a_row = total / cost.rows if cost.rows else 0.0

    def _prepare(self, number: int, plan: RowPlan, batch: RowBatch, alive: list[int]) -> None:
        compared, phase = plan.comparison(), self.phases[number]
        if compared is None or phase.compared is None or not alive:
            return
        comparison, params = compared
        begun = time.process_time()
        table = comparison.prepare(params, compared_batch(plan, batch, alive))
        self._cost(phase.compared[0], time.process_time() - begun, len(alive), 0)
        path = self.scratch / f"{number}-{len(self.sources)}.arrow"
        with pa.ipc.new_file(str(path), comparison.schema(params)) as writer:
            writer.write_table(table)
        self._prepared.setdefault(number, []).append(path)

    def compare(self) -> None:
        """Let each comparison decide about the sample, to see what that costs."""
        for number, paths in self._prepared.items():
            compared = self.phases[number].compared
            assert compared is not None
            place, use = compared
            plan = RowPlan(self.recipe.sources[0], "text", (), compared=use)
            found = plan.comparison()
            assert found is not None
            comparison, params = found
            folders = [self.scratch / f"{number}-{name}" for name in ("scratch", "saved")]
            for folder in folders:
                folder.mkdir()
            room = Room(self.given.get(place, Given()), folders[0], folders[1], Quiet())
            begun = time.process_time()
            tables = list(comparison.decide(params, paths, room))
            cost = self.costs[place]
            cost.dropped = sum(table.num_rows - table["reason"].null_count for table in tables)
            seconds = time.process_time() - begun
            self.deciding += seconds
            cost.milliseconds_a_row += seconds * 1000 / max(1, cost.rows)

    def plan(self, inputs: list[SourceInput]) -> Plan:
        """Put the estimates together."""
        rows = sum(source.rows for source in self.sources)
        size = sum(source.bytes for source in self.sources)
        reading = self.reading * 1000 / max(1, self.sampled)
        large = [one.source.name for one in inputs if any(unit.bytes > 2**30 for unit in one.units)]
        notes = [
            f"the files of {', '.join(large)} are larger than 1 GB: a file is read by one process, and an "
            "interrupted run begins it again; smaller files spread better"
        ]
        return Plan(
            recipe=self.recipe.name,
            sources=self.sources,
            steps=self.costs,
            sampled=self.sampled,
            rows=rows,
            cpu_seconds=self.estimated + self.deciding * rows / max(1, self.sampled),
            reading_ms_a_row=reading,
            work_bytes=int(size * _WORK_PER_BYTE),
            release_bytes=int(size * _RELEASE_PER_BYTE),
            notes=notes if large else [],
        )


def _items(given: SourceInput) -> Iterator[Any]:
    for unit in given.units:
        for target in unit.targets:
            yield from given.reader.read(target, given.options)


def _estimated_rows(given: SourceInput, seen: int, collector: RowCollector, wanted: int) -> int:
    """Tell about how many rows a source has from the bytes that its first rows took."""
    if seen < wanted:
        return seen
    last = collector.lines[-1] if collector.lines else 0
    size = sum(unit.bytes for unit in given.units)
    first = given.files[0]
    with first.path.open("rb") as stream:
        taken = sum(len(line) for line in itertools.islice(stream, last))
    in_lines = collector.files[-1:] == [first.name] and 0 < taken < first.bytes
    bytes_a_row = taken / seen if in_lines else max(1.0, collector.characters * 2.6 / seen)
    return max(seen, round(size / bytes_a_row))
