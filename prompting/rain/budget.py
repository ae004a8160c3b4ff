"""What a search may cost, and what it cost until now."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from curation.errors import ConfigurationError

SpentKind = Literal["calls", "seconds"]


class BudgetSpent(Exception):  # noqa: N818  # how a search ends, not a fault
    """What would come next is beyond the budget; nothing of it was done."""

    def __init__(self, kind: SpentKind) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Budget:
    """Most runs of the model over a row, and most seconds; ``None`` is no limit.

    Raises
    ------
    ConfigurationError
        When one of them leaves nothing to do anything with.
    """

    calls: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        for name, limit in (("calls", self.calls), ("seconds", self.seconds)):
            # Written so that NaN fails too.
            if limit is not None and not limit > 0:
                raise ConfigurationError(
                    f"A budget of {limit:g} {name} leaves nothing to answer with.",
                    where=f"budget of {name}",
                    fix="Give a number above 0, or leave it out for no limit.",
                )


class Meter:
    """Counts calls, and stops before the budget is passed.

    A call is a run of the model over one row, be it one token of an answer or a whole question to the
    judge. The seconds are looked at before each call, so the last one may end a little later.
    """

    def __init__(self, budget: Budget, clock: Callable[[], float] = time.monotonic) -> None:
        self._budget = budget
        self._clock = clock
        self._began = clock()
        self.calls = 0

    @property
    def seconds(self) -> float:
        """Seconds since the meter was made."""
        return self._clock() - self._began

    def spend(self, calls: int) -> None:
        """Count calls that are about to be made.

        Raises
        ------
        BudgetSpent
            When they are too many, or time is up.
        """
        if self._budget.calls is not None and self.calls + calls > self._budget.calls:
            raise BudgetSpent("calls")
        if self._budget.seconds is not None and self.seconds >= self._budget.seconds:
            raise BudgetSpent("seconds")
        self.calls += calls
