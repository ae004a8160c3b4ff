"""From a GGUF file to a model folder, a block of a tensor at a time."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
import yaml

from compile.gguf.config import architecture_of, config_of
from compile.gguf.reading import GgufFile, is_gguf, require_gguf
from compile.gguf.tensors import Weight, weights_of
from compile.gguf.tokenizer import require_tokenizer, write_tokenizer
from compile.models import Architecture
from curation.atomic import replacing, write_text
from curation.checkpoints import Checkpoint, key_of, sha256_of
from curation.errors import UserError
from curation.progress import Progress, Quiet
from training.base.model_cache import cached

__all__ = ["Unpacked", "describe", "is_gguf", "unpack", "unpacked"]

# Goes up when the folder is made otherwise than before.
_VERSION: Final = 1
_ALIGNMENT: Final = 8


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A GGUF file that can be unpacked: its model, its licence's name (or nothing), and what it will take."""

    architecture: Architecture
    licence: str
    parameters: int
    bytes: int


def describe(source: Path) -> Unpacked:
    """Say what a GGUF file holds, and find all that keeps it from being unpacked; nothing is written.

    Raises
    ------
    ConfigurationError
        When it is no GGUF file, is damaged, or holds what cannot be compiled.
    """
    file = GgufFile(source)
    model = architecture_of(config_of(file))
    return _described(file, model, _weights(file, model))


def unpacked(source: Path, progress: Progress | None = None) -> Checkpoint:
    """Give the model folder of a GGUF file out of the cache; it is unpacked when it is not there.

    Raises
    ------
    ConfigurationError
        As `describe`.
    UserError
        When the cache cannot be written.
    """
    shown = progress or Quiet()
    require_gguf(source)
    with shown.task("hash the GGUF", None, "files") as advance:
        key = key_of("gguf", _VERSION, sha256_of(source))
        advance(1)

    def make(folder: Path) -> Mapping[str, Any]:
        return {"parameters": unpack(source, folder, shown).parameters}

    return cached("models/gguf", key, make, what=f"The model of {source.name}")


def unpack(source: Path, folder: Path, progress: Progress | None = None) -> Unpacked:
    """Write the model folder of a GGUF file: configuration, tokenizer and one file of safetensors.

    Weights that are quantised become float32; others keep their type. Some blocks of a tensor are held
    in memory, and the vocabulary.

    Raises
    ------
    ConfigurationError
        As `describe`.
    UserError
        When the disk has no room.
    """
    file = GgufFile(source)
    config = config_of(file)
    model = architecture_of(config)
    weights = _weights(file, model)
    told = _described(file, model, weights)
    folder.mkdir(parents=True, exist_ok=True)
    _require_room(folder, told.bytes)
    write_tokenizer(file, folder)
    write_text(folder / "config.json", json.dumps(config, indent=2) + "\n")
    if told.licence:
        front = yaml.safe_dump({"license": told.licence}, sort_keys=False)
        write_text(folder / "README.md", f"---\n{front}---\n")
    _write_weights(weights, folder / "model.safetensors", told.parameters, progress or Quiet())
    return told


def _weights(file: GgufFile, model: Architecture) -> list[Weight]:
    """List the weights of a file whose tokenizer can be built, too."""
    require_tokenizer(file)
    return weights_of(file, model)


def _described(file: GgufFile, model: Architecture, weights: Sequence[Weight]) -> Unpacked:
    licence = file.text("general.license")
    if licence in ("other", "unknown"):
        licence = file.text("general.license.name")
    count = sum(weight.bytes // (4 if weight.dtype == "F32" else 2) for weight in weights)
    return Unpacked(model, licence, count, sum(weight.bytes for weight in weights))


def _require_room(folder: Path, length: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < length:
        raise UserError(
            f"Unpacked, the model takes {length / 1e9:.1f} GB, and the disk has {free / 1e9:.1f} GB left.",
            where=str(folder),
            fix="Make room, or name another folder in the environment variable MALMOI_CACHE.",
        )


def _write_weights(weights: Sequence[Weight], target: Path, total: int, progress: Progress) -> None:
    """Write safetensors: the header's length, the header, the tensors one after another."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for weight in weights:
        header[weight.name] = {
            "dtype": weight.dtype,
            "shape": list(weight.shape),
            "data_offsets": [end, end + weight.bytes],
        }
        end += weight.bytes
    written = orjson.dumps(header)
    written += b" " * (-len(written) % _ALIGNMENT)
    with (
        progress.task("unpack the GGUF", total, "parameters") as advance,
        replacing(target) as temporary,
        temporary.open("wb") as stream,
    ):
        stream.write(len(written).to_bytes(8, "little") + written)
        for weight in weights:
            for block in weight.blocks():
                stream.write(block.tobytes())
                advance(block.nbytes // (4 if weight.dtype == "F32" else 2))
