"""Root mean square norms: of hidden states, together with the residual sum before them, and of heads."""

from functools import cache
from typing import Any, Final

from tvm import te, tirx
from tvm.relax.frontend import nn
from tvm.relax.frontend.nn import op
from tvm.script import tirx as T  # noqa: N812

from compile.tvm.launching import THREADS, Loops, loops_here

_GROUPS: Final = 8


def normalise(x: Any, weight: Any, eps: float) -> Any:
    """Divide each token's state by its root mean square; shape (1, tokens, hidden)."""
    kernel = _kernel(int(x.shape[2]), x.dtype, eps, loops_here(), residual=False)
    return op.tensor_ir_op(kernel, "normalise", [x, weight], nn.Tensor.placeholder(x.shape, x.dtype))


def add_and_normalise(x: Any, change: Any, weight: Any, eps: float) -> tuple[Any, Any]:
    """Give ``x + change``, and the same normalised, in one pass over it; both (1, tokens, hidden)."""
    kernel = _kernel(int(x.shape[2]), x.dtype, eps, loops_here(), residual=True)
    places = [nn.Tensor.placeholder(x.shape, x.dtype) for _ in range(2)]
    added, normal = op.tensor_ir_op(kernel, "add_and_normalise", [x, change, weight], places)
    return added, normal


def normalise_heads(fused: Any, norms: tuple[Any, Any], heads: int, kv_heads: int, eps: float) -> Any:
    """Normalise queries and keys, each head by its own root mean square; values stay.

    ``norms``: the factors of queries and of keys, each of shape (head_dim,). Heads lie in one tensor of
    shape (1, tokens, heads + 2 * kv_heads, head_dim), and are rotated after this.
    """
    normed = heads + kv_heads

    def normalised(fused: Any, q_norm: Any, k_norm: Any) -> Any:
        batch, tokens, all_heads, size = fused.shape
        at = te.reduce_axis((0, size), name="at")
        squares = te.compute(
            (batch, tokens, all_heads),
            lambda b, t, h: te.sum(_square(fused[b, t, h, at].astype("float32")), axis=at),
            name="squares",
        )

        def element(b: Any, t: Any, h: Any, d: Any) -> Any:
            root = tirx.rsqrt(squares[b, t, h] / size + tirx.const(eps, "float32"))
            norm = tirx.if_then_else(h < heads, q_norm[d], k_norm[d]).astype("float32")
            value = fused[b, t, h, d]
            scaled = (value.astype("float32") * root * norm).astype(fused.dtype)
            return tirx.if_then_else(h < normed, scaled, value)

        return te.compute(fused.shape, element, name="normalised_heads")

    return op.tensor_expr_op(normalised, "normalise_heads", [fused, *norms])


@cache
def _kernel(hidden: int, dtype: str, eps: float, loops: Loops, *, residual: bool) -> Any:
    """One workgroup a token: threads add up squares, some add those up, and all divide."""
    steps = -(-hidden // THREADS)

    @T.macro  # type: ignore[untyped-decorator]  # TVM has no types
    def divide(state: Any, weight: Any, normal: Any, token: Any) -> None:
        sums = loops.shared(THREADS)
        groups = loops.shared(_GROUPS)
        for t in loops.threads():
            own: T.float32 = T.float32(0)
            for step in T.serial(steps):
                if step * THREADS + t < hidden:
                    own = own + _square(state(token, step * THREADS + t).astype("float32"))
            sums[t] = own
        for t in loops.threads():
            if t < _GROUPS:
                part: T.float32 = T.float32(0)
                for i in T.serial(THREADS // _GROUPS):
                    part = part + sums[t * (THREADS // _GROUPS) + i]
                groups[t] = part
        for t in loops.threads():
            whole: T.float32 = T.float32(0)
            for i in T.serial(_GROUPS):
                whole = whole + groups[i]
            root: T.float32 = T.rsqrt(whole / T.float32(hidden) + T.float32(eps))
            for step in T.serial(steps):
                at: T.int32 = step * THREADS + t
                if at < hidden:
                    value: T.float32 = state(token, at).astype("float32") * root
                    normal[0, token, at] = (value * weight[at].astype("float32")).astype(dtype)

    if residual:

        @T.prim_func(s_tir=True, private=True)  # type: ignore[untyped-decorator]  # TVM has no types
        def after_sum(
            var_x: T.handle,
            var_change: T.handle,
            var_weight: T.handle,
            var_added: T.handle,
            var_normal: T.handle,
        ) -> None:
            T.func_attr({"tirx.is_scheduled": True, "tirx.noalias": True})
            tokens = T.int64()
            x = T.match_buffer(var_x, (1, tokens, hidden), dtype)
            change = T.match_buffer(var_change, (1, tokens, hidden), dtype)
            weight = T.match_buffer(var_weight, (hidden,), dtype)
            added = T.match_buffer(var_added, (1, tokens, hidden), dtype)
            normal = T.match_buffer(var_normal, (1, tokens, hidden), dtype)
            for token in loops.blocks(tokens):
                for t in loops.threads():
                    for step in T.serial(steps):
                        if step * THREADS + t < hidden:
                            at: T.int32 = step * THREADS + t
                            added[0, token, at] = x[0, token, at] + change[0, token, at]
                divide(lambda row, at: x[0, row, at] + change[0, row, at], weight, normal, token)

        return after_sum

    @T.prim_func(s_tir=True, private=True)  # type: ignore[untyped-decorator]  # TVM has no types
    def only(var_x: T.handle, var_weight: T.handle, var_normal: T.handle) -> None:
        T.func_attr({"tirx.is_scheduled": True, "tirx.noalias": True})
        tokens = T.int64()
        x = T.match_buffer(var_x, (1, tokens, hidden), dtype)
        weight = T.match_buffer(var_weight, (hidden,), dtype)
        normal = T.match_buffer(var_normal, (1, tokens, hidden), dtype)
        for token in loops.blocks(tokens):
            divide(lambda row, at: x[0, row, at], weight, normal, token)

    return only


def _square(value: Any) -> Any:
    return value * value
