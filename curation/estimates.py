"""From measurements on samples to what whole sources would cost, and what would hurt on the way."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from curation.comparisons import COMPARISONS
from curation.errors import UserError
from curation.inputs import SourceInput
from curation.intake import BATCH_CHARACTERS
from curation.phases import phases_of
from curation.quarantine import FEW
from curation.recipe import Recipe
from curation.sampling import SourceSample
from curation.steps import STEPS
from curation.trial import Result, Tried
from curation.units import BATCH_ROWS

# Measured on 47,000 reviews and on 200,000 texts of four sentences, after the steps were taken off.
# CPU seconds a run takes whatever its size, a row takes to be written, and to pass another phase.
_FIXED_SECONDS = 0.7
_WRITING_SECONDS = 6e-6
_PHASE_SECONDS = 1.2e-5
# Memory in bytes: the program and the report, a row of a batch and a character of it (comparisons
# hold more of them), and a row of the release until the end.
_PROGRAM_BYTES = 230e6
_BATCH_ROW_BYTES, _CHARACTER_BYTES, _COMPARED_CHARACTER_BYTES = 3e3, 25, 45
_ROW_BYTES = 3e2
# A release is compressed harder than what phases leave for each other; its report has a fixed size.
_RELEASE_SHARE, _REPORT_BYTES = 0.65, 5e6

_LARGE_FILE = 2**30
_LONG_HOURS = 2.0


@dataclass(slots=True)
class StepCost:
    """A use of a step: CPU milliseconds a row that comes to it, and how many of the sample it dropped.

    ``seconds`` is what it would take for all rows; ``fault`` why it could not be tried.
    """

    step: str
    milliseconds_a_row: float = 0.0
    rows: int = 0
    dropped: int = 0
    seconds: float = 0.0
    fault: str = ""


@dataclass(frozen=True, slots=True)
class SourcePlan:
    """A source: its size, and how many rows it holds; ``counted`` when that is no estimate.

    ``unreadable`` of the ``seen`` rows could not be read; ``kept`` is the share of the sample that
    no step dropped.
    """

    name: str
    reader: str
    files: int
    units: int
    bytes: int
    rows: int
    counted: bool
    seen: int
    unreadable: int
    kept: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What would run, and estimates from ``sampled`` rows.

    ``cpu_seconds`` is the time of one core for everything, ``reading_seconds`` of it for reading;
    ``peak_mb`` the memory of one process; ``work_bytes`` the disk that a run takes at most,
    the release included, and ``free_bytes`` what there is.
    """

    recipe: str
    sources: list[SourcePlan]
    steps: list[StepCost]
    sampled: int
    rows: int
    cpu_seconds: float
    reading_seconds: float
    peak_mb: int
    work_bytes: int
    release_bytes: int
    free_bytes: int
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
                    "seconds": round(step.seconds, 1),
                    "sampled": step.rows,
                    "dropped": step.dropped,
                    "fault": step.fault or None,
                }
                for step in self.steps
            ],
            "sampled": self.sampled,
            "rows": self.rows,
            "reading_ms_per_row": round(self.reading_seconds * 1000 / max(1, self.rows), 4),
            "cpu_seconds": round(self.cpu_seconds, 1),
            "peak_mb": self.peak_mb,
            "work_bytes": self.work_bytes,
            "release_bytes": self.release_bytes,
            "free_bytes": self.free_bytes,
            "notes": self.notes,
        }


class Estimate:
    """Takes what was measured on samples to what whole sources would cost."""

    def __init__(
        self,
        recipe: Recipe,
        inputs: Sequence[SourceInput],
        samples: Sequence[SourceSample],
        result: Result,
        *,
        missing: Mapping[int, UserError],
        refused: Mapping[int, UserError],
    ) -> None:
        self.recipe = recipe
        self.inputs = inputs
        self.samples = samples
        self.tried = result.sources
        self.deciding = result.deciding
        self.missing = missing
        self.refused = refused
        self.rows = sum(sample.total for sample in samples)
        self.sampled = sum(len(sample.rows) for sample in samples)

    def plan(self, out: Path, hashing: float, models: int) -> Plan:
        """Put the estimates together.

        Parameters
        ----------
        hashing
            CPU seconds that hashing the sources took.
        models
            Bytes of memory of what steps loaded.
        """
        steps = [self._step(place) for place in range(len(self.recipe.steps))]
        reading = hashing + sum(
            sample.seconds + _scaled(sample, tried, tried.intake) for sample, tried in self._pairs()
        )
        later = len(phases_of(self.recipe)) - 1
        passing = self.rows * (_WRITING_SECONDS + _PHASE_SECONDS * later)
        release, work = self._disk(later + 1)
        where = next(folder for folder in (out.resolve(), *out.resolve().parents) if folder.is_dir())
        plan = Plan(
            recipe=self.recipe.name,
            sources=[_source(one, *pair) for one, pair in zip(self.inputs, self._pairs(), strict=True)],
            steps=steps,
            sampled=self.sampled,
            rows=self.rows,
            cpu_seconds=_FIXED_SECONDS + reading + passing + sum(step.seconds for step in steps),
            reading_seconds=reading,
            peak_mb=round(self._peak(models) / 2**20),
            work_bytes=round(work),
            release_bytes=round(release),
            free_bytes=shutil.disk_usage(where).free,
        )
        plan.notes.extend([*self._of_needs(), *self._of_sources(), *_of_steps(plan), *_of_disk(plan, where)])
        return plan

    def _disk(self, phases: int) -> tuple[float, float]:
        """Give the bytes of the release, and of it and the work folder together."""
        stored = sum(_scaled(sample, tried, tried.stored_bytes) for sample, tried in self._pairs())
        prepared = sum(
            _scaled(sample, tried, cost.prepared_bytes)
            for sample, tried in self._pairs()
            for cost in tried.costs.values()
        )
        # Dropped rows stand in the release as well. Comparisons sort what they remember on disk.
        release = _REPORT_BYTES + stored * _RELEASE_SHARE
        return release, stored * phases + 2 * prepared + release

    def _pairs(self) -> list[tuple[SourceSample, Tried]]:
        return list(zip(self.samples, self.tried, strict=True))

    def _step(self, place: int) -> StepCost:
        name = self.recipe.steps[place].step
        told = StepCost(name)
        fault = self.missing.get(place) or self.refused.get(place)
        if fault is not None:
            told.fault = fault.what
        seconds = 0.0
        for sample, tried in self._pairs():
            cost = tried.costs.get(place)
            if cost is not None:
                told.rows += cost.rows
                told.dropped += cost.dropped
                seconds += cost.seconds
                told.seconds += _scaled(sample, tried, cost.seconds)
        told.seconds += self.deciding.get(place, 0.0) * self.rows / max(1, self.sampled)
        if told.rows:
            told.milliseconds_a_row = (seconds + self.deciding.get(place, 0.0)) * 1000 / told.rows
        return told

    def _peak(self, models: int) -> float:
        compared = any(use.step in COMPARISONS for use in self.recipe.steps)
        a_character = _COMPARED_CHARACTER_BYTES if compared else _CHARACTER_BYTES
        largest = 0.0
        for sample, tried in self._pairs():
            if tried.rows:
                length = tried.characters / tried.rows
                rows = min(BATCH_ROWS, sample.total, BATCH_CHARACTERS / max(1.0, length))
                largest = max(largest, rows * (_BATCH_ROW_BYTES + length * a_character))
        return _PROGRAM_BYTES + models + largest + self.rows * _ROW_BYTES

    def _of_needs(self) -> Iterator[str]:
        for error in self.missing.values():
            where = f" ({error.where})" if error.where else ""
            yield f"{error.what}{where}: the run would not start; {error.fix}"
        for place, error in self.refused.items():
            yield f"'{self.recipe.steps[place].step}' could not work on the sample: {error.what}"

    def _of_sources(self) -> list[str]:
        notes = []
        large = [
            one.source.name for one in self.inputs if any(file.bytes > _LARGE_FILE for file in one.files)
        ]
        if large:
            notes.append(
                f"files of {', '.join(large)} are larger than 1 GB: one process reads a file from its "
                "beginning, and an interrupted run begins it again; split them"
            )
        for given, sample in zip(self.inputs, self.samples, strict=True):
            name = given.source.name
            if not sample.rows:
                notes.append(f"no row of '{name}' could be read: the run would stop; {sample.first_error}")
            elif _unreadable(sample) >= FEW and sample.unreadable > self.recipe.max_quarantined * sample.seen:
                notes.append(
                    f"{sample.unreadable:,} of {sample.seen:,} rows of '{name}' cannot be read, more than "
                    f"max_quarantined allows: the run would stop; first: {sample.first_error}"
                )
        if self.sampled and not any(tried.kept for tried in self.tried):
            notes.append("the steps dropped every row of the sample")
        return notes


def _scaled(sample: SourceSample, tried: Tried, amount: float) -> float:
    """Take what a sample's rows gave to all readable rows of its source."""
    return amount * (sample.total - _unreadable(sample)) / tried.rows if tried.rows else 0.0


def _source(given: SourceInput, sample: SourceSample, tried: Tried) -> SourcePlan:
    return SourcePlan(
        name=given.source.name,
        reader=given.reader.name,
        files=len(given.files),
        units=len(given.units),
        bytes=given.bytes,
        rows=sample.total,
        counted=sample.counted,
        seen=sample.seen,
        unreadable=sample.unreadable,
        kept=tried.kept / tried.rows if tried.rows else 0.0,
    )


def _unreadable(sample: SourceSample) -> int:
    return round(sample.total * sample.unreadable / sample.seen) if sample.seen else 0


def _of_steps(plan: Plan) -> list[str]:
    """Name the steps that take most of a long run."""
    if plan.cpu_seconds < _LONG_HOURS * 3600:
        return []
    slow = [step for step in plan.steps if step.seconds > 0.2 * plan.cpu_seconds]
    notes = [
        f"'{step.step}' takes {step.seconds / 3600:,.1f} of these hours"
        + ("; it uses all cores" if STEPS[step.step].threads else "")
        for step in sorted(slow, key=lambda one: -one.seconds)
    ]
    return [*notes, "--workers and --engine ray spread the work; an interrupted run goes on where it was"]


def _of_disk(plan: Plan, where: Path) -> list[str]:
    if plan.work_bytes < plan.free_bytes:
        return []
    return [
        f"the disk of {where} has {plan.free_bytes / 1e9:,.1f} GB free, and the run needs about "
        f"{plan.work_bytes / 1e9:,.1f} GB: give an --out on another disk"
    ]
