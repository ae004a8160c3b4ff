"""Builds a module of the virtual machine for a target."""

from collections.abc import Mapping
from typing import Any, Final

from tvm import relax
from tvm.target import Target

from compile.formats import quantisation_named
from compile.models import Architecture
from compile.tvm.functions import functions_of
from compile.tvm.metadata import metadata_of
from compile.tvm.pipeline import pipeline
from compile.tvm.settings import LibrarySettings, attention_window

# emscripten links wasm32 without its newer instructions everywhere.
_HOST: Final = {
    "kind": "llvm",
    "mtriple": "wasm32-unknown-unknown-wasm",
    "mcpu": "mvp",
    "vector-width": 128,  # what TVM takes anyway, with a warning
}
BROWSER: Final = "webgpu"


def build(architecture: Architecture, settings: LibrarySettings, target: str) -> Any:
    """Build for ``webgpu`` in a browser, or for ``llvm``, this machine."""
    quantisation = quantisation_named(settings.quantisation)
    browser = target == BROWSER
    chosen = Target({"kind": BROWSER, "host": _HOST} if browser else {"kind": target})

    def describe(memory_usage: Mapping[str, int]) -> str:
        return metadata_of(architecture, quantisation, settings, memory_usage)

    with chosen:
        return relax.build(
            functions_of(architecture, quantisation, attention_window(architecture, settings), chosen),
            target=chosen,
            relax_pipeline=pipeline(settings.prefill_chunk, settings.adapter, describe),
            system_lib=browser,
        )
