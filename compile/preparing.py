"""What a page loads besides the library: quantised weights, the configuration of the chat, the tokenizer."""

import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from compile.conversation import (
    ChatSettings,
    generate,
    require_no_slide,
    trims_messages,
    window_of,
    write_chat_config,
)
from compile.formats import ShardReader, convert, quantisation_named
from compile.mlc import convert_by_mlc
from compile.model_input import model_named
from compile.models import architecture_of, parameters_of, require_no_more
from compile.placing import WEIGHTS, free_place, writing
from curation.atomic import publish_directory, share
from curation.progress import Progress, Quiet
from training.base import ResolvedBase, load_tokenizer

Backend = Literal["tvm", "mlc"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A folder that a compiled library makes complete.

    ``bits`` are those of a parameter; ``context`` and ``prefill_chunk`` count tokens. ``trims`` says that
    the chat template cuts off the blanks around what is said, which web-llm does not.
    """

    folder: Path
    architecture: str
    quantisation: str
    parameters: int
    bits: float
    bytes: int
    context: int
    prefill_chunk: int
    trims: bool

    def as_json(self) -> dict[str, Any]:
        """Give the facts as JSON data."""
        return {
            "bundle": str(self.folder),
            "architecture": self.architecture,
            "quantisation": self.quantisation,
            "parameters": self.parameters,
            "bits": round(self.bits, 3),
            "bytes": self.bytes,
        }


def prepare(model: str, out: Path, settings: ChatSettings, progress: Progress | None = None) -> Prepared:
    """Quantise a model and describe its chat; ``out`` appears whole, or stays as it was.

    Parameters
    ----------
    model
        A folder, a GGUF, an id in the cache of the Hugging Face hub, ``smollm2`` or ``tiny``.

    Raises
    ------
    ConfigurationError
        When the model is not here, cannot be compiled, its chat template cannot be written as web-llm's, or
        ``out`` is not free.
    UserError
        When a file of it is damaged, or the disk is full.
    """
    shown = progress or Quiet()
    quantisation_named(settings.quantisation)
    place = free_place(out, WEIGHTS)
    base = model_named(model, shown)
    require_no_slide(architecture_of(base.folder), settings, base.name)
    with writing(out, WEIGHTS):
        place.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
        try:
            made = prepare_into(base, work, settings, "tvm", shown)
            share(work)
            free_place(out, WEIGHTS)  # that took long: somebody may have put something there
            publish_directory(work, place)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return replace(made, folder=out)


def prepare_into(
    base: ResolvedBase, folder: Path, settings: ChatSettings, backend: Backend, progress: Progress
) -> Prepared:
    """Do the work of `prepare` in a folder that is the caller's to complete or throw away."""
    tokenizer = load_tokenizer(base)
    template = generate(tokenizer, base.name)
    architecture = architecture_of(base.folder)
    require_no_more(base.folder, architecture)
    if backend == "mlc":
        convert_by_mlc(base.folder, folder, template, settings, progress)
    else:
        write_chat_config(base.folder, folder, template, settings)
        convert(base.folder, quantisation_named(settings.quantisation), folder, progress)
    window = window_of(architecture, settings, base.name)
    return Prepared(
        folder,
        architecture.model_type,
        settings.quantisation,
        sum(parameter.size for parameter in parameters_of(architecture)),
        ShardReader(folder).metadata["BitsPerParam"],
        sum(file.stat().st_size for file in folder.iterdir()),
        window["context_window_size"],
        window["prefill_chunk_size"],
        trims_messages(tokenizer, base.name),
    )
