"""Top-p sampling from sorted probabilities: one workgroup a sample."""

from typing import Any

from tvm.script import tirx as T  # noqa: N812

from compile.tvm.launching import WIDE, Loops


def sample_kernel(vocab: int, loops: Loops) -> Any:  # noqa: PLR0915
    """Choose of the smallest set of likeliest tokens that together have ``top_p``, by a number of [0, 1).

    Sample s is the first token with which the sum of probabilities exceeds ``uniform[s]`` times the sum of
    the set. It is -1 where no probability is above zero; web-llm reports that.
    """
    stretch = (vocab + WIDE - 1) // WIDE

    @T.prim_func(s_tir=True)  # type: ignore[untyped-decorator]  # TVM has no types
    def sample_top_p(  # noqa: PLR0912, PLR0915
        var_probabilities: T.handle,
        var_tokens: T.handle,
        var_uniform: T.handle,
        var_top_p: T.handle,
        var_sampled: T.handle,
    ) -> None:
        T.func_attr({"tirx.is_scheduled": True, "tirx.noalias": True})
        samples = T.int64()
        probabilities = T.match_buffer(var_probabilities, (1, vocab), "float32")
        tokens = T.match_buffer(var_tokens, (1, vocab), "int32")
        uniform = T.match_buffer(var_uniform, (samples,), "float32")
        top_p = T.match_buffer(var_top_p, (1,), "float32")
        sampled = T.match_buffer(var_sampled, (samples,), "int32")
        for sample in loops.blocks(samples):
            # Before a thread's stretch of the row: the probability of all that is likelier.
            before = loops.shared(WIDE + 1)
            within = loops.shared(WIDE)
            kept = loops.shared(1)
            last = loops.shared(1, dtype="int32")
            chosen = loops.shared(1, dtype="int32")
            for t in loops.threads():
                own: T.float32 = T.float32(0)
                for step in T.serial(stretch):
                    if t * stretch + step < vocab:
                        own = own + probabilities[0, t * stretch + step]
                within[t] = own
            for t in loops.threads():
                # Each adds up from the start: the same sums in the same order, so that none falls.
                running: T.float32 = T.float32(0)
                for other in T.serial(WIDE):
                    if other <= t:
                        running = running + within[other]
                before[t + 1] = running
                if t == 0:
                    before[0] = T.float32(0)
                    kept[0] = T.float32(0)
                    last[0] = -1
                    chosen[0] = -1
            for t in loops.threads():
                goal: T.float32 = T.min(top_p[0], before[WIDE])
                start: T.float32 = before[t]
                end: T.float32 = before[t + 1]
                if start < goal <= end:
                    mass: T.float32 = start
                    i: T.int32 = t * stretch
                    rest: T.float32 = T.float32(0)
                    while mass < goal and i < T.min((t + 1) * stretch, vocab):
                        rest = rest + probabilities[0, i]
                        mass = start + rest
                        i = i + 1
                    kept[0] = mass
                    last[0] = i - 1
            for t in loops.threads():
                drawn: T.float32 = uniform[sample] * kept[0]
                begin: T.float32 = before[t]
                close: T.float32 = before[t + 1]
                if begin <= drawn < close:
                    sum: T.float32 = begin
                    j: T.int32 = t * stretch
                    more: T.float32 = T.float32(0)
                    while sum <= drawn and j < T.min((t + 1) * stretch, vocab):
                        more = more + probabilities[0, j]
                        sum = begin + more
                        j = j + 1
                    chosen[0] = j - 1
            for t in loops.threads():
                if t == 0:
                    end_at: T.int32 = last[0]
                    at: T.int32 = chosen[0]
                    sampled[sample] = -1
                    if end_at >= 0:
                        # Rounding may take a number just below 1 past the set.
                        if at < 0 or at > end_at:
                            at = end_at
                        sampled[sample] = tokens[0, at]

    return sample_top_p
