"""From logits to probabilities at a temperature, in two kernels: sums of chunks, then the quotients."""

from typing import Any, Final

from tvm.script import tirx as T  # noqa: N812

from compile.tvm.launching import WIDE, Loops
from compile.tvm.logits.changing import FORBIDDEN

GREEDY: Final = 1e-5
"""Up to this temperature the likeliest token has probability 1, the first of them where several are."""

_CHUNK: Final = 16 * WIDE
# exp(-104) is the first that float32 takes for 0: below, no power is computed, and nothing overflows.
_NOTHING: Final = -104.0


def chunks_of(vocab: int) -> int:
    """Count the workgroups that share the logits."""
    return (vocab + _CHUNK - 1) // _CHUNK


def partials_kernel(vocab: int, loops: Loops) -> Any:
    """Give of each chunk its largest logit, the first place of it, and the sum of exp((x - largest) / t)."""
    chunks = chunks_of(vocab)

    @T.prim_func(s_tir=True)  # type: ignore[untyped-decorator]  # TVM has no types
    def softmax_partials(  # noqa: PLR0912
        var_logits: T.handle,
        var_temperature: T.handle,
        var_largest: T.handle,
        var_places: T.handle,
        var_sums: T.handle,
    ) -> None:
        T.func_attr({"tirx.is_scheduled": True, "tirx.noalias": True})
        logits = T.match_buffer(var_logits, (1, 1, vocab), "float32")
        temperature = T.match_buffer(var_temperature, (1,), "float32")
        largest = T.match_buffer(var_largest, (1, chunks), "float32")
        places = T.match_buffer(var_places, (1, chunks), "int32")
        sums = T.match_buffer(var_sums, (1, chunks), "float32")
        for chunk in loops.blocks(chunks):
            peak = loops.shared(WIDE)
            place = loops.shared(WIDE, dtype="int32")
            summit = loops.shared(1)
            mass = loops.shared(WIDE)
            for t in loops.threads():
                best: T.float32 = T.float32(FORBIDDEN)
                at: T.int32 = chunk * _CHUNK + t
                for step in T.serial(_CHUNK // WIDE):
                    i: T.int32 = chunk * _CHUNK + step * WIDE + t
                    if i < vocab:
                        logit: T.float32 = logits[0, 0, i]
                        if logit > best:
                            best = logit
                            at = i
                peak[t] = best
                place[t] = at
            for t in loops.threads():
                if t == 0:
                    top: T.float32 = peak[0]
                    first: T.int32 = place[0]
                    for other in T.serial(WIDE):
                        theirs: T.float32 = peak[other]
                        theirs_at: T.int32 = place[other]
                        if theirs > top or (theirs == top and theirs_at < first):
                            top = theirs
                            first = theirs_at
                    summit[0] = top
                    largest[0, chunk] = top
                    places[0, chunk] = first
            for t in loops.threads():
                heat: T.float32 = T.max(temperature[0], T.float32(GREEDY))
                most: T.float32 = summit[0]
                own: T.float32 = T.float32(0)
                for step in T.serial(_CHUNK // WIDE):
                    j: T.int32 = chunk * _CHUNK + step * WIDE + t
                    if j < vocab:
                        own = own + T.exp(T.max(logits[0, 0, j] - most, T.float32(_NOTHING) * heat) / heat)
                mass[t] = own
            for t in loops.threads():
                if t == 0:
                    whole: T.float32 = T.float32(0)
                    for other in T.serial(WIDE):
                        whole = whole + mass[other]
                    sums[0, chunk] = whole

    return softmax_partials


def quotients_kernel(vocab: int, loops: Loops) -> Any:
    """Give the probabilities from what :func:`partials_kernel` found."""
    chunks = chunks_of(vocab)

    @T.prim_func(s_tir=True)  # type: ignore[untyped-decorator]  # TVM has no types
    def softmax_quotients(  # noqa: PLR0917
        var_logits: T.handle,
        var_temperature: T.handle,
        var_largest: T.handle,
        var_places: T.handle,
        var_sums: T.handle,
        var_probabilities: T.handle,
    ) -> None:
        T.func_attr({"tirx.is_scheduled": True, "tirx.noalias": True})
        logits = T.match_buffer(var_logits, (1, 1, vocab), "float32")
        temperature = T.match_buffer(var_temperature, (1,), "float32")
        largest = T.match_buffer(var_largest, (1, chunks), "float32")
        places = T.match_buffer(var_places, (1, chunks), "int32")
        sums = T.match_buffer(var_sums, (1, chunks), "float32")
        probabilities = T.match_buffer(var_probabilities, (1, 1, vocab), "float32")
        for chunk in loops.blocks(chunks):
            peak = loops.shared(1)
            place = loops.shared(1, dtype="int32")
            mass = loops.shared(1)
            for t in loops.threads():
                if t == 0:
                    cold: T.float32 = T.max(temperature[0], T.float32(GREEDY))
                    best: T.float32 = largest[0, 0]
                    at: T.int32 = places[0, 0]
                    for other in T.serial(chunks):
                        if largest[0, other] > best:
                            best = largest[0, other]
                            at = places[0, other]
                    whole: T.float32 = T.float32(0)
                    for other in T.serial(chunks):
                        whole = whole + sums[0, other] * T.exp(
                            T.max(largest[0, other] - best, T.float32(_NOTHING) * cold) / cold
                        )
                    peak[0] = best
                    place[0] = at
                    mass[0] = whole
            for t in loops.threads():
                heat: T.float32 = T.max(temperature[0], T.float32(GREEDY))
                most: T.float32 = peak[0]
                winner: T.int32 = place[0]
                total: T.float32 = mass[0]
                for step in T.serial(_CHUNK // WIDE):
                    i: T.int32 = chunk * _CHUNK + step * WIDE + t
                    if i < vocab:
                        if temperature[0] <= T.float32(GREEDY):
                            probabilities[0, 0, i] = T.if_then_else(i == winner, T.float32(1), T.float32(0))
                        else:
                            probabilities[0, 0, i] = (
                                T.exp(T.max(logits[0, 0, i] - most, T.float32(_NOTHING) * heat) / heat)
                                / total
                            )

    return softmax_quotients
