"""Requests to a server with OpenAI's interface: deadlines, repetitions, and errors that say what happened.

The same care for answers that come in pieces and for single replies. A request is repeated while
nothing of its answer was handed on: once text was shown, a second try would contradict it.
"""

import asyncio
import functools
import random
import ssl
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import httpx
import orjson

from chat.errors import ModelUnavailableError
from chat.gate import Gate
from chat.replies import Delta, ServerFaultError, data_of, message_of, read_delta, seconds_of
from chat.server_address import ServerAddress
from chat.server_key import key_advice, key_headers, without_key
from curation.errors import ConfigurationError, UserError

_ATTEMPTS: Final = 4
_FIRST_PAUSE: Final = 0.5
_REPEATED: Final = frozenset({408, 429, 500, 502, 503, 504})
_DONE: Final = b"[DONE]"
_MAX_ERROR_BYTES: Final = 4096
_MAX_ERROR_CHARACTERS: Final = 300


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds until a server is given up: for a connection, the first text, any further, and in all."""

    connect: float = 5.0
    first: float = 120.0
    between: float = 30.0
    total: float = 600.0


class _TransientError(Exception):
    """What may be over in a moment; ``after`` is how many seconds the server asked to wait."""

    def __init__(self, what: str, after: float = 0.0) -> None:
        super().__init__(what)
        self.what = what
        self.after = after


class ModelServer:
    """A server, and how many requests it is sent at a time.

    Parameters
    ----------
    address
        Which model on which server. Only a server beyond the private network is reached through the
        proxies that the environment names. The key in the environment is sent over an encrypted
        connection or to a private address, nowhere else.
    patience
        Time limits.
    places
        Most requests at a time; further ones wait ``queue_seconds`` for their turn.
    """

    def __init__(
        self,
        address: ServerAddress,
        patience: Patience = Patience(),
        *,
        places: int = 4,
        queue_seconds: float = 60.0,
    ) -> None:
        self.address = address
        self._patience = patience
        self._gate = Gate(places, queue_seconds)

    async def reply(self, path: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON object that answers a request.

        Raises
        ------
        UserError
            When the server cannot be reached, refuses, or answers with something else.
        """
        async with aclosing(self._repeated(self._whole, path, payload)) as replies:
            return await anext(replies)

    async def events(self, path: str, payload: Mapping[str, Any]) -> AsyncGenerator[tuple[str, str], None]:
        """Pieces of a streamed chat completion: text, and in the last one why it ended.

        Raises
        ------
        UserError
            When the server cannot be reached, refuses, falls silent, or breaks off.
        """
        async with aclosing(self._repeated(self._pieces, path, payload)) as events:
            async for event in events:
                yield event

    async def _repeated(
        self, once: Callable[..., AsyncGenerator[Any, None]], path: str, payload: Mapping[str, Any]
    ) -> AsyncGenerator[Any, None]:
        deadline = time.monotonic() + self._patience.total
        async with self._gate.async_place(), self._client() as client:
            for attempt in range(1, _ATTEMPTS + 1):
                begun = False
                try:
                    async with aclosing(once(client, path, payload, deadline)) as items:
                        async for item in items:
                            begun = True
                            yield item
                    return
                except _TransientError as fault:
                    pause = max(fault.after, _FIRST_PAUSE * 2 ** (attempt - 1) * random.uniform(0.75, 1.25))
                    late = time.monotonic() + pause > deadline
                    if begun or late or attempt == _ATTEMPTS:
                        raise self._unavailable(fault, begun=begun, attempts=attempt) from fault.__cause__
                await asyncio.sleep(pause)

    async def _whole(
        self, client: httpx.AsyncClient, path: str, payload: Mapping[str, Any], deadline: float
    ) -> AsyncGenerator[dict[str, Any], None]:
        limit = min(time.monotonic() + self._patience.first, deadline)
        async with self._opened(client, path, payload, limit) as response:
            body = await self._until(limit, response.aread())
        try:
            found = orjson.loads(body)
        except orjson.JSONDecodeError:
            found = None
        if not isinstance(found, dict):
            raise self._foreign(body)
        yield found

    async def _pieces(
        self, client: httpx.AsyncClient, path: str, payload: Mapping[str, Any], deadline: float
    ) -> AsyncGenerator[tuple[str, str], None]:
        limit = min(time.monotonic() + self._patience.first, deadline)
        reason = ""
        async with self._opened(client, path, payload, limit) as response:
            events = data_of(response.aiter_bytes())
            while (data := await self._until(limit, anext(events, None))) is not None:
                if data == _DONE:
                    reason = reason or "stop"
                    break
                delta = self._read(data)
                reason = delta.reason or reason
                if delta.text:
                    yield delta.text, ""
                if delta.moved:  # the clock starts here: whoever reads may take time
                    limit = min(time.monotonic() + self._patience.between, deadline)
        if not reason:
            raise _TransientError("it closed the connection")
        yield "", reason

    def _read(self, data: bytes) -> Delta:
        try:
            return read_delta(data)
        except ServerFaultError:
            raise ModelUnavailableError(
                f"The model server broke off with an error: {self._said(data)}",
                where=self.address.url,
                fix="Look into the server's log, then ask again.",
            ) from None
        except ValueError:
            raise self._foreign(data) from None

    @asynccontextmanager
    async def _opened(
        self, client: httpx.AsyncClient, path: str, payload: Mapping[str, Any], limit: float
    ) -> AsyncIterator[httpx.Response]:
        """The response, if it is a good one; faults of the connection become `_TransientError`."""
        request = client.build_request("POST", f"{self.address.url}/{path}", json=dict(payload))
        try:
            response = await self._until(limit, client.send(request, stream=True))
            try:
                if response.status_code != httpx.codes.OK:
                    await self._refused(response, limit)
                yield response
            finally:
                await response.aclose()
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise _TransientError("no connection could be made") from error
        except httpx.RequestError as error:
            raise _TransientError("the connection broke") from error

    async def _until(self, limit: float, awaited: Any) -> Any:
        try:
            async with asyncio.timeout(max(0.0, limit - time.monotonic())):
                return await awaited
        except TimeoutError:
            raise ModelUnavailableError(
                "The model server sent nothing more in the time that it was given.",
                where=self.address.url,
                fix="Ask again when it has less to do, or a shorter question.",
            ) from None

    async def _refused(self, response: httpx.Response, limit: float) -> None:
        body = b""
        with suppress(TimeoutError):  # the status alone says enough
            async with asyncio.timeout(limit - time.monotonic()):
                async for part in response.aiter_bytes():
                    body += part
                    if len(body) >= _MAX_ERROR_BYTES:
                        break
        status, said = response.status_code, self._said(body[:_MAX_ERROR_BYTES])
        if status in _REPEATED:
            raise _TransientError(
                f"it answered {status}: {said}", seconds_of(response.headers.get("retry-after", ""))
            )
        fix = {
            401: key_advice(self.address),
            403: key_advice(self.address),
            404: f"Look whether the base URL is right (it often ends in /v1) and the server knows "
            f"the model {self.address.model!r}.",
            413: "Ask a shorter question.",
        }.get(status, "The server says what it wants otherwise.")
        kind = ConfigurationError if status in (401, 403, 404) else UserError
        raise kind(f"The model server refused with {status}: {said}", where=self.address.url, fix=fix)

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            headers=key_headers(self.address),
            # Only connecting is timed here: pieces have limits of their own.
            timeout=httpx.Timeout(None, connect=self._patience.connect),
            trust_env=not self.address.is_private,
            verify=_certificates(),
        )

    def _unavailable(self, fault: _TransientError, *, begun: bool, attempts: int) -> UserError:
        if begun:
            return ModelUnavailableError(
                f"The model server broke off in the middle of its answer: {fault.what}.",
                where=self.address.url,
                fix="What was shown is not the whole answer. Look whether the server runs, then ask again.",
            )
        tries = "once" if attempts == 1 else f"{attempts} times"
        later = f" It asks to wait {fault.after:.0f} seconds." if fault.after else ""
        return ModelUnavailableError(
            f"The model server gave no answer, asked {tries}: {fault.what}.{later}",
            where=self.address.url,
            fix="Look whether the server runs and the address is right, then ask again.",
        )

    def _foreign(self, body: bytes) -> UserError:
        return ModelUnavailableError(
            f"The model server answered with something else than was agreed: {self._said(body)}",
            where=self.address.url,
            fix="Look whether the base URL is right; it often ends in /v1.",
        )

    def _said(self, body: bytes) -> str:
        """What a server said, short, on one line, and without the key, which some repeat."""
        text = without_key(message_of(body))
        text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return text[:_MAX_ERROR_CHARACTERS] or "(nothing)"


@functools.cache
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context()
