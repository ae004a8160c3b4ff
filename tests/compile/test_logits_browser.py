"""The shaders of the logit functions, in Chromium, give what their loops give on this processor."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from compile.page import WEB
from compile.runtime import link
from compile.serving import BundleServer
from tests.compile.browser import needs_browser, needs_compiler, needs_node
from tests.compile.logit_functions import (
    LogitFunctions,
    chi_square,
    floats,
    integers,
    nucleus,
    softmax,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [needs_browser, needs_compiler, needs_node]

VOCAB = 5003  # no multiple of what a workgroup takes
DRAWS = 2000
RUNTIME = WEB / "node_modules" / "@mlc-ai" / "web-runtime" / "lib" / "index.js"
# Calls the functions as web-llm does; every argument is [shape, type, values].
SCRIPT = """
async (calls) => {
  const bytes = await (await fetch("library.wasm")).arrayBuffer();
  const tvm = await tvmjs.instantiate(bytes, tvmjs.createPolyfillWASI(), () => {});
  tvm.initWebGPU((await tvmjs.detectGPUDevice()).device);
  const device = tvm.webgpu();
  tvm.beginScope();
  const machine = tvm.createVirtualMachine(device);
  const started = performance.now();
  await tvm.asyncLoadWebGPUPipelines(machine.getInternalModule());
  const pipelines = performance.now() - started;
  const read = async (tensor) => {
    const copy = tvm.empty(tensor.shape, tensor.dtype, tvm.cpu()).copyFrom(tensor);
    await device.sync();
    return Array.from(copy.toArray());
  };
  const given = [];
  for (const [name, values] of calls) {
    const taken = values.map(([shape, type, list]) => tvm.empty(shape, type, device).copyFrom(list));
    const found = machine.getFunction(name)(...taken);
    if (name.endsWith("inplace")) given.push([await read(taken[0])]);
    else if (name === "argsort_probs") given.push([await read(found.get(0)), await read(found.get(1))]);
    else given.push([await read(found)]);
  }
  tvm.endScope();
  return { pipelines, given };
}
"""


@pytest.fixture(scope="module")
def page(browser: "Browser", tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("logits")
    link_library(folder / "library.wasm")
    shutil.copy(RUNTIME, folder / "runtime.js")
    (folder / "index.html").write_text('<!doctype html><script src="runtime.js"></script>')
    with BundleServer(folder) as server:
        page = browser.new_page()
        page.goto(server.url)
        yield page
        page.close()


def link_library(out: Path) -> None:
    import tvm
    from tvm import relax

    from compile.tvm.logits import add_logit_functions
    from compile.tvm.pipeline import pipeline

    host = {"kind": "llvm", "mtriple": "wasm32-unknown-unknown-wasm", "mcpu": "mvp"}
    target = tvm.target.Target({"kind": "webgpu", "host": host})
    with target:
        module = add_logit_functions(tvm.IRModule(), VOCAB)
        passes = pipeline(16, "software", lambda _: "{}")
        built = relax.build(module, target=target, relax_pipeline=passes, system_lib=True)
    link(built, out, optimise=False)


def call(name: str, *values: np.ndarray) -> list[Any]:
    return [name, [[list(one.shape), str(one.dtype), one.ravel().tolist()] for one in values]]


def test_the_shaders_give_what_the_loops_give(page: Any) -> None:
    random = np.random.default_rng(8)
    here = LogitFunctions(VOCAB)
    logits = random.normal(0, 3, VOCAB).astype(np.float32)
    ties = (random.integers(0, 50, (1, VOCAB)) / 64).astype(np.float32)
    tokens = random.permutation(VOCAB)[:400].astype(np.int32)
    none, row = np.zeros_like(tokens), integers(0)
    words = random.integers(-(2**31), 2**31, (1, -(-VOCAB // 32))).astype(np.int32)
    changes = [
        ("apply_logit_bias_inplace", none, tokens, random.normal(0, 9, 400).astype(np.float32)),
        ("apply_penalty_inplace", row, none, tokens, tokens % 7, floats(0.4, 0.2, 1.3)[None]),
        ("apply_bitmask_inplace", row, words),
    ]
    calls = [call(name, logits[None], *values) for name, *values in changes]
    calls += [call("softmax_with_temperature", logits[None, None], floats(heat)) for heat in (1, 0.3, 1e-6)]
    calls += [call("argsort_probs", ties), call("argsort_probs", np.zeros((1, VOCAB), np.float32))]
    result = page.evaluate(SCRIPT, calls)
    *changed, hot, cold, greedy, sorted_ties, sorted_zeros = result["given"]
    for (name, *values), found in zip(changes, changed, strict=True):
        np.testing.assert_allclose(found[0], here.changed(name, logits, *values), rtol=1e-5, err_msg=name)
    for heat, found in ((1, hot), (0.3, cold)):
        np.testing.assert_allclose(found[0], softmax(logits, heat), rtol=1e-4, atol=1e-12)
    assert np.flatnonzero(greedy[0]).tolist() == [logits.argmax()]
    wanted = np.argsort(-ties[0], kind="stable")
    assert sorted_ties[1] == wanted.tolist()
    assert sorted_ties[0] == ties[0][wanted].tolist()
    assert sorted_zeros[1] == list(range(VOCAB))
    assert result["pipelines"] < 8000


@pytest.mark.parametrize(("temperature", "top_p"), [(1.0, 1.0), (0.8, 0.9)])
def test_draws_have_the_distribution_of_the_reference(page: Any, temperature: float, top_p: float) -> None:
    random = np.random.default_rng(9)
    logits = random.normal(0, 3, VOCAB).astype(np.float32)
    probabilities = softmax(logits, temperature)
    order = np.argsort(-probabilities, kind="stable").astype(np.int32)
    ordered = probabilities[order].astype(np.float32)
    uniform = random.random(DRAWS, np.float32)
    rows = np.zeros(DRAWS, np.int32)
    one = call("sample_with_top_p", ordered[None], order[None], uniform, rows, floats(top_p))
    tokens = np.array(page.evaluate(SCRIPT, [one])["given"][0][0])
    expected = nucleus(probabilities, top_p)
    assert chi_square(tokens, expected) > 0.01
    assert (expected[tokens] > 0).all()
