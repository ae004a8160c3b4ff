"""What preparation found out about the data, and whether a run may start with it."""

from dataclasses import asdict, dataclass, field
from typing import Any

from curation.errors import ConfigurationError


@dataclass(slots=True)
class DataReport:
    """Figures about prepared data.

    ``rows`` by part, before those that ``dropped``, ``all_masked`` and ``empty_answers`` count are left
    out; ``truncated`` rows. ``tokens`` and ``learned_tokens`` of training, packed to ``sequences``;
    ``lengths`` of its rows in tokens (p50, p90, p99, max). ``leaked`` rows stood in what is held back and
    were left out. ``faults`` keep a run from starting, ``notes`` do not.
    """

    rows: dict[str, int] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    truncated: int = 0
    tokens: int = 0
    learned_tokens: int = 0
    sequences: int = 0
    tokens_per_hangul_syllable: float | None = None
    lengths: dict[str, int] = field(default_factory=dict)
    leaked: int = 0
    all_masked: int = 0
    empty_answers: int = 0
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Give the report as JSON data."""
        return asdict(self)

    def require(self) -> None:
        """Raise when there are faults.

        Raises
        ------
        ConfigurationError
            With all of them.
        """
        if self.faults:
            raise ConfigurationError(
                "The data cannot be trained on: " + "; ".join(self.faults) + ".",
                where="data",
                fix="`malmoi train plan` shows all that is known about the data.",
            )
