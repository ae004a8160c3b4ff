"""A model as the other modules see it: conversations in, answers out, in the same order."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableConfig

from curation.errors import ConfigurationError, UserError
from curation.records import Message

Conversation = Sequence[Message]

Reply = str | UserError
"""What a model says, or why it says nothing: one failure must not cost the other answers."""

Ask = Callable[[Sequence[Conversation]], Sequence[Reply]]
"""Answers conversations; there is a reply for each, in order."""

Sampler = Callable[[Sequence[Conversation], Sequence[int]], Sequence[Reply]]
"""Answers conversations with a seed for each: the same seed draws the same answer again."""

# As many as `TransformersChatModel` answers at once: more would only wait at its gate.
_MOST_AT_ONCE: Final = 8


def asking(model: BaseChatModel) -> Ask:
    """Let a chat model answer, several conversations at a time.

    The function raises ConfigurationError when the model cannot be used at all; any other UserError is
    the reply to the conversation that met it.
    """

    def ask(conversations: Sequence[Conversation]) -> list[Reply]:
        at_once = RunnableConfig(max_concurrency=_places(model))
        said = model.batch([_turns(one) for one in conversations], at_once, return_exceptions=True)
        return [_reply(one) for one in said]

    return ask


async def aask(model: BaseChatModel, conversations: Sequence[Conversation]) -> list[Reply]:
    """Do the same without blocking the event loop."""
    at_once = RunnableConfig(max_concurrency=_places(model))
    said = await model.abatch([_turns(one) for one in conversations], at_once, return_exceptions=True)
    return [_reply(one) for one in said]


def sampling(
    model: BaseChatModel,
    *,
    temperature: float,
    max_tokens: int | None = None,
    stop: Sequence[str] = (),
    top_p: float = 1.0,
) -> Sampler:
    """Let a chat model draw answers, at most eight at a time; temperature 0 takes the most probable ones.

    Threads may share the function: the model is asked no more at a time than it takes. Of a model behind a
    server equal seeds give equal answers as far as the server keeps its word.

    Parameters
    ----------
    max_tokens
        Longest answer; ``None`` leaves it to the model.
    stop
        Strings before which an answer ends.
    top_p
        Tokens are drawn from the fewest whose probabilities add up to it.

    Returns
    -------
    Sampler
        Raises ConfigurationError when the model cannot be used, or not so; any other UserError is the
        reply to the conversation that met it.
    """
    settings: dict[str, Any] = {"temperature": temperature, "max_tokens": max_tokens, "top_p": top_p}
    places = threading.Semaphore(_places(model))

    def answer(asked: tuple[Conversation, int]) -> Reply:
        conversation, seed = asked
        try:
            with places:
                said = model.invoke(_turns(conversation), stop=list(stop) or None, seed=seed, **settings)
        except UserError as error:
            return _reply(error)
        return _reply(said)

    def sample(conversations: Sequence[Conversation], seeds: Sequence[int]) -> list[Reply]:
        asked = list(zip(conversations, seeds, strict=True))
        with ThreadPoolExecutor(_MOST_AT_ONCE) as threads:
            return list(threads.map(answer, asked))

    return sample


def _places(model: BaseChatModel) -> int:
    """How many to ask at a time: who waits at the model's own gate is turned away after a minute."""
    return min(_MOST_AT_ONCE, getattr(model, "max_requests", _MOST_AT_ONCE))


def _turns(conversation: Conversation) -> list[Any]:
    return [{"role": message.role, "content": message.content} for message in conversation]


def _reply(said: Any) -> Reply:
    if isinstance(said, UserError) and not isinstance(said, ConfigurationError):
        return said
    if isinstance(said, BaseException):
        raise said
    return str(said.text)
