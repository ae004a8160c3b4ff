"""GB/s of the products that write one token, on a card by Vulkan: a library's WGSL without a browser.

The shader is taken out of a build with the tiles of ``--adapter`` and run through wgpu over matrices of an
8B model, whose weights are larger than a card's cache. Beside it a stream of vectors out of memory says what
the card gives at best; 50 % of that is wanted. Every result is compared with NumPy's.

Needs a Vulkan driver, and wgpu: pip install -c constraints.txt wgpu
On a processor's driver (llvmpipe) results are checked and times mean nothing.

Usage: python benchmarks/gpu/webgpu_kernels.py [--adapter gpu] [--rounds 5] [--scale 1] [--json]
"""

import argparse
import sys
import time
from collections.abc import Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))
from machine import machine, median, not_run, report, versions

from compile.formats import quantisation_named
from compile.formats.quantisation import dequantise, quantise

_BUILDS = Path(__file__).parents[1] / "browser" / "kernels.py"
WANTED = 0.5
TOLERANCE = 1e-5
REPEATS = 20
STREAM_BYTES = 1 << 28
STREAM_THREADS = 1 << 16


class Shape(NamedTuple):
    """A matrix of a Llama of 8 billion weights."""

    name: str
    rows: int
    columns: int


SHAPES = (
    Shape("qkv", 6144, 4096),
    Shape("o", 4096, 4096),
    Shape("gate_up", 28672, 4096),
    Shape("down", 4096, 14336),
)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--adapter", choices=("gpu", "software"), default="gpu", help="whose tiles")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument(
        "--scale", type=int, default=1, help="divide rows and the stream by this, for trials"
    )
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    try:
        import wgpu  # noqa: PLC0415
    except ImportError:
        not_run("wgpu is not installed (pip install -c constraints.txt wgpu)")
    adapter = wgpu.gpu.request_adapter_sync(power_preference="high-performance")
    if adapter is None:
        not_run("no adapter (a Vulkan driver is needed)")
    card = Card(adapter)
    code, rows_a_group = shader_of(given.adapter)
    stream = card.stream(STREAM_BYTES // given.scale, given.rounds)
    products = {
        shape.name: card.product(code, rows_a_group, shape, given.scale, given.rounds) for shape in SHAPES
    }
    share = median(list(products.values())) / stream
    is_card = adapter.info["adapter_type"] != "CPU"
    report(
        {
            "name": "webgpu_kernels",
            "unit": "GB/s of weights, median of the matrices",
            "ours": median(list(products.values())),
            "peers": {"stream": stream},
            "limit": WANTED * stream,
            "ratio_to_best_peer": share,
            "products": products,
            "adapter": adapter.info["device"],
            "counts": is_card,
            "machine": machine(),
            "versions": versions("apache-tvm", "wgpu"),
        },
        as_json=given.json,
    )
    if is_card and share < WANTED:
        sys.exit(1)


def shader_of(adapter: str) -> tuple[str, int]:
    """Give the WGSL of the product of one token, and how many rows a workgroup makes."""
    from compile.tvm.kernels.scheduling import TILES  # noqa: PLC0415

    # By its path: a package of that name on the hub is hidden from imports (curation/privacy.py).
    spec = spec_from_file_location("browser_kernels", _BUILDS)
    assert spec is not None
    assert spec.loader is not None
    kernels = module_from_spec(spec)
    sys.modules[spec.name] = kernels
    spec.loader.exec_module(kernels)
    library = kernels.built(kernels.OURS, adapter).mod
    source = next(one for one in _modules(library) if one.kind == "webgpu").inspect_source()
    functions = [text for text in source.split("//" + "-" * 40) if "@compute" in text]
    # The count of tokens is one more number among those that the other product is called with.
    one_token = min(
        functions, key=lambda text: text.partition("struct PODArgs")[2].partition("}")[0].count(":")
    )
    tile = TILES[adapter][0]
    return one_token, tile.rows * tile.threads


def _modules(module: Any) -> Sequence[Any]:
    found = [module]
    for one in module.imports:
        found += _modules(one)
    return found


class Card:
    """An adapter's device."""

    def __init__(self, adapter: Any) -> None:
        import wgpu  # noqa: PLC0415

        wanted = ("max-storage-buffer-binding-size", "max-buffer-size")
        self.device = adapter.request_device_sync(
            required_limits={name: adapter.limits[name] for name in wanted}
        )
        self.usage = wgpu.BufferUsage

    def product(self, code: str, rows_a_group: int, shape: Shape, scale: int, rounds: int) -> float:
        """Time a product, in GB/s of words and scales."""
        rows, columns = shape.rows // scale, shape.columns
        random = np.random.default_rng(0)
        weight = random.normal(size=(rows, columns)).astype(np.float32)
        words, scales = quantise(weight, quantisation_named("q4f32_1"))
        x = random.normal(size=(1, columns)).astype(np.float32)
        truth = x.astype(np.float64) @ dequantise(words, scales, columns).astype(np.float64).T
        out = self._buffer(np.zeros(rows, np.float32))
        groups = -(-rows // rows_a_group)
        numbers = np.array([rows, columns // 32, groups - 1], np.int32)
        buffers = [*map(self._buffer, (x, words, scales)), out, self._buffer(numbers, uniform=True)]
        seconds = self._timed(code, buffers, groups, rounds)
        got = np.frombuffer(self.device.queue.read_buffer(out), np.float32)
        if not np.abs(got - truth[0]).max() <= TOLERANCE * np.abs(truth).max():
            sys.exit(f"{shape.name} is computed wrongly")
        return float((words.nbytes + scales.nbytes) / seconds / 1e9)

    def stream(self, size: int, rounds: int) -> float:
        """Time a kernel that reads vectors, neighbours beside neighbours, in GB/s."""
        steps = size // 16 // STREAM_THREADS
        code = f"""
@group(0) @binding(0) var<storage, read_write> out: array<f32>;
@group(0) @binding(1) var<storage, read> data: array<vec4f>;
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u) {{
  var sum = vec4f();
  for (var i = 0u; i < {steps}u; i++) {{ sum += data[i * {STREAM_THREADS}u + id.x]; }}
  out[id.x] = sum.x + sum.y + sum.z + sum.w;
}}"""
        data = np.ones(steps * STREAM_THREADS * 4, np.float32)
        buffers = [self._buffer(np.zeros(STREAM_THREADS, np.float32)), self._buffer(data)]
        return data.nbytes / self._timed(code, buffers, STREAM_THREADS // 256, rounds) / 1e9

    def _buffer(self, values: Any, *, uniform: bool = False) -> Any:
        kind = self.usage.UNIFORM if uniform else self.usage.STORAGE
        return self.device.create_buffer_with_data(
            data=np.ascontiguousarray(values), usage=kind | self.usage.COPY_SRC
        )

    def _timed(self, code: str, buffers: Sequence[Any], groups: int, rounds: int) -> float:
        """Seconds of a dispatch: the median of rounds of many in one submission."""
        module = self.device.create_shader_module(code=code)
        pipeline = self.device.create_compute_pipeline(layout="auto", compute={"module": module})
        bindings = self.device.create_bind_group(
            layout=pipeline.get_bind_group_layout(0),
            entries=[{"binding": at, "resource": {"buffer": one}} for at, one in enumerate(buffers)],
        )

        def run(times: int) -> float:
            begun = time.perf_counter()
            encoder = self.device.create_command_encoder()
            step = encoder.begin_compute_pass()
            step.set_pipeline(pipeline)
            step.set_bind_group(0, bindings)
            for _ in range(times):
                step.dispatch_workgroups(groups)
            step.end()
            self.device.queue.submit([encoder.finish()])
            self.device.queue.read_buffer(buffers[0], size=4)  # waits until it is done
            return time.perf_counter() - begun

        run(1)
        # What submitting and waiting take falls out of the difference.
        return median([(run(REPEATS + 1) - run(1)) / REPEATS for _ in range(rounds)])


if __name__ == "__main__":
    main()
