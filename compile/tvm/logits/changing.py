"""Kernels that change logits in place: a bias, penalties for repetition, and the mask of a grammar.

They compute what MLC's functions of the same names compute.
"""

from typing import Any, Final

from tvm.script import tirx as T  # noqa: N812

from compile.tvm.launching import WIDE, Loops

FORBIDDEN: Final = -3.4e38
"""The logit of a token that must not come: almost the lowest float32, as WGSL promises nothing of infinities.

It is a number that is the same in the shader's text, where constants have seven digits.
"""


def bias_kernel(vocab: int, loops: Loops) -> Any:
    """Add to logits: ``logits[0, tokens[i]] += bias[i]``."""

    @T.prim_func(s_tir=True)  # type: ignore[untyped-decorator]  # TVM has no types
    def apply_logit_bias(var_logits: T.handle, var_tokens: T.handle, var_bias: T.handle) -> None:
        T.func_attr({"tirx.is_scheduled": True, "tirx.noalias": True})
        count = T.int64()
        logits = T.match_buffer(var_logits, (1, vocab), "float32")
        tokens = T.match_buffer(var_tokens, (count,), "int32")
        bias = T.match_buffer(var_bias, (count,), "float32")
        for block in loops.blocks((count + WIDE - 1) // WIDE):
            for t in loops.threads():
                if block * WIDE + t < count:
                    token: T.int32 = tokens[block * WIDE + t]
                    if 0 <= token < vocab:
                        logits[0, token] = logits[0, token] + bias[block * WIDE + t]

    return apply_logit_bias


def penalty_kernel(vocab: int, loops: Loops) -> Any:
    """Make tokens less likely that have come ``counts`` times.

    ``penalties`` are presence and frequency, which are taken off, and repetition, by which a logit is then
    divided where it is positive, else multiplied.
    """

    @T.prim_func(s_tir=True)  # type: ignore[untyped-decorator]  # TVM has no types
    def apply_penalty(
        var_logits: T.handle, var_tokens: T.handle, var_counts: T.handle, var_penalties: T.handle
    ) -> None:
        T.func_attr({"tirx.is_scheduled": True, "tirx.noalias": True})
        count = T.int64()
        logits = T.match_buffer(var_logits, (1, vocab), "float32")
        tokens = T.match_buffer(var_tokens, (count,), "int32")
        counts = T.match_buffer(var_counts, (count,), "int32")
        penalties = T.match_buffer(var_penalties, (1, 3), "float32")
        for block in loops.blocks((count + WIDE - 1) // WIDE):
            for t in loops.threads():
                if block * WIDE + t < count:
                    token: T.int32 = tokens[block * WIDE + t]
                    if 0 <= token < vocab:
                        often: T.float32 = T.Cast("float32", counts[block * WIDE + t])
                        logit: T.float32 = logits[0, token] - penalties[0, 0] - often * penalties[0, 1]
                        if logit > T.float32(0):
                            logits[0, token] = logit / penalties[0, 2]
                        else:
                            logits[0, token] = T.max(logit * penalties[0, 2], T.float32(FORBIDDEN))

    return apply_penalty


def bitmask_kernel(vocab: int, loops: Loops) -> Any:
    """Forbid every token whose bit is not set: bit ``i % 32`` of word ``i // 32`` is that of token i."""
    words = (vocab + 31) // 32

    @T.prim_func(s_tir=True)  # type: ignore[untyped-decorator]  # TVM has no types
    def apply_bitmask(var_logits: T.handle, var_bitmask: T.handle) -> None:
        T.func_attr({"tirx.is_scheduled": True, "tirx.noalias": True})
        logits = T.match_buffer(var_logits, (1, vocab), "float32")
        bitmask = T.match_buffer(var_bitmask, (1, words), "int32")
        for block in loops.blocks((vocab + WIDE - 1) // WIDE):
            for t in loops.threads():
                i: T.int32 = block * WIDE + t
                if i < vocab:
                    word: T.int32 = bitmask[0, T.shift_right(i, 5)]
                    if T.bitwise_and(T.shift_right(word, T.bitwise_and(i, 31)), 1) == 0:
                        logits[0, i] = T.float32(FORBIDDEN)

    return apply_bitmask
