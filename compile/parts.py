"""The long parts of a build, each a piece of work that is done once and trusted when a build goes on."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from compile.conversation import TOKENIZER_FILES, ChatSettings
from compile.models import architecture_of
from compile.preparing import Backend, Prepared, prepare_into
from compile.runtime.tools import versions
from compile.tvm import Adapter, LibrarySettings
from compile.tvm.library import compile_library
from curation.checkpoints import key_of, once, sha256_of
from curation.progress import Progress
from training.base import ResolvedBase

LIBRARY: Final = "library.wasm"
# What is read of a model beside its weights.
_BESIDE: Final = ("config.json", "generation_config.json", "chat_template.jinja", *TOKENIZER_FILES)
_VERSION: Final = 1  # of what is kept; another number makes it anew


def make_weights(
    base: ResolvedBase, settings: ChatSettings, backend: Backend, stage: Path, progress: Progress
) -> Prepared:
    """Make the folder that `compile convert` makes, or trust the one that is there."""

    def work(folder: Path) -> Mapping[str, Any]:
        made = asdict(prepare_into(base, folder, settings, backend, progress))
        return {**made, "folder": ""}

    # Weights and files beside them: a tokenizer may be changed before a build goes on.
    beside = {
        path.name: sha256_of(path) for path in (base.folder / name for name in _BESIDE) if path.is_file()
    }
    key = key_of(_VERSION, base.revision, beside, base.template, asdict(settings), backend)
    made = once(stage, key, work)
    return Prepared(**{**made.facts, "folder": made.folder})


def make_library(
    prepared: Prepared,
    model: Path,
    backend: Backend,
    stage: Path,
    *,
    optimise: bool,
    adapter: Adapter,
    progress: Progress,
) -> Path:
    """Compile the library of a prepared model, or trust the one that is there."""
    settings = LibrarySettings(
        prepared.quantisation, prepared.context, prepared.prefill_chunk, optimise, adapter
    )

    def work(folder: Path) -> Mapping[str, Any]:
        if backend == "mlc":
            from compile.mlc import compile_by_mlc  # noqa: PLC0415

            compile_by_mlc(prepared.folder, folder / LIBRARY, progress)
        else:
            compile_library(architecture_of(model), settings, folder / LIBRARY, progress)
        return {}

    compiler = versions() if backend == "tvm" else {}
    key = key_of(_VERSION, sha256_of(model / "config.json"), asdict(settings), backend, _sources(), compiler)
    return once(stage, key, work).folder / LIBRARY


def _sources() -> Mapping[str, str]:
    """SHA-256 of what compiles, by name."""
    home = Path(__file__).parent
    files = [file for name in ("models", "runtime", "tvm") for file in (home / name).rglob("*.*")]
    return {
        file.relative_to(home).as_posix(): sha256_of(file)
        for file in files
        if file.is_file() and "__pycache__" not in file.parts
    }
