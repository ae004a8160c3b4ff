"""What an evaluation found, as it is handed on."""

from dataclasses import dataclass
from typing import Any

from curation.bootstrap import Difference
from prompting.red_team.results import RedTeam
from training.evaluation.differences import Measure
from training.evaluation.forgetting import Gate
from training.evaluation.measured import Measured


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """What a run gained and lost; ``red_team`` is the judged answers before and after.

    ``weights`` are the SHA-256 of the files of what was trained, by their names.
    """

    name: str
    base: str
    before: Measured
    after: Measured
    changes: dict[str, dict[Measure, Difference]]
    gate: Gate
    red_team: tuple[RedTeam, RedTeam] | None
    seconds: float
    weights: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """Give the figures as JSON data; rows and answers are in the files of the run."""
        return {
            "gate": self.gate.as_json(),
            "sets": {
                one.name: {
                    "kind": one.kind,
                    "rows": len(one.rows),
                    "left_out": one.left_out,
                    "notes": list(one.notes),
                    "sha256": one.sha256,
                    "measures": {
                        name: found.as_json() for name, found in self.changes.get(one.name, {}).items()
                    },
                }
                for one in self.after.sets
            },
            "red_team": None
            if self.red_team is None
            else {
                "judges": self.red_team[0].judges.as_json(),
                "before": self.red_team[0].rates.as_json(),
                "after": self.red_team[1].rates.as_json(),
            },
            "seconds": self.seconds,
            "weights": dict(self.weights),
        }
