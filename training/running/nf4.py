"""What bitsandbytes does to NF4 weights behind the back of training."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn


def keep_differentiable(model: "nn.Module") -> None:
    """Keep a model's NF4 layers in the form that passes gradients on.

    On a CPU with AVX512-BF16, the first pass without gradients in evaluation mode repacks the weights for
    a faster kernel (``Linear4bit.forward`` of bitsandbytes 0.50). Training then goes on with that kernel,
    which has no backward: every gradient that comes through the layer is lost, without an error.
    """
    for module in model.modules():
        if hasattr(module, "support_avx512bf16_for_cpu"):
            setattr(module, "support_avx512bf16_for_cpu", False)  # noqa: B010 - modules declare no such name
