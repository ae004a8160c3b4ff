"""Why rows left: counts of reasons, and examples of each with where they were."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from typing import Any

from curation.ledger import Entry
from curation.recipe import Recipe
from curation.report.charts import Bar, Chart, bars_of_counts
from curation.report.data import SourceReport
from curation.report.funnel import steps_in_order
from curation.report.words import Both, reason_name, with_code

MAX_EXAMPLES = 8
"""Examples that the page shows of a reason, taken from the sources in turn."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for which rows left; ``examples`` are rows of the rejects with their source."""

    label: str
    count: int
    by_source: Sequence[tuple[str, int]]
    examples: Sequence[Mapping[str, Any]]

    @property
    def name(self) -> Both:
        """What the reason says."""
        return reason_name(self.label)


def reasons(recipe: Recipe, sources: Sequence[SourceReport], entry: Entry) -> list[Reason]:
    """Give the reasons in the order of steps, the frequent ones of a step first."""
    places = {step: place for place, step in enumerate(steps_in_order(recipe, entry.dropped))}
    labels = sorted(
        (label for label, count in entry.dropped.items() if count),
        key=lambda label: (places[label.partition("/")[0]], -entry.dropped[label], label),
    )
    return [
        Reason(label, entry.dropped[label], _by_source(label, sources), _examples(label, sources))
        for label in labels
    ]


def _by_source(label: str, sources: Sequence[SourceReport]) -> list[tuple[str, int]]:
    counts = [(source.name, source.entry.dropped.get(label, 0)) for source in sources]
    return sorted((item for item in counts if item[1]), key=lambda item: (-item[1], item[0]))


def _examples(label: str, sources: Sequence[SourceReport]) -> list[Mapping[str, Any]]:
    columns = [
        [{"source": source.name, **row} for row in source.samples.get(label, ())] for source in sources
    ]
    in_turn = chain.from_iterable(zip_longest(*columns))
    return list(islice((row for row in in_turn if row is not None), MAX_EXAMPLES))


def reason_chart(found: Sequence[Reason], dropped: int) -> Chart:
    """Draw how often each reason applied."""
    bars = [Bar(reason.name, reason.count, cell=with_code(reason.name)) for reason in found]
    title = Both("뺀 까닭", "Reasons")
    return bars_of_counts("reasons", title, Both("단계: 까닭", "step/reason"), bars, whole=dropped)
