"""NF4 weights as the numbers that the quantised layers compute with."""

import copy
from collections.abc import Iterator
from typing import Any

import torch
from bitsandbytes import functional
from bitsandbytes.nn.modules import Linear4bit


def dequantised(layer: Linear4bit) -> torch.Tensor:
    """Give the weight of a 4-bit layer as floats, shape ``(out_features, in_features)``.

    The type is that of the weights before they were quantised, which is what the layer's forward
    pass of a training step unpacks to; doubly quantised scales are unpacked as well. The layer is
    not changed. On a processor with AVX512-BF16 a forward pass without gradients rounds the scales
    to bfloat16 for good: unpack a layer that was just loaded where it must be exact.

    Raises
    ------
    ValueError
        When the layer was never quantised.
    """
    held: Any = layer.weight
    packed, state = held.data, held.quant_state
    if state is None:
        raise ValueError("the layer holds no quantised weight")
    if getattr(state, "packing_format_for_cpu", False):
        packed, state = _in_order(packed, state)
    weight: torch.Tensor = functional.dequantize_4bit(packed, state)
    return weight


def _in_order(packed: torch.Tensor, state: Any) -> tuple[torch.Tensor, Any]:
    """Undo what a forward pass without gradients does to nibbles and scales (bitsandbytes 0.50).

    Its own inverse writes into the state it is given, quantises the scales a second time, and leaves
    those that were quantised once transposed; only what it does to the nibbles is of use.
    """
    ordered = copy.copy(state)
    ordered.original_nested = False
    packed, ordered = functional._convert_weight_packed_for_cpu_inverse(packed, ordered)
    ordered.absmax = state.absmax.T.reshape(-1).float()
    return packed, ordered


def quantised_layers(model: Any) -> Iterator[tuple[str, Linear4bit]]:
    """Give the name and the layer of each 4-bit linear layer of a model."""
    for name, module in model.named_modules():
        if isinstance(module, Linear4bit):
            yield name, module


@torch.no_grad()
def take_dequantised(model: Any, quantised: Any) -> int:
    """Put the unpacked weights of ``quantised`` into the same layers of a float ``model``.

    The layers of ``quantised`` are emptied as they go, so that no weight is held three times.
    Returns how many layers were taken.
    """
    taken = 0
    for name, layer in list(quantised_layers(quantised)):
        target = model.get_submodule(name)
        target.weight.copy_(dequantised(layer))
        quantised.set_submodule(name, torch.nn.Identity())
        taken += 1
    return taken
