"""A recipe tried on samples of its sources: what each step costs, drops, and leaves on disk."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from curation.apply import Application, BoundStep, merged_tags
from curation.columns import RowBatch, RowCollector
from curation.comparisons import COMPARISONS
from curation.comparisons.base import Room
from curation.errors import UserError
from curation.inputs import SourceInput
from curation.phases import Phase, RowPlan, phases_of, row_plan
from curation.progress import Quiet
from curation.recipe import Recipe, step_params
from curation.records import Row, record_id
from curation.steps.base import Given
from curation.units import compared_batch

Sample = tuple[SourceInput, Sequence[Row]]

_WARM_ROWS = 8
# What took less is measured once more: the first time pays for tables that are built when needed.
_SHORT_SECONDS = 1.0
_SOURCE_BITS = 40


@dataclass(slots=True)
class Cost:
    """What one use of a step did to a sample.

    ``rows`` came to it and ``dropped`` left; ``seconds`` is the CPU time that grows with the rows
    of the source, ``prepared_bytes`` what a comparison remembered of them.
    """

    rows: int = 0
    dropped: int = 0
    seconds: float = 0.0
    prepared_bytes: int = 0


@dataclass(slots=True)
class Tried:
    """What came of a source's sample.

    ``intake`` is the CPU time to hash and collect the rows, ``costs`` that of each step by its
    place in the recipe, ``stored_bytes`` what the rows take on disk, ``kept`` how many are left.
    """

    rows: int
    intake: float = 0.0
    costs: dict[int, Cost] = field(default_factory=dict)
    stored_bytes: int = 0
    characters: int = 0
    kept: int = 0

    @property
    def seconds(self) -> float:
        """CPU seconds of everything but deciding."""
        return self.intake + sum(cost.seconds for cost in self.costs.values())


@dataclass(slots=True)
class Result:
    """The samples in order, and the CPU seconds that each comparison took to decide about them all."""

    sources: list[Tried]
    deciding: dict[int, float] = field(default_factory=dict)


@dataclass(slots=True)
class _Held:
    """A sample on its way through the phases."""

    given: SourceInput
    batch: RowBatch
    alive: list[int]
    splits: list[str | None]
    tried: Tried


class Trial:
    """Takes samples through the phases of a recipe, in a folder of its own.

    ``faults`` is what steps said that could not work on the sample, by place in the recipe.
    """

    def __init__(self, recipe: Recipe, given: Mapping[int, Given], scratch: Path) -> None:
        self.recipe = recipe
        self.given = given
        self.scratch = scratch
        self.phases = phases_of(recipe)
        self.faults: dict[int, UserError] = {}
        self._runs = 0

    def run(self, samples: Sequence[Sample]) -> Result:
        """Measure the samples; what steps load once is loaded before."""
        few = [(given, rows[:_WARM_ROWS]) for given, rows in samples]
        self._once(few)
        small, whole = self._once(few), self._once(samples)
        if sum(one.seconds for one in whole.sources) < _SHORT_SECONDS:
            whole = _cheaper(whole, self._once(samples))
        # Starting a comparison costs the same for a hundred rows and for a million.
        rows = sum(one.rows for one in whole.sources)
        more = rows - sum(one.rows for one in small.sources)
        for place, seconds in whole.deciding.items():
            grown = max(0.0, seconds - small.deciding.get(place, 0.0))
            whole.deciding[place] = grown * rows / more if more else seconds
        return whole

    def _once(self, samples: Sequence[Sample]) -> Result:
        self._runs += 1
        folder = self.scratch / f"run-{self._runs}"
        folder.mkdir()
        held = [_collected(number, given, rows) for number, (given, rows) in enumerate(samples)]
        result = Result([one.tried for one in held])
        for phase in self.phases:
            for one in held:
                plan = row_plan(phase, one.given.source, one.batch.kind, self.given)
                for place, _ in plan.uses:
                    self._step(place, plan, one)
            if phase.compared is not None:
                self._compare(phase, held, folder, result)
        for number, one in enumerate(held):
            one.tried.kept = len(one.alive)
            one.tried.stored_bytes = _stored_bytes(one.batch, folder / f"{number}.parquet")
        return result

    def _step(self, place: int, plan: RowPlan, held: _Held) -> None:
        cost = held.tried.costs[place] = Cost(rows=len(held.alive))
        if place in self.faults or not held.alive:
            return
        try:
            bound = _bound(plan, place)
            begun = time.process_time()
            applied = Application([bound]).run(held.batch.view, held.batch.attributes, held.alive)
            cost.seconds = time.process_time() - begun
        except UserError as error:
            self.faults[place] = error
            return
        for row, tags in applied.tags.items():
            held.batch.tags[row] = merged_tags(held.batch.tags[row], tags)
        cost.dropped = len(held.alive) - len(applied.alive)
        held.alive = applied.alive

    def _compare(self, phase: Phase, held: Sequence[_Held], folder: Path, result: Result) -> None:
        assert phase.compared is not None
        place, use = phase.compared
        comparison, params = COMPARISONS[use.step], step_params(use)
        paths = []
        for number, one in enumerate(held):
            plan = row_plan(phase, one.given.source, one.batch.kind, self.given)
            if plan.compared is None or not one.alive:
                continue
            cost = one.tried.costs[place] = Cost(rows=len(one.alive))
            begun = time.process_time()
            passed = {"_order": one.batch.fixed["_order"], "_split": pa.array(one.splits, pa.string())}
            table = comparison.prepare(params, compared_batch(plan, one.batch, one.alive, passed))
            cost.seconds = time.process_time() - begun
            cost.prepared_bytes = table.nbytes
            paths.append(folder / f"{place}-{number}.arrow")
            with pa.ipc.new_file(str(paths[-1]), comparison.schema(params)) as writer:
                writer.write_table(table)
        if place in self.faults or not paths:
            return
        rooms = [folder / f"{place}-{name}" for name in ("scratch", "saved")]
        for room in rooms:
            room.mkdir()
        begun = time.process_time()
        try:
            tables = list(
                comparison.decide(
                    params, paths, Room(self.given.get(place, Given()), rooms[0], rooms[1], Quiet())
                )
            )
        except UserError as error:
            self.faults[place] = error
            return
        result.deciding[place] = time.process_time() - begun
        for decided in tables:
            _carry_out(decided, held, place)


def _collected(number: int, given: SourceInput, rows: Sequence[Row]) -> _Held:
    tried = Tried(len(rows))
    begun = time.process_time()
    collector = RowCollector(given.reader.kind(given.options))
    for row in rows:
        collector.add(record_id(given.source.name, row.record), row)
    batch = collector.batch(number << _SOURCE_BITS)
    tried.intake = time.process_time() - begun
    tried.characters = collector.characters
    return _Held(given, batch, list(range(len(rows))), [None] * len(rows), tried)


def _bound(plan: RowPlan, place: int) -> BoundStep:
    use = next(use for at, use in plan.uses if at == place)
    return RowPlan(plan.source, plan.kind, ((place, use),), plan.given).bound()[0]


def _carry_out(decided: pa.Table, held: Sequence[_Held], place: int) -> None:
    orders = decided["_order"].to_numpy()
    told: Any = zip(orders.tolist(), decided["reason"].to_pylist(), decided["split"].to_pylist(), strict=True)
    gone: dict[int, set[int]] = {}
    for order, reason, split in told:
        number, row = order >> _SOURCE_BITS, order & ((1 << _SOURCE_BITS) - 1)
        if reason is not None:
            gone.setdefault(number, set()).add(row)
        if split is not None:
            held[number].splits[row] = split
    for number, rows in gone.items():
        held[number].alive = [row for row in held[number].alive if row not in rows]
        held[number].tried.costs[place].dropped += len(rows)


def _stored_bytes(batch: RowBatch, path: Path) -> int:
    """Write a batch as phases do, and give the size of the file."""
    columns = batch.content()
    table = pa.Table.from_arrays(list(columns.values()), list(columns))
    pq.write_table(table, path, compression="lz4", use_dictionary=["file", "tags"], write_statistics=False)
    return path.stat().st_size


def _cheaper(one: Result, other: Result) -> Result:
    """Take the smaller of two measurements, one by one: what disturbs adds time."""
    for mine, its in zip(one.sources, other.sources, strict=True):
        mine.intake = min(mine.intake, its.intake)
        for place, cost in mine.costs.items():
            if place in its.costs:
                cost.seconds = min(cost.seconds, its.costs[place].seconds)
    one.deciding = {
        place: min(seconds, other.deciding.get(place, seconds)) for place, seconds in one.deciding.items()
    }
    return one
