"""What a model takes of the reader's graphics memory: weights, keys and values, and what lies between."""

from dataclasses import asdict, dataclass
from math import prod
from typing import Any

import numpy as np

from compile.formats.converting import stored_tensors
from compile.formats.quantisation import Quantisation
from compile.models import Architecture, parameters_of


@dataclass(frozen=True, slots=True)
class BrowserMemory:
    """Bytes of graphics memory.

    ``cache`` holds keys and values of the longest conversation, ``working`` what passes between kernels.
    ``largest`` is the size of the largest buffer, and ``largest_name`` what lies in it.
    """

    parameters: int
    weights: int
    cache: int
    working: int
    largest: int
    largest_name: str

    @property
    def whole(self) -> int:
        """All of it."""
        return self.weights + self.cache + self.working

    @property
    def arithmetic(self) -> str:
        """The sum in words."""
        bits = self.weights * 8 / self.parameters
        return (
            f"{self.parameters / 1e9:,.2f} billion weights of {bits:.1f} bits take "
            f"{self.weights / 1e9:,.2f} GB, keys and values {self.cache / 1e9:,.2f} GB, "
            f"what is computed {self.working / 1e9:,.2f} GB: {self.whole / 1e9:,.2f} GB"
        )

    def as_json(self) -> dict[str, Any]:
        """Give the bytes as JSON data."""
        return {**asdict(self), "whole": self.whole}


def browser_memory(
    model: Architecture, quantisation: Quantisation, context: int, prefill_chunk: int
) -> BrowserMemory:
    """Count what a model takes; ``context`` and ``prefill_chunk`` are in tokens."""
    item = np.dtype(quantisation.dtype).itemsize
    parameters = parameters_of(model)
    sizes = {
        name: prod(shape) * np.dtype(dtype).itemsize
        for parameter in parameters
        for name, shape, dtype in stored_tensors(parameter, quantisation)
    }
    layer = 2 * model.kv_heads * model.head_dim * context * item
    # The widest values between two kernels, of a whole chunk, and logits twice in float32.
    working = prefill_chunk * (2 * model.intermediate + 4 * model.hidden) * item + 8 * model.vocab
    buffers = {**sizes, "the key-value cache of a layer": layer}
    largest = max(buffers, key=buffers.__getitem__)
    return BrowserMemory(
        parameters=sum(parameter.size for parameter in parameters),
        weights=sum(sizes.values()),
        cache=model.layers * layer,
        working=working,
        largest=buffers[largest],
        largest_name=largest,
    )
