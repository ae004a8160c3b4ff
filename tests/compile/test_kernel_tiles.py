import re

import numpy as np
import pytest

tvm = pytest.importorskip("tvm", reason="apache-tvm is not installed: pip install 'malmoi[compile]'")

from tvm import relax  # noqa: E402
from tvm.relax.frontend import nn  # noqa: E402

from compile.formats.quantisation import QUANTISATIONS, dequantise, quantise, quantised_shapes  # noqa: E402
from compile.tvm.kernels import linear, quantised_linear, quantised_take, schedule_pass, take  # noqa: E402
from compile.tvm.kernels.product import Product  # noqa: E402
from compile.tvm.kernels.scheduling import TILES  # noqa: E402
from compile.tvm.kernels.tiles import Tile, product_of_tiles  # noqa: E402

NAMES = {"float32": "q4f32_1", "float16": "q4f16_1"}
# Rounding of a result, as a share of the largest, and of sums of float32, as a share of the largest possible.
OF_RESULT = {"float32": 1e-6, "float16": 1e-3}
OF_SUMS = 2e-7
BROWSER = {
    "kind": "webgpu",
    "host": {"kind": "llvm", "mtriple": "wasm32-unknown-unknown-wasm", "mcpu": "mvp"},
}


def stored(rows: int, columns: int, dtype: str):
    """A matrix with a row of zeros, a group of zeros, and one outlier; its words, scales and true values."""
    weight = np.random.default_rng(rows * columns).normal(size=(rows, columns)).astype(np.float32)
    weight[0] = 0
    weight[-1, : min(32, columns)] = 0
    weight[rows // 2, columns // 2] = 400
    words, scales = quantise(weight, QUANTISATIONS[NAMES[dtype]])
    return words, np.ascontiguousarray(scales), dequantise(words, scales, columns)


def hidden(tokens: int, columns: int, dtype: str):
    return np.random.default_rng(tokens).normal(size=(1, tokens, columns)).astype(dtype)


def is_product(got, x, weight, bias=0.0) -> bool:
    expected = x.astype(np.float64) @ weight.astype(np.float64).T + np.asarray(bias, np.float64)
    largest = np.abs(x.astype(np.float64)).sum(axis=-1).max() * np.abs(weight.astype(np.float64)).max()
    allowed = OF_RESULT[str(got.dtype)] * np.abs(expected).max() + OF_SUMS * largest
    return got.shape == expected.shape and np.abs(got - expected).max() <= allowed


def module_of(function, **arguments: tuple[tuple[int | str, ...], str]):
    """A module with one function of tensors of these shapes and types."""

    class Only(nn.Module):
        pass

    spec = {name: nn.spec.Tensor(list(shape), dtype) for name, (shape, dtype) in arguments.items()}
    only = Only()
    only.compute = function
    spec["$"] = {"param_mode": "none", "effect_mode": "none"}
    return only.export_tvm({"compute": spec})[0]


def product_module(rows: int, columns: int, tokens: int | str, dtype: str):
    words, scales = quantised_shapes(rows, columns)

    def compute(x: nn.Tensor, q_weight: nn.Tensor, q_scale: nn.Tensor, bias: nn.Tensor) -> nn.Tensor:
        return quantised_linear(x, q_weight, q_scale, bias)

    return module_of(
        compute,
        x=((1, tokens, columns), dtype),
        q_weight=(words, "uint32"),
        q_scale=(scales, dtype),
        bias=((rows,), dtype),
    )


def computed(module, *arguments):
    machine = relax.VirtualMachine(tvm.compile(module, target="llvm"), tvm.cpu())
    return machine["compute"](*(tvm.runtime.tensor(one) for one in arguments)).numpy()


def shader_of(module, adapter: str) -> str:
    target = tvm.target.Target(BROWSER)
    with target:
        module = tvm.tirx.transform.BindTarget(target)(relax.transform.LegalizeOps()(module))
        module = tvm.tirx.transform.ForceNarrowIndexToInt32()(schedule_pass(adapter)(module))
    functions = {
        name.name_hint: function.with_attr("global_symbol", name.name_hint)
        for name, function in module.functions_items()
        if isinstance(function, tvm.tirx.PrimFunc)
    }
    return tvm.compile(tvm.IRModule(functions), target=target).mod.imports[0].inspect_source()


def scheduled(module) -> list[bool]:
    functions = (one for _, one in module.functions_items() if isinstance(one, tvm.tirx.PrimFunc))
    return ["tirx.is_scheduled" in one.attrs for one in functions]


@pytest.mark.parametrize(("dtype", "bias"), [("float32", False), ("float16", True)])
@pytest.mark.parametrize(
    ("rows", "columns", "tokens", "tile"),
    [
        (64, 64, 1, Tile(4, 1, 2)),  # tiles fit
        (70, 96, 1, Tile(4, 1, 2)),  # the last tile sticks out, others do not exist
        (3, 32, 1, Tile(4, 1, 2)),  # the only tile sticks out
        (24, 64, 4, Tile(4, 2, 4)),
        (24, 64, 5, Tile(4, 2, 4)),  # tokens stick out
        (3, 32, 3, Tile(4, 2, 4)),  # both do
    ],
)
def test_tiles_compute_the_product(rows, columns, tokens, tile, dtype, bias) -> None:
    words, scales, weight = stored(rows, columns, dtype)
    added = np.linspace(-3, 3, rows).astype(dtype) if bias else np.zeros(rows, dtype)
    x = hidden(tokens, columns, dtype)
    function = product_of_tiles(Product(dtype, bias, one_token=tokens == 1), tile, threaded=False)
    built = tvm.compile(tvm.IRModule({"tiles": function.with_attr("global_symbol", "tiles")}), target="llvm")
    given = [x, words, scales, *([added] if bias else [])]
    # Beyond the result stand numbers that a tile which sticks out must not touch.
    out = tvm.runtime.tensor(np.full((1, tokens, rows), np.nan, dtype))
    built["tiles"](*(tvm.runtime.tensor(one) for one in given), out)
    assert is_product(out.numpy(), x, weight, added)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("columns", [32, 96, 40, 30, 7])
def test_the_expression_computes_the_product_also_of_rows_with_a_shorter_group(columns: int, dtype) -> None:
    words, scales, weight = stored(9, columns, dtype)
    x, bias = hidden(3, columns, dtype), np.linspace(-1, 1, 9).astype(dtype)
    got = computed(product_module(9, columns, "tokens", dtype), x, words, scales, bias)
    assert is_product(got, x, weight, bias)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("columns", [64, 40])
def test_rows_are_taken_bit_for_bit(columns: int, dtype: str) -> None:
    words, scales, weight = stored(9, columns, dtype)

    def compute(ids: nn.Tensor, q_weight: nn.Tensor, q_scale: nn.Tensor) -> nn.Tensor:
        return quantised_take(ids, q_weight, q_scale, columns)

    module = module_of(
        compute,
        ids=(("tokens",), "int32"),
        q_weight=(words.shape, "uint32"),
        q_scale=(scales.shape, dtype),
    )
    ids = np.array([8, 0, 4, 8], np.int32)
    assert np.array_equal(computed(module, ids, words, scales), weight[ids])


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_matrices_that_are_not_quantised(dtype: str) -> None:
    weight, bias = hidden(7, 40, dtype)[0], np.linspace(-1, 1, 7).astype(dtype)

    def compute(x: nn.Tensor, ids: nn.Tensor, weight: nn.Tensor, bias: nn.Tensor) -> nn.Tensor:
        return linear(x, weight, bias), take(ids, weight)

    module = module_of(
        compute,
        x=((1, "tokens", 40), dtype),
        ids=(("tokens",), "int32"),
        weight=((7, 40), dtype),
        bias=((7,), dtype),
    )
    machine = relax.VirtualMachine(tvm.compile(module, target="llvm"), tvm.cpu())
    x, ids = hidden(3, 40, dtype), np.array([6, 0, 6], np.int32)
    product, rows = machine["compute"](*(tvm.runtime.tensor(one) for one in (x, ids, weight, bias)))
    assert is_product(product.numpy(), x, weight, bias)
    assert np.array_equal(rows.numpy(), weight[ids])


@pytest.mark.parametrize("adapter", ["software", "gpu"])
@pytest.mark.parametrize("tokens", [1, "tokens"])
def test_a_shader_loads_fours_and_never_waits(tokens: int | str, adapter: str) -> None:
    shader = shader_of(product_module(70, 96, tokens, "float32"), adapter)
    assert shader.count("@compute") == 1  # with the bias
    assert "array<vec4<u32>>" in shader
    assert "array<vec4<f32>>" in shader
    assert "workgroupBarrier" not in shader
    assert "var<workgroup>" not in shader
    threads = re.search(r"@workgroup_size\((\d+), 1, 1\)", shader)
    assert threads is not None
    assert int(threads[1]) == TILES[adapter][tokens != 1].threads


def test_a_shader_of_half_floats_loads_fours_of_them() -> None:
    shader = shader_of(product_module(64, 64, 1, "float16"), "software")
    assert "enable f16;" in shader
    assert "array<vec4<f16>>" in shader


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_a_row_with_a_shorter_group_gets_a_thread_an_element(dtype: str) -> None:
    shader = shader_of(product_module(70, 40, 1, dtype), "software")
    assert "vec4" not in shader
    assert shader.count("@compute") >= 2  # what it adds up, and the bias


def test_what_is_scheduled_stays_as_it_is() -> None:
    target = tvm.target.Target(BROWSER)
    with target:
        module = tvm.tirx.transform.BindTarget(target)(product_module(64, 64, 1, "float32"))
        once = schedule_pass("gpu")(module)
        tvm.ir.assert_structural_equal(schedule_pass("gpu")(once), once)
    assert [scheduled(one) for one in (module, once)] == [[False], [True]]
