"""A module of one addition becomes a library that a browser can instantiate."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

from compile.runtime import installed, link, runtime_home
from curation.errors import UserError
from training.base.model_cache import cache_folder

pytest.importorskip("tvm", reason="apache-tvm is not installed")
needs_emscripten = pytest.mark.skipif(
    not installed(), reason="no emscripten (Debian: apt-get install emscripten)"
)


@pytest.fixture(scope="module")
def executable() -> Any:
    import tvm
    from tvm import relax
    from tvm.s_tir import dlight

    builder = relax.BlockBuilder()
    x = relax.Var("x", relax.TensorType((4,), "float32"))
    with builder.function("main", [x]):
        builder.emit_func_output(builder.emit(relax.op.add(x, x)))
    host = {"kind": "llvm", "mtriple": "wasm32-unknown-unknown-wasm", "mcpu": "mvp"}
    target = tvm.target.Target({"kind": "webgpu", "host": host})
    with target:
        module = relax.transform.LegalizeOps()(builder.finalize())
        module = dlight.ApplyDefaultSchedule(dlight.gpu.Fallback())(module)
        return relax.build(module, target=target, system_lib=True)


@needs_emscripten
def test_a_library_holds_functions_and_runtime_and_nothing_of_this_machine(
    executable: Any, tmp_path: Path, project: Path
) -> None:
    environment = dict(os.environ)
    link(executable, tmp_path / "library.wasm", optimise=False)
    assert dict(os.environ) == environment
    content = (tmp_path / "library.wasm").read_bytes()
    assert content.startswith(b"\0asm\1\0\0\0")
    assert len(content) < 6_000_000
    assert b"fn add_kernel" in content  # the shader
    assert b"vm.builtin.paged_attention_kv_cache_create" in content
    for place in (project, Path.home(), cache_folder(), tempfile.gettempdir(), runtime_home()):
        assert f"{place}/".encode() not in content
    assert [path.name for path in tmp_path.iterdir()] == ["library.wasm"]


@needs_emscripten
@pytest.mark.skipif(shutil.which("node") is None, reason="no node (Debian: apt-get install nodejs)")
def test_it_is_valid_and_exports_what_the_page_calls(executable: Any, tmp_path: Path) -> None:
    link(executable, tmp_path / "library.wasm", optimise=False)
    script = """
    const module = new WebAssembly.Module(require("fs").readFileSync(process.argv[1]));
    console.log(WebAssembly.Module.exports(module).map((one) => one.name).join(" "));
    """
    command = ["node", "-e", script, str(tmp_path / "library.wasm")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    wanted = {"memory", "_initialize", "TVMFFIFunctionCall", "TVMFFIWasmFunctionCreate"}
    assert wanted <= set(done.stdout.split())


def test_what_the_linker_said_is_shown_and_the_older_library_stays(
    executable: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "em++"
    program.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo 1 && exit 0\nfor last; do :; done\n'
        'case "$*" in *" -c "*) echo object > "$last";; *) echo "wasm-ld: out of memory"; exit 1;; esac\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("MALMOI_CACHE", str(tmp_path / "cache"))
    out = tmp_path / "library.wasm"
    out.write_bytes(b"older")
    with pytest.raises(UserError, match="wasm-ld: out of memory"):
        link(executable, out, optimise=False)
    assert out.read_bytes() == b"older"
