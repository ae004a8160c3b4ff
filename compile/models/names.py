"""A model's parameters by MLC's names, and the tensors of a checkpoint that each is made of.

MLC keeps the names of transformers but for two: queries, keys and values are one matrix, and so are
the two halves of the gated feed-forward layer. Source: mlc_llm/model/{llama,mistral,qwen2,qwen3}/*_loader.py
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Final

from compile.models.architecture import Architecture
from curation.errors import ConfigurationError
from training.base.weights import header_of, weight_files

_FUSED_ATTENTION: Final = {"qwen2": "c_attn", "qwen3": "c_attn"}
# Computed from the configuration, or the embedding a second time.
_SPARE: Final = (".inv_freq", "lm_head.weight")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its name, its shape, and the tensors that make it, stacked along the first axis.

    ``sources`` maps each tensor's name to its shape.
    """

    name: str
    sources: dict[str, tuple[int, ...]]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the tensors stacked."""
        shapes = list(self.sources.values())
        return sum(shape[0] for shape in shapes), *shapes[0][1:]

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return prod(self.shape)

    @property
    def is_matrix(self) -> bool:
        """Whether it is the weight of a linear layer or an embedding, which quantisation takes."""
        return len(self.shape) == 2


def parameters_of(model: Architecture) -> tuple[Parameter, ...]:
    """List the parameters of a model in the order in which MLC's modules have them."""
    return tuple(_parameters(model))


def require_no_more(folder: Path, model: Architecture) -> None:
    """Make sure that a model's files have no tensors but those that are computed with.

    Raises
    ------
    ConfigurationError
        For one that would be left out, as a norm that this family does not have: the answers would be wrong.
    """
    known = {name for parameter in parameters_of(model) for name in parameter.sources}
    for path in weight_files(folder):
        for name in header_of(path):
            if name not in known and not name.endswith(_SPARE):
                raise ConfigurationError(
                    f"The model has weights '{name}', which are not built for the browser.",
                    where=str(path),
                    fix="Choose another model; or copy config.json and the weights from the same one.",
                )


def _parameters(model: Architecture) -> Iterator[Parameter]:
    yield _alone("model.embed_tokens.weight", model.vocab, model.hidden)
    for layer in range(model.layers):
        yield from _layer(model, f"model.layers.{layer}.")
    yield _alone("model.norm.weight", model.hidden)
    if not model.tied:
        yield _alone("lm_head.weight", model.vocab, model.hidden)


def _layer(model: Architecture, prefix: str) -> Iterator[Parameter]:
    queries, keys = model.heads * model.head_dim, model.kv_heads * model.head_dim
    attention, feed = prefix + "self_attn.", prefix + "mlp."
    fused = attention + _FUSED_ATTENTION.get(model.model_type, "qkv_proj")
    rows = {"q_proj": queries, "k_proj": keys, "v_proj": keys}
    yield Parameter(
        fused + ".weight", {f"{attention}{name}.weight": (n, model.hidden) for name, n in rows.items()}
    )
    if model.qkv_bias:
        yield Parameter(fused + ".bias", {f"{attention}{name}.bias": (n,) for name, n in rows.items()})
    yield _alone(attention + "o_proj.weight", model.hidden, queries)
    if model.output_bias:
        yield _alone(attention + "o_proj.bias", model.hidden)
    if model.qk_norm:
        yield _alone(attention + "q_norm.weight", model.head_dim)
        yield _alone(attention + "k_norm.weight", model.head_dim)
    halves = ("gate_proj", "up_proj")
    yield Parameter(
        feed + "gate_up_proj.weight",
        {f"{feed}{name}.weight": (model.intermediate, model.hidden) for name in halves},
    )
    yield _alone(feed + "down_proj.weight", model.hidden, model.intermediate)
    yield _alone(prefix + "input_layernorm.weight", model.hidden)
    yield _alone(prefix + "post_attention_layernorm.weight", model.hidden)


def _alone(name: str, *shape: int) -> Parameter:
    return Parameter(name, {name: shape})
