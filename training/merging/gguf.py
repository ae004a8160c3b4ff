"""A GGUF file of a merged model, by llama.cpp's own converter where there is one."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from gguf import GGUFReader
from safetensors import safe_open

from curation.atomic import replacing
from curation.errors import ConfigurationError, UserError

CONVERTER = "convert_hf_to_gguf.py"
_SECONDS = 6 * 3600
_TAIL = 800


@dataclass(frozen=True, slots=True)
class Gguf:
    """What a GGUF file says of itself."""

    architecture: str
    tensors: int
    template: bool
    bytes: int


def find_converter(named: str) -> Path | None:
    """Find the converter: the file that is named, else the first on PATH.

    Raises
    ------
    ConfigurationError
        When a file is named and not there.
    """
    if named:
        if Path(named).expanduser().is_file():
            return Path(named).expanduser()
        raise ConfigurationError(
            "There is no converter to GGUF at that path.",
            where=f"export.gguf_converter: {named}",
            fix=how_to_get(),
        )
    found = shutil.which(CONVERTER)
    return Path(found) if found else None


def how_to_get() -> str:
    """Say where the converter comes from."""
    return (
        f"Get llama.cpp (https://github.com/ggml-org/llama.cpp), install its "
        f"requirements/requirements-convert_hf_to_gguf.txt, and name its {CONVERTER} "
        "as export.gguf_converter or put it on PATH."
    )


def convert(converter: Path, model: Path, target: Path, kind: str) -> Gguf:
    """Convert a model folder into ``target``, and read the file back before it takes its name.

    Raises
    ------
    UserError
        With the converter's last words when it fails, and when its file does not hold the model.
    """
    with replacing(target) as temporary:
        command = [sys.executable, str(converter), str(model), "--outfile", str(temporary), "--outtype", kind]
        offline = {**os.environ, "HF_HUB_OFFLINE": "1"}
        try:
            done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False, env=offline)
        except subprocess.TimeoutExpired as error:
            raise UserError(
                f"The converter was still at work after {_SECONDS // 3600} hours.", where=str(converter)
            ) from error
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip()[-_TAIL:]
            raise UserError(
                f"The converter failed (exit code {done.returncode}): {said}",
                where=str(converter),
                fix="Run it by hand on merged/; llama.cpp may not know this architecture yet.",
            )
        return checked(temporary, _parameters(model))


def checked(file: Path, parameters: int) -> Gguf:
    """Read a GGUF file: it must hold as many numbers as the model has, and the chat template.

    Converters leave out or repeat tied embeddings; a tenth less than ``parameters`` is not that.

    Raises
    ------
    UserError
        When it cannot be read, or holds less.
    """
    try:
        reader = GGUFReader(file)
        held = sum(int(tensor.n_elements) for tensor in reader.tensors)
        architecture = reader.get_field("general.architecture")
        name = str(architecture.contents()) if architecture else ""
    except (ValueError, OSError, IndexError, KeyError) as error:
        raise UserError(f"What the converter wrote is no GGUF file: {error}", where=file.name) from error
    if not name or held < 0.9 * parameters:
        raise UserError(
            f"The GGUF file holds {held:,} of {parameters:,} numbers, architecture '{name}'.",
            where=file.name,
            fix="Use the converter of a current llama.cpp.",
        )
    template = reader.get_field("tokenizer.chat_template") is not None
    return Gguf(name, len(reader.tensors), template, file.stat().st_size)


def _parameters(model: Path) -> int:
    total = 0
    for file in model.glob("*.safetensors"):
        with safe_open(file, framework="numpy") as held:
            for name in held.keys():  # noqa: SIM118  a handle, no mapping
                count = 1
                for size in held.get_slice(name).get_shape():
                    count *= size
                total += count
    return total
