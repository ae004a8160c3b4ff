"""The cache of keys and values, which also rotates them and attends.

The runtime's cache can also forget what slides out of a window, but not as models with one were trained:
early tokens of a chunk see too little, and older ones stand a chunk further away (`SlideWindowForSequence` in
TVM's src/runtime/vm/paged_kv_cache.cc). Here it keeps the whole context, and the kernels mask.
"""

from dataclasses import asdict
from typing import Any, Final

from tvm import relax, tirx
from tvm.ir import IRModule, StringImm
from tvm.relax.frontend.nn.llm import kv_cache
from tvm.target import Target

from compile.models import Architecture
from compile.tvm.attending import Attending
from compile.tvm.launching import loops_here

_CREATE: Final = "create_tir_paged_kv_cache"
_SIZES: Final = (
    *("max_batch_size", "max_total_seq_len", "prefill_chunk_size"),
    *("page_size", "support_sliding_window"),
)
_BUILTIN: Final = "vm.builtin.paged_attention_kv_cache_create"


def add_cache(
    module: IRModule, model: Architecture, dtype: str, window: int | None, target: Target
) -> IRModule:
    """Add the function that makes the cache; it takes its five sizes as shapes of one number each.

    ``window``: how many tokens each one attends to, None for all.
    """
    builder = relax.BlockBuilder(module)
    sizes = [tirx.Var(name, "int64") for name in _SIZES]
    shapes = [relax.Var(f"{size.name}_", relax.ShapeType([size])) for size in sizes]
    attending = Attending(model, dtype, window, loops_here())
    _, _, _, page, _ = sizes
    copy, compact, merge = _moving(model, dtype, page, target)
    fixed = (model.kv_heads, model.head_dim, dtype)
    with builder.function(_CREATE, params=shapes):

        def add(name: str, function: Any) -> Any:
            return builder.add_func(function, name)

        def kernel(name: str, function: Any) -> relax.Tuple:
            return relax.Tuple([StringImm("tirx"), add(name, function)])

        arguments = [
            relax.ShapeExpr(sizes),
            relax.ShapeExpr([0, model.layers]),
            *map(relax.prim_value, (model.heads, model.kv_heads, model.head_dim, model.head_dim)),
            relax.ShapeExpr([int(kv_cache.AttnKind.MHA)] * model.layers),
            relax.prim_value(False),
            relax.prim_value(kv_cache.RopeMode.NORMAL),
            relax.prim_value(1),
            relax.prim_value(model.rope_theta),
            relax.prim_value(0),
            relax.op.zeros((), dtype),
            add("append_to_cache", kv_cache._kv_cache_transpose_append(*fixed)),
            relax.prim_value(0),
            kernel("attend_among_new", attending.among_new()),
            kernel("attend_to_cached", attending.to_cached()),
            kernel("attend_one_to_cached", attending.one_to_cached()),
            # The runtime's own windows, trees of guessed tokens and latent attention: for others, and
            # their kernels would take a browser seconds to compile.
            *[relax.Tuple([])] * 5,
            relax.Tuple([add("merge_attended", merge)]),
            add("rotate", _rotation(model, dtype)),
            add("copy_page", copy),
            add("read_cache", kv_cache._kv_cache_debug_get_kv(model.layers, *fixed)),
            add("compact_cache", compact),
        ]
        made = relax.call_pure_packed(_BUILTIN, *arguments, ty_args=relax.AnyType())
        builder.emit_func_output(builder.emit(made))
    return builder.finalize()


def _rotation(model: Architecture, dtype: str) -> Any:
    """Rotate queries and keys by their positions, and part them and the values."""
    scaling = model.rope_scaling
    return kv_cache.llama_rope_with_position_map(
        # A float, whatever TVM's signature says: int() would make another base of 10000.5.
        theta=model.rope_theta,
        scale=1,
        head_dim=model.head_dim,
        num_q_heads=model.heads,
        num_kv_heads=model.kv_heads,
        dtype=dtype,
        rope_scaling={} if scaling is None else {"rope_type": "llama3", **asdict(scaling)},
        rotary_dim=model.head_dim,
    )


def _moving(model: Architecture, dtype: str, page: tirx.Var, target: Target) -> tuple[Any, Any, Any]:
    """TVM's kernels that copy a page, close gaps in pages, and merge what was found in two places."""
    heads, size = model.kv_heads, model.head_dim
    if target.kind.name == "llvm":
        return (
            kv_cache._copy_single_page_cpu(heads, page, size, dtype),
            kv_cache._compact_kv_copy_cpu(heads, size, dtype),
            kv_cache._merge_state_inplace_cpu(dtype),
        )
    return (
        kv_cache._copy_single_page(heads, page, size, dtype, target),
        kv_cache._compact_kv_copy(heads, size, dtype, target),
        kv_cache._merge_state_inplace(model.heads, size, dtype, target, "merge_attended"),
    )
