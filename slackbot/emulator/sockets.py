"""Socket Mode: connections, envelopes and acknowledgements."""

import asyncio
import contextlib
import itertools
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import WSMsgType, web

from slackbot.emulator.deliveries import Delivery, Envelope, Outcome
from slackbot.emulator.settings import EmulatorSettings

_LATE_KEPT = 10_000


@dataclass(slots=True)
class Connection:
    """One open WebSocket; a retiring one gets no new events."""

    number: int
    socket: web.WebSocketResponse
    request: web.Request
    retiring: bool = False


@dataclass(slots=True)
class Waiting:
    """An envelope that is not acknowledged yet."""

    delivery: Delivery
    answer: asyncio.Future[Any]


@dataclass(slots=True)
class SocketMode:
    """Takes each envelope to one of the open connections.

    ``acked`` hears of every acknowledgement, ``changed`` of every connection that comes or goes.
    """

    settings: Callable[[], EmulatorSettings]
    app_id: str
    acked: Callable[[Delivery], None]
    changed: Callable[[], None]
    _tickets: set[str] = field(default_factory=set)
    _connections: dict[int, Connection] = field(default_factory=dict)
    _waiting: dict[str, Waiting] = field(default_factory=dict)
    _opened: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _turn: int = 0
    _refusing_until: float = 0.0

    def ticket(self) -> str:
        """A ticket for one connection, as in the URL that apps.connections.open gives."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return ticket

    @property
    def open_connections(self) -> int:
        """How many connections take events."""
        return sum(not connection.retiring for connection in self._connections.values())

    @property
    def refusing(self) -> float:
        """For how many seconds no new connection is let in."""
        return max(0.0, self._refusing_until - time.monotonic())

    def refuse(self, seconds: float) -> None:
        """Let no new connection in for this long."""
        self._refusing_until = time.monotonic() + seconds

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Handle one WebSocket from hello to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden(text="unknown ticket")
        self._tickets.discard(ticket)
        if self.refusing:
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse(heartbeat=self.settings().ping_interval)
        await socket.prepare(request)
        connection = Connection(next(self._numbers), socket, request)
        self._connections[connection.number] = connection
        try:
            await socket.send_json(self._hello())
            self._opened.set()
            self.changed()
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._acknowledge(message.data)
        finally:
            self._connections.pop(connection.number, None)
            self.changed()
        return socket

    async def disconnect(self, reason: str) -> int:
        """Ask every connection to go: ``refresh_requested``/``warning`` say so, ``close`` and
        ``abort`` do it without a word. Returns how many were told.
        """
        told = list(self._connections.values())
        for connection in told:
            connection.retiring = reason != "warning"
            if connection.retiring:
                self._opened.clear()
            if reason == "abort":
                transport = connection.request.transport
                if transport is not None:
                    transport.abort()
            elif reason == "close":
                await connection.socket.close()
            else:
                await connection.socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})
        self.changed()
        return len(told)

    async def shut(self) -> None:
        """Close every connection."""
        for connection in list(self._connections.values()):
            await connection.socket.close()

    async def send(self, envelope: Envelope, log: Callable[[Delivery], None]) -> Outcome:
        """Send once over an open connection, when there is one, and wait for the acknowledgement."""
        text = orjson.dumps(
            {
                "type": envelope.kind,
                "envelope_id": envelope.id,
                "accepts_response_payload": envelope.kind != "events_api",
                "payload": envelope.payload,
                **(
                    {"retry_attempt": envelope.retry_attempt, "retry_reason": envelope.retry_reason}
                    if envelope.kind == "events_api"
                    else {}
                ),
            }
        ).decode()
        while True:
            connection = await self._next_connection()
            delivery = envelope.sent(connection.number)
            waiting = Waiting(delivery, asyncio.get_running_loop().create_future())
            self._waiting[envelope.id] = waiting
            with contextlib.suppress(ConnectionError):
                await connection.socket.send_str(text)
                log(delivery)
                break
            self._connections.pop(connection.number, None)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.settings().ack_timeout):
                return Outcome(acked=True, payload=await waiting.answer)
        # It stays known for a while: an acknowledgement that comes late is still noted.
        if len(self._waiting) > _LATE_KEPT:
            self._forget_late()
        return Outcome(acked=False)

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self._connections),
            "connection_info": {"app_id": self.app_id},
            "debug_info": {"host": "local", "approximate_connection_time": 18060},
        }

    def _forget_late(self) -> None:
        for key in [key for key, waiting in self._waiting.items() if waiting.answer.cancelled()]:
            del self._waiting[key]

    async def _next_connection(self) -> Connection:
        """One of the open connections in turn; waits for one when there is none."""
        while True:
            ready = [c for c in self._connections.values() if not c.retiring and not c.socket.closed]
            if ready:
                self._turn += 1
                return ready[self._turn % len(ready)]
            self._opened.clear()
            await self._opened.wait()

    def _acknowledge(self, text: str) -> None:
        try:
            said = orjson.loads(text)
        except orjson.JSONDecodeError:
            return  # Slack ignores what it cannot read
        key = said.get("envelope_id") if isinstance(said, dict) else None
        waiting = self._waiting.pop(key, None) if isinstance(key, str) else None
        if waiting is None:
            return
        waiting.delivery.acked_at = time.time()
        self.acked(waiting.delivery)
        if not waiting.answer.done():
            waiting.answer.set_result(said.get("payload"))
