"""The sources of the runtime, as TVM's own tree has them: from the installed wheels, and our headers.

A language model in a page needs neither the RPC server, nor the state of recurrent networks, nor the helpers
of TVM's tests: without them the library is a quarter smaller, and two headers fewer are missing.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from compile.runtime.tools import package_folder
from curation.errors import UserError

HEADERS: Final = Path(__file__).with_name("headers")
UNITS: Final = ("wasm_runtime", "webgpu_runtime", "tvmjs_support")
"""The files of web/emcc that are compiled, the longest first."""

INCLUDES: Final = (
    ".",
    "include",
    "3rdparty/tvm-ffi/include",
    "3rdparty/tvm-ffi/3rdparty/dlpack/include",
    "3rdparty/compiler-rt",
)
_LEFT_OUT: Final = (
    "src/runtime/rpc/rpc_channel.cc",
    "src/runtime/rpc/rpc_endpoint.cc",
    "src/runtime/rpc/rpc_event_impl.cc",
    "src/runtime/rpc/rpc_local_session.cc",
    "src/runtime/rpc/rpc_module.cc",
    "src/runtime/rpc/rpc_session.cc",
    "3rdparty/tvm-ffi/src/ffi/testing/testing.cc",
    "src/runtime/vm/rnn_state.cc",
)


def assemble(out: Path) -> None:
    """Lay the sources out in the empty folder ``out``.

    Raises
    ------
    UserError
        When the wheels hold other sources than those that this was written for.
    """
    tvm, ffi = package_folder("tvm"), package_folder("tvm_ffi")

    def unused(folder: str, names: list[str]) -> Sequence[str]:
        inside = Path(folder).relative_to(tvm).as_posix()
        kept = {"src/runtime/extra": ["contrib"], "src/runtime/extra/contrib": ["sort"]}.get(inside, names)
        return [name for name in names if name not in kept or name in ("__pycache__", "rpc")]

    shutil.copytree(tvm / "include", out / "include")
    shutil.copytree(tvm / "src" / "runtime", out / "src" / "runtime", ignore=unused)
    shutil.copytree(tvm / "web" / "emcc", out / "web" / "emcc", ignore=unused)
    for part in ("include", "src", "3rdparty/dlpack"):
        shutil.copytree(ffi / part, out / "3rdparty" / "tvm-ffi" / part)
    shutil.copytree(HEADERS, out, dirs_exist_ok=True)
    _leave_out(out / "web" / "emcc")


def _leave_out(folder: Path) -> None:
    runtime = folder / "wasm_runtime.cc"
    text = runtime.read_text(encoding="utf-8")
    for name in _LEFT_OUT:
        text = _without(text, f'#include "{name}"\n', runtime)
    runtime.write_text(text, encoding="utf-8")
    # The C functions that JavaScript calls come first; the RPC session follows in namespace tvm.
    support = folder / "tvmjs_support.cc"
    text, found, _ = support.read_text(encoding="utf-8").partition("\nnamespace tvm {\n")
    if not found:
        raise _unexpected(support)
    line = '#include "../../src/runtime/rpc/rpc_local_session.h"\n'
    support.write_text(_without(text, line, support), encoding="utf-8")


def _without(text: str, line: str, file: Path) -> str:
    if line not in text:
        raise _unexpected(file)
    return text.replace(line, "")


def _unexpected(file: Path) -> UserError:
    return UserError(
        "The sources of the installed apache-tvm are not those that the browser's runtime is made from.",
        where=file.name,
        fix="Reinstall it: pip install --force-reinstall --no-deps apache-tvm apache-tvm-ffi",
    )
