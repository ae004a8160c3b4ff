"""The kernels with which the cache attends: softmax over keys in tiles, as FlashAttention computes it.

One workgroup takes some rows (tokens) of one head. For every tile of keys each thread scores its own key, the
workgroup agrees on the largest score, and each thread adds up its own columns of the values. Scores are in
base 2, and beside the result stands the logarithm of the sum of its weights, with which the runtime merges
what a token finds in the cache and in its own chunk.

There is one conversation, so what TVM hands over by sequence has one entry. A row sees the last ``window``
tokens, itself included, or all. Rotary positions are applied before.
"""

from dataclasses import dataclass
from typing import Any, Final

from tvm.script import tirx as T  # noqa: N812

from compile.models import Architecture
from compile.tvm.attending_tile import as_vectors, attend_in_tiles
from compile.tvm.launching import Loops

PAGE: Final = 16
"""Tokens of a page of the cache: web-llm asks for so many."""

_ROWS: Final = 8
_VECTOR: Final = "float32x4"


@dataclass(frozen=True, slots=True)
class Attending:
    """Makes the kernels of a model; ``window`` counts the tokens that each one sees, None for all."""

    model: Architecture
    dtype: str
    window: int | None
    loops: Loops

    def among_new(self) -> Any:
        """Let the tokens of a chunk attend to each other, each to those before it."""
        heads, kv_heads, size, dtype = self._shape()
        sharing, loops = heads // kv_heads, self.loops
        attend = attend_in_tiles(_ROWS, size, dtype, self.window, loops)

        @T.prim_func(s_tir=True)  # type: ignore[untyped-decorator]  # TVM has no types
        def attend_among_new(  # noqa: PLR0917 - the runtime's
            var_q: T.handle,
            _q_indptr: T.handle,
            var_k: T.handle,
            var_v: T.handle,
            _kv_indptr: T.handle,
            _q_position: T.handle,
            _k_offset: T.handle,
            var_output: T.handle,
            var_lse: T.handle,
            _causal: T.int32,
            _rotary_mode: T.int32,
            _rope_scale: T.float32,
            _rope_theta: T.float32,
            sm_scale: T.float32,
        ) -> None:
            T.func_attr({"tirx.is_scheduled": True, "tirx.noalias": True})
            tokens = T.int32()
            q = T.match_buffer(var_q, (tokens, heads, size), dtype)
            k = T.match_buffer(var_k, (tokens, kv_heads, size), dtype)
            v = T.match_buffer(var_v, (tokens, kv_heads, size), dtype)
            output = T.match_buffer(var_output, (tokens, heads, size), dtype)
            lse = T.match_buffer(var_lse, (tokens, heads), "float32")
            q_vectors = as_vectors(q)
            k_vectors = as_vectors(k)
            v_vectors = as_vectors(v)
            for head in loops.heads(heads):
                for block in loops.blocks((tokens + _ROWS - 1) // _ROWS):
                    attend(
                        output,
                        lse,
                        sm_scale,
                        head,
                        block * _ROWS,
                        tokens,
                        0,
                        tokens,
                        lambda at: at,
                        lambda row, of, d: q_vectors[row, of, d].astype(_VECTOR),
                        lambda place, of, d: k_vectors[place, of // sharing, d].astype(_VECTOR),
                        lambda place, of, d: v_vectors[place, of // sharing, d].astype(_VECTOR),
                    )

        return attend_among_new

    def to_cached(self) -> Any:
        """Let the tokens of a chunk attend to those of the cache, in which they are not yet."""
        heads, kv_heads, size, dtype = self._shape()
        sharing, loops = heads // kv_heads, self.loops
        attend = attend_in_tiles(_ROWS, size, dtype, self.window, loops)

        @T.prim_func(s_tir=True)  # type: ignore[untyped-decorator]  # TVM has no types
        def attend_to_cached(  # noqa: PLR0917 - the runtime's
            var_q: T.handle,
            _q_indptr: T.handle,
            var_pages: T.handle,
            _page_indptr: T.handle,
            var_page_values: T.handle,
            var_length: T.handle,
            _k_offset: T.handle,
            _q_position: T.handle,
            var_output: T.handle,
            var_lse: T.handle,
            _causal: T.int32,
            _rotary_mode: T.int32,
            _rope_scale: T.float32,
            _rope_theta: T.float32,
            sm_scale: T.float32,
        ) -> None:
            T.func_attr({"tirx.is_scheduled": True, "tirx.noalias": True})
            tokens = T.int32()
            all_pages = T.int32()
            used = T.int32()
            at_values = T.int32()
            at_length = T.int32()
            q = T.match_buffer(var_q, (tokens, heads, size), dtype)
            pages = T.match_buffer(var_pages, (all_pages, 2, kv_heads, PAGE, size), dtype)
            numbers = T.match_buffer(var_page_values, (used,), "int32", elem_offset=at_values)
            last = T.match_buffer(var_length, (1,), "int32", elem_offset=at_length)
            output = T.match_buffer(var_output, (tokens, heads, size), dtype)
            lse = T.match_buffer(var_lse, (tokens, heads), "float32")
            q_vectors = as_vectors(q)
            stored = as_vectors(pages)
            for head in loops.heads(heads):
                for block in loops.blocks((tokens + _ROWS - 1) // _ROWS):
                    attend(
                        output,
                        lse,
                        sm_scale,
                        head,
                        block * _ROWS,
                        tokens,
                        (used - 1) * PAGE + last[0],
                        (used - 1) * PAGE + last[0],
                        lambda at: numbers[at // PAGE] * PAGE + at % PAGE,
                        lambda row, of, d: q_vectors[row, of, d].astype(_VECTOR),
                        lambda place, of, d: stored[place // PAGE, 0, of // sharing, place % PAGE, d].astype(
                            _VECTOR
                        ),
                        lambda place, of, d: stored[place // PAGE, 1, of // sharing, place % PAGE, d].astype(
                            _VECTOR
                        ),
                    )

        return attend_to_cached

    def one_to_cached(self) -> Any:
        """Let one token attend to those of the cache, of which it is the last."""
        heads, kv_heads, size, dtype = self._shape()
        sharing, loops = heads // kv_heads, self.loops
        attend = attend_in_tiles(1, size, dtype, self.window, loops)

        @T.prim_func(s_tir=True)  # type: ignore[untyped-decorator]  # TVM has no types
        def attend_one_to_cached(  # noqa: PLR0917 - the runtime's
            var_q: T.handle,
            var_pages: T.handle,
            _page_indptr: T.handle,
            var_page_values: T.handle,
            var_length: T.handle,
            _k_offset: T.handle,
            _q_position: T.handle,
            var_output: T.handle,
            var_lse: T.handle,
            _rotary_mode: T.int32,
            _rope_scale: T.float32,
            _rope_theta: T.float32,
            sm_scale: T.float32,
        ) -> None:
            T.func_attr({"tirx.is_scheduled": True, "tirx.noalias": True})
            all_pages = T.int32()
            used = T.int32()
            at_values = T.int32()
            at_length = T.int32()
            q = T.match_buffer(var_q, (1, heads, size), dtype)
            pages = T.match_buffer(var_pages, (all_pages, 2, kv_heads, PAGE, size), dtype)
            numbers = T.match_buffer(var_page_values, (used,), "int32", elem_offset=at_values)
            last = T.match_buffer(var_length, (1,), "int32", elem_offset=at_length)
            output = T.match_buffer(var_output, (1, heads, size), dtype)
            lse = T.match_buffer(var_lse, (1, heads), "float32")
            q_vectors = as_vectors(q)
            stored = as_vectors(pages)
            for block in loops.blocks(heads):
                attend(
                    output,
                    lse,
                    sm_scale,
                    block,
                    0,
                    1,
                    (used - 1) * PAGE + last[0] - 1,
                    (used - 1) * PAGE + last[0],
                    lambda at: numbers[at // PAGE] * PAGE + at % PAGE,
                    lambda row, of, d: q_vectors[row, of, d].astype(_VECTOR),
                    lambda place, of, d: stored[place // PAGE, 0, of // sharing, place % PAGE, d].astype(
                        _VECTOR
                    ),
                    lambda place, of, d: stored[place // PAGE, 1, of // sharing, place % PAGE, d].astype(
                        _VECTOR
                    ),
                )

        return attend_one_to_cached

    def _shape(self) -> tuple[int, int, int, str]:
        return self.model.heads, self.model.kv_heads, self.model.head_dim, self.dtype
