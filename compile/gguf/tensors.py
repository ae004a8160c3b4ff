"""The weights of a GGUF file by the names of transformers, in plain numbers and their original order."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any, Final

import numpy as np
from gguf import GGMLQuantizationType, ReaderTensor
from gguf.quants import dequantize
from numpy.typing import NDArray

from compile.gguf.reading import GgufFile
from compile.models import Architecture, parameters_of

# Numbers in a block: some copies of it in float32 are all that is held.
_BLOCK: Final = 2**20
_PLAIN: Final = {
    GGMLQuantizationType.F32: "F32",
    GGMLQuantizationType.F16: "F16",
    GGMLQuantizationType.BF16: "BF16",
}
ITEM_BYTES: Final = {"F32": 4, "F16": 2, "BF16": 2}
_OUTSIDE: Final = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
}
_INSIDE: Final = {
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_LAYER: Final = re.compile(r"blk\.(\d+)\.(\w+)\.(weight|bias)")
# Read otherwise: the scaling of RoPE.
_USED: Final = frozenset(("rope_freqs.weight",))


@dataclass(frozen=True, slots=True)
class Weight:
    """A tensor to be written: its name in transformers, its shape, the type that safetensors calls it.

    ``order`` has the rows of the file in the order of the model; None where it is the same.
    """

    name: str
    source: ReaderTensor
    shape: tuple[int, ...]
    dtype: str
    order: NDArray[np.intp] | None

    @property
    def bytes(self) -> int:
        """What it takes when it is written."""
        return prod(self.shape) * ITEM_BYTES[self.dtype]

    def blocks(self) -> Iterator[NDArray[Any]]:
        """Give the tensor in blocks of whole rows, of float32 or as it is in the file."""
        data = self.source.data
        rows = max(1, _BLOCK // max(1, prod(self.shape[1:])))
        for first in range(0, self.shape[0], rows):
            taken = (
                data[first : first + rows] if self.order is None else data[self.order[first : first + rows]]
            )
            kind = self.source.tensor_type
            yield np.ascontiguousarray(taken) if kind in _PLAIN else dequantize(taken, kind)


def weights_of(file: GgufFile, model: Architecture) -> list[Weight]:
    """List the weights of the model, in the order of its parameters; nothing is read yet.

    Raises
    ------
    ConfigurationError
        When one is missing, has another shape, is quantised in a way that cannot be undone, or does not
        belong to such a model.
    """
    named = {_named(name): one for name, one in file.tensors.items() if name not in _USED}
    found = []
    for parameter in parameters_of(model):
        for name, shape in parameter.sources.items():
            source = named.pop(name, None)
            if source is None:
                raise file.refusal(f"The GGUF file lacks the weights '{name}'.", "Copy or download it again.")
            _require(file, source, shape)
            dtype = _PLAIN.get(source.tensor_type, "F32")
            found.append(Weight(name, source, shape, dtype, _order(file, model, name)))
    if named:
        name = next(iter(named))
        raise file.refusal(
            f"The model has weights '{name}', which are not built for the browser.", "Choose another model."
        )
    return found


def _named(name: str) -> str:
    """Give a tensor's name in transformers; one that it does not have stays as it is."""
    inside = _LAYER.fullmatch(name)
    if inside is None or inside[2] not in _INSIDE:
        return _OUTSIDE.get(name, name)
    return f"model.layers.{inside[1]}.{_INSIDE[inside[2]]}.{inside[3]}"


def _require(file: GgufFile, source: ReaderTensor, shape: tuple[int, ...]) -> None:
    # GGUF counts dimensions from the innermost.
    given = tuple(int(one) for one in reversed(source.shape))
    if given != shape:
        raise file.refusal(
            f"The tensor '{source.name}' has the shape {list(given)}, and {list(shape)} by the fields.",
            "Copy or download the file again.",
        )
    if source.tensor_type in _PLAIN:
        return
    try:
        dequantize(np.ascontiguousarray(source.data[:1]), source.tensor_type)
    except (NotImplementedError, KeyError, ValueError) as error:
        raise file.refusal(
            f"The tensor '{source.name}' is of the type {source.tensor_type.name}, which cannot be unpacked.",
            "Choose a GGUF of the same model in F16, BF16, Q8_0, Q6_K, Q5_K, Q4_K or Q4_0.",
        ) from error


def _order(file: GgufFile, model: Architecture, name: str) -> NDArray[np.intp] | None:
    """Undo the order of rows that llama.cpp gives queries and keys of Llama.

    It pairs the halves of a head that are rotated together: row 2 i + j of a head there is row
    i + j head_dim / 2 of the model.
    """
    if file.text("general.architecture") != "llama":
        return None
    heads = {"q_proj": model.heads, "k_proj": model.kv_heads}.get(name.split(".")[-2], 0)
    if not heads:
        return None
    rows = np.arange(heads * model.head_dim).reshape(heads, model.head_dim // 2, 2)
    return rows.swapaxes(1, 2).reshape(-1)
