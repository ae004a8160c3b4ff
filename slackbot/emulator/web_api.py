"""The Web API over HTTP: tokens, arguments in their encodings, pace, faults, the call log."""

import asyncio
import math
import time
from base64 import b64decode
from collections import Counter
from typing import Any

import orjson
from aiohttp import web

from slackbot.emulator.arguments import Arguments, text_of
from slackbot.emulator.faults import Fault, Faults
from slackbot.emulator.limits import Limits
from slackbot.emulator.log import Log
from slackbot.emulator.methods import METHODS, access
from slackbot.emulator.models import MethodError
from slackbot.emulator.oauth import Codes
from slackbot.emulator.service import Service, Slack

_OPEN = "apps.connections.open"
_EXCHANGE = "oauth.v2.access"
Answer = dict[str, Any]


class WebApi:
    """Answers ``/api/{method}``."""

    def __init__(self, service: Service, codes: Codes) -> None:
        self._service = service
        self._codes = codes
        self._limits = Limits(service)
        self.faults = Faults()
        self.calls: Log[Answer] = Log(service.settings.log_limit)
        self.totals: Counter[str] = Counter()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Perform one call, unless a fault was ordered for it."""
        method = request.match_info["method"]
        call: Answer = {"method": method, "at": time.time()}
        try:
            arguments, token = await _arguments(request)
        except ValueError:
            return json_reply({"ok": False, "error": "invalid_json"})
        call["arguments"] = arguments
        self.calls.add(call)
        self.totals[method] += 1
        fault = self.faults.next_for(method)
        if fault is None and method == _OPEN and self._service.sockets.refusing:
            fault = Fault("unavailable")
        response = self._failed(request, fault) if fault else None
        if response is None:
            reply, headers = self._perform(request, method, arguments, token)
            status = 429 if reply.get("error") == "ratelimited" else 200
            response = json_reply(reply, status=status, headers=headers)
            call.update(ok=reply["ok"], error=reply.get("error", ""))
        else:
            call.update(ok=False, error=fault.code or fault.kind if fault else "")
        call["status"] = response.status
        if fault is not None:
            call["fault"] = fault.kind
        self._service.revisions.bump()
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
            limited = {"ok": False, "error": "ratelimited"}
            return json_reply(limited, status=429, headers={"Retry-After": _seconds(fault.seconds)})
        if fault.kind == "error":
            return json_reply({"ok": False, "error": fault.code})
        if fault.kind == "reset":
            _break(request)
            return web.Response(status=500)
        return None

    def _perform(
        self, request: web.Request, name: str, arguments: Arguments, token: str
    ) -> tuple[Answer, dict[str, str]]:
        try:
            if name == _EXCHANGE:
                return {"ok": True, **access.exchange(self._service, self._codes, arguments)}, {}
            if not token:
                raise MethodError("not_authed")
            if name == _OPEN:
                return {"ok": True, "url": self._connection_url(request, token)}, {}
            if token == self._service.settings.app_token:
                raise MethodError("not_allowed_token_type")
            slack = Slack(self._service, self._service.opened_by(token))
            method = METHODS.get(name)
            if method is None:
                raise MethodError("unknown_method")
            method.check(slack, arguments)
            wait = self._limits.wait(slack.workspace, name, method, arguments)
            if wait > 0:
                return {"ok": False, "error": "ratelimited"}, {"Retry-After": _seconds(wait)}
            scopes = ",".join(sorted(self._service.settings.scopes))
            return {"ok": True, **method.perform(slack, arguments)}, {"x-oauth-scopes": scopes}
        except MethodError as refusal:
            return {"ok": False, "error": refusal.code, **refusal.more}, {}

    def _connection_url(self, request: web.Request, token: str) -> str:
        if token != self._service.settings.app_token:
            self._service.opened_by(token)
            raise MethodError("not_allowed_token_type")
        if self._service.settings.request_url:
            raise MethodError("socket_mode_not_enabled")
        return f"ws://{request.headers['Host']}/link/?ticket={self._service.sockets.ticket()}"


def json_reply(reply: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A response that holds JSON."""
    return web.Response(
        body=orjson.dumps(reply), status=status, headers=headers, content_type="application/json"
    )


def _seconds(wait: float) -> str:
    """Retry-After as Slack sends it: whole seconds, at least one."""
    return str(max(1, math.ceil(wait)))


def _break(request: web.Request) -> None:
    """Cut the connection without a reply."""
    if request.transport is not None:
        request.transport.abort()


async def _arguments(request: web.Request) -> tuple[Answer, str]:
    """Arguments from the query, a form or a JSON body, as slack_sdk sends them, and the token.

    The token is taken out, so that the log of calls holds none. Raises `ValueError` for a body
    that cannot be read.
    """
    arguments: Answer = dict(request.query)
    if request.content_type == "application/json":
        body = orjson.loads(await request.read() or b"{}")
        arguments.update(body if isinstance(body, dict) else {})
    elif request.method == "POST":
        arguments.update(
            {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
        )
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":  # how oauth.v2.access may carry the client's id and secret
        name, _, secret = b64decode(credentials, validate=True).decode().partition(":")
        arguments.setdefault("client_id", name)
        arguments.setdefault("client_secret", secret)
    said = text_of(arguments, "token")
    arguments.pop("token", None)
    return arguments, credentials.strip() if scheme.lower() == "bearer" else said
