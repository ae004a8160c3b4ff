"""An adapter worked into float weights; never into quantised ones."""

from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from peft.tuners.tuners_utils import BaseTunerLayer

from curation.errors import UserError


def refuse_quantised(model: Any) -> None:
    """Make sure that every weight is a float.

    A layer in NF4 would be unpacked, changed and rounded to 16 levels again; after a forward pass
    without gradients its nibbles lie in another order, and the merge is noise without any error.

    Raises
    ------
    UserError
        When a weight is quantised.
    """
    held = model.named_parameters()
    # Stored as floats where FSDP parts them, yet still quantised.
    packed = (name for name, one in held if not one.is_floating_point() or hasattr(one, "quant_state"))
    found = next(packed, "")
    if found or getattr(model, "is_quantized", False):
        raise UserError(
            "An adapter cannot be merged into quantised weights: what comes out is not what was trained.",
            where=found,
            fix="Load the base in floats, or unpack it: merge.into 'original' or 'dequantised'.",
        )


@torch.no_grad()
def merged(model: Any, adapter: Path) -> Any:
    """Work an adapter (LoRA, DoRA) of PEFT into a float model, and give the plain model back.

    Each layer is merged in float32 and rounded to its own type once.

    Raises
    ------
    UserError
        When the model is quantised, or the adapter holds what is not a number.
    """
    refuse_quantised(model)
    adapted = PeftModel.from_pretrained(model, str(adapter))
    tuned: list[tuple[str, Any]] = [
        (name, one) for name, one in adapted.named_modules() if isinstance(one, BaseTunerLayer)
    ]
    for name, layer in tuned:
        dtype = layer.get_base_layer().weight.dtype
        layer.to(torch.float32)
        try:
            layer.merge(safe_merge=True)
        except ValueError as error:
            raise UserError(
                f"The adapter cannot be merged: {error}",
                where=name,
                fix="Look for NaN in metrics.jsonl; train again with a lower learning rate.",
            ) from error
        layer.get_base_layer().to(dtype)
    return adapted.unload()
