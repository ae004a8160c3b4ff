"""Failures to order: the next calls of a method fail in a chosen way."""

from collections import defaultdict, deque
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

FaultKind = Literal["unavailable", "reset", "lost_reply", "held_reply", "ratelimited", "error"]
KINDS: tuple[str, ...] = get_args(FaultKind)


@dataclass(frozen=True, slots=True)
class Fault:
    """One failing call.

    ``unavailable``: 503, nothing done. ``reset``: the connection breaks, nothing done.
    ``lost_reply``: done, then the connection breaks. ``held_reply``: done, the reply comes after
    ``seconds``. ``ratelimited``: 429 with ``Retry-After: seconds``. ``error``: Slack's error ``code``.
    """

    kind: FaultKind
    seconds: float = 0.0
    code: str = ""


@dataclass(slots=True)
class Faults:
    """Faults waiting for their calls, by method."""

    _waiting: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))

    def order(self, method: str, fault: Fault, times: int) -> None:
        """Let the next ``times`` calls of ``method`` fail."""
        self._waiting[method].extend([fault] * times)

    def next_for(self, method: str) -> Fault | None:
        """The fault that the call that just came has to suffer."""
        waiting = self._waiting.get(method)
        return waiting.popleft() if waiting else None

    def shown(self) -> list[dict[str, Any]]:
        """What still waits: each method with its next fault and how many there are."""
        return [
            {"method": method, "waiting": len(waiting), "next": asdict(waiting[0])}
            for method, waiting in self._waiting.items()
            if waiting
        ]
