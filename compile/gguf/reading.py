"""A GGUF file: its fields and its tensors, which stay on disk until they are asked for.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

import struct
from pathlib import Path
from typing import Any, Final

from gguf import GGUFReader, ReaderTensor

from curation.errors import ConfigurationError

MAGIC: Final = b"GGUF"
_DAMAGED: Final = (ValueError, OSError, IndexError, KeyError, OverflowError, struct.error)


class GgufFile:
    """An open GGUF file.

    Raises
    ------
    ConfigurationError
        When it is none, is damaged or cut short, or is one part of several.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        require_gguf(path)
        try:
            self._reader = GGUFReader(path)
            self.tensors: dict[str, ReaderTensor] = {one.name: one for one in self._reader.tensors}
        except _DAMAGED as error:
            raise ConfigurationError(
                f"The GGUF file is damaged or was cut short: {error}",
                where=str(path),
                fix="Copy or download it again.",
            ) from error
        if self.number("split.count", 1) > 1:
            raise self.refusal(
                f"This is one of {self.number('split.count'):.0f} parts of a model.",
                "Join them with llama.cpp's `llama-gguf-split --merge`.",
            )

    def value(self, key: str) -> Any:
        """Give a field's value, or None where the file does not have it."""
        field = self._reader.get_field(key)
        return None if field is None else field.contents()

    def text(self, key: str) -> str:
        """Give a field that is text, empty where it is not there."""
        value = self.value(key)
        return value if isinstance(value, str) else ""

    def number(self, key: str, default: float | None = None) -> float:
        """Give a field that is a number.

        Raises
        ------
        ConfigurationError
            When it is not there and has no default, or is no single number.
        """
        value = self.value(key)
        if value is None and default is not None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float):
            told = "has no" if value is None else "has no single number as"
            raise self.refusal(f"The GGUF file {told} '{key}'.", "Convert the model again with llama.cpp.")
        return value

    def whole(self, key: str, default: int | None = None) -> int:
        """Give a field that is a whole number, as `number`."""
        return int(self.number(key, default))

    def refusal(self, what: str, fix: str) -> ConfigurationError:
        """Make the error that says why this file cannot be taken."""
        return ConfigurationError(what, where=str(self.path), fix=fix)


def is_gguf(path: Path) -> bool:
    """Whether a path is a file that begins as GGUF does."""
    try:
        with path.open("rb") as stream:
            return stream.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def require_gguf(path: Path) -> None:
    """Raise when there is no file, or it does not begin as GGUF does.

    Raises
    ------
    ConfigurationError
        So.
    """
    if not path.is_file():
        raise ConfigurationError("There is no such file.", where=str(path), fix="Name a GGUF file.")
    if not is_gguf(path):
        raise ConfigurationError(
            "This is no GGUF file.",
            where=str(path),
            fix="Name a GGUF file, or the folder of a model with config.json and safetensors.",
        )
