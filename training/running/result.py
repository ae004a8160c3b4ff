"""What came of a run."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self


@dataclass(frozen=True, slots=True)
class RunResult:
    """Figures of a run, over all times that it was resumed where not said otherwise.

    ``stopped`` says what ended it before its last step: nothing, early stopping, or a signal, after
    which ``exit_code`` is what a shell expects. ``kept_step`` is the step whose weights are in
    ``adapter`` (0: none yet), and ``validation_loss`` the least one. ``seconds`` count evaluations,
    ``tokens_per_second`` does not. Memory is in MiB; tokens a CPU-second and memory are of the last
    time it was resumed.
    """

    steps: int
    first_loss: float
    last_loss: float
    validation_loss: float | None
    kept_step: int
    tokens: int
    seconds: float
    tokens_per_second: float
    tokens_per_cpu_second: float
    peak_rss_mb: int
    peak_gpu_mb: int
    stopped: Literal["", "early", "signal"] = ""
    exit_code: int = 0

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON data."""
        return asdict(self)

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        """Read it from the stage ``run`` of a record."""
        return cls(**{field.name: record[field.name] for field in fields(cls)})
