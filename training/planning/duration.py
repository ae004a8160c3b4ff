"""How long a run takes: a few real micro-batches on a processor, floating-point work on a card."""

import tempfile
import time
from pathlib import Path
from typing import Any, Final

from transformers import PrinterCallback, TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from training.base import Facts, ResolvedBase
from training.config import TrainConfig
from training.data import Collator, Prepared
from training.run_folder import RunFolder
from training.running.arguments import training_arguments
from training.running.batches import WithOrigin
from training.running.model import load_for_training
from training.running.trainer import RunTrainer

_STEPS: Final = 4
_MOST_SECONDS: Final = 20.0
# Dense bfloat16 products in TFLOP/s as NVIDIA's data sheets give them, and the share that training gets.
_TFLOPS: Final = {"H200": 989, "H100": 989, "A100": 312, "L40S": 362, "L4": 121, "4090": 165, "5090": 209}
_SHARE: Final = 0.35


def measured(config: TrainConfig, base: ResolvedBase, tokenizer: Any, data: Prepared, micro: int) -> float:
    """Train some micro-batches of the real data for at most 20 s; give tokens a second.

    The first step, which warms up, does not count unless it is the only one.
    """
    train = config.train.model_copy(
        update={"batch": micro, "micro_batch": micro, "max_steps": _STEPS, "report_to": ()}
    )
    spread = max(1, len(data.train) // (_STEPS * micro))
    rows = data.train.select(range(0, len(data.train), spread))
    pace = _Pace()
    with tempfile.TemporaryDirectory(prefix="malmoi-plan-") as scratch:
        short = config.model_copy(update={"train": train})
        arguments = training_arguments(short, RunFolder(Path(scratch)), micro_batch=micro, evaluates=False)
        arguments.save_strategy = "no"
        trainer = RunTrainer(
            load_for_training(base, config.method, train, tokenizer),
            arguments,
            train_dataset=rows,
            data_collator=WithOrigin(Collator(tokenizer.pad_token_id, config.data.packing)),
            processing_class=tokenizer,
            callbacks=[pace],
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    return pace.tokens_per_second()


class _Pace(TrainerCallback):
    """Notes the time and the tokens after each step, and ends when the time is up."""

    def __init__(self) -> None:
        self._marks: list[tuple[float, int]] = []

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._marks = [(time.monotonic(), 0)]

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._marks.append((time.monotonic(), int(state.num_input_tokens_seen)))
        if self._marks[-1][0] - self._marks[0][0] > _MOST_SECONDS:
            control.should_training_stop = True

    def tokens_per_second(self) -> float:
        marks = self._marks[1:] if len(self._marks) > 2 else self._marks
        (start, before), (end, tokens) = marks[0], marks[-1]
        return (tokens - before) / max(end - start, 1e-6)


def on_card(facts: Facts, kind: str, card: str, *, checkpointing: bool) -> float | None:
    """Give tokens a second of a card from its floating-point speed; ``None`` for one that is not listed.

    A token costs 2 operations a parameter forward and 2 for the gradient of activations, 2 more for
    that of weights that are trained, and 2 more where layers are computed again.
    """
    speed = next((value for name, value in _TFLOPS.items() if name in card), None)
    if speed is None:
        return None
    matrices = facts.linear_parameters + facts.vocab * facts.hidden
    passes = 4 + 2 * (kind == "full") + 2 * checkpointing
    return speed * 1e12 * _SHARE / (passes * matrices)
