"""What a run writes and shows while it goes: figures, samples, and when it is good enough."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import orjson
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from training.running.energy import EnergyMeter
from training.running.watching import Sample, Step, Watch


class Answer(Protocol):
    """Something that asks a model."""

    def __call__(self, model: Any, *, prompts: Sequence[str]) -> list[str]:
        """Give the answers to prompts."""
        ...


_WINDOW: Final = 20


@dataclass(slots=True)
class Pace:
    """How fast a run goes; ``before`` are the seconds of the runs that it goes on from."""

    before: float = 0.0
    began: float = field(default_factory=time.monotonic)
    marks: list[tuple[float, int, int]] = field(default_factory=list)
    """Second, step and tokens of the last lines."""

    @property
    def seconds(self) -> float:
        """Seconds of training so far, evaluations and checkpoints among them."""
        return self.before + time.monotonic() - self.began

    def begin(self, step: int, tokens: int) -> None:
        """Start the clock where training starts."""
        self.began = time.monotonic()
        self.marks = [(self.seconds, step, tokens)]

    def mark(self, step: int, tokens: int) -> None:
        """Note where the run is."""
        self.marks = [*self.marks[-_WINDOW:], (self.seconds, step, tokens)]

    @property
    def tokens_per_second(self) -> float:
        """Tokens a second over the last lines."""
        (start, _, before), (end, _, tokens) = self.marks[0], self.marks[-1]
        return (tokens - before) / (end - start) if end > start else 0.0

    def seconds_left(self, steps: int) -> float:
        """Seconds until step ``steps`` at the pace of the last lines."""
        (start, first, _), (end, last, _) = self.marks[0], self.marks[-1]
        return (steps - last) * (end - start) / (last - first) if last > first else 0.0


class WritesFigures(TrainerCallback):
    """Writes ``metrics.jsonl`` line by line and tells the watch; only the main process does.

    A line of a step has ``step, epoch, loss, grad_norm, learning_rate, tokens, tokens_per_second,
    seconds`` (``grad_norm`` where the step has one), one of an evaluation
    ``step, epoch, validation_loss, seconds``.
    """

    def __init__(self, metrics: Path, watch: Watch, energy: EnergyMeter, pace: Pace) -> None:
        self._metrics = metrics
        self._watch = watch
        self._energy = energy
        self._pace = pace
        self._least = math.inf

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Start the clock where training starts."""
        self._pace.begin(state.global_step, state.num_input_tokens_seen)

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
        if logs is None or not state.is_world_process_zero:
            return
        place = {"step": state.global_step, "epoch": round(state.epoch or 0.0, 4)}
        seconds = round(self._pace.seconds, 3)
        if "eval_loss" in logs:
            loss = float(logs["eval_loss"])
            least = self._least if state.best_metric is None else state.best_metric
            self._least = min(loss, least)
            self._write({**place, "validation_loss": loss, "seconds": seconds})
            self._watch.held_out(state.global_step, loss, loss < least)
        elif "loss" in logs:
            self._pace.mark(state.global_step, state.num_input_tokens_seen)
            wanted = ("loss", "grad_norm", "learning_rate")
            figures = {name: float(logs[name]) for name in wanted if logs.get(name) is not None}
            pace = round(self._pace.tokens_per_second, 1)
            tokens = {"tokens": state.num_input_tokens_seen, "tokens_per_second": pace}
            self._write({**place, **figures, **tokens, "seconds": seconds})
            left = self._pace.seconds_left(state.max_steps)
            rate, steps = figures["learning_rate"], state.max_steps
            shown = Step(state.global_step, steps, place["epoch"], figures["loss"], rate, pace, left)
            self._watch.step(shown)

    def _write(self, line: dict[str, Any]) -> None:
        with self._metrics.open("ab") as stream:
            stream.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))


class SavesTheBest(TrainerCallback):
    """Saves a checkpoint at each evaluation that is better than all before.

    The Trainer itself saves at its own steps only, between which the best may lie.
    """

    def on_evaluate(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        metrics: dict[str, float] | None = None,
        **kwargs: Any,
    ) -> None:
        """Compare the validation loss with the least so far, which the Trainer notes afterwards."""
        loss = (metrics or {}).get("eval_loss", math.inf)
        if loss < (math.inf if state.best_metric is None else state.best_metric):
            control.should_save = True


class WritesSamples(TrainerCallback):
    """Asks the model the configured prompts at each evaluation, and writes ``samples.jsonl``.

    Without validation rows there is no evaluation; the prompts are then asked at the same steps.
    """

    def __init__(self, samples: Path, prompts: Sequence[str], answer: Answer, watch: Watch) -> None:
        self._samples = samples
        self._prompts = prompts
        self._answer = answer
        self._watch = watch

    def on_evaluate(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Ask."""
        self._ask(state, kwargs["model"])

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Ask where an evaluation would be, if there were rows for one."""
        due = state.global_step % int(args.eval_steps or 1) == 0 or state.global_step == state.max_steps
        if due and args.eval_strategy == "no":
            self._ask(state, kwargs["model"])

    def _ask(self, state: TrainerState, model: Any) -> None:
        if not state.is_world_process_zero:
            return
        told = self._answer(model, prompts=self._prompts)
        made = [Sample(state.global_step, *pair) for pair in zip(self._prompts, told, strict=True)]
        with self._samples.open("ab") as stream:
            for sample in made:
                stream.write(orjson.dumps(sample.as_json(), option=orjson.OPT_APPEND_NEWLINE))
        self._watch.samples(made)
