"""The safetensors files of a model folder: which they are, their headers, their hash."""

import hashlib
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from curation.checkpoints import sha256_of
from curation.errors import ConfigurationError

_INDEX: Final = "model.safetensors.index.json"
# A header of more is a damaged length: the largest models have some thousand tensors of 200 bytes.
_LONGEST_HEADER: Final = 100_000_000


def weight_files(folder: Path) -> list[Path]:
    """List the safetensors files of a model, in the order of their names.

    Raises
    ------
    ConfigurationError
        When there are none, or one that the index names is missing.
    """
    index = folder / _INDEX
    if index.is_file():
        try:
            named = sorted({str(name) for name in orjson.loads(index.read_bytes())["weight_map"].values()})
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise _incomplete(index, f"The index of the weights is damaged: {error}") from error
        files = [folder / name for name in named]
    else:
        files = sorted(folder.glob("*.safetensors"))
    missing = next((path for path in files if not path.is_file()), None)
    if missing is not None or not files:
        raise _incomplete(missing or folder, "The weights of the model are not there.")
    return files


def weights_sha256(folder: Path) -> str:
    """Hash the weights: that of the only file, or of the list of names and hashes."""
    return sha256_of_listed([(path.name, sha256_of(path)) for path in weight_files(folder)])


def sha256_of_listed(files: Sequence[tuple[str, str]]) -> str:
    """Hash weights by the names and hashes of their files, which are in the order of their names."""
    if len(files) == 1:
        return files[0][1]
    listed = "".join(f"{sha256}  {name}\n" for name, sha256 in files)
    return hashlib.sha256(listed.encode()).hexdigest()


def header_of(path: Path) -> dict[str, dict[str, Any]]:
    """Read the tensors' names, types and shapes off a safetensors file; its weights are not read.

    The file begins with the header's length (8 bytes, little end first) and the header (JSON):
    https://huggingface.co/docs/safetensors

    Raises
    ------
    ConfigurationError
        When the file is damaged or cut short.
    """
    try:
        with path.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            if length > _LONGEST_HEADER:
                raise ValueError("its header is longer than any")
            header: dict[str, dict[str, Any]] = orjson.loads(stream.read(length))
    except (OSError, struct.error, ValueError) as error:
        raise _incomplete(path, f"The weights cannot be read: {error}") from error
    header.pop("__metadata__", None)
    end = max((tensor["data_offsets"][1] for tensor in header.values()), default=0)
    if path.stat().st_size != 8 + length + end:
        raise _incomplete(path, "The file of weights is not as long as its header says: it was cut short.")
    return header


def _incomplete(path: Path, what: str) -> ConfigurationError:
    return ConfigurationError(
        what,
        where=str(path),
        fix="The folder of a base model holds config.json, *.safetensors and tokenizer.json: "
        "copy or download it again.",
    )
