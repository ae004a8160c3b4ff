"""A recipe's steps as phases: what happens row by row, then one comparison of all rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from curation.apply import BoundStep
from curation.comparisons import COMPARISONS
from curation.comparisons.base import Comparison
from curation.recipe import Recipe, Source, StepUse, step_params
from curation.records import Kind
from curation.steps import STEPS
from curation.steps.base import Given, Params


@dataclass(frozen=True, slots=True)
class Phase:
    """Steps that judge rows, and the comparison that follows them, if one does.

    Uses carry their place in the recipe: a step may be used twice.
    """

    uses: tuple[tuple[int, StepUse], ...]
    compared: tuple[int, StepUse] | None


def phases_of(recipe: Recipe) -> list[Phase]:
    """Cut the steps after each comparison; there is always one phase at least."""
    phases: list[Phase] = []
    uses: list[tuple[int, StepUse]] = []
    for place, use in enumerate(recipe.steps):
        if STEPS[use.step].sees == "release":
            phases.append(Phase(tuple(uses), (place, use)))
            uses = []
        else:
            uses.append((place, use))
    if uses or not phases:
        phases.append(Phase(tuple(uses), None))
    return phases


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What one phase does to the rows of one source; it can be sent to another process.

    ``given`` is what each step needed, by its place in the recipe; ``scope`` names the set that
    rows are compared within, ``None`` when this source is not compared.
    """

    source: Source
    kind: Kind
    uses: tuple[tuple[int, StepUse], ...]
    given: Mapping[int, Given] = field(default_factory=dict)
    compared: StepUse | None = None
    scope: str | None = None

    def bound(self) -> list[BoundStep]:
        """Load what the steps need and bind them."""
        return [_bound(use, self.given.get(place, Given())) for place, use in self.uses]

    def comparison(self) -> tuple[Comparison, Params] | None:
        """Give the comparison that follows and its parameters."""
        if self.compared is None:
            return None
        return COMPARISONS[self.compared.step], step_params(self.compared)


def row_plan(phase: Phase, source: Source, kind: Kind, given: Mapping[int, Given]) -> RowPlan:
    """Choose the steps of ``phase`` that concern ``source``."""
    uses = tuple((place, use) for place, use in phase.uses if use.concerns(source.name))
    compared = phase.compared[1] if phase.compared is not None else None
    if compared is not None and not compared.concerns(source.name):
        compared = None
    scope = _scope(compared, source, kind) if compared is not None else None
    needed = {place: given[place] for place, _ in uses if place in given}
    return RowPlan(source, kind, uses, needed, compared, scope)


def plan_identity(plan: RowPlan, needs: Mapping[int, Any]) -> list[Any]:
    """Give what the result of a plan depends on, as JSON data; ``needs`` by place in the recipe."""
    uses = [[use.step, use.params, needs.get(place)] for place, use in plan.uses]
    compared = [plan.compared.step, plan.compared.params] if plan.compared is not None else None
    return [plan.kind, uses, compared, plan.scope]


# What a process bound already: models and tables are loaded once for all units that it works on.
_held: dict[str, BoundStep] = {}
_MOST_HELD = 8


def _bound(use: StepUse, given: Given) -> BoundStep:
    step = STEPS[use.step]
    if step.sees == "release" or step.make is None:
        raise ValueError(f"the step {step.name!r} compares records; it judges none by itself")
    if given == Given():
        return BoundStep(step.name, step.sees, step.make(step_params(use), given))
    # The same path may hold another model by the time of the next run in this process.
    states = [(status.st_mtime_ns, status.st_size) for status in map(Path.stat, given.files.values())]
    key = repr((use.step, sorted(use.params.items()), given, states))
    if key not in _held:
        if len(_held) >= _MOST_HELD:
            _held.pop(next(iter(_held)))
        _held[key] = BoundStep(step.name, step.sees, step.make(step_params(use), given))
    return _held[key]


def _scope(compared: StepUse, source: Source, kind: Kind) -> str:
    scope = getattr(step_params(compared), "scope", "release")
    within = {"release": "", "config": source.config, "source": source.name}[scope]
    return f"{kind}/{scope}/{within}"
