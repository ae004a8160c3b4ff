"""The shaders' text: barriers between phases, and no more of an adapter than every one has."""

import re

import pytest

pytest.importorskip("tvm", reason="apache-tvm is not installed")

# Phases of each kernel; between two of them threads must wait for one another.
PHASES = {
    "apply_logit_bias": 1,
    "apply_penalty": 1,
    "apply_bitmask": 1,
    "softmax_partials": 4,
    "softmax_quotients": 2,
    "sort_runs": 1,
    "merge_runs": 1,
    "sample_top_p": 5,
}
BYTES = 4


@pytest.fixture(scope="module", params=[1000, 151_936])
def shaders(request: pytest.FixtureRequest) -> dict[str, str]:
    """Give the text of each kernel by its name."""
    import tvm
    from tvm import relax

    from compile.tvm.logits import add_logit_functions
    from compile.tvm.pipeline import pipeline

    target = tvm.target.Target({"kind": "webgpu", "host": "llvm"})
    with target:
        module = add_logit_functions(tvm.IRModule(), request.param)
        built = relax.build(module, target=target, relax_pipeline=pipeline(16, "software", lambda _: "{}"))
    device = next(one for one in built.mod.imports[0].imports if one.kind == "webgpu")
    parts = re.split(r"// Function: (\w+)_kernel\n", device.inspect_source())
    return {name: text for name, text in zip(parts[1::2], parts[2::2], strict=True) if "@compute" in text}


def test_there_are_eight_kernels(shaders: dict[str, str]) -> None:
    assert shaders.keys() == PHASES.keys()


def test_threads_wait_for_one_another_between_phases(shaders: dict[str, str]) -> None:
    for name, phases in PHASES.items():
        assert shaders[name].count("workgroupBarrier();") >= phases - 1, name
        if phases == 1:
            assert "workgroupBarrier" not in shaders[name]


def test_every_adapter_can_run_them(shaders: dict[str, str]) -> None:
    for name, text in shaders.items():
        shared = re.findall(r"var<workgroup> \w+ : array<[fi]32, (\d+)>", text)
        assert text.count("var<workgroup>") == len(shared), name
        assert sum(map(int, shared)) * BYTES <= 16_384, name
        assert text.count("var<storage") <= 8, name
        assert "@workgroup_size(256, 1, 1)" in text, name
        assert "enable " not in text, name
