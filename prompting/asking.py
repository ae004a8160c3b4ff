"""A model as the other modules see it: conversations in, answers out, in the same order."""

from collections.abc import Callable, Sequence
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

# As many as `TransformersChatModel` answers at once: more would only wait at its gate.
_AT_ONCE: Final = RunnableConfig(max_concurrency=8)


def asking(model: BaseChatModel) -> Ask:
    """Let a chat model answer, several conversations at a time.

    The function raises ConfigurationError when the model cannot be used at all; any other UserError is
    the reply to the conversation that met it.
    """

    def ask(conversations: Sequence[Conversation]) -> list[Reply]:
        said = model.batch([_turns(one) for one in conversations], _AT_ONCE, return_exceptions=True)
        return [_reply(one) for one in said]

    return ask


async def aask(model: BaseChatModel, conversations: Sequence[Conversation]) -> list[Reply]:
    """Do the same without blocking the event loop."""
    said = await model.abatch([_turns(one) for one in conversations], _AT_ONCE, return_exceptions=True)
    return [_reply(one) for one in said]


def _turns(conversation: Conversation) -> list[Any]:
    return [{"role": message.role, "content": message.content} for message in conversation]


def _reply(said: Any) -> Reply:
    if isinstance(said, UserError) and not isinstance(said, ConfigurationError):
        return said
    if isinstance(said, BaseException):
        raise said
    return str(said.text)
