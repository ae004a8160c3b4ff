"""The stages of a run in order, each piece of work in a checkpoint of its own."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from curation.apply import Tally
from curation.atomic import publish_directory, sync_directory, sync_file, write_bytes
from curation.checkpoints import Checkpoint, Task, key_of
from curation.checks import (
    ROW_BITS,
    UNIT_BITS,
    check_not_empty,
    check_numbers,
    check_something_kept,
    kinds_of,
)
from curation.clock import Clock
from curation.comparing import SAVED, Compare
from curation.decisions import FILE, Decisions, load_decisions
from curation.evaluation import EvaluationTexts, read_evaluation_sets
from curation.executors import Executor, Local
from curation.inputs import GROUP_BYTES, SourceInput, Unit
from curation.ledger import Entry
from curation.manifest import code_version
from curation.measure import peak_rss_mb
from curation.needs import SIGNATURES, Found
from curation.phases import Phase, RowPlan, phases_of, plan_identity, row_plan
from curation.progress import Advance, Progress
from curation.quarantine import QuarantineWatch, check_raised
from curation.recipe import Recipe, StepUse
from curation.release import Parts, assemble
from curation.steps.base import Given
from curation.tables import FILE_BYTES
from curation.units import BATCH_ROWS, FirstPhase, LaterPhase, prepared_paths
from curation.writing import SplitPart, WriteConfig


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large pieces of work are; no size but ``file_bytes`` changes a release."""

    batch_rows: int = BATCH_ROWS
    group_bytes: int = GROUP_BYTES
    file_bytes: int = FILE_BYTES


@dataclass(frozen=True, slots=True)
class Setting:
    """What a run works with besides the recipe."""

    inputs: list[SourceInput]
    evaluation: list[SourceInput]
    needs: Found
    progress: Progress
    sizes: Sizes = field(default_factory=Sizes)
    executor: Executor = field(default_factory=Local)

    @property
    def workers(self) -> bool:
        """Whether other processes carry the work out."""
        return not isinstance(self.executor, Local)


@dataclass(slots=True)
class _Stepped:
    """Rows of each source after the phases so far, and what was decided about them last."""

    readings: dict[str, list[Checkpoint]] = field(default_factory=dict)
    units: dict[str, list[Checkpoint]] = field(default_factory=dict)
    decided: Checkpoint | None = None
    step: str = ""
    compared: list[tuple[StepUse, Checkpoint]] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    @property
    def key(self) -> str:
        """What the decisions depend on."""
        return self.decided.key if self.decided is not None else ""

    def decisions(self) -> Decisions | None:
        """Open what was decided last."""
        return load_decisions(self.step, self.decided.folder / FILE) if self.decided is not None else None


class Pipeline:
    """Builds one release; what an interrupted run finished is not done again."""

    def __init__(self, recipe: Recipe, setting: Setting) -> None:
        self.recipe = recipe
        self.setting = setting
        self.inputs = setting.inputs
        self.progress = setting.progress
        self.kinds = kinds_of(setting.inputs)
        self.work = Path()
        check_numbers(setting.inputs)

    def build(self, plan: str, work: Path, out: Path) -> dict[str, Entry]:
        """Build the release in ``work`` and publish it at ``out``; give its ledger."""
        self.work = work
        clock = Clock()
        sets = self._evaluation_sets()
        given = self.setting.needs.with_evaluation_sets({name: one.paths for name, one in sets.items()})
        stepped = self._phases(given, clock)
        writings = self._write(stepped)
        clock.lap("write")
        folder = work / "release"
        with self.progress.task("describe", 1, "release") as advance:
            parts = Parts(
                recipe=self.recipe,
                plan=plan,
                inputs=self.inputs,
                kinds=self.kinds,
                readings=stepped.readings,
                writings=writings,
                compared=stepped.compared,
                tally=stepped.tally,
                given=given,
                evaluation=[(one, sets[one.source.name]) for one in self.setting.evaluation],
            )
            ledger = assemble(parts, folder)
            advance(1)
        clock.lap("describe")
        rows = sum(entry.read for entry in ledger.values())
        timings = clock.as_json(rows, peak_rss_mb(workers=self.setting.workers))
        write_bytes(folder / "timings.json", orjson.dumps(timings, option=orjson.OPT_INDENT_2))
        _sync(folder)
        # First: a release that stands is never without what it promised to later ones.
        self._publish_signatures(stepped, out)
        publish_directory(folder, out)
        return ledger

    def _evaluation_sets(self) -> dict[str, EvaluationTexts]:
        if not self.setting.evaluation:
            return {}
        return read_evaluation_sets(
            self.setting.evaluation,
            self.work / "evaluation",
            self.progress,
            most_unreadable=self.recipe.max_quarantined,
        )

    def _phases(self, given: Mapping[int, Given], clock: Clock) -> _Stepped:
        stepped = _Stepped()
        for number, phase in enumerate(phases_of(self.recipe)):
            plans = {
                one.source.name: row_plan(phase, one.source, self.kinds[one.source.config], given)
                for one in self.inputs
            }
            if number == 0:
                stepped.readings = stepped.units = self._first_phase(plans)
                clock.lap("read")
            else:
                stepped.units = self._later_phase(number, plans, stepped)
                clock.lap(f"steps {number + 1}")
            for units in stepped.units.values():
                for unit in units:
                    stepped.tally.add(unit.facts["tally"])
            self._compare(phase, given, stepped)
            clock.lap(f"compare {number + 1}")
        return stepped

    def _first_phase(self, plans: Mapping[str, RowPlan]) -> dict[str, list[Checkpoint]]:
        tasks: list[Task] = []
        places: list[tuple[SourceInput, Unit]] = []
        for at, given in enumerate(self.inputs):
            plan = plans[given.source.name]
            for unit in given.units:
                base = (at << (UNIT_BITS + ROW_BITS)) | (unit.index << ROW_BITS)
                key = key_of(
                    code_version(),
                    [given.source.name, given.reader.name, given.options.model_dump(mode="json")],
                    [[file.name, file.sha256] for file in unit.files],
                    plan_identity(plan, self.setting.needs.identity),
                    base,
                )
                work = FirstPhase(given, unit, plan, base, self.setting.sizes.batch_rows)
                tasks.append(Task(self.work / "read", key, work))
                places.append((given, unit))
        total = sum(unit.bytes for _, unit in places)
        watch = QuarantineWatch(self.recipe)
        with self.progress.task("read", total, "B") as advance:
            sizes = [unit.bytes for _, unit in places]
            done = self._run(tasks, sizes, advance, lambda place, one: watch.look(places[place][0], one))
        units: dict[str, list[Checkpoint]] = {given.source.name: [] for given in self.inputs}
        for (given, _), result in zip(places, done, strict=True):
            units[given.source.name].append(result)
        for given in self.inputs:
            check_not_empty(given, units[given.source.name])
        return units

    def _later_phase(
        self, number: int, plans: Mapping[str, RowPlan], earlier: _Stepped
    ) -> dict[str, list[Checkpoint]]:
        assert earlier.decided is not None
        tasks: list[Task] = []
        names: list[str] = []
        for name, units in earlier.units.items():
            identity = plan_identity(plans[name], self.setting.needs.identity)
            for unit in units:
                work = LaterPhase(plans[name], unit.folder, earlier.decided.folder / FILE, earlier.step)
                key = key_of(number, unit.key, identity, earlier.key)
                tasks.append(Task(self.work / "steps", key, work))
                names.append(name)
        rows = [unit.facts["rows"] for units in earlier.units.values() for unit in units]
        with self.progress.task(f"steps {number + 1}", sum(rows), "rows") as advance:
            done = self._run(tasks, rows, advance)
        after: dict[str, list[Checkpoint]] = {name: [] for name in earlier.units}
        for name, result in zip(names, done, strict=True):
            after[name].append(result)
        for given in self.inputs:
            check_raised(self.recipe, given, after[given.source.name])
        return after

    def _compare(self, phase: Phase, given: Mapping[int, Given], stepped: _Stepped) -> None:
        if phase.compared is None:
            stepped.decided = None
            return
        place, use = phase.compared
        every = [unit for units in stepped.units.values() for unit in units]
        identity = self.setting.needs.identity.get(place)
        key = key_of("compare", [use.step, use.params, identity], [unit.key for unit in every])
        paths = prepared_paths(unit.folder for unit in every)
        work = Compare(use, paths, given.get(place, Given()), self.progress)
        stepped.decided = Task(self.work / "compare", key, work)()
        stepped.step = use.step
        stepped.compared.append((use, stepped.decided))

    def _write(self, stepped: _Stepped) -> dict[str, Checkpoint]:
        parts: dict[str, list[SplitPart]] = {}
        for given in self.inputs:
            part = SplitPart(given.source, tuple(stepped.units[given.source.name]))
            parts.setdefault(given.source.config, []).append(part)
        decided = stepped.decided.folder / FILE if stepped.decided is not None else None
        tasks = []
        for config, held in parts.items():
            shards = [
                [part.source.name, part.source.licence, part.source.split, [unit.key for unit in part.units]]
                for part in held
            ]
            size = self.setting.sizes.file_bytes
            key = key_of("write", self.kinds[config], shards, stepped.key, size)
            work = WriteConfig(self.kinds[config], tuple(held), decided, stepped.step, size)
            tasks.append(Task(self.work / "write", key, work))
        rows = [sum(part.count for part in held) for held in parts.values()]
        with self.progress.task("write", sum(rows), "rows") as advance:
            done = self._run(tasks, rows, advance)
        written = dict(zip(parts, done, strict=True))
        check_something_kept(self.recipe, written.values())
        return written

    def _run(
        self,
        tasks: Sequence[Task],
        sizes: Sequence[int],
        advance: Advance,
        look: Callable[[int, Checkpoint], None] = lambda _, __: None,
    ) -> list[Checkpoint]:
        """Carry tasks out; ``sizes`` is what each adds to the progress, ``look`` sees each result."""
        told = [0] * len(tasks)

        def tell(place: int, share: float) -> None:
            amount = min(sizes[place], int(share * sizes[place])) - told[place]
            if amount > 0:
                told[place] += amount
                advance(amount)

        results: dict[int, Checkpoint] = {}
        for place, result in self.setting.executor.run(tasks, tell):
            results[place] = result
            tell(place, 1.0)
            look(place, result)
        return [results[place] for place in range(len(tasks))]

    def _publish_signatures(self, stepped: _Stepped, out: Path) -> None:
        for _, decided in stepped.compared:
            saved = decided.folder / SAVED
            for index in sorted(saved.iterdir()) if saved.is_dir() else ():
                target = out.parent / SIGNATURES / index.name / out.name
                target.parent.mkdir(parents=True, exist_ok=True)
                copy = self.work / "signatures" / index.name
                shutil.rmtree(copy, ignore_errors=True)
                shutil.copytree(index, copy)
                _sync(copy)
                publish_directory(copy, target)


def _sync(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_dir():
            sync_directory(path)
        else:
            sync_file(path)
    sync_directory(folder)
