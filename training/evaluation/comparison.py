"""Several evaluated runs over the sets that all of them measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from curation.bootstrap import Difference
from training.evaluation.differences import Measure
from training.evaluation.measured import Measured


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was evaluated; ``about`` is what its record says of that."""

    name: str
    before: Measured
    after: Measured
    about: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs over the sets that all of them measured.

    ``changes`` has, by run from the second on, by set and figure, the first run (``before``) against
    that run (``after``). ``left_out`` names sets that not all have, or that are not of the same rows.
    """

    runs: tuple[Run, ...]
    sets: tuple[str, ...]
    left_out: tuple[str, ...]
    changes: dict[str, dict[str, dict[Measure, Difference]]]

    @property
    def one_base(self) -> bool:
        """Whether all began with the same base, measured in the same way."""
        return len({run.before.key for run in self.runs}) == 1

    def as_json(self) -> dict[str, Any]:
        """Give the figures as JSON data."""
        return {
            "runs": [
                {"name": run.name, "gate": run.about.get("gate"), "red_team": run.about.get("red_team")}
                for run in self.runs
            ],
            "against": self.runs[0].name,
            "one_base": self.one_base,
            "left_out": list(self.left_out),
            "changes": {
                name: {
                    one: {measure: found.as_json() for measure, found in figures.items()}
                    for one, figures in sets.items()
                }
                for name, sets in self.changes.items()
            },
        }
