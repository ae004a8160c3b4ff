"""The functions of a library that web-llm calls: embed, prefill, decode, the cache, and those of logits."""

from collections.abc import Callable
from functools import partial
from typing import Any

from tvm import relax, tirx
from tvm.ir import IRModule
from tvm.relax.frontend import nn
from tvm.relax.frontend.nn.llm.kv_cache import PagedKVCache
from tvm.target import Target

from compile.formats.quantisation import Quantisation
from compile.models import Architecture
from compile.tvm.cache import add_cache
from compile.tvm.layers import hidden_states, last_token, logits
from compile.tvm.logits import add_logit_functions
from compile.tvm.weights import Weights, packed_parameters, stored_parameters


def functions_of(
    model: Architecture, quantisation: Quantisation, window: int | None, target: Target
) -> IRModule:
    """Express a model in operators, not scheduled yet.

    ``embed(ids, params)`` gives (tokens, hidden). ``prefill(x, cache, params)`` for x of shape
    (1, tokens, hidden) and ``decode(x, cache, params)`` for one token give float32 logits of shape
    (1, 1, vocab), and the cache. ``params`` is a tuple, as `stored_parameters` lists it. ``window``: how
    many tokens each one attends to, None for all.
    """
    builder = relax.BlockBuilder()
    stored = stored_parameters(model, quantisation)

    def define(name: str, arguments: list[relax.Var], body: Callable[[Weights], relax.Expr]) -> None:
        packed = packed_parameters(stored)
        attributes = {"num_input": len(arguments)}
        with builder.function(name, params=[*arguments, packed], attrs=attributes):
            with builder.dataflow():
                found = builder.emit_output(body(Weights(stored, packed)))
            builder.emit_func_output(found)

    tokens = tirx.Var("seq_len", "int64")
    ids = relax.Var("input_ids", relax.TensorType((tokens,), "int32"))
    define(
        "embed", [ids], lambda weights: weights.rows("model.embed_tokens", _tensor(ids), model.hidden)._expr
    )
    for name, length in (("prefill", tirx.Var("seq_len", "int64")), ("decode", 1)):
        x = relax.Var("input_embed", relax.TensorType((1, length, model.hidden), quantisation.dtype))
        cache = relax.Var("paged_kv_cache", relax.AnyType())
        define(name, [x, cache], partial(_forward, model, x, cache))
    module = add_cache(builder.finalize(), model, quantisation.dtype, window, target)
    return add_logit_functions(module, model.vocab)


def _forward(model: Architecture, x: relax.Var, cache: relax.Var, weights: Weights) -> relax.Expr:
    states = hidden_states(model, weights, _tensor(x), PagedKVCache(_expr=cache, _name="paged_kv_cache"))
    return relax.Tuple([logits(model, weights, last_token(states))._expr, cache])


def _tensor(variable: relax.Var) -> Any:
    return nn.Tensor(_expr=variable)
