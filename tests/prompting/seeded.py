"""A chat model whose reply is a function of the question, the seed and the number of demos."""

import threading
from collections.abc import Callable
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr


class Seeded(BaseChatModel):
    """Says ``script(question, seed, demos)``; an exception that it gives back is raised."""

    script: Callable[[str, int | None, int], Any]
    _asked: list[tuple[str, int | None, float]] = PrivateAttr(default_factory=list)
    _settings: list[dict[str, Any]] = PrivateAttr(default_factory=list)
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    @property
    def _llm_type(self) -> str:
        return "seeded"

    @property
    def asked(self) -> list[tuple[str, int | None, float]]:
        return self._asked

    @property
    def settings(self) -> list[dict[str, Any]]:
        return self._settings

    def _generate(self, messages, stop=None, run_manager=None, **kwargs) -> ChatResult:
        question, seed = str(messages[-1].text), kwargs.get("seed")
        with self._lock:
            self._asked.append((question, seed, kwargs.get("temperature", 0.0)))
            self._settings.append({**kwargs, "stop": stop})
        said = self.script(question, seed, (len(messages) - 2) // 2)
        if isinstance(said, BaseException):
            raise said
        return ChatResult(generations=[ChatGeneration(message=AIMessage(said))])


class Scoring(Seeded):
    """One that can tell how probable labels are, as models of this process can."""

    scores: Callable[[str, int], list[float]]
    _scored: list[str] = PrivateAttr(default_factory=list)

    @property
    def scored(self) -> list[str]:
        return self._scored

    def score_labels(self, conversations, labels) -> list[list[float]]:
        questions = [turns[-1].content for turns in conversations]
        self._scored.extend(questions)
        return [
            self.scores(question, (len(turns) - 2) // 2)
            for question, turns in zip(questions, conversations, strict=True)
        ]
