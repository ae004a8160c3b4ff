"""TRL's trainers for preferences, fed with rows of token ids."""

import math
from typing import Any

from trl.trainer.dpo_trainer import DPOTrainer
from trl.trainer.kto_trainer import KTOTrainer

from curation.errors import UserError
from training.running.resuming import Resumable


class _Encoded(Resumable):
    """What both differ in from TRL's.

    - Rows are encoded already.
    - The adapter that is trained begins as the reference, in 32 bits. TRL rounds adapters over NF4 to
      bfloat16, where a step at a rate of 5e-6 is smaller than half the distance between two numbers:
      hardly anything would be learned.
    - What the reference thinks of the rows is reckoned beforehand, and its copy of the adapter then goes.
    - A step whose gradient is no number ends the run before it reaches the weights.
    - No draft of a model card is written beside checkpoints.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        model: Any = self.model
        if "ref" not in getattr(model, "peft_config", {}):
            return
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:
                first = model.get_parameter(name.replace(".default.", ".ref."))
                parameter.data = first.data.float().clone()
        model.delete_adapter("ref")

    def _prepare_dataset(self, dataset: Any, *_: Any) -> Any:
        return dataset

    def create_model_card(self, *_: Any, **__: Any) -> None:
        """Write none."""

    def _get_grad_norm(self, model: Any, grad_norm: Any = None) -> Any:
        norm = super()._get_grad_norm(model, grad_norm)  # type: ignore[no-untyped-call]  # the library has no types here
        # DeepSpeed has none where it skips a step to lower its loss scale.
        if norm is not None and not math.isfinite(norm):
            raise UserError(
                f"Step {self.state.global_step + 1} of the preference stage was not taken: "
                "its gradient is no number (NaN or infinite). The weights are as they were before.",
                fix="`malmoi train resume` goes on from the last checkpoint. If it happens again, lower "
                "preference.learning_rate, or set train.precision to fp32.",
            )
        return norm


class Dpo(_Encoded, DPOTrainer):
    """DPO (arXiv 2305.18290) over ``prompt_ids``, ``chosen_ids`` and ``rejected_ids``."""


class Kto(_Encoded, KTOTrainer):
    """KTO (arXiv 2402.01306) over ``prompt_ids``, ``completion_ids``, ``KL_completion_ids`` and ``label``."""
