"""TRL's trainer for rows that are tokenised and labelled already, without what it does besides."""

import inspect
import math
from collections.abc import Callable, Mapping
from typing import Any, Final

import pyarrow.compute as pc
import torch
from torch.nn.functional import cross_entropy
from trl import SFTTrainer  # type: ignore[attr-defined]  # not in what it says it exports

from curation.errors import UserError
from training.data.masks import NOT_LEARNED
from training.running.batches import EpochOrder, Origin
from training.running.resuming import Resumable

# Bytes of 32-bit logits at once; beyond, TRL's tiles take less memory and twice the time.
_LOGITS: Final = 2**28


class RunTrainer(Resumable, SFTTrainer):
    """Trains on rows of ``input_ids`` and ``labels`` in batches of :class:`WithOrigin`.

    Differs from TRL's trainer in that

    - each epoch's order follows from the seed alone;
    - on a processor, logits are computed once, where there is something to learn. TRL computes those of
      all places, and again on the way back, whose products it takes in 32 bits, and besides the entropy
      and the share of best guesses (see benchmarks/training/throughput.py);
    - what is trained stays in 32 bits: TRL casts adapters over NF4 to bfloat16, whose eight bits swallow
      the small steps at the end of a schedule;
    - the validation loss is the mean over tokens, not over batches;
    - a step whose gradient is no number ends the run before it reaches the weights;
    - no model card is written: TRL's has placeholders.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for parameter in self.trained():
            parameter.data = parameter.data.float()
        model: Any = self.model
        base = model.get_base_model() if hasattr(model, "get_base_model") else model
        self._keeps_logits = "logits_to_keep" in inspect.signature(type(base).forward).parameters
        self._vocabulary = base.get_output_embeddings().out_features
        self.name: Callable[[list[list[int]]], list[str]] = lambda documents: [f"{len(documents)} documents"]
        """Says which rows documents (token ids) are, should they have to be named."""
        self._seen: list[tuple[Origin, torch.Tensor]] = []
        """What each micro-batch of this step was made of, and its loss."""
        self._held_out = (0.0, 0)
        """Sum of losses, and tokens, of this evaluation."""

    def trained(self) -> list[torch.nn.Parameter]:
        """Give what is trained."""
        model: Any = self.model
        return [parameter for parameter in model.parameters() if parameter.requires_grad]

    def create_model_card(self, *args: Any, **kwargs: Any) -> None:
        """Write none."""

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        rows = self.train_dataset if train_dataset is None else train_dataset
        micro_batches = self.args.gradient_accumulation_steps * self.args.world_size
        return EpochOrder(lengths_of(rows), self.args.train_batch_size * micro_batches, self.args.seed)

    def _track_num_input_tokens(self, inputs: Mapping[str, Any]) -> None:
        tokens = torch.tensor(inputs["origin"].tokens, device=self.args.device)
        self.state.num_input_tokens_seen += int(self.accelerator.gather(tokens).sum())

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Give the sum of the losses of what is learned, by the number of such tokens in the whole step."""
        origin = inputs.pop("origin")
        positions = self._positions(inputs)
        if positions is None:
            base: Any = super()
            loss = base.compute_loss(model, inputs, return_outputs, num_items_in_batch)
        else:
            loss = self._loss_at(positions, model, inputs, num_items_in_batch)
        if model.training:
            self._seen.append((origin, loss.detach()))
        return loss

    def _positions(self, inputs: Mapping[str, Any]) -> torch.Tensor | None:
        """Places before a token that some row learns; ``None`` where TRL's way is better or the only one."""
        if inputs["input_ids"].device.type != "cpu" or not self._keeps_logits or self.aux_loss_enabled:
            return None
        learned = (inputs["labels"][:, 1:] != NOT_LEARNED).any(0).nonzero().squeeze(1)
        size = learned.numel() * len(inputs["labels"]) * self._vocabulary * 4
        return learned if size <= _LOGITS else None

    def _loss_at(self, positions: torch.Tensor, model: Any, inputs: dict[str, Any], items: Any) -> Any:
        labels = inputs.pop("labels")
        # Packed rows are kept apart only without a cache.
        logits = model(**{**inputs, "use_cache": False}, logits_to_keep=positions).logits
        wanted = labels[:, positions + 1].flatten()
        total = cross_entropy(logits.flatten(0, 1).float(), wanted, ignore_index=NOT_LEARNED, reduction="sum")
        if items is None:
            return total / (wanted != NOT_LEARNED).sum().clamp(min=1)
        # `items` are of all processes, whose gradients are averaged.
        return total / torch.as_tensor(items).clamp(min=1) * self.accelerator.num_processes

    def _get_grad_norm(self, model: Any, grad_norm: Any = None) -> Any:
        base: Any = super()
        norm = base._get_grad_norm(model, grad_norm)
        seen, self._seen = self._seen, []
        # DeepSpeed has none where it skips a step to lower its loss scale.
        if norm is not None and not math.isfinite(norm):
            bad = [origin for origin, loss in seen if not math.isfinite(loss)]
            documents = [
                one for origin in bad or [origin for origin, _ in seen] for one in origin.documents()
            ]
            raise _no_number(self.state.global_step + 1, self.name(documents), loss=bool(bad))
        return norm

    def prediction_step(
        self, model: Any, inputs: Any, prediction_loss_only: bool, ignore_keys: list[str] | None = None
    ) -> Any:
        """Give the loss of a batch of validation rows, and add it to that of the evaluation."""
        tokens = int((inputs["labels"][:, 1:] != NOT_LEARNED).sum())
        result = super().prediction_step(model, inputs, prediction_loss_only, ignore_keys)
        self._held_out = (self._held_out[0] + float(result[0]) * tokens, self._held_out[1] + tokens)
        return result

    def evaluation_loop(self, *args: Any, **kwargs: Any) -> Any:
        """Evaluate, with the mean over tokens as the loss."""
        self._held_out = (0.0, 0)
        output: Any = super().evaluation_loop(*args, **kwargs)
        sums = torch.tensor([self._held_out], dtype=torch.float64, device=self.args.device)
        total, tokens = self.accelerator.gather(sums).sum(0).tolist()
        output.metrics[f"{kwargs.get('metric_key_prefix', 'eval')}_loss"] = total / max(tokens, 1)
        return output


def lengths_of(rows: Any, column: str = "input_ids") -> list[int]:
    """Give the number of tokens of each row of a dataset, or of what else is listed in a column."""
    lists = rows.with_format("arrow")[:][column]
    found: list[int] = pc.list_value_length(lists).to_pylist()
    return found


def _no_number(step: int, names: list[str], *, loss: bool) -> UserError:
    shown = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    return UserError(
        f"Step {step} was not taken: its {'loss' if loss else 'gradient'} is no number (NaN or infinite). "
        "The weights are as they were before.",
        where=f"rows: {shown}",
        fix="`malmoi train resume` goes on from the last checkpoint, if the machine may be at fault. "
        "If it happens again, look at these rows, then start anew with a lower train.learning_rate or with "
        "train.precision: fp32.",
    )
