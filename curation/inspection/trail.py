"""The way of one row through a recipe: what each step did to it, in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal["unchanged", "changed", "dropped", "raised", "other sources", "not reached", "unknown"]


@dataclass(slots=True)
class Passed:
    """What one step of the recipe did to a row.

    ``outcome``
        ``other sources``: the step does not concern the row's source; ``not reached``: the row
        had left before; ``raised``: the step could not work on it; ``unknown``: the recipe uses
        the step several times, and what it did stands at its first use;
    ``counts``
        how often each rule changed or found something;
    ``rewrites``
        both versions of the text where it says something else now.
    """

    step: str
    params: Mapping[str, Any]
    outcome: Outcome = "unchanged"
    counts: dict[str, int] = field(default_factory=dict)
    rewrites: list[dict[str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON data."""
        return {
            "step": self.step,
            "params": dict(self.params),
            "outcome": self.outcome,
            "counts": self.counts,
            "rewrites": self.rewrites,
        }


def trail_of(
    uses: Sequence[Mapping[str, Any]],
    source: str,
    changes: Sequence[Mapping[str, Any]],
    left: str | None,
    *,
    raised: bool = False,
) -> list[Passed]:
    """Tell what each use of a step did.

    Parameters
    ----------
    uses
        The steps of the recipe, as the manifest holds them.
    changes
        Rows of ``changes/`` for this row, in order.
    left
        The step that dropped the row or raised, ``None`` when it was kept.
    """
    trail = [Passed(use["step"], use["params"]) for use in uses]
    first: dict[str, int] = {}
    for place, use in enumerate(uses):
        if not _concerns(use, source):
            trail[place].outcome = "other sources"
        elif use["step"] in first:
            trail[place].outcome = "unknown"
        else:
            first[use["step"]] = place
    for change in changes:
        if change["step"] in first:
            _enter(trail[first[change["step"]]], change)
    if left in first:
        trail[first[left]].outcome = "raised" if raised else "dropped"
        for one in trail[first[left] + 1 :]:
            # Which of several uses of a step it was is written nowhere: changes tell a little.
            if one.outcome in ("unchanged", "unknown") and not one.counts and not one.rewrites:
                one.outcome = "unknown" if one.step == left else _after(one, trail, left)
    return trail


def _after(one: Passed, trail: Sequence[Passed], left: str) -> Outcome:
    """Tell what became of a step after the first use of the one that the row left in."""
    last = max(place for place, other in enumerate(trail) if other.step == left)
    return "unknown" if trail.index(one) < last else "not reached"


def _enter(passed: Passed, change: Mapping[str, Any]) -> None:
    passed.outcome = "changed"
    if change["rule"] is not None:
        passed.counts[change["rule"]] = passed.counts.get(change["rule"], 0) + change["count"]
    else:
        passed.rewrites.append({"before": change["before"], "after": change["after"]})


def _concerns(use: Mapping[str, Any], source: str) -> bool:
    named = use["sources"]
    return (named is None or source in named) and source not in use["except_sources"]
