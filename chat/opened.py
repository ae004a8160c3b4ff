"""The model inside a chat model of this process, for methods that need more of it than its answers."""

from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseChatModel

from chat.chat_template import ChatTemplate
from curation.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Opened:
    """A causal language model in evaluation mode, and what belongs to it.

    Others may be answered meanwhile, and several threads may call ``model``: in evaluation mode a pass
    only reads weights, and writes nowhere but into the cache that it is given. So whoever calls it
    passes a cache of its own, and changes no weight, buffer or mode. The exception are models whose
    rotary frequencies follow the length of what is read (``dynamic`` and ``longrope``): the frequencies
    are those of the last pass.

    Parameters
    ----------
    model, tokenizer
        Of `torch` and `transformers`; shared with the chat model, which loads them once.
    template
        Gives the tokens of a conversation (`ChatTemplate.prompt`) and of what is answered to it
        (`ChatTemplate.answer_ids`).
    device
        Where the model is: a `torch.device`.
    end_tokens
        Ids that end an answer.
    max_tokens
        Most tokens of a prompt with its answer.
    """

    model: Any
    tokenizer: Any
    template: ChatTemplate
    device: Any
    end_tokens: frozenset[int]
    max_tokens: int


def opened(model: BaseChatModel) -> Opened:
    """Open a chat model; the first time its weights are loaded.

    Raises
    ------
    ConfigurationError
        When it is not a model in this process, or cannot be loaded.
    """
    local = getattr(model, "local", None)
    if local is None:
        raise ConfigurationError(
            "This needs the model itself, not only its answers: its tokens, their probabilities, its cache.",
            where=f"chat model of the kind {model._llm_type!r}",
            fix="Choose a model in this process: transformers:<folder or hub id> or smollm2.",
        )
    loaded = local()
    return Opened(
        loaded.model,
        loaded.tokenizer,
        loaded.template,
        loaded.model.device,
        loaded.end_tokens,
        loaded.max_tokens,
    )
