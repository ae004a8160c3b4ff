"""A chat model in this process, through Hugging Face's `transformers`; weights from this machine only."""

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, Self

import torch
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.messages import AIMessageChunk, BaseMessage, convert_to_messages
from langchain_core.outputs import ChatGenerationChunk
from pydantic import PrivateAttr

from chat.batching import STOPPED, Event, Request
from chat.call_settings import call_settings
from chat.drawing import Drawing
from chat.errors import failure
from chat.gate import Gate
from chat.label_scores import label_scores
from chat.local_model import Limits, LocalModel, load_local, local_folder
from chat.streaming import StreamingChatModel
from chat.thoughts import Thoughts
from chat.token_text import StopStrings, TokenText
from curation.errors import ConfigurationError
from curation.records import Message


class TransformersChatModel(StreamingChatModel):
    """Answers with the most probable tokens, or draws them; questions that come together share batches.

    A call may carry the settings of `chat.call_settings`. What is drawn depends on the prompt and the
    seed, not on who else is being answered.

    The weights are loaded with the first question. Nothing is downloaded, and no code that lies
    beside the weights is run.

    Parameters
    ----------
    source
        Folder of a model, or the id of one in the cache of the Hugging Face hub.
    max_new_tokens
        Longest answer, where a call does not say ``max_tokens``.
    max_batch_rows, max_batch_tokens
        Most questions that are answered at once, and most tokens that they take together: a token
        takes layers x key-value heads x head size x 2 numbers (46 kB for SmolLM2 135M in float32).
    max_requests, patience
        Most questions that are being answered or wait, and the seconds after which a further one is
        told that the model is busy.
    """

    source: str
    max_new_tokens: int = 512
    max_batch_rows: int = 8
    max_batch_tokens: int = 16_384
    max_requests: int = 32
    patience: float = 60.0
    _gate: Gate = PrivateAttr()
    _loaded: LocalModel | None = PrivateAttr(None)
    _loading: threading.Lock = PrivateAttr(default_factory=threading.Lock)
    # One prompt's labels at a time: each of them takes the memory of a row.
    _scoring: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    @classmethod
    def from_spec(cls, argument: str) -> Self:
        """The model of ``transformers:<argument>``."""
        return cls(source=argument)

    def model_post_init(self, context: Any, /) -> None:
        """Make the gate."""
        super().model_post_init(context)
        self._gate = Gate(self.max_requests, self.patience)

    @property
    def limits(self) -> Limits:
        """What keeps answers and memory bounded."""
        return Limits(self.max_new_tokens, self.max_batch_rows, self.max_batch_tokens)

    @property
    def _llm_type(self) -> str:
        return "transformers"

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
        with self._gate.place():
            loaded, request = self._prepared(messages, inbox.put, kwargs)
            answer = _Answer(loaded, len(request.prompt), stop or ())
            with answer.requested(request):
                while not answer.reason:
                    if (chunk := answer.chunk(inbox.get())) is not None:
                        yield chunk

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        inbox: asyncio.Queue[Event] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def deliver(event: Event) -> None:
            with suppress(RuntimeError):  # the loop may be closed by now
                loop.call_soon_threadsafe(inbox.put_nowait, event)

        async with self._gate.async_place():
            loaded, request = await asyncio.to_thread(self._prepared, messages, deliver, kwargs)
            answer = _Answer(loaded, len(request.prompt), stop or ())
            with answer.requested(request):
                while not answer.reason:
                    if (chunk := answer.chunk(await inbox.get())) is not None:
                        yield chunk

    def local(self) -> LocalModel:
        """Give the model itself, loaded once."""
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
        return self._loaded

    def score_labels(
        self, conversations: Sequence[Sequence[Message]], labels: Sequence[str]
    ) -> list[list[float]]:
        """Give log p of each label as the beginning of each answer, for `chat.labels`."""
        loaded = self.local()
        tokens = [loaded.template.answer_ids(label) for label in labels]
        if not all(tokens):
            raise ConfigurationError(
                "A label is empty.", where="labels", fix="Give every label at least one character."
            )
        room = loaded.max_tokens - max(map(len, tokens), default=0)
        found = []
        for conversation in conversations:
            turns = convert_to_messages([(turn.role, turn.content) for turn in conversation])
            prompt = loaded.template.prompt(turns, room)
            try:
                with self._scoring:
                    found.append(label_scores(loaded.model, prompt, tokens, self.max_batch_tokens))
            except (ArithmeticError, IndexError, RuntimeError, ValueError) as error:
                raise failure(error) from error
        return found

    def _prepared(
        self, messages: Sequence[BaseMessage], deliver: Callable[[Event], None], asked: Mapping[str, Any]
    ) -> tuple[LocalModel, Request]:
        settings = call_settings(asked)
        loaded = self.local()
        prompt_tokens, new_tokens = loaded.room(settings.max_tokens)
        prompt = loaded.template.prompt(messages, prompt_tokens)
        drawing = Drawing(settings) if settings.draws else None
        return loaded, Request(prompt, new_tokens, deliver, drawing)

    def _load(self) -> LocalModel:
        device = "cuda" if torch.cuda.is_available() else "cpu"
        # Half precision is slow on most processors.
        dtype = "auto" if device == "cuda" else torch.float32
        return load_local(local_folder(self.source), self.limits, device=device, dtype=dtype)


class _Answer:
    """The text of one request as its events come; ``reason`` says why it ended, once it did."""

    def __init__(self, loaded: LocalModel, prompt_tokens: int, stops: Sequence[str]) -> None:
        self._loaded = loaded
        self._prompt_tokens = prompt_tokens
        decode = partial(
            loaded.tokenizer.decode, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        self._text = TokenText(decode)
        self._thoughts = Thoughts()
        self._stops = StopStrings(stops)
        self._tokens = 0
        self.reason = ""

    @contextmanager
    def requested(self, request: Request) -> Iterator[None]:
        """Submit the request; whoever goes away before the end frees its row."""
        self._loaded.batcher.submit(request)
        try:
            yield
        finally:
            request.cancelled = True

    def chunk(self, event: Event) -> ChatGenerationChunk | None:
        """What can be shown after an event, if anything; the last chunk says how it ended."""
        if isinstance(event, Exception):
            raise failure(event) from event
        if isinstance(event, int):
            self._tokens += 1
            text = self._stops.push(self._thoughts.push(self._text.push(event)))
        else:
            self.reason = event
            last = self._thoughts.push(self._text.finish()) + self._thoughts.finish()
            text = self._stops.push(last) + self._stops.finish()
        if self._stops.reached:
            self.reason = STOPPED
        if not text and not self.reason:
            return None
        message = AIMessageChunk(content=text)
        if self.reason:
            message.chunk_position = "last"
            message.response_metadata = {"finish_reason": self.reason}
            message.usage_metadata = {
                "input_tokens": self._prompt_tokens,
                "output_tokens": self._tokens,
                "total_tokens": self._prompt_tokens + self._tokens,
            }
        return ChatGenerationChunk(message=message)
