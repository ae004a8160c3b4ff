"""What a workgroup does to attend: the phases between which its threads wait for each other."""

from collections.abc import Callable
from math import e, log2
from typing import Any, Final

from tvm import tirx
from tvm.ir import PointerType, PrimType
from tvm.script import tirx as T  # noqa: N812
from tvm.script.ir_builder import tirx as write

from compile.tvm.launching import THREADS, Loops

LANES: Final = 4
_BASE_2: Final = log2(e)
# No score is lower than the first, and what is masked is lower still.
_LOWEST: Final = -5e4
_MASKED: Final = -1e30
_TINY: Final = 1e-30
# The largest of a row's scores is found in so many parts, then of those.
_PARTS: Final = 8


def as_vectors(buffer: Any) -> Any:
    """See a buffer as vectors of four, which a device loads as fast as one number."""
    kind = f"{buffer.dtype}x{LANES}"
    data = tirx.Var("vectors", PointerType(PrimType(kind), "global"))
    T.bind(tirx.reinterpret(data.ty, buffer.data), var=data)
    return T.decl_buffer((*buffer.shape[:-1], buffer.shape[-1] // LANES), kind, data=data)


def attend_in_tiles(  # noqa: PLR0915
    rows: int, size: int, dtype: str, window: int | None, loops: Loops
) -> Any:
    """Make the body of a kernel: ``rows`` (at most eight) of one head attend.

    Its arguments: ``output`` of shape (count, heads, size), ``lse`` of shape (count, heads), the scale of the
    scores, the head, its first row, ``count``, ``ahead``, how many keys there are, and four functions: the
    place of a key by its number; a query's vector of four elements by row, head and number of the vector; and
    a key's and a value's by place, head of the queries and number. ``size`` is a multiple of four up to 256.
    Row r stands at ``ahead`` + r among the keys, and sees those up to there.
    """
    vectors = size // LANES
    # So many threads hold a row's values; keys are dealt out among the groups of them.
    groups = THREADS // vectors
    sees = 2**30 if window is None else window

    @T.macro  # type: ignore[untyped-decorator]  # TVM has no types
    def attend(  # noqa: PLR0912, PLR0915, PLR0917
        output: Any,
        lse: Any,
        scale: Any,
        head: Any,
        first: Any,
        count: Any,
        ahead: Any,
        keys: Any,
        locate: Any,
        query: Any,
        key: Any,
        value: Any,
    ) -> None:
        scores = loops.shared(rows, THREADS)
        peaks = loops.shared(rows, _PARTS)
        weights = loops.shared(rows, THREADS)
        sums = loops.shared(groups, rows, size)
        masses = loops.shared(groups, rows)
        score = loops.own(rows)
        products = loops.each(rows, f"float32x{LANES}")
        largest = loops.own(rows)
        total = loops.own(rows)
        shrunk = loops.own(rows)
        result = loops.each(rows, f"float32x{LANES}")
        for t in loops.threads():
            for r in T.unroll(rows):
                largest[loops.at(t), r] = T.float32(_LOWEST)
                total[loops.at(t), r] = T.float32(0)
            _fill(result, loops.at(t))
        begin: T.int32 = T.max(first + ahead - (sees - 1), 0) // THREADS
        end: T.int32 = T.min(keys, first + ahead + rows)
        for tile in T.serial((end + THREADS - 1) // THREADS - begin):
            for t in loops.threads():
                at: T.int32 = (begin + tile) * THREADS + t
                _fill(products, loops.at(t))
                if at < end:
                    place: T.int32 = locate(at)
                    for d in T.serial(vectors):
                        element: T.float32x4 = key(place, head, d)
                        _add(
                            products,
                            loops.at(t),
                            lambda r, of: of * query(T.min(first + r, count - 1), head, d),  # noqa: B023
                            element,
                        )
                _add_across(products, score, loops.at(t))
                for r in T.unroll(rows):
                    score[loops.at(t), r] = score[loops.at(t), r] * scale * T.float32(_BASE_2)
                    if at >= end or at > first + r + ahead or at <= first + r + ahead - sees:
                        score[loops.at(t), r] = T.float32(_MASKED)
                    scores[r, t] = score[loops.at(t), r]
            for t in loops.threads():
                if t < rows * _PARTS:
                    peak: T.float32 = T.float32(_MASKED)
                    for i in T.serial(THREADS // _PARTS):
                        peak = T.max(peak, scores[t // _PARTS, t % _PARTS * (THREADS // _PARTS) + i])
                    peaks[t // _PARTS, t % _PARTS] = peak
            for t in loops.threads():
                for r in T.unroll(rows):
                    best: T.float32 = largest[loops.at(t), r]
                    for i in T.serial(_PARTS):
                        best = T.max(best, peaks[r, i])
                    shrunk[loops.at(t), r] = T.exp2(largest[loops.at(t), r] - best)
                    largest[loops.at(t), r] = best
                    total[loops.at(t), r] = total[loops.at(t), r] * shrunk[loops.at(t), r]
                    weights[r, t] = T.exp2(score[loops.at(t), r] - best)
                _shrink(result, shrunk, loops.at(t))
            for t in loops.threads():
                if t < groups * vectors:
                    left: T.int32 = T.min(end - (begin + tile) * THREADS, THREADS)
                    for step in T.serial((left - t // vectors + groups - 1) // groups):
                        nth: T.int32 = step * groups + t // vectors
                        found: T.int32 = locate((begin + tile) * THREADS + nth)
                        part: T.float32x4 = value(found, head, t % vectors)
                        _add(
                            result,
                            loops.at(t),
                            lambda r, of: T.Broadcast(weights[r, nth], LANES) * of,  # noqa: B023
                            part,
                        )
                        for r in T.unroll(rows):
                            total[loops.at(t), r] = total[loops.at(t), r] + weights[r, nth]
        for t in loops.threads():
            if t < groups * vectors:
                _spill(result, sums, loops.at(t), t // vectors, t % vectors * LANES)
                for r in T.unroll(rows):
                    if t % vectors == 0:
                        masses[t // vectors, r] = total[loops.at(t), r]
            for r in T.unroll(rows):
                if t == 0 and first + r < count:
                    lse[first + r, head] = largest[loops.at(t), r]
        for t in loops.threads():
            for step in T.serial(-(-rows * size // THREADS)):
                row: T.int32 = (step * THREADS + t) // size
                column: T.int32 = (step * THREADS + t) % size
                if row < rows and first + row < count:
                    whole: T.float32 = T.float32(0)
                    mass: T.float32 = T.float32(_TINY)
                    for group in T.serial(groups):
                        whole = whole + sums[group, row, column]
                        mass = mass + masses[group, row]
                    output[first + row, head, column] = (whole / mass).astype(dtype)
                    if column == 0:
                        lse[first + row, head] = lse[first + row, head] + T.log2(mass)

    return attend


# What follows writes the statements of all rows out: their sums then stay in registers.


def _fill(sums: list[Any], at: Any) -> None:
    for one in sums:
        write.buffer_store(one, T.Broadcast(T.float32(0), LANES), [at])


def _add(sums: list[Any], at: Any, product: Callable[[int, Any], Any], vector: Any) -> None:
    for row, one in enumerate(sums):
        write.buffer_store(one, one[at] + product(row, vector), [at])


def _shrink(sums: list[Any], factors: Any, at: Any) -> None:
    for row, one in enumerate(sums):
        write.buffer_store(one, one[at] * T.Broadcast(factors[at, row], LANES), [at])


def _add_across(sums: list[Any], out: Any, at: Any) -> None:
    for row, one in enumerate(sums):
        first, *others = (T.Shuffle([one[at]], [lane]) for lane in range(LANES))
        write.buffer_store(out, sum(others, first), [at, row])


def _spill(sums: list[Any], out: Any, at: Any, group: Any, column: Any) -> None:
    for row, one in enumerate(sums):
        for lane in range(LANES):
            write.buffer_store(out, T.Shuffle([one[at]], [lane]), [group, row, column + lane])
