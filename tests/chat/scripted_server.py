"""A real HTTP server on loopback that answers each request as the test says, well or badly."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Self

import orjson
from aiohttp import web

Behaviour = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ScriptedServer:
    """Takes ``behaviours`` in turn, the last one for ever; keeps what it was asked."""

    def __init__(self) -> None:
        self.behaviours: list[Behaviour] = []
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.open = self.most_open = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        self.port: int = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _start(self) -> int:
        app = web.Application()
        app.router.add_post("/v1/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port: int = self._runner.addresses[0][1]
        return port

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append({"path": request.path, **orjson.loads(await request.read())})
        self.headers.append(dict(request.headers))
        behaviour = self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            return await behaviour(request)
        finally:
            self.open -= 1


def event(text: str = "", reason: str | None = None, **delta: str) -> bytes:
    """One event of a streamed chat completion."""
    choice = {"index": 0, "delta": {**delta, **({"content": text} if text else {})}, "finish_reason": reason}
    return b"data: " + orjson.dumps({"choices": [choice]}) + b"\n\n"


START, END, DONE = event(role="assistant"), event(reason="stop"), b"data: [DONE]\n\n"


def streams(*parts: bytes | float, breaks: bool = False, status: int = 200) -> Behaviour:
    """Send parts, pausing for numbers (seconds), and end well, or with a broken connection."""

    async def behave(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=status, headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for part in parts:
            if isinstance(part, bytes):
                await response.write(part)
            else:
                await asyncio.sleep(part)
        if breaks:
            assert request.transport is not None
            request.transport.abort()
        else:
            await response.write_eof()
        return response

    return behave


def says(status: int, body: object = None, **headers: str) -> Behaviour:
    """Reply with a status and a JSON body."""

    async def behave(_: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, body=orjson.dumps(body), headers=named)

    return behave
