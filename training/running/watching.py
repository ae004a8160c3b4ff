"""How a run is watched while it goes: what happens is told to a `Watch`, without knowing who shows it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

_BARS: Final = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a run sets out to do: from ``first_step`` (0 unless resumed) to ``steps``.

    A step takes ``batch`` of the ``sequences``, which are the ``rows`` or, when packed, made of them.
    """

    name: str
    base: str
    method: str
    device: str
    precision: str
    first_step: int
    steps: int
    rows: int
    sequences: int
    batch: int
    micro_batch: int

    @property
    def data(self) -> str:
        """What is learned from, and how much of it at a time."""
        packed = f"{self.sequences:,} packed sequences of " if self.sequences < self.rows else ""
        return f"{packed}{self.rows:,} rows, {self.batch} a step ({self.micro_batch} at once)"


@dataclass(frozen=True, slots=True)
class Step:
    """What is known after a step; seconds are those left until ``steps``, if nothing ends it earlier."""

    step: int
    steps: int
    epoch: float
    loss: float
    learning_rate: float
    tokens_per_second: float
    seconds_left: float


@dataclass(frozen=True, slots=True)
class Sample:
    """What the model answers to a prompt after a step."""

    step: int
    prompt: str
    answer: str

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON data."""
        return {"step": self.step, "prompt": self.prompt, "answer": self.answer}


class Watch(Protocol):
    """Something that shows a run; the command line has one for terminals."""

    def begin(self, beginning: Beginning) -> None:
        """Show that training begins."""
        ...

    def step(self, step: Step) -> None:
        """Show a step that was written down."""
        ...

    def held_out(self, step: int, loss: float, best: bool) -> None:
        """Show the loss on the validation rows; ``best`` tells whether none was lower."""
        ...

    def samples(self, samples: Sequence[Sample]) -> None:
        """Show what the model answers now."""
        ...

    def tell(self, text: str) -> None:
        """Show a sentence that the person should see."""
        ...

    def end(self) -> None:
        """Stop showing; called also when the run fails."""
        ...


class Unwatched:
    """Shows nothing."""

    def begin(self, beginning: Beginning) -> None:
        """Show nothing."""

    def step(self, step: Step) -> None:
        """Show nothing."""

    def held_out(self, step: int, loss: float, best: bool) -> None:
        """Show nothing."""

    def samples(self, samples: Sequence[Sample]) -> None:
        """Show nothing."""

    def tell(self, text: str) -> None:
        """Show nothing."""

    def end(self) -> None:
        """Show nothing."""


class Lines:
    """Writes plain lines, for logs and what is not a terminal: steps at most every ``every`` seconds."""

    def __init__(self, write: Callable[[str], None], every: float = 10.0) -> None:
        self._write = write
        self._every = every
        self._shown = float("-inf")
        self._losses: list[float] = []

    def begin(self, beginning: Beginning) -> None:
        """Write what the run sets out to do."""
        self._write(
            f"{beginning.name}: {beginning.method} of {beginning.base} on {beginning.device} in "
            f"{beginning.precision}, {beginning.data}, steps {beginning.first_step + 1} to {beginning.steps}"
        )

    def step(self, step: Step) -> None:
        """Write the step, unless one was written just now."""
        self._losses.append(step.loss)
        now = time.monotonic()
        if now - self._shown < self._every and step.step < step.steps:
            return
        self._shown = now
        self._write(
            f"step {step.step}/{step.steps}  loss {step.loss:.4f}  rate {step.learning_rate:.2e}  "
            f"{step.tokens_per_second:.0f} tokens/s  {_time(step.seconds_left)} left"
        )

    def held_out(self, step: int, loss: float, best: bool) -> None:
        """Write the loss on the validation rows, and the course of the loss so far."""
        curve = f"  {sparkline(self._losses, 40)}" if self._losses else ""
        self._write(f"step {step}  validation loss {loss:.4f}{' (the best so far)' if best else ''}{curve}")

    def samples(self, samples: Sequence[Sample]) -> None:
        """Write prompts and answers."""
        for sample in samples:
            self._write(f"  {sample.prompt} -> {sample.answer or '(nothing)'}")

    def tell(self, text: str) -> None:
        """Write the sentence."""
        self._write(text)

    def end(self) -> None:
        """Write nothing."""


def sparkline(values: Sequence[float], width: int) -> str:
    """Draw a curve of at most ``width`` characters, each the mean of as many values.

    Examples
    --------
    >>> sparkline([8, 7, 6, 5, 4, 3, 2, 1], 4)
    '█▆▃▁'
    """
    size = -(-len(values) // width) or 1
    means = [sum(part) / len(part) for at in range(0, len(values), size) if (part := values[at : at + size])]
    if not means:
        return ""
    low, high = min(means), max(means)
    scale = (len(_BARS) - 1) / (high - low) if high > low else 0.0
    return "".join(_BARS[round((mean - low) * scale)] for mean in means)


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
