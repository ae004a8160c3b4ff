"""Chooses the chat model that a spec string names."""

import importlib
from typing import TYPE_CHECKING, cast

from curation.errors import ConfigurationError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

# Modules are named, not imported: a spec pays for its own dependencies only.
_MODELS = {"extractive": ("chat.extractive", "ExtractiveChatModel")}
DEFAULT_SPEC = "extractive"


def load(spec: str = DEFAULT_SPEC) -> "BaseChatModel":
    """The model that ``spec`` names.

    Raises
    ------
    ConfigurationError
        When no such model exists; the message lists those that do.
    """
    if spec not in _MODELS:
        raise ConfigurationError(
            f"There is no chat model {spec!r}.",
            where="chat model spec",
            fix=f"Choose one of: {', '.join(sorted(_MODELS))}.",
        )
    module, name = _MODELS[spec]
    return cast("BaseChatModel", getattr(importlib.import_module(module), name)())
