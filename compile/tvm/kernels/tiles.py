"""Products with quantised matrices in tiles: each thread computes some rows of some tokens, in registers.

Written for adapters that are processors, as SwiftShader, and right on any. There a load costs as much as
thirty multiplications, a barrier of a workgroup ten loads, and memory of a workgroup more than a storage
buffer: so threads share nothing, a tile uses what it loads often, and all loads but those of scales are of
four elements.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from tvm import tirx
from tvm.ir import PointerType, PrimType
from tvm.script.ir_builder import IRBuilder
from tvm.script.ir_builder import tirx as T  # noqa: N812 - as TVM's own code has it
from tvm.tirx import PrimFunc

from compile.formats.quantisation import GROUP
from compile.tvm.kernels.product import ZERO, Product

_LANES: Final = 4
_VECTORS_A_GROUP: Final = GROUP // _LANES


@dataclass(frozen=True, slots=True)
class Tile:
    """What a thread computes, and how many threads a workgroup has."""

    rows: int
    tokens: int
    threads: int


@dataclass(frozen=True, slots=True)
class _Sources:
    """What a product reads: hidden states in fours, the words of a group at once, scales."""

    vectors: Any
    quads: Any
    scales: Any

    def hidden(self, token: Any, group: Any, nth: int) -> Any:
        return T.bind(self.vectors[0, token, group * _VECTORS_A_GROUP + nth].astype(f"float32x{_LANES}"))

    def words(self, row: Any, group: Any) -> Any:
        return T.bind(self.quads[row, group])

    def scale(self, row: Any, group: Any) -> Any:
        return T.bind(self.scales[row, group].astype("float32"))


def product_of_tiles(product: Product, tile: Tile, *, threaded: bool = True) -> PrimFunc:
    """Write the loops of a product.

    Parameters
    ----------
    threaded
        False writes plain loops where threads would be, which any processor runs.

    Returns
    -------
    PrimFunc
        Takes hidden states, words, scales, the bias if there is one, and what the product is written to.
    """
    dtype = product.dtype
    with IRBuilder() as builder, T.prim_func(is_private=True, s_tir=True):
        T.func_attr({"tirx.is_scheduled": True, "tirx.noalias": True})
        rows, columns, words, groups = (T.int64() for _ in range(4))
        tokens = 1 if product.one_token else T.int64()
        x = _parameter("x", (1, tokens, columns), dtype)
        q_weight = _parameter("q_weight", (rows, words), "uint32")
        q_scale = _parameter("q_scale", (rows, groups), dtype)
        bias = _parameter("bias", (rows,), dtype) if product.bias else None
        out = _parameter("product", (1, tokens, rows), dtype)
        vectors = _as_vectors(x, (1, tokens, groups * _VECTORS_A_GROUP))
        sources = _Sources(vectors, _as_vectors(q_weight, (rows, groups)), q_scale)
        blocks = _ceil(rows, tile.rows * tile.threads)
        with _threads(blocks, _ceil(tokens, tile.tokens), tile.threads, threaded) as (block, part, thread):
            first = T.bind((block * tile.threads + thread) * tile.rows)
            with T.If(first < rows), T.Then():
                mine = _Range(first, tile.rows, rows)
                places = _Range(part * tile.tokens, tile.tokens, tokens)
                sums = _sums(sources, mine.inside(), places.inside(), groups)
                _write(sums, out, bias, mine, places)
    return builder.get()


@dataclass(frozen=True, slots=True)
class _Range:
    """``count`` indices from ``first`` on, of which some may not be below ``end``."""

    first: Any
    count: int
    end: Any

    def inside(self) -> list[Any]:
        """Those beyond the end read the last one's instead."""
        return [T.bind(tirx.min(self.first + nth, self.end - 1)) for nth in range(self.count)]


def _sums(sources: _Sources, rows: list[Any], tokens: list[Any], groups: Any) -> list[list[Any]]:
    """Add up the products of every row (inner list) and token (outer)."""
    sums = [[_number("float32") for _ in rows] for _ in tokens]
    for of_token in sums:
        for total in of_token:
            T.buffer_store(total, T.float32(0), [0])
    with T.serial(0, groups) as group:
        if len(tokens) == 1:
            _add_one(sources, rows, tokens[0], group, sums[0])
        else:
            _add_several(sources, rows, tokens, group, sums)
    return sums


def _add_one(sources: _Sources, rows: list[Any], token: Any, group: Any, sums: list[Any]) -> None:
    """Add a group's products of one token.

    A code stays where it is in its word, 16 ** lane times too large: the hidden states are divided by that
    instead, once for all rows, and the 7 that each code is too large is taken off a group at a time.
    """
    vectors = [_lanes(sources.hidden(token, group, nth)) for nth in range(_VECTORS_A_GROUP)]
    less = _kept(_sum([one for lanes in vectors for one in lanes]) * T.float32(-ZERO))
    small = [[_kept(_descaled(one, lane)) for lane, one in enumerate(lanes)] for lanes in vectors]
    for row, total in zip(rows, sums, strict=True):
        words = sources.words(row, group)
        halves = [_half(words, nth) for nth in range(_VECTORS_A_GROUP)]
        # A sum for each lane: additions of one need not wait for those of another.
        terms = [
            _sum([_code(half, lane) * small[nth][lane] for nth, half in enumerate(halves)])
            for lane in range(_LANES)
        ]
        T.buffer_store(total, total[0] + (_sum(terms) + less) * sources.scale(row, group), [0])


def _add_several(
    sources: _Sources, rows: list[Any], tokens: list[Any], group: Any, sums: list[list[Any]]
) -> None:
    """Add a group's products of several tokens: a weight is unpacked once for all of them."""
    words = [sources.words(row, group) for row in rows]
    scales = [sources.scale(row, group) for row in rows]
    less = [_kept(scale * T.float32(-ZERO)) for scale in scales]
    steps = [[_kept(_descaled(scale, lane)) for lane in range(_LANES)] for scale in scales]
    for nth in range(_VECTORS_A_GROUP):
        hidden = [_lanes(sources.hidden(token, group, nth)) for token in tokens]
        for row in range(len(rows)):
            half = _half(words[row], nth)
            weights = [_kept(_code(half, lane) * steps[row][lane] + less[row]) for lane in range(_LANES)]
            for of_token, lanes in zip(sums, hidden, strict=True):
                terms = [weight * one for weight, one in zip(weights, lanes, strict=True)]
                T.buffer_store(of_token[row], _sum([of_token[row][0], *terms]), [0])


def _write(sums: list[list[Any]], out: Any, bias: Any, rows: _Range, places: _Range) -> None:
    for nth_place, of_token in enumerate(sums):
        place = places.first + nth_place
        with T.If(place < places.end), T.Then():
            for nth, total in enumerate(of_token):
                row = rows.first + nth
                with T.If(row < rows.end), T.Then():
                    value = total[0] if bias is None else total[0] + bias[row].astype("float32")
                    T.buffer_store(out, value.astype(out.dtype), [0, place, row])


def _half(words: Any, nth: int) -> Any:
    """The nth four codes of a group, in the lower half of a word."""
    word = _lanes(words)[nth // 2]
    return _kept(word >> T.uint32(16)) if nth % 2 else word


def _code(half: Any, lane: int) -> Any:
    """A code times 16 ** lane. It is below 2 ** 16: a signed number serves, which is cast more cheaply."""
    return (half & T.uint32(15 << 4 * lane)).astype("int32").astype("float32")


def _descaled(value: Any, lane: int) -> Any:
    return value * T.float32(16.0**-lane) if lane else value


def _sum(terms: list[Any]) -> Any:
    total, *others = terms
    for term in others:
        total = total + term
    return total


def _lanes(vector: Any) -> list[Any]:
    return [tirx.Shuffle([vector], [lane]) for lane in range(_LANES)]


def _kept(value: Any) -> Any:
    """Compute a number once: what is only bound to a name TVM writes out again wherever it is used."""
    kept = _number(str(value.ty.dtype))
    T.buffer_store(kept, value, [0])
    return kept[0]


def _number(dtype: str) -> Any:
    return T.alloc_buffer((1,), dtype, scope="local")


def _parameter(name: str, shape: tuple[Any, ...], dtype: str) -> Any:
    return T.match_buffer(T.arg(name, T.handle()), shape, dtype)


def _as_vectors(buffer: Any, shape: tuple[Any, ...]) -> Any:
    """See a buffer as vectors of four, which WGSL then loads whole; callers still pass the elements."""
    kind = f"{buffer.dtype}x{_LANES}"
    data = tirx.Var("vectors", PointerType(PrimType(kind), "global"))
    T.bind(tirx.reinterpret(data.ty, buffer.data), var=data)
    return T.decl_buffer(shape, kind, data=data)


def _ceil(count: Any, by: int) -> Any:
    return (count + by - 1) // by


@contextmanager
def _threads(blocks: Any, parts: Any, threads: int, threaded: bool) -> Iterator[tuple[Any, Any, Any]]:
    if not threaded:
        with T.grid(blocks, parts, threads) as places:
            yield places
        return
    block, part, thread = (T.env_thread(name) for name in ("blockIdx.x", "blockIdx.y", "threadIdx.x"))
    with T.launch_thread(block, blocks), T.launch_thread(part, parts), T.launch_thread(thread, threads):
        yield block, part, thread
