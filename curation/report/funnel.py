"""The funnel: how many rows are left after each step, in the order of the recipe."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from curation.ledger import Entry
from curation.recipe import Recipe
from curation.report.charts import Chart, Column, Rows, Series, Table, hovers, percent
from curation.report.words import Both, step_name


@dataclass(frozen=True, slots=True)
class Stage:
    """Rows that are left at a point of the way, and how many were lost on the way to it."""

    label: Both
    left: int
    lost: int = 0
    quarantined: bool = False


def total(entries: Iterable[Entry]) -> Entry:
    """Add up the ledgers of sources."""
    read = kept = quarantined = 0
    dropped: dict[str, int] = {}
    recovered: dict[str, dict[str, int]] = {}
    for entry in entries:
        read, kept, quarantined = read + entry.read, kept + entry.kept, quarantined + entry.quarantined
        for label, count in entry.dropped.items():
            dropped[label] = dropped.get(label, 0) + count
        for reason, counts in entry.recovered.items():
            sums = recovered.setdefault(reason, {})
            for unit, count in counts.items():
                sums[unit] = sums.get(unit, 0) + count
    return Entry(read, kept, dropped, quarantined, recovered)


def steps_in_order(recipe: Recipe, labels: Iterable[str] = ()) -> list[str]:
    """Give the names of the recipe's steps, each at its last use, then others that labels name."""
    used = [use.step for use in recipe.steps]
    names = [step for place, step in enumerate(used) if step not in used[place + 1 :]]
    return names + sorted({label.partition("/")[0] for label in labels} - set(names))


def stages(recipe: Recipe, entry: Entry, source: str | None = None) -> list[Stage]:
    """Give the way from rows read to rows kept.

    With ``source``, steps that do not concern it are left out. Rows that could not be read, or
    that a step could not bear, leave at the start: the ledger does not say at which step.
    """
    way = [Stage(Both("읽음", "read"), entry.read)]
    left = entry.read
    if entry.quarantined:
        left -= entry.quarantined
        way.append(Stage(Both("격리하고 남음", "not quarantined"), left, entry.quarantined, quarantined=True))
    concerned = {use.step for use in recipe.steps if source is None or use.concerns(source)}
    for step in steps_in_order(recipe, entry.dropped):
        lost = sum(count for label, count in entry.dropped.items() if label.partition("/")[0] == step)
        if lost or step in concerned:
            left -= lost
            way.append(Stage(step_name(step), left, lost))
    way.append(Stage(Both("남김", "kept"), entry.kept))
    return way


def funnel(name: str, title: Both, way: Sequence[Stage]) -> Chart:
    """Draw the way of rows as bars: what is left, and what was lost at this point."""
    notes = [f"{stage.left:,}" + (f" (−{stage.lost:,})" if stage.lost else "") for stage in way]
    labels = [stage.label for stage in way]
    left = [f"{stage.left:,} ({percent(stage.left, way[0].left)} %)" for stage in way]
    lost = [f"−{stage.lost:,} ({percent(stage.lost, way[0].left)} %)" for stage in way]
    dropped = [0 if stage.quarantined else stage.lost for stage in way]
    quarantined = [stage.lost if stage.quarantined else 0 for stage in way]
    series = [Series(Both("남음", "left"), "kept", [stage.left for stage in way], hovers(labels, left))]
    if any(dropped):
        series.append(
            Series(Both("이 단계에서 뺌", "dropped here"), "dropped", dropped, hovers(labels, lost))
        )
    if any(quarantined):
        series.append(Series(Both("격리", "quarantined"), "bad", quarantined, hovers(labels, lost)))
    table = Table(
        [
            Column(Both("단계", "step")),
            Column(Both("남음", "left"), number=True),
            Column(Both("뺌·격리", "lost"), number=True),
            Column(Both("처음의 %", "% of read"), number=True),
        ],
        [[stage.label, stage.left, stage.lost, percent(stage.left, way[0].left)] for stage in way],
    )
    return Chart(name, title, Rows(labels, notes, series, Both("행 수", "rows")), table)
