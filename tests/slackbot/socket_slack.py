"""A Slack in this process that only knows Socket Mode, and whose connections fail on demand."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

SECRET = "ticket-canary"


@dataclass
class SocketSlack:
    """``answers`` of apps.connections.open: a status, or the code of an error; the first is next.

    A ticket is good for one handshake, also when that fails, as Slack's are.
    """

    url: str = ""
    answers: list[int | str] = field(default_factory=list)
    down: bool = False
    refuse_handshakes: int = 0
    asked: int = 0
    reused: int = 0
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    received: list[dict[str, Any]] = field(default_factory=list)
    _requests: dict[int, web.Request] = field(default_factory=dict)
    _tickets: set[str] = field(default_factory=set)

    async def open(self, request: web.Request) -> web.Response:
        self.asked += 1
        answer = 503 if self.down else self.answers.pop(0) if self.answers else 200
        if isinstance(answer, str):
            return web.json_response({"ok": False, "error": answer})
        if answer != 200:
            return web.Response(status=answer, text="no", headers={"Retry-After": "1"})
        ticket = f"{self.asked}-{SECRET}"
        self._tickets.add(ticket)
        return web.json_response({"ok": True, "url": f"ws://{request.host}/link?ticket={ticket}"})

    async def link(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query["ticket"]
        if ticket not in self._tickets:
            self.reused += 1
            raise web.HTTPForbidden
        self._tickets.discard(ticket)
        if self.refuse_handshakes:
            self.refuse_handshakes -= 1
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        self.sockets.append(socket)
        self._requests[id(socket)] = request
        await socket.send_json({"type": "hello"})
        async for message in socket:
            if message.type is web.WSMsgType.PING:
                await self.answer_ping(socket, message.data)
            else:
                self.received.append(json.loads(message.data))
        return socket

    async def answer_ping(self, socket: web.WebSocketResponse, data: bytes) -> None:
        await socket.pong(data)

    @property
    def open_sockets(self) -> list[web.WebSocketResponse]:
        return [one for one in self.sockets if not (one.closed or self._broken(one))]

    def _broken(self, socket: web.WebSocketResponse) -> bool:
        transport = self._requests[id(socket)].transport
        return transport is None or transport.is_closing()

    async def end(self, how: str) -> None:
        for socket in self.open_sockets:
            if how == "abort":
                transport = self._requests[id(socket)].transport
                assert transport is not None
                transport.abort()
            elif how == "close":
                await socket.close()
            else:
                await socket.send_json({"type": "disconnect", "reason": how})

    async def deliver(self, number: int, socket: web.WebSocketResponse | None = None, **more: Any) -> None:
        envelope = {"envelope_id": str(number), "type": "events_api", "payload": {"number": number}, **more}
        await (socket or self.open_sockets[-1]).send_json(envelope)


@asynccontextmanager
async def socket_slack() -> AsyncIterator[SocketSlack]:
    slack = SocketSlack()
    application = web.Application()
    application.add_routes([web.post("/api/apps.connections.open", slack.open), web.get("/link", slack.link)])
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    yield slack
    await runner.cleanup()


async def until(condition: Any, within: float = 5.0) -> float:
    """Wait until ``condition()`` holds and give the seconds it took; fails after ``within``."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while not condition():
        assert loop.time() - began < within, f"not within {within} s"
        await asyncio.sleep(0.01)
    return loop.time() - began
