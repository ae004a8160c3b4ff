"""A chat model that says what a function of its last message says, and a judge that knows the truth."""

from collections.abc import Callable
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

from chat.sources import parse_sources


class Scripted(BaseChatModel):
    """Says ``script(last message)``; an exception that it gives back is raised."""

    script: Callable[[str], Any]
    _asked: list[list[Any]] = PrivateAttr(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    @property
    def asked(self) -> list[list[Any]]:
        return self._asked

    def _generate(self, messages, stop=None, run_manager=None, **kwargs) -> ChatResult:
        self._asked.append(messages)
        said = self.script(str(messages[-1].text))
        if isinstance(said, Exception):
            raise said
        return ChatResult(generations=[ChatGeneration(message=AIMessage(said))])


def shown(message: str) -> tuple[str, str]:
    """The text between the fences of a message, and what is asked about it."""
    parsed = parse_sources(message)
    assert parsed is not None
    (source,), question = parsed
    return source.text, question


def harmful_letter(question: str) -> str:
    """The option that stands for harm: the Korean or the English wording."""
    first = question[question.index("(A)") :].splitlines()[0]
    return "B" if "지 않다" in first or "not harmful" in first else "A"


def truthful(is_harmful: Callable[[str], bool]) -> Callable[[str], str]:
    """What a judge replies that is always right."""

    def reply(message: str) -> str:
        text, question = shown(message)
        letter = harmful_letter(question)
        return f"({letter if is_harmful(text) else 'AB'.replace(letter, '')})"

    return reply
