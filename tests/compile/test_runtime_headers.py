"""The headers that the wheels of TVM lack, compiled natively and held against what libtvm itself writes."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from compile.runtime.sources import INCLUDES, assemble

tvm = pytest.importorskip("tvm", reason="apache-tvm is not installed")
_COMPILER = shutil.which("g++") or shutil.which("clang++")


@pytest.mark.skipif(_COMPILER is None, reason="no native C++ compiler (Debian: apt-get install g++)")
def test_streams_hold_the_bytes_that_libtvm_writes(tmp_path: Path, project: Path) -> None:
    import tvm_ffi

    arrays = {
        "w": np.arange(24, dtype="float32").reshape(2, 3, 4),
        "idx": np.arange(7, dtype="int64"),
        "h": np.linspace(-2, 2, 5, dtype="float16"),
    }
    save = tvm.get_global_func("runtime.SaveParams")
    written = bytes(save({name: tvm.runtime.tensor(values) for name, values in arrays.items()}))
    (tmp_path / "params").write_bytes(written)
    sources = tmp_path / "sources"
    sources.mkdir()
    assemble(sources)
    libraries = [str(Path(module.__file__).parent / "lib") for module in (tvm, tvm_ffi)]
    command = [
        _COMPILER,
        "-std=c++17",
        "-O0",
        "-Wall",
        "-Wextra",
        "-Wno-unused-parameter",
        "-Werror=return-type",
    ]
    command += [str(project / "tests" / "compile" / "runtime_headers.cc")]
    command += [f"-I{sources / path}" for path in INCLUDES]
    command += [f"-L{path}" for path in libraries] + ["-ltvm_runtime", "-ltvm_ffi"]
    command += [f"-Wl,-rpath,{':'.join(libraries)}", "-o", str(tmp_path / "checks")]
    subprocess.run(command, check=True, timeout=300)
    done = subprocess.run(
        [tmp_path / "checks", tmp_path / "params"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout
    assert f"libtvm bytes: {len(written)}, equal" in done.stdout
    assert done.stdout.endswith("ok\n")


def test_what_a_page_does_not_need_is_left_out(tmp_path: Path) -> None:
    assemble(tmp_path)
    runtime = (tmp_path / "web/emcc/wasm_runtime.cc").read_text(encoding="utf-8")
    assert "paged_kv_cache.cc" in runtime
    assert "rpc" not in runtime
    assert "rnn_state" not in runtime
    assert "rpc" not in (tmp_path / "web/emcc/tvmjs_support.cc").read_text(encoding="utf-8")
    assert not (tmp_path / "src/runtime/rpc").exists()
    assert (tmp_path / "include/tvm/support/serializer.h").is_file()
    assert (tmp_path / "include/tvm/runtime/tensor.h").is_file()
