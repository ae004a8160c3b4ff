"""A stable sort of probabilities, the largest first: short runs, then merges.

An element's place in its run of :data:`RUN` is the number of those that come before it, which its thread
counts. In a merge each thread writes :data:`RUN` elements of the result: a binary search finds how many of
the elements before them come from either run (the merge path of Green, McColl and Bader, 2012), and from
there it takes the larger of two at a time. The runs double until one holds all. No thread waits for another,
so that it is fast on processors too.
"""

from typing import Any, Final

from tvm.script import tirx as T  # noqa: N812

from compile.tvm.launching import WIDE, Loops

RUN: Final = 8
_STRETCH: Final = WIDE * RUN


def merges_of(vocab: int) -> tuple[int, ...]:
    """Give the binary logarithm of the length of the runs before each merge."""
    level, levels = RUN.bit_length() - 1, []
    while 1 << level < vocab:
        levels.append(level)
        level += 1
    return tuple(levels)


def runs_kernel(vocab: int, loops: Loops) -> Any:
    """Sort every :data:`RUN` probabilities, and give their places beside them."""

    @T.prim_func(s_tir=True)  # type: ignore[untyped-decorator]  # TVM has no types
    def sort_runs(var_probabilities: T.handle, var_values: T.handle, var_places: T.handle) -> None:
        T.func_attr({"tirx.is_scheduled": True, "tirx.noalias": True})
        probabilities = T.match_buffer(var_probabilities, (1, vocab), "float32")
        values = T.match_buffer(var_values, (1, vocab), "float32")
        places = T.match_buffer(var_places, (1, vocab), "int32")
        for block in loops.blocks((vocab + WIDE - 1) // WIDE):
            for t in loops.threads():
                i: T.int32 = block * WIDE + t
                if i < vocab:
                    own: T.float32 = probabilities[0, i]
                    start: T.int32 = i - T.bitwise_and(i, RUN - 1)
                    to: T.int32 = start
                    for step in T.serial(RUN):
                        j: T.int32 = start + step
                        other: T.float32 = probabilities[0, T.min(j, vocab - 1)]
                        if j < vocab and (other > own or (other == own and j < i)):
                            to = to + 1
                    values[0, to] = own
                    places[0, to] = i

    return sort_runs


def merge_kernel(vocab: int, loops: Loops) -> Any:
    """Merge neighbouring runs of ``1 << level`` elements into runs of twice the length."""

    @T.prim_func(s_tir=True)  # type: ignore[untyped-decorator]  # TVM has no types
    def merge_runs(
        var_values: T.handle,
        var_places: T.handle,
        level: T.int32,
        var_merged: T.handle,
        var_merged_places: T.handle,
    ) -> None:
        T.func_attr({"tirx.is_scheduled": True, "tirx.noalias": True})
        values = T.match_buffer(var_values, (1, vocab), "float32")
        places = T.match_buffer(var_places, (1, vocab), "int32")
        merged = T.match_buffer(var_merged, (1, vocab), "float32")
        merged_places = T.match_buffer(var_merged_places, (1, vocab), "int32")
        for block in loops.blocks((vocab + _STRETCH - 1) // _STRETCH):
            for t in loops.threads():
                out: T.int32 = (block * WIDE + t) * RUN
                if out < vocab:
                    first: T.int32 = T.shift_left(T.shift_right(out, level + 1), level + 1)
                    second: T.int32 = T.min(first + T.shift_left(1, level), vocab)
                    end: T.int32 = T.min(first + T.shift_left(2, level), vocab)
                    before: T.int32 = out - first
                    low: T.int32 = T.max(0, before - (end - second))
                    high: T.int32 = T.min(before, second - first)
                    while low < high:
                        middle: T.int32 = T.shift_right(low + high, 1)
                        # Of equals, those of the first run come first.
                        if values[0, first + middle] >= values[0, second + before - 1 - middle]:
                            low = middle + 1
                        else:
                            high = middle
                    i: T.int32 = first + low
                    j: T.int32 = second + before - low
                    one: T.float32 = values[0, T.min(i, vocab - 1)]
                    other: T.float32 = values[0, T.min(j, vocab - 1)]
                    # Without branches, which would part the threads that run in step.
                    for step in T.serial(RUN):
                        if out + step < end:
                            take: T.int32 = T.Cast("int32", i < second and (j >= end or one >= other))
                            at: T.int32 = T.Select(take == 1, i, j)
                            merged[0, out + step] = T.Select(take == 1, one, other)
                            merged_places[0, out + step] = places[0, at]
                            following: T.float32 = values[0, T.min(at + 1, vocab - 1)]
                            one = T.Select(take == 1, following, one)
                            other = T.Select(take == 1, other, following)
                            i = i + take
                            j = j + 1 - take

    return merge_runs
