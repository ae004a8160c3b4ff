"""How alike the judges of one evaluation judge."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from curation.bootstrap import Interval, Statistic, interval
from prompting.safety_evaluation.agreement import Ratings, cohens_kappa, fleiss_kappa, krippendorffs_alpha
from prompting.safety_evaluation.judging import Said, mark_of


@dataclass(frozen=True, slots=True)
class Kappa:
    """A coefficient over so many ``units``, None where it is not defined; of which raters."""

    raters: tuple[str, ...]
    units: int
    value: Interval | None

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON data."""
        return {
            "raters": list(self.raters),
            "units": self.units,
            "value": self.value and self.value.as_json(),
        }


@dataclass(frozen=True, slots=True)
class Agreement:
    """How alike raters judge: Cohen's κ of each pair over what both decided, Fleiss' κ of what all did, and
    Krippendorff's α of all that two or more did.
    """

    pairs: Sequence[Kappa]
    fleiss: Kappa
    alpha: Kappa

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON data."""
        return {
            "cohens_kappa": [pair.as_json() for pair in self.pairs],
            "fleiss_kappa": self.fleiss.as_json(),
            "krippendorffs_alpha": self.alpha.as_json(),
        }


def agreement_of(said: Mapping[str, Sequence[Said]], *, resamples: int, seed: int) -> Agreement | None:
    """Compare raters, by name, over the same units; None where there are not two, or no unit.

    What a rater left open is a rating that is missing.
    """
    names = tuple(said)
    rows = [[mark_of(one) for one in unit] for unit in zip(*said.values(), strict=True)]
    if len(names) < 2 or not rows:
        return None

    def kappa(of: Callable[[Ratings], Statistic], raters: tuple[str, ...], units: Ratings) -> Kappa:
        value = interval(of(units), len(units), resamples=resamples, seed=seed) if units else None
        return Kappa(raters, len(units), value)

    pairs = [
        kappa(cohens_kappa, (names[a], names[b]), _whole([row[a], row[b]] for row in rows))
        for a, b in combinations(range(len(names)), 2)
    ]
    some = [row for row in rows if sum(mark is not None for mark in row) >= 2]
    return Agreement(pairs, kappa(fleiss_kappa, names, _whole(rows)), kappa(krippendorffs_alpha, names, some))


def _whole(rows: Iterable[list[bool | None]]) -> list[list[bool | None]]:
    return [row for row in rows if None not in row]
