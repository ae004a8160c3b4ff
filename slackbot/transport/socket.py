"""Socket Mode (https://docs.slack.dev/apis/events-api/using-socket-mode): no public address is needed.

A receiver of our own: slack_sdk's tries a failed handshake again with the ticket that it has used up,
until the process ends, and logs the ticket.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from slackbot.calls import CallError, RateLimitedError, TokenRefusedError, attempt
from slackbot.config import APP_VARIABLE, Limits, SlackConfig, token_refused
from slackbot.transport.dispatch import dispatch

HANDSHAKE_TIMEOUT_S: Final = 10.0
LONGEST_PAUSE_S: Final = 2.0
STEADY_S: Final = 10.0  # a connection that lived so long may be replaced at once
CLOSE_TIMEOUT_S: Final = 1.0
HANDOVER_S: Final = 5.0  # how long one that is being retired is still listened to
_log = logging.getLogger("malmoi.slack.socket")


@contextlib.asynccontextmanager
async def connected(app: AsyncApp, config: SlackConfig, limits: Limits) -> AsyncIterator[None]:
    """Keep the connections open while the block runs; it begins once all are.

    A connection is replaced when Slack announces its end, when it closes, and when a ping stays
    without an answer for half of ``limits.ping_interval``.

    Raises
    ------
    ConfigurationError
        Slack takes the app-level token no longer.
    """
    timeout = aiohttp.ClientTimeout(total=HANDSHAKE_TIMEOUT_S)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as tasks:
            connections = [
                _Connection(app, config, limits.ping_interval, session, tasks)
                for _ in range(limits.connections)
            ]
            keeping = [tasks.create_task(connection.keep()) for connection in connections]
            for connection in connections:
                await connection.opened.wait()
            yield
            for task in (*keeping, *(task for one in connections for task in one.at_work)):
                task.cancel()
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None


@dataclass(slots=True)
class _Connection:
    """One of the connections, through all its WebSockets."""

    app: AsyncApp
    config: SlackConfig
    ping_interval: float
    session: aiohttp.ClientSession
    tasks: asyncio.TaskGroup
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    at_work: set[asyncio.Task[None]] = field(default_factory=set)

    async def keep(self) -> None:
        """Be connected, always; returns only by an error that no patience helps against."""
        pause = 0.0
        while True:
            began, asked_for = time.monotonic(), 0.0
            try:
                await self._listen(await self._open())
            except TokenRefusedError as error:
                raise token_refused(APP_VARIABLE, error.code) from None
            except RateLimitedError as limited:
                asked_for = limited.seconds
                _log.warning("Slack asks to wait %g s before connecting", asked_for)
            except (CallError, aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
                # Never the error itself: it quotes the address, which holds a ticket.
                _log.warning("not connected: %s", _kind_of(error))
            steady = time.monotonic() - began >= STEADY_S
            pause = 0.0 if steady else min(max(2 * pause, 0.1), LONGEST_PAUSE_S)
            await asyncio.sleep(max(pause, asked_for))

    async def _open(self) -> aiohttp.ClientWebSocketResponse:
        """A new WebSocket; its address is good for one handshake."""
        token = self.config.app_token.get_secret_value()
        async with asyncio.timeout(HANDSHAKE_TIMEOUT_S):
            answer = await attempt(self.app.client.apps_connections_open(app_token=token))
        return await self.session.ws_connect(
            str(answer.get("url") or ""),
            heartbeat=self.ping_interval,
            timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_TIMEOUT_S),
            proxy=self.config.proxy,
        )

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Take what arrives until the WebSocket closes, or until Slack announces that it will."""
        retiring = False
        try:
            retiring = await self._take(socket)
        finally:
            if not retiring:
                await socket.close()
        if retiring:
            self._work(self._retire(socket))

    async def _retire(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Still take what arrives, while the replacement opens."""
        try:
            async with asyncio.timeout(HANDOVER_S):
                while await self._take(socket):
                    pass
        except TimeoutError:
            pass
        finally:
            await socket.close()

    async def _take(self, socket: aiohttp.ClientWebSocketResponse) -> bool:
        """Take what arrives; ``True`` once Slack announces the end, ``False`` once it is there."""
        async for message in socket:
            envelope = _object_in(message)
            if envelope.get("type") == "hello":
                _log.info("connected")
                self.opened.set()
            elif envelope.get("type") == "disconnect":
                _log.info("to be replaced: %s", envelope.get("reason"))
                return True
            elif "envelope_id" in envelope:
                self._work(self._handle(socket, envelope))
        _log.info("closed (%s)", socket.close_code)
        return False

    async def _handle(self, socket: aiohttp.ClientWebSocketResponse, envelope: dict[str, Any]) -> None:
        """Have the application take one envelope; without its consent Slack delivers it again."""
        retry, reason = envelope.get("retry_attempt") or "", envelope.get("retry_reason") or ""
        try:
            answer = await dispatch(self.app, envelope.get("payload") or {}, str(retry), str(reason))
            if answer.status != 200:
                _log.warning("%s not taken: status %d", envelope.get("type"), answer.status)
                return
            await socket.send_json({"envelope_id": envelope["envelope_id"], **_payload_of(answer)})
        except ConnectionError:
            pass  # closed meanwhile; what is delivered again is known by then
        except Exception as error:  # noqa: BLE001 - one bad envelope must not end the connection
            _log.error("%s not taken: %s", envelope.get("type"), type(error).__name__)

    def _work(self, work: Coroutine[Any, Any, None]) -> None:
        task = self.tasks.create_task(work)
        self.at_work.add(task)
        task.add_done_callback(self.at_work.discard)


def _kind_of(error: Exception) -> str:
    if isinstance(error, aiohttp.WSServerHandshakeError):
        return f"status {error.status}"
    return error.code if isinstance(error, CallError) else type(error).__name__


def _object_in(message: aiohttp.WSMessage) -> dict[str, Any]:
    """The JSON object in a text message; empty for anything else."""
    if message.type is not aiohttp.WSMsgType.TEXT:
        return {}
    try:
        found = json.loads(message.data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _payload_of(answer: BoltResponse) -> dict[str, Any]:
    """What the acknowledgement carries: nothing, an object (a view's errors), or a text."""
    if not answer.body:
        return {}
    if str(answer.first_headers().get("content-type", "")).startswith("application/json"):
        return {"payload": json.loads(answer.body)}
    return {"payload": {"text": answer.body}}
