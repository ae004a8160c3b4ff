"""A chat model behind a server with OpenAI's interface: vLLM, llama-server, mlc_llm serve, Ollama."""

import queue
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Any, Self

from anyio.from_thread import start_blocking_portal
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.messages import AIMessageChunk, BaseMessage, convert_to_openai_messages
from langchain_core.outputs import ChatGenerationChunk
from pydantic import PrivateAttr

from chat.call_settings import call_settings
from chat.model_server import ModelServer, Patience
from chat.server_address import ServerAddress
from chat.streaming import StreamingChatModel
from chat.thoughts import Thoughts


class ServedChatModel(StreamingChatModel):
    """Streams answers of a model server; asks for the most probable tokens (temperature 0).

    A call may carry the settings of `chat.call_settings`; those that it does are sent along. What a
    reasoning model thinks aloud is left out (`chat.thoughts`).

    Parameters
    ----------
    address
        Which model on which server.
    patience
        Seconds until the server is given up.
    max_tokens
        Longest answer, where a call does not say otherwise.
    max_requests, queue_seconds
        Most questions that the server is sent at a time, and the seconds after which one that waits
        for its turn is told that the model is busy.
    """

    address: ServerAddress
    patience: Patience = Patience()
    max_tokens: int = 1024
    max_requests: int = 4
    queue_seconds: float = 60.0
    _server: ModelServer = PrivateAttr()

    @classmethod
    def from_spec(cls, argument: str) -> Self:
        """The model of ``openai:<argument>``."""
        return cls(address=ServerAddress.parse(argument))

    def model_post_init(self, context: Any, /) -> None:
        """Make the server's door."""
        super().model_post_init(context)
        self._server = ModelServer(
            self.address, self.patience, places=self.max_requests, queue_seconds=self.queue_seconds
        )

    @property
    def _llm_type(self) -> str:
        return "openai-compatible"

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        inbox: queue.SimpleQueue[ChatGenerationChunk | None] = queue.SimpleQueue()

        async def pump() -> None:
            async with aclosing(self._astream(messages, stop, **kwargs)) as chunks:
                async for chunk in chunks:
                    inbox.put(chunk)

        # An event loop of its own: the caller may be inside one.
        with start_blocking_portal() as portal:
            pumping = portal.start_task_soon(pump)
            pumping.add_done_callback(lambda _: inbox.put(None))
            try:
                while (chunk := inbox.get()) is not None:
                    yield chunk
                pumping.result()
            finally:
                pumping.cancel()

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncGenerator[ChatGenerationChunk, None]:
        payload: dict[str, Any] = {
            "model": self.address.model,
            "messages": convert_to_openai_messages(messages, text_format="string"),
            "max_tokens": self.max_tokens,
            "temperature": 0,
            "stream": True,
            # `top_k` is no parameter of OpenAI's; vLLM, llama-server and others know it.
            **call_settings(kwargs).given(),
        }
        if stop:
            payload["stop"] = stop
        thoughts = Thoughts()
        async with aclosing(self._server.events("chat/completions", payload)) as events:
            async for piece, reason in events:
                text = thoughts.push(piece) + (thoughts.finish() if reason else "")
                if not text and not reason:
                    continue
                message = AIMessageChunk(content=text)
                if reason:
                    message.chunk_position = "last"
                    message.response_metadata = {"finish_reason": reason}
                yield ChatGenerationChunk(message=message)
