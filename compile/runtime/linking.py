"""Join a model's compiled functions with the runtime: one WebAssembly file that a page loads."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from compile.runtime.building import OBJECTS, runtime_home
from compile.runtime.sources import UNITS
from compile.runtime.tools import run_compiler
from curation.atomic import replacing
from curation.errors import UserError
from curation.progress import Progress, Quiet

# As tvm.support.emcc links, whose command takes the runtime from an environment variable.
_OPTIONS: Final = (
    "-std=c++17",
    "--no-entry",
    "-sWASM_BIGINT=1",
    "-sERROR_ON_UNDEFINED_SYMBOLS=0",
    "-sSTANDALONE_WASM=1",
    "-sALLOW_MEMORY_GROWTH=1",
    "-sTOTAL_MEMORY=160MB",
)


def link(executable: Any, out: Path, *, optimise: bool, progress: Progress | None = None) -> None:
    """Write the library of a compiled model to ``out``; it appears whole, or stays as it was.

    Parameters
    ----------
    executable
        What ``tvm.relax.build`` gives for target webgpu with a WebAssembly host and ``system_lib=True``.
    optimise
        Whether emscripten shrinks the library: half a minute more, and half the size.

    Raises
    ------
    UserError
        When the runtime cannot be built, the linker fails (with what it said), or the disk is full.
    """
    shown = progress or Quiet()
    home = runtime_home(shown)
    try:
        # The linker's own work is one step without milestones.
        with shown.task("linking", None, ""), tempfile.TemporaryDirectory() as work:
            linked = Path(work, "library.wasm")
            linker = _Linker(home, Path(work), "-O3" if optimise else "-O1")
            executable.export_library(str(linked), fcompile=linker, workspace_dir=work)
            with replacing(out) as temporary:
                temporary.write_bytes(linked.read_bytes())
    except OSError as error:
        raise UserError(
            f"The library could not be written: {error.strerror or error}",
            where=str(out),
            fix="Make room on the disk and in /tmp, and run the command again.",
        ) from error


class _Linker:
    """What TVM calls with the objects of a module."""

    # emscripten's LLVM may be older than TVM's, and then cannot read its bitcode; objects it can.
    object_format = "o"

    def __init__(self, home: Path, work: Path, level: str) -> None:
        self.home, self.work, self.level = home, work, level

    def __call__(self, output: str, objects: Sequence[str]) -> None:
        """Link ``objects`` behind the runtime."""
        runtime = [str(self.home / OBJECTS / f"{unit}.bc") for unit in UNITS]
        command = [self.level, *_OPTIONS, "-o", output, *runtime, *objects]
        run_compiler(command, self.work, failed="The library could not be linked", doing="linking")
