"""The plan of a run: what it is, what it needs, and what stands against it."""

from dataclasses import dataclass
from typing import Any

from training.base import Facts, LicenceVerdict, ResolvedBase
from training.data import DataReport
from training.planning.memory import Memory


@dataclass(frozen=True, slots=True)
class Plan:
    """What would run, and estimates.

    ``browser`` says why the model cannot be compiled for the browser, or is empty. ``available_mb`` is
    the memory that the device has left. ``micro_batch`` sequences are computed at once. ``tokens`` are
    those of all ``steps``; ``seconds`` is ``None`` where nothing is known about the device's speed, or
    the run cannot work, and ``cost`` also where ``train.hourly_cost`` is not given.
    ``faults`` keep the run from working, each with its remedy; ``notes`` do not.
    """

    name: str
    base: ResolvedBase
    facts: Facts
    licence: LicenceVerdict
    browser: str
    method: str
    data: DataReport
    device: str
    precision: str
    micro_batch: int
    trained_parameters: int
    memory: Memory
    available_mb: int
    steps: int
    tokens: int
    tokens_per_second: float | None
    seconds: float | None
    cost: float | None
    currency: str
    faults: tuple[str, ...]
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Give the plan as JSON data."""
        return {
            "name": self.name,
            "base": {
                "name": self.base.name,
                "folder": str(self.base.folder),
                "revision": self.base.revision,
                **self.facts.as_json(),
            },
            "licence": self.licence.as_json(),
            "browser": self.browser or None,
            "method": self.method,
            "data": self.data.as_json(),
            "device": self.device,
            "precision": self.precision,
            "micro_batch": self.micro_batch,
            "trained_parameters": self.trained_parameters,
            "memory": {**self.memory.as_json(), "available_mb": self.available_mb},
            "steps": self.steps,
            "tokens": self.tokens,
            "tokens_per_second": self.tokens_per_second,
            "seconds": self.seconds,
            "cost": self.cost,
            "currency": self.currency,
            "faults": list(self.faults),
            "notes": list(self.notes),
        }
