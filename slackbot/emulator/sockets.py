"""Socket Mode: connections, envelopes, acknowledgements and deliveries that are repeated."""

import asyncio
import contextlib
import itertools
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from slackbot.emulator.settings import EmulatorSettings


@dataclass(slots=True)
class Delivery:
    """One envelope that went out; times are in seconds of the wall clock."""

    event_id: str
    envelope_id: str
    retry_attempt: int
    connection: int
    sent_at: float
    acked_at: float | None = None


@dataclass(slots=True)
class Connection:
    """One open WebSocket; a retiring one gets no new events."""

    number: int
    socket: web.WebSocketResponse
    request: web.Request
    retiring: bool = False


@dataclass(slots=True)
class SocketMode:
    """Delivers events to one of the open connections until they are acknowledged."""

    settings: EmulatorSettings
    app_id: str
    deliveries: list[Delivery] = field(default_factory=list)
    _tickets: set[str] = field(default_factory=set)
    _connections: dict[int, Connection] = field(default_factory=dict)
    _acks: dict[str, asyncio.Event] = field(default_factory=dict)
    _payloads: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _opened: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _turn: int = 0

    def ticket(self) -> str:
        """A ticket for one connection, as in the URL that apps.connections.open gives."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return ticket

    @property
    def open_connections(self) -> int:
        """How many connections take events."""
        return sum(not connection.retiring for connection in self._connections.values())

    def send(self, payload: Mapping[str, Any], *, retry_attempt: int = 0, retry_reason: str = "") -> str:
        """Deliver an event (again); returns its event_id at once."""
        event_id = str(payload["event_id"])
        self._payloads[event_id] = payload
        self._keep(self._deliver(event_id, retry_attempt, retry_reason))
        return event_id

    def send_again(self, event_id: str, times: int) -> None:
        """Deliver an event that went out before, as Slack does when it saw no acknowledgement."""
        for attempt in range(1, times + 1):
            self.send(self._payloads[event_id], retry_attempt=attempt, retry_reason="timeout")

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Handle one WebSocket from hello to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden(text="unknown ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(heartbeat=self.settings.ping_interval)
        await socket.prepare(request)
        connection = Connection(next(self._numbers), socket, request)
        self._connections[connection.number] = connection
        try:
            await socket.send_json(self._hello())
            self._opened.set()
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._acknowledge(message.data)
        finally:
            self._connections.pop(connection.number, None)
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
        return len(told)

    async def shut(self) -> None:
        """Stop delivering and close every connection."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for connection in list(self._connections.values()):
            await connection.socket.close()

    def log(self) -> list[dict[str, Any]]:
        """Every delivery so far."""
        return [asdict(delivery) for delivery in self.deliveries]

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self._connections),
            "connection_info": {"app_id": self.app_id},
            "debug_info": {"host": "local", "approximate_connection_time": 18060},
        }

    def _keep(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, event_id: str, retry_attempt: int, retry_reason: str) -> None:
        """Send until acknowledged: at once, then after each of the retry delays."""
        delays = iter(self.settings.retry_delays)
        while True:
            if await self._delivered(event_id, retry_attempt, retry_reason):
                return
            retry_attempt, retry_reason = retry_attempt + 1, "timeout"
            delay = next(delays, None)
            if delay is None:
                return
            await asyncio.sleep(delay)

    async def _delivered(self, event_id: str, retry_attempt: int, retry_reason: str) -> bool:
        """Send once; whether the acknowledgement came in time."""
        envelope_id = secrets.token_hex(16)
        acked = self._acks[envelope_id] = asyncio.Event()
        envelope = {
            "type": "events_api",
            "envelope_id": envelope_id,
            "accepts_response_payload": False,
            "retry_attempt": retry_attempt,
            "retry_reason": retry_reason,
            "payload": self._payloads[event_id],
        }
        while True:
            connection = await self._next_connection()
            delivery = Delivery(event_id, envelope_id, retry_attempt, connection.number, time.time())
            with contextlib.suppress(ConnectionError):
                await connection.socket.send_str(json.dumps(envelope, ensure_ascii=False))
                self.deliveries.append(delivery)
                break
            self._connections.pop(connection.number, None)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(acked.wait(), self.settings.ack_timeout)
        return acked.is_set()

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
        envelope_id = str(json.loads(text).get("envelope_id", ""))
        for delivery in self.deliveries:
            if delivery.envelope_id == envelope_id:
                delivery.acked_at = time.time()
        if envelope_id in self._acks:
            self._acks[envelope_id].set()
