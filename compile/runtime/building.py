"""Compile the runtime once on a machine: the objects are kept in the cache, named by what they come from."""

import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any, Final

from compile.runtime.sources import HEADERS, INCLUDES, UNITS, assemble
from compile.runtime.tools import run_compiler, versions
from curation.checkpoints import key_of, sha256_of
from curation.errors import UserError
from curation.progress import Progress, Quiet
from training.base.model_cache import VARIABLE, cached

OBJECTS: Final = Path("web", "dist", "wasm")
"""Where TVM looks for the objects in its home."""

# C++ exceptions stay off, as in TVM's own build: they double the library.
_OPTIONS: Final = ("-std=c++17", "-O2", "-Wno-ignored-attributes")
# Goes up when the objects are made otherwise than before.
_VERSION: Final = 1
# The sources take 4 MB, the objects 5, the compiler's own files some more.
_ROOM: Final = 100_000_000


def runtime_home(progress: Progress | None = None) -> Path:
    """Give the folder of the compiled runtime, laid out as a ``TVM_HOME``; compile it when it is missing.

    That takes a minute or two. Processes that want the same runtime wait for the one that makes it.

    Raises
    ------
    UserError
        When tools are missing, the compiler fails (with what it said), or the cache cannot be written.
    """
    key = runtime_key(versions())
    what = "The browser's runtime"
    return cached("runtime", key, lambda folder: _build(folder, progress or Quiet()), what=what).folder


def runtime_key(made_from: Mapping[str, str]) -> str:
    """Name a runtime by the versions of wheels and compiler, the headers, and how it is compiled."""
    headers = {
        file.relative_to(HEADERS).as_posix(): sha256_of(file) for file in HEADERS.rglob("*") if file.is_file()
    }
    return key_of("runtime", _VERSION, dict(made_from), headers, _OPTIONS)


def compile_unit(sources: Path, unit: str, out: Path) -> None:
    """Compile a file of web/emcc into a WebAssembly object.

    Raises
    ------
    UserError
        With the compiler's last words when it fails.
    """
    # Relative paths: messages of the runtime hold __FILE__, and must not name this machine.
    command = [*_OPTIONS, *(f"-I{path}" for path in INCLUDES), "-c", f"web/emcc/{unit}.cc", "-o", f"{unit}.o"]
    failed = "The browser's runtime could not be compiled"
    run_compiler(command, sources, failed=failed, doing=f"compiling {unit}", source=f"{unit}.cc")
    (sources / f"{unit}.o").replace(out)


def _build(folder: Path, progress: Progress) -> Mapping[str, Any]:
    _require_room(folder)
    sources = folder / "sources"
    sources.mkdir()
    assemble(sources)
    objects = folder / OBJECTS
    objects.mkdir(parents=True)
    with progress.task("runtime", len(UNITS), "files") as advance, ThreadPoolExecutor(2) as pool:
        # The ending is the one that TVM looks for; the content is an object.
        jobs = [pool.submit(compile_unit, sources, unit, objects / f"{unit}.bc") for unit in UNITS]
        for job in as_completed(jobs):
            job.result()
            advance(1)
    shutil.rmtree(sources)
    return {}


def _require_room(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < _ROOM:
        raise UserError(
            f"Compiling the browser's runtime takes {_ROOM // 10**6} MB, and the disk has "
            f"{free // 10**6} MB left.",
            where=str(folder.parent),
            fix=f"Make room, or name a folder on another disk in the environment variable {VARIABLE}.",
        )
