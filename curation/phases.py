"""A recipe's steps as phases: what happens row by row, then one comparison of all rows."""

from dataclasses import dataclass
from typing import Any, cast

from curation.apply import BoundStep, RowPlan
from curation.recipe import Recipe, Source, StepUse, step_params
from curation.records import Kind
from curation.steps import STEPS
from curation.steps.exact_dedup import ExactDedupParams


@dataclass(frozen=True, slots=True)
class Phase:
    """Steps that judge rows, and the duplicate removal that follows them, if one does."""

    uses: tuple[StepUse, ...]
    dedup: StepUse | None


def phases_of(recipe: Recipe) -> list[Phase]:
    """Cut the steps after each duplicate removal; there is always one phase at least."""
    phases: list[Phase] = []
    uses: list[StepUse] = []
    for use in recipe.steps:
        if STEPS[use.step].sees == "release":
            phases.append(Phase(tuple(uses), use))
            uses = []
        else:
            uses.append(use)
    if uses or not phases:
        phases.append(Phase(tuple(uses), None))
    return phases


def row_plan(phase: Phase, source: Source, kind: Kind) -> RowPlan:
    """Bind the steps of ``phase`` that concern ``source``."""
    steps = tuple(_bound(use) for use in phase.uses if use.concerns(source.name))
    dedup = phase.dedup
    scope = _scope(dedup, source, kind) if dedup is not None and dedup.concerns(source.name) else None
    return RowPlan(kind, steps, scope)


def plan_identity(phase: Phase, source: Source, kind: Kind) -> list[Any]:
    """Give what the result of :func:`row_plan` depends on, as JSON data."""
    uses = [[use.step, use.params] for use in phase.uses if use.concerns(source.name)]
    return [kind, uses, row_plan(phase, source, kind).key_scope]


def _bound(use: StepUse) -> BoundStep:
    step = STEPS[use.step]
    if step.sees == "release" or step.make is None:
        raise ValueError(f"the step {step.name!r} compares records; it judges none by itself")
    return BoundStep(step.name, step.sees, step.make(step_params(use)))


def _scope(dedup: StepUse, source: Source, kind: Kind) -> str:
    params = cast(ExactDedupParams, step_params(dedup))
    within = {"release": "", "config": source.config, "source": source.name}[params.scope]
    return f"{kind}/{params.scope}/{within}"
