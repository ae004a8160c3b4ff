"""Milliseconds of the products of SmolLM2-135M in q4f32_1 in a browser: tiles, beside a thread an element.

One library has our products, the other the bare expression of each, a word a step, as TVM's fallback
schedules it; they take turns in one page, and every result is compared with NumPy's. Two plain loops say what
the adapter does at best: multiplications and additions in registers, and a stream of vectors out of memory.

Usage: python benchmarks/browser/kernels.py [--tokens 1 37 128] [--rounds 3] [--adapter software] [--json]
"""

import argparse
import base64
import math
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from tvm import relax, tirx
from tvm.relax.frontend import nn
from tvm.relax.frontend.nn import op
from tvm.s_tir import dlight
from tvm.target import Target

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))
from machine import PROJECT, machine, not_run, report, versions

from compile.formats import quantisation_named
from compile.formats.quantisation import dequantise, quantise, quantised_shapes
from compile.runtime import link
from compile.serving import BundleServer
from compile.tvm.kernels import quantised_linear, schedule_pass
from compile.tvm.kernels.expressions import quantised_sums
from compile.verifying.browser import has_card, started

RUNTIME = PROJECT / "compile" / "web" / "node_modules" / "@mlc-ai" / "web-runtime" / "lib" / "index.js"
HOST = {"kind": "llvm", "mtriple": "wasm32-unknown-unknown-wasm", "mcpu": "mvp"}
OURS, PLAIN = "tiles", "element"
LAYERS = 30
# A result may be this far from NumPy's, as a share of the largest number.
TOLERANCE = 1e-5

THREADS, STEPS, VECTORS = 4096, 256, 256
FMA = f"""
@group(0) @binding(0) var<storage, read_write> out: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {{
  let x = f32(id.x) * 1e-9 + 1.0;
  {"".join(f"var a{n} = x + {n}.0;" for n in range(8))}
  for (var i = 0; i < {STEPS}; i++) {{ {"".join(f"a{n} = a{n} * x + 1e-3;" for n in range(8)) * 8} }}
  out[id.x] = {" + ".join(f"a{n}" for n in range(8))};
}}"""
STREAM = f"""
@group(0) @binding(0) var<storage, read_write> out: array<f32>;
@group(0) @binding(1) var<storage, read> data: array<vec4f>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {{
  var sum = vec4f();
  for (var i = 0u; i < {VECTORS}u; i += 8u) {{
    {"".join(f"sum += data[id.x * {VECTORS}u + i + {n}u];" for n in range(8))}
  }}
  out[id.x] = sum.x + sum.y + sum.z + sum.w;
}}"""


class Shape(NamedTuple):
    """A matrix of SmolLM2-135M, and how often one token is multiplied with such."""

    name: str
    rows: int
    columns: int
    times: int


SHAPES = (
    Shape("qkv", 960, 576, LAYERS),
    Shape("o", 576, 576, LAYERS),
    Shape("gate_up", 3072, 576, LAYERS),
    Shape("down", 576, 1536, LAYERS),
    Shape("head", 49152, 576, 1),
)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--tokens", type=int, nargs="+", default=[1, 37, 128])
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument(
        "--adapter", choices=("software", "gpu"), default="gpu" if has_card() else "software"
    )
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    if not RUNTIME.is_file():
        not_run("compile/web/node_modules is missing (npm ci in compile/web)")
    with tempfile.TemporaryDirectory() as folder:
        about, loops, rows = measured(Path(folder), given.tokens, given.rounds, given.adapter)
    sums = {tokens: {way: total(rows, tokens, way) for way in (OURS, PLAIN)} for tokens in given.tokens}
    first = sums[given.tokens[0]]
    report(
        {
            "name": "browser_kernels",
            "unit": f"ms for all products of {given.tokens[0]} tokens",
            "lower_is_better": True,
            "ours": first[OURS],
            "peers": {PLAIN: first[PLAIN]},
            "limit": first[PLAIN],
            "ratio_to_best_peer": first[OURS] / first[PLAIN],
            "sums_ms": {str(tokens): of for tokens, of in sums.items()},
            "products": rows,
            "loops": loops,
            **about,
            "machine": machine(),
            "versions": versions("apache-tvm", "playwright"),
        },
        as_json=given.json,
    )


def measured(folder: Path, counts: list[int], rounds: int, adapter: str) -> tuple[Any, Any, Any]:
    for way in (OURS, PLAIN):
        link(built(way, adapter), folder / f"{way}.wasm", optimise=False)
    shutil.copy(RUNTIME, folder / "runtime.js")
    shutil.copy(Path(__file__).with_name("kernels_page.js"), folder)
    (folder / "index.html").write_text(
        '<!doctype html><script src="runtime.js"></script><script src="kernels_page.js"></script>'
    )
    rows = {}
    with BundleServer(folder) as server, started(software=adapter == "software") as browser:
        page = browser.new_page()
        page.set_default_timeout(600_000)
        page.goto(server.url)
        about = page.evaluate("names => prepare(names)", [OURS, PLAIN])
        loops = plain_loops(page, rounds)
        for shape in SHAPES:
            for tokens in counts:
                if shape.name == "head" and tokens > 1:
                    continue  # a prompt's last token alone is scored
                rows[f"{shape.name} {tokens}"] = of_shape(page, folder, shape, tokens, rounds)
    return about, loops, rows


def of_shape(page: Any, folder: Path, shape: Shape, tokens: int, rounds: int) -> dict[str, float]:
    random = np.random.default_rng(0)
    weight = random.normal(size=(shape.rows, shape.columns)).astype(np.float32)
    words, scales = quantise(weight, quantisation_named("q4f32_1"))
    x = random.normal(size=(tokens, shape.columns)).astype(np.float32)
    truth = x.astype(np.float64) @ dequantise(words, scales, shape.columns).astype(np.float64).T
    for name, values in (("x", x), ("words", words), ("scales", scales)):
        (folder / f"{name}.bin").write_bytes(np.ascontiguousarray(values).tobytes())
    job = {
        "name": function_of(shape, tokens),
        **{"tokens": tokens, "rows": shape.rows, "columns": shape.columns, "rounds": rounds},
        "files": {name: f"{name}.bin?{shape.name}{tokens}" for name in ("x", "words", "scales")},
    }
    found: dict[str, float] = {}
    for way in (OURS, PLAIN):
        told = page.evaluate("([library, job]) => runProduct(library, job)", [way, job])
        got = np.frombuffer(base64.b64decode(told["result"]), np.float32).reshape(truth.shape)
        if not np.abs(got - truth).max() <= TOLERANCE * np.abs(truth).max():
            sys.exit(f"{way} computes {shape.name} of {tokens} tokens wrongly")
        found[f"{way} ms"] = told["ms"]
    ms = found[f"{OURS} ms"]
    found["GFLOP/s"] = 2 * tokens * shape.rows * shape.columns / ms / 1e6
    found["GB/s of weights"] = (words.nbytes + scales.nbytes) / ms / 1e6
    found["times faster"] = found[f"{PLAIN} ms"] / ms
    return found


def plain_loops(page: Any, rounds: int) -> dict[str, float]:
    data, out = THREADS * VECTORS * 16, THREADS * 4
    shared = {"groups": THREADS // 64, "rounds": rounds}
    fma = page.evaluate("job => runLoop(job)", {"code": FMA, "bytes": [out], **shared})
    stream = page.evaluate("job => runLoop(job)", {"code": STREAM, "bytes": [out, data], **shared})
    return {"fma GFLOP/s": THREADS * STEPS * 128 / fma / 1e6, "stream GB/s": data / stream / 1e6}


def total(rows: dict[str, dict[str, float]], tokens: int, way: str) -> float:
    """What all products of a forward pass take: those of the layers, and one token's with the head."""
    return math.fsum(
        shape.times * rows[f"{shape.name} {1 if shape.name == 'head' else tokens}"][f"{way} ms"]
        for shape in SHAPES
        if f"{shape.name} {tokens}" in rows or f"{shape.name} 1" in rows
    )


def function_of(shape: Shape, tokens: int) -> str:
    return f"{shape.name}_{'one' if tokens == 1 else 'several'}"


def built(way: str, adapter: str) -> Any:
    """Compile every product, for one token and for several."""

    class Products(nn.Module):  # type: ignore[misc]
        pass

    spec = {}
    products = Products()
    for shape in SHAPES:
        words, scales = quantised_shapes(shape.rows, shape.columns)
        for name, tokens in ((function_of(shape, 1), 1), (function_of(shape, 2), "seq_len")):

            def product(x: nn.Tensor, words: nn.Tensor, scales: nn.Tensor) -> nn.Tensor:
                if way == OURS:
                    return quantised_linear(x, words, scales)
                return op.tensor_expr_op(quantised_sums, "quantised_sums", [x, words, scales])

            setattr(products, name, product)
            spec[name] = {
                "x": nn.spec.Tensor([1, tokens, shape.columns], "float32"),
                "words": nn.spec.Tensor(list(words), "uint32"),
                "scales": nn.spec.Tensor(list(scales), "float32"),
                "$": {"param_mode": "none", "effect_mode": "none"},
            }
    module, _ = products.export_tvm(spec)
    target = Target({"kind": "webgpu", "host": HOST})
    schedule = schedule_pass(adapter) if way == OURS else dlight.ApplyDefaultSchedule(dlight.gpu.Fallback())
    with target:
        module = tirx.transform.BindTarget(target)(module)
        module = relax.transform.LegalizeOps()(module)
        module = tirx.transform.ForceNarrowIndexToInt32()(schedule(module))
        return relax.build(module, target=target, system_lib=True)


if __name__ == "__main__":
    main()
