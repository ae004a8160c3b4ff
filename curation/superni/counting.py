"""How long an encoded input is: in the tokens of a model's tokenizer, or in words or bytes without one."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from curation.errors import ConfigurationError
from curation.installing import installing

_WORD = re.compile(r"\S+")
_FIX = "Give a tokenizer.json, a model folder, a model's name on the hub, or `whitespace` or `bytes`."


class Counter(Protocol):
    """Counts the tokens of a text and cuts it; ``name`` says in results what was counted."""

    name: str

    def count(self, text: str) -> int:
        """Count the tokens, special ones included."""
        ...

    def cut(self, text: str, most: int) -> str:
        """Give the text of the first ``most`` tokens."""
        ...


class Words:
    """Counts what stands between blanks: fewer than any model's tokens, for Korean less than half."""

    name = "whitespace"

    def count(self, text: str) -> int:
        """Count the words."""
        return len(text.split())

    def cut(self, text: str, most: int) -> str:
        """Give the text up to the end of the word of that number."""
        ends = [word.end() for word in _WORD.finditer(text)][:most]
        return text[: ends[-1]] if ends else ""


class Bytes:
    """Counts bytes of UTF-8: as many as any byte-level tokenizer's tokens, or more."""

    name = "bytes"

    def count(self, text: str) -> int:
        """Count the bytes."""
        return len(text.encode("utf-8", "surrogatepass"))

    def cut(self, text: str, most: int) -> str:
        """Give the characters that fit in whole."""
        return text.encode("utf-8", "surrogatepass")[:most].decode("utf-8", "ignore")


class TokenizerFile:
    """A ``tokenizer.json``, by the library ``tokenizers``."""

    def __init__(self, path: Path, tokenizer: Any) -> None:
        self.name = str(path)
        self._tokenizer = tokenizer
        # A file may hold the lengths that its model was trained with.
        tokenizer.no_truncation()
        tokenizer.no_padding()

    def count(self, text: str) -> int:
        """Count the tokens."""
        return len(self._tokenizer.encode(text).ids)

    def cut(self, text: str, most: int) -> str:
        """Decode the first tokens, without special ones."""
        cut: str = self._tokenizer.decode(self._tokenizer.encode(text).ids[:most], skip_special_tokens=True)
        return cut


class ModelTokenizer:
    """The tokenizer of a model folder or of a model on the hub, by the library ``transformers``."""

    def __init__(self, name: str, tokenizer: Any) -> None:
        self.name = name
        self._tokenizer = tokenizer

    def count(self, text: str) -> int:
        """Count the tokens."""
        return len(self._tokenizer(text)["input_ids"])

    def cut(self, text: str, most: int) -> str:
        """Decode the first tokens, without special ones."""
        tokens = self._tokenizer(text)["input_ids"][:most]
        cut: str = self._tokenizer.decode(tokens, skip_special_tokens=True)
        return cut


def load_counter(given: str) -> Counter:
    """Load what a person names: ``whitespace``, ``bytes``, a ``tokenizer.json``, or a model.

    Raises
    ------
    ConfigurationError
        When there is no such tokenizer, or the library that reads it is not installed.
    """
    if given in ("whitespace", "bytes"):
        return Words() if given == "whitespace" else Bytes()
    path = Path(given)
    if path.suffix == ".json":
        return TokenizerFile(path, _loaded("tokenizers", given, lambda lib: lib.Tokenizer.from_file(given)))
    return ModelTokenizer(
        given, _loaded("transformers", given, lambda lib: lib.AutoTokenizer.from_pretrained(given))
    )


def _loaded(library: str, given: str, load: Any) -> Any:
    try:
        module = import_module(library)
    except ImportError as error:
        raise ConfigurationError(
            f"Reading this tokenizer takes the library {library}, which is not installed.",
            where=given,
            fix=f"{installing('train')}, or count with `--tokenizer whitespace` or `bytes`.",
        ) from error
    try:
        return load(module)
    except Exception as error:  # `tokenizers` raises no other class
        raise ConfigurationError(
            f"This tokenizer cannot be loaded: {error}.", where=given, fix=_FIX
        ) from error
