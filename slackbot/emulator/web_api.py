"""The Web API over HTTP: tokens, arguments in their three encodings, pace, faults, the call log."""

import asyncio
import json
import math
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from slackbot.emulator.faults import Fault, Faults
from slackbot.emulator.methods import METHODS, Slack, text_of
from slackbot.emulator.settings import EmulatorSettings
from slackbot.emulator.workspace import MethodError

_OPEN = "apps.connections.open"


@dataclass(slots=True)
class WebApi:
    """Answers ``/api/{method}``."""

    slack: Slack
    settings: EmulatorSettings
    faults: Faults = field(default_factory=Faults)
    calls: list[dict[str, Any]] = field(default_factory=list)
    _last_post: dict[str, float] = field(default_factory=dict)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Perform one call, unless a fault was ordered for it."""
        method = request.match_info["method"]
        arguments = await _arguments(request)
        call: dict[str, Any] = {"method": method, "at": time.time(), "arguments": arguments}
        self.calls.append(call)
        fault = self.faults.next_for(method)
        response = self._failed(request, fault) if fault else None
        if response is None:
            reply, headers = self._perform(request, method, arguments)
            status = 429 if reply.get("error") == "ratelimited" else 200
            response = web.json_response(reply, status=status, headers=headers)
            call.update(ok=reply["ok"], error=reply.get("error", ""))
        else:
            call.update(ok=False, error=fault.code or fault.kind if fault else "")
        call["status"] = response.status
        if fault and fault.kind == "lost_reply":
            _break(request)
        elif fault and fault.kind == "held_reply":
            await asyncio.sleep(fault.seconds)
        return response

    def _failed(self, request: web.Request, fault: Fault) -> web.Response | None:
        """The response of a fault that keeps the call from being performed, else ``None``."""
        if fault.kind == "unavailable":
            return web.Response(status=503, text="upstream unavailable", content_type="text/html")
        if fault.kind == "ratelimited":
            return _limited(fault.seconds)
        if fault.kind == "error":
            return web.json_response({"ok": False, "error": fault.code})
        if fault.kind == "reset":
            _break(request)
            return web.Response(status=500)
        return None

    def _perform(
        self, request: web.Request, method: str, arguments: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        try:
            self._authorise(request, method, arguments)
            if method == _OPEN:
                host = request.headers["Host"]
                reply = {"url": f"ws://{host}/link/?ticket={self.slack.sockets.ticket()}"}
            elif method in METHODS:
                wait = self._wait(method, arguments)
                if wait > 0:
                    return {"ok": False, "error": "ratelimited"}, {"Retry-After": _seconds(wait)}
                reply = METHODS[method](self.slack, arguments)
            else:
                raise MethodError("unknown_method")
        except MethodError as refusal:
            return {"ok": False, "error": refusal.code}, {}
        return {"ok": True, **reply}, {}

    def _authorise(self, request: web.Request, method: str, arguments: dict[str, Any]) -> None:
        header = request.headers.get("Authorization", "")
        token = header.removeprefix("Bearer ").strip() or text_of(arguments, "token")
        if not token:
            raise MethodError("not_authed")
        if token not in (self.settings.bot_token, self.settings.app_token):
            raise MethodError("invalid_auth")
        if (token == self.settings.app_token) != (method == _OPEN):
            raise MethodError("not_allowed_token_type")

    def _wait(self, method: str, arguments: dict[str, Any]) -> float:
        """How long this channel must still wait for its next post; 0 lets the call pass."""
        if method != "chat.postMessage" or not self.settings.post_interval:
            return 0.0
        channel, now = text_of(arguments, "channel"), time.monotonic()
        wait = self._last_post.get(channel, -math.inf) + self.settings.post_interval - now
        if wait <= 0:
            self._last_post[channel] = now
        return wait


def _limited(seconds: float) -> web.Response:
    return web.json_response(
        {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": _seconds(seconds)}
    )


def _seconds(wait: float) -> str:
    """Retry-After as Slack sends it: whole seconds, at least one."""
    return str(max(1, math.ceil(wait)))


def _break(request: web.Request) -> None:
    """Cut the connection without a reply."""
    if request.transport is not None:
        request.transport.abort()


async def _arguments(request: web.Request) -> dict[str, Any]:
    """Arguments from the query, from a form or from a JSON body, as slack_sdk sends them."""
    arguments: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = json.loads(await request.text() or "{}")
        arguments.update(body if isinstance(body, dict) else {})
    elif request.method == "POST":
        arguments.update(await request.post())
    return arguments
