"""The loops of a library's functions on its target."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import tvm
from tvm import tirx
from tvm.ir import IRModule
from tvm.s_tir import dlight

from compile.tvm.kernels.expressions import PRODUCT
from compile.tvm.kernels.product import Product
from compile.tvm.kernels.tiles import Tile, product_of_tiles
from compile.tvm.settings import Adapter

# For one token, and for several. A processor gains by every load that a tile saves; a card needs threads
# enough to wait for memory in turns.
TILES: Final[Mapping[Adapter, tuple[Tile, Tile]]] = MappingProxyType(
    {
        "software": (Tile(rows=16, tokens=1, threads=4), Tile(rows=16, tokens=4, threads=4)),
        "gpu": (Tile(rows=2, tokens=1, threads=64), Tile(rows=4, tokens=4, threads=64)),
    }
)


def schedule_pass(adapter: Adapter) -> Any:
    """Give the pass that schedules what is not scheduled yet, for a target with threads.

    Products with quantised matrices get tiles of the adapter, all else one thread an element. To be run
    with a target; a function that is scheduled stays as it is.
    """

    @tvm.transform.module_pass(opt_level=0)  # type: ignore[untyped-decorator]  # TVM has no types
    def tiles(module: IRModule, _: Any) -> IRModule:
        module = module.clone()
        for variable, function in list(module.functions_items()):
            if isinstance(function, tirx.PrimFunc) and (product := product_of(function)) is not None:
                tile = TILES[adapter][not product.one_token]
                module[variable] = _like(function, product_of_tiles(product, tile))
        return module

    return tvm.transform.Sequential([tiles, dlight.ApplyDefaultSchedule(dlight.gpu.Fallback())])


def product_of(function: tirx.PrimFunc) -> Product | None:
    """Tell which product a function computes; None for one that computes something else."""
    if function.attrs is None or PRODUCT not in function.attrs:
        return None
    x, _, _, *bias, _ = (one.ty for one in function.params)
    return Product(str(x.dtype), bool(bias), one_token=isinstance(x.shape[1], tirx.IntImm))


def _like(function: tirx.PrimFunc, scheduled: tirx.PrimFunc) -> tirx.PrimFunc:
    for name in ("global_symbol", "target"):
        if name in function.attrs:
            scheduled = scheduled.with_attr(name, function.attrs[name])
    return scheduled
