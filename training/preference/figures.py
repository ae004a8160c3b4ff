"""What the preference stage writes and shows while it goes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import orjson
from datasets.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from training.running.callbacks import Pace
from training.running.energy import EnergyMeter
from training.running.watching import Step, Watch

_FIGURES: Final = {
    "loss": "loss",
    "learning_rate": "learning_rate",
    "grad_norm": "grad_norm",
    "rewards/margins": "margin",
    "rewards/accuracies": "accuracy",
    "rewards/chosen": "chosen",
    "rewards/rejected": "rejected",
}


class WritesPreferenceFigures(TrainerCallback):
    """Writes a line of ``metrics.jsonl`` for each logged step, and tells the watch; only in the main process.

    A line has ``step, epoch, loss, learning_rate, grad_norm, seconds`` and, in nats, ``margin, accuracy,
    chosen, rejected``; of the last four KTO lacks those for which a step had no answers.
    """

    def __init__(self, metrics: Path, watch: Watch, energy: EnergyMeter, pace: Pace) -> None:
        self._metrics = metrics
        self._watch = watch
        self._energy = energy
        self._pace = pace

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Start the clock where training starts."""
        self._pace.begin(state.global_step, 0)

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Write what the Trainer logs, in our words."""
        self._energy.tick()
        if logs is None or "loss" not in logs or not state.is_world_process_zero:
            return
        # TRL counts the tokens of this process's steps: the clock begins with them.
        self._pace.mark(state.global_step, int(logs["num_tokens"]))
        figures = {name: float(logs[key]) for key, name in _FIGURES.items() if key in logs}
        epoch = round(state.epoch or 0.0, 4)
        line = {"step": state.global_step, "epoch": epoch, **figures, "seconds": round(self._pace.seconds, 3)}
        with self._metrics.open("ab") as stream:
            stream.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        self._watch.step(
            Step(
                state.global_step,
                state.max_steps,
                epoch,
                figures["loss"],
                figures["learning_rate"],
                round(self._pace.tokens_per_second, 1),
                self._pace.seconds_left(state.max_steps),
            )
        )


@contextmanager
def without_bars() -> Iterator[None]:
    """Keep `datasets` from drawing bars; TRL's own, of the reference's long pass, stays."""
    hidden = are_progress_bars_disabled()
    disable_progress_bars()
    try:
        yield
    finally:
        if not hidden:
            enable_progress_bars()
