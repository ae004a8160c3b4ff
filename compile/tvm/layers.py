"""The layers of the Llama family, as functions of hidden states."""

from typing import Any

from tvm import te
from tvm.relax.frontend.nn import op

from compile.models import Architecture
from compile.tvm.attention import attend
from compile.tvm.normalising import add_and_normalise, normalise
from compile.tvm.weights import Weights


def hidden_states(model: Architecture, weights: Weights, x: Any, cache: Any) -> Any:
    """Take embeddings of shape (1, tokens, hidden) through all layers and the last norm."""
    names = [
        f"model.layers.{layer}.{norm}_layernorm.weight"
        for layer in range(model.layers)
        for norm in ("input", "post_attention")
    ]
    norms = [weights.tensor(name) for name in (*names, "model.norm.weight")]
    normal = normalise(x, norms[0], model.norm_eps)
    for layer in range(model.layers):
        change = attend(model, weights, layer, normal, cache)
        x, normal = add_and_normalise(x, change, norms[2 * layer + 1], model.norm_eps)
        change = _feed(weights, f"model.layers.{layer}.mlp.", normal)
        x, normal = add_and_normalise(x, change, norms[2 * layer + 2], model.norm_eps)
    return normal


def logits(model: Architecture, weights: Weights, x: Any) -> Any:
    """Score the whole vocabulary after each token: float32 of shape (1, tokens, vocab)."""
    name = "model.embed_tokens" if model.tied else "lm_head"
    return op.astype(weights.linear(name, x), "float32")


def last_token(x: Any) -> Any:
    """Keep the last of the tokens; shape (1, 1, hidden)."""

    def last(x: Any) -> Any:
        batch, tokens, hidden = x.shape
        return te.compute((batch, 1, hidden), lambda b, _, h: x[b, tokens - 1, h], name="last_token")

    return op.tensor_expr_op(last, "last_token", [x])


def _feed(weights: Weights, within: str, x: Any) -> Any:
    gate, up = op.split(weights.linear(within + "gate_up_proj", x), 2, axis=-1)
    return weights.linear(within + "down_proj", op.multiply(op.silu(gate), up))
