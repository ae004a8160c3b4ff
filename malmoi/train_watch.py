"""A training run as a person watches it: how far, how fast, the loss so far, what the model answers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from malmoi import console
from training.running.watching import Lines, Step, sparkline

if TYPE_CHECKING:
    from training.running.watching import Beginning, Sample, Watch

_CURVE = 40
_LONGEST_ANSWER = 200


def watch() -> "Watch":
    """Give what shows a run on standard error: live on a terminal, as lines in a log."""
    if console.err.is_terminal:
        return LiveWatch()
    return Lines(lambda text: console.err.print(text, soft_wrap=True, markup=False))


class LiveWatch:
    """Shows a run in place; what the person should keep stays above it."""

    def __init__(self) -> None:
        self._title = ""
        self._last: Step | None = None
        self._losses: list[float] = []
        self._held_out = ""
        self._samples: Sequence[Sample] = ()
        # Last: it asks for what to show at once.
        self._live = Live(console=console.err, transient=True, get_renderable=self._shown)

    def begin(self, beginning: "Beginning") -> None:
        """Start the display; a run that begins again with less at once keeps it."""
        self._title = (
            f"{beginning.name} · {beginning.method} of {beginning.base} · {beginning.device}, "
            f"{beginning.precision} · {beginning.data}"
        )
        self._last = Step(beginning.first_step, beginning.steps, 0.0, 0.0, 0.0, 0.0, 0.0)
        self._losses = []
        self._live.start()

    def step(self, step: Step) -> None:
        """Show the step."""
        self._last = step
        self._losses.append(step.loss)
        self._live.refresh()

    def held_out(self, step: int, loss: float, best: bool) -> None:
        """Show the loss on the validation rows."""
        self._held_out = f"validation {loss:.4f} at step {step:,}{', the best so far' if best else ''}"
        self._live.refresh()

    def samples(self, samples: "Sequence[Sample]") -> None:
        """Show what the model answers now."""
        self._samples = samples
        self._live.refresh()

    def tell(self, text: str) -> None:
        """Print a sentence above the display."""
        console.err.print(text, soft_wrap=True, markup=False)

    def end(self) -> None:
        """Take the display away: what came of the run is printed by the command."""
        self._live.stop()

    def _shown(self) -> RenderableType:
        last = self._last
        if last is None:
            return Text("")
        line = Table.grid(padding=(0, 1))
        line.add_row(
            f"step {last.step:,} of {last.steps:,}",
            ProgressBar(total=max(1, last.steps), completed=last.step, width=30),
            f"{last.tokens_per_second:,.0f} tokens/s" if self._losses else "the first step takes longest",
            f"{_minutes(last.seconds_left)} left" if self._losses else "",
        )
        parts: list[RenderableType] = [Text(self._title, style="bold"), line]
        if self._losses:
            parts.append(Text(f"loss {last.loss:.4f}  {sparkline(self._losses, _CURVE)}  {self._held_out}"))
        for sample in self._samples:
            parts.append(Text(f"> {sample.prompt}", style="dim", overflow="ellipsis", no_wrap=True))
            parts.append(Text(f"  {' '.join(sample.answer.split())[:_LONGEST_ANSWER] or '(nothing)'}"))
        return Group(*parts)


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
