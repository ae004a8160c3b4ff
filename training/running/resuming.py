"""A trainer whose run can end at any moment and go on as if it had not."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from transformers import Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from training.running.checkpoints import Tell, complete, last_complete, prune, training_ended
from training.running.stopping import StopRequest

if TYPE_CHECKING:
    _Base = Trainer
else:
    _Base = object


class Resumable(_Base):
    """What a Trainer lacks to go on as if nothing had happened; put it before Trainer among the bases.

    Without it, a run that is resumed from a checkpoint of its last step in the middle of an epoch
    trains one step more; of several processes that are resumed, each goes through the rest of the epoch in
    the order of the first one; and an adapter in bf16 comes back from a checkpoint in fp32.
    """

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        with _types_kept(self.model if model is None else model):
            super()._load_from_checkpoint(resume_from_checkpoint, model)

    def _load_best_model(self) -> None:
        with _types_kept(self.model):
            super()._load_best_model()

    def _run_epoch(self, *args: Any, **kwargs: Any) -> None:
        if self.control.should_training_stop:
            return
        # Where batches are skipped and parted among processes, accelerate does not find the sampler any more.
        if hasattr(kwargs["train_dataloader"], "set_epoch"):
            kwargs["train_dataloader"].set_epoch(kwargs["epoch"])
        super()._run_epoch(*args, **kwargs)  # type: ignore[no-untyped-call]  # the library has no types here


class KeepsCheckpoints(TrainerCallback):
    """Completes each checkpoint, removes old ones, and ends the run after a save when asked to.

    The Trainer must not remove checkpoints itself (``save_total_limit=None``), since it does so before
    a new one is complete, and must restore callbacks (``restore_callback_states_from_checkpoint``),
    or early stopping would count anew.

    Parameters
    ----------
    checkpoints
        The folder that the Trainer saves to.
    keep
        How many complete checkpoints stay, besides the best.
    request
        Asks for the end.
    resumed
        The checkpoint that the run goes on from.
    check
        Called before a checkpoint is completed; raises when the folder has gone.
    tell
        Hears what the person should know.
    """

    def __init__(
        self,
        checkpoints: Path,
        keep: int,
        request: StopRequest,
        *,
        resumed: Path | None = None,
        check: Callable[[], None] = lambda: None,
        tell: Tell = lambda _: None,
    ) -> None:
        self.checkpoints = checkpoints
        self.keep = keep
        self.request = request
        self.resumed = resumed
        self.check = check
        self.tell = tell
        self.stopped = False
        """Whether the run ended because it was asked to."""

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Find the best checkpoint again, and go straight to the end when training had ended."""
        if self.resumed is None:
            return
        control.should_training_stop = training_ended(self.resumed)
        if not state.best_global_step:
            return
        best = self.checkpoints / f"checkpoint-{state.best_global_step}"
        if best.is_dir():
            state.best_model_checkpoint = str(best)  # the noted path is of where the run was before
            return
        self.tell(f"{best.name}, the best so far, is lost: the best is looked for anew from here on.")
        state.best_metric = state.best_global_step = state.best_model_checkpoint = None

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Save when asked to end, and write down the loss so far before anything is saved."""
        if self._asked(args):
            control.should_save = True
        # The sum of losses since the last line is in no checkpoint.
        control.should_log |= control.should_save or control.should_evaluate

    def on_evaluate(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Save when asked to end during the evaluation."""
        if self._asked(args):
            control.should_save = True

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Complete the checkpoint once every process has written its part; then end, if asked to."""
        if args.world_size > 1:
            torch.distributed.barrier()
        if state.is_world_process_zero:
            self.check()
            checkpoint = self.checkpoints / f"checkpoint-{state.global_step}"
            # PEFT's draft of a card: gaps to fill in, and the place of the base on this machine.
            (checkpoint / "README.md").unlink(missing_ok=True)
            complete(checkpoint)
            prune(self.checkpoints, self.keep, state.best_global_step)
        # Not before the save: a checkpoint that was asked for must not say that training had ended.
        if self._asked(args) and not control.should_training_stop:
            control.should_training_stop = self.stopped = True

    def _asked(self, args: TrainingArguments) -> bool:
        """Tell whether any process was asked to end: all must save at the same step."""
        if args.world_size == 1:
            return bool(self.request)
        asked = torch.tensor(int(bool(self.request)), device=args.device)
        torch.distributed.all_reduce(asked, op=torch.distributed.ReduceOp.MAX)
        return bool(asked.item())


@contextlib.contextmanager
def _types_kept(model: Any) -> Iterator[None]:
    """Give the weights that change their type back, which PEFT widens as it loads them."""
    types = {name: weight.dtype for name, weight in model.named_parameters() if weight.requires_grad}
    yield
    for name, weight in model.named_parameters():
        if name in types:
            weight.data = weight.data.to(types[name])


def checkpoint_to_resume(
    args: TrainingArguments, checkpoints: Path, tell: Tell = lambda _: None
) -> Path | None:
    """Give the same checkpoint to every process; the main one looks first and sets bad ones aside."""
    with args.main_process_first(local=False):
        return last_complete(checkpoints, tell)
