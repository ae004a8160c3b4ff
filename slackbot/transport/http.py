"""HTTP: Slack posts its requests to us, each signed; for bots behind a public address.

TLS ends before us, at a reverse proxy or a tunnel; by default only this machine can connect.
"""

import asyncio
import contextlib
import json
import logging
import re
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from curation.errors import ConfigurationError
from slackbot.config import SlackConfig
from slackbot.transport.dispatch import dispatch

EVENTS_PATH = "/slack/events"
LARGEST_BODY = 1_000_000  # bytes
BODY_TIMEOUT_S = 10.0
_STOP_GRACE_S = 5
_SECONDS = re.compile(r"[0-9]{1,12}")
_log = logging.getLogger("malmoi.slack.http")


def application(app: AsyncApp, config: SlackConfig, routes: Sequence[BaseRoute] = ()) -> Starlette:
    """The web application.

    Parameters
    ----------
    app
        The bolt application that every genuine request is handed to.
    routes
        Further pages: those of `oauth.Installer`, or ``/metrics``.
    """
    verifier = SignatureVerifier(config.signing_secret.get_secret_value())  # refuses an empty one

    async def slack(request: Request) -> Response:
        body = await _body_of(request)
        if not _is_genuine(body, request, verifier):
            raise HTTPException(401)
        retry, reason = map(request.headers.get, ("x-slack-retry-num", "x-slack-retry-reason"))
        answer = await dispatch(app, _parsed(body, request), retry or "", reason or "")
        return Response(answer.body, answer.status, answer.first_headers_without_set_cookie())

    async def alive(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    pages = [Route(EVENTS_PATH, slack, methods=["POST"]), Route("/healthz", alive), *routes]
    return Starlette(routes=pages, exception_handlers={HTTPException: _refusal})


@contextlib.asynccontextmanager
async def serving(web: Starlette, host: str = "127.0.0.1", port: int = 3000) -> AsyncIterator[int]:
    """Serve ``web`` in the running event loop while the block runs; gives the port that was taken.

    At the end no request is accepted any more, and those that came are finished.

    Raises
    ------
    ConfigurationError
        The address cannot be taken; ``port`` 0 takes a free one.
    """
    # The address of a finished installation holds its code. `access_log` alone leaves this log to whoever
    # has a handler on it.
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
    with contextlib.closing(_bound(host, port)) as listener:
        server = _Server(
            uvicorn.Config(
                web,
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_STOP_GRACE_S,
            )
        )
        running = asyncio.create_task(server.serve([listener]))
        try:
            while not server.started and not running.done():
                await asyncio.sleep(0.01)
            yield int(listener.getsockname()[1])
        finally:
            server.should_exit = True
            await running


class _Server(uvicorn.Server):
    """A part of the bot: signals are for the whole of it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _bound(host: str, port: int) -> socket.socket:
    try:
        if not 0 <= port <= 65_535:  # the resolver takes it modulo 65,536
            raise OverflowError("a port is a number up to 65535")
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
        except BaseException:
            listener.close()
            raise
    except (OSError, OverflowError, UnicodeError) as error:  # UnicodeError: what can be no name at all
        raise ConfigurationError(
            f"cannot listen on {host}:{port}: {getattr(error, 'strerror', None) or error}",
            where="the address for Slack's requests",
            fix="choose another port (0 takes a free one), and an address of this machine",
        ) from error
    return listener


async def _refusal(_: Request, error: Exception) -> Response:
    """An error's page; the connection ends with it, or uvicorn would read on what is not wanted."""
    assert isinstance(error, HTTPException)
    headers = {**(error.headers or {}), "Connection": "close"}
    return PlainTextResponse(f"{error.detail}\n", error.status_code, headers)


async def _body_of(request: Request) -> bytes:
    """The body; raises 413 when it is too large, 408 when it comes too slowly, 400 when it breaks off."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LARGEST_BODY:
                    raise HTTPException(413)
    except TimeoutError:
        raise HTTPException(408) from None
    except ClientDisconnect:
        raise HTTPException(400) from None
    return bytes(body)


def _is_genuine(body: bytes, request: Request, verifier: SignatureVerifier) -> bool:
    """Whether Slack signed the body in the last five minutes; nothing of it is read before.

    https://docs.slack.dev/authentication/verifying-requests-from-slack. The verifier compares in
    constant time, but fails over a timestamp that is no number and over what is not ASCII or UTF-8.
    A replay within the five minutes is genuine; that it does nothing is the inbox's work.
    """
    timestamp = request.headers.get("x-slack-request-timestamp", "")
    signature = request.headers.get("x-slack-signature", "")
    if not _SECONDS.fullmatch(timestamp) or not signature.isascii():
        return False
    try:
        return verifier.is_valid(body, timestamp, signature)
    except UnicodeDecodeError:
        return False


def _parsed(body: bytes, request: Request) -> dict[str, Any]:
    """The request as Socket Mode would deliver it: JSON, JSON in a form, or a form."""
    try:
        match request.headers.get("content-type", "").partition(";")[0].strip():
            case "application/json":
                found = json.loads(body)
            case "application/x-www-form-urlencoded":
                form: Any = dict(parse_qsl(body.decode(), keep_blank_values=True))
                found = json.loads(form["payload"]) if "payload" in form else form
            case _:
                found = None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not found:
        _log.warning("a signed request that is none of Slack's")
        raise HTTPException(400)
    return found
