"""Compiles the library of a model: what a page loads beside the weights."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from compile.formats import quantisation_named
from compile.models import Architecture
from compile.runtime import link, require_tools, runtime_home
from compile.tvm.settings import LibrarySettings
from curation.errors import ConfigurationError
from curation.progress import Progress, Quiet

Target = Literal["webgpu", "llvm"]


@dataclass(frozen=True, slots=True)
class Library:
    """A compiled library; ``seconds`` are those that building and linking took."""

    path: Path
    bytes: int
    seconds: float


def compile_library(
    architecture: Architecture, settings: LibrarySettings, out: Path, progress: Progress | None = None
) -> Library:
    """Compile a model for WebGPU and link it with the runtime; ``out`` appears whole, or not at all.

    Raises
    ------
    ConfigurationError
        When the settings do not fit the model. This and missing tools are found first.
    UserError
        When a tool is missing, or linking fails.
    """
    shown = progress or Quiet()
    check_settings(architecture, settings)
    require_tools()
    # Once a machine, and not of this library: it is not in its time.
    runtime_home(shown)
    started = time.monotonic()
    with shown.task("kernels", None, ""):
        built = build_module(architecture, settings, "webgpu")
    link(built, out, optimise=settings.optimise, progress=shown)
    return Library(out, out.stat().st_size, time.monotonic() - started)


def build_module(architecture: Architecture, settings: LibrarySettings, target: Target) -> Any:
    """Build what TVM's virtual machine runs: for ``webgpu``, or for ``llvm``, this machine's processor.

    Raises
    ------
    ConfigurationError
        When the settings do not fit the model.
    """
    from compile.tvm.build import build  # noqa: PLC0415

    check_settings(architecture, settings)
    return build(architecture, settings, target)


def predicted_seconds(architecture: Architecture, settings: LibrarySettings) -> float:
    """Guess what `compile_library` takes on two cores, without the runtime."""
    # Measured: passes and code of a tiny model and of SmolLM2's 30 layers; linking is that of the runtime.
    return 3 + architecture.layers / 10 + (45 if settings.optimise else 3)


def check_settings(architecture: Architecture, settings: LibrarySettings) -> None:
    """Make sure that a library can be compiled for these settings.

    Raises
    ------
    ConfigurationError
        When there is no such quantisation, the context is longer than the model's, or the chunk than the
        context.
    """
    quantisation_named(settings.quantisation)
    if not 0 < settings.context <= architecture.context:
        raise ConfigurationError(
            f"A context of {settings.context:,} tokens is asked for, but the model knows "
            f"{architecture.context:,}.",
            where="--context",
            fix=f"Choose a context from 1 to {architecture.context:,}.",
        )
    if not 0 < settings.prefill_chunk <= settings.context:
        raise ConfigurationError(
            f"A prefill chunk of {settings.prefill_chunk:,} tokens does not fit into a context of "
            f"{settings.context:,}.",
            where="--prefill-chunk",
            fix=f"Choose a chunk from 1 to {settings.context:,}.",
        )
