"""Attention over the cached tokens, and what Qwen puts before it."""

from typing import Any

from tvm.relax.frontend.nn import op

from compile.models import Architecture, parameters_of
from compile.tvm.normalising import normalise_heads
from compile.tvm.weights import Weights


def attend(model: Architecture, weights: Weights, layer: int, x: Any, cache: Any) -> Any:
    """Let the tokens of ``x`` attend to those of the cache, and to each other up to themselves.

    Parameters
    ----------
    layer
        The number of the layer, in the cache too.
    x
        Normalised hidden states of shape (1, tokens, hidden).
    cache
        The `PagedKVCache`: it rotates queries and keys, and appends keys and values.

    Returns
    -------
    nn.Tensor
        Shape (1, tokens, hidden).
    """
    within = f"model.layers.{layer}.self_attn."
    batch, tokens, _ = x.shape
    heads = model.heads + 2 * model.kv_heads
    fused = weights.linear(within + _fused(model), x)
    fused = op.reshape(fused, (batch, tokens, heads, model.head_dim))
    if model.qk_norm:
        norms = weights.tensor(within + "q_norm.weight"), weights.tensor(within + "k_norm.weight")
        fused = normalise_heads(fused, norms, model.heads, model.kv_heads, model.norm_eps)
    found = cache.attention_with_fused_qkv(layer, fused, model.heads, sm_scale=model.head_dim**-0.5)
    found = op.reshape(found, (batch, tokens, model.heads * model.head_dim))
    return weights.linear(within + "o_proj", found)


def _fused(model: Architecture) -> str:
    """How the layer that makes queries, keys and values is called in this kind of model."""
    within = "model.layers.0.self_attn."
    name = next(one.name for one in parameters_of(model) if within + "q_proj.weight" in one.sources)
    return name.removeprefix(within).removesuffix(".weight")
