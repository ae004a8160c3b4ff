"""Serves the local Slack on a loopback address until it is told to stop."""

import asyncio
import json
import signal
from collections.abc import Callable
from typing import TypedDict
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from curation.errors import ConfigurationError
from slackbot.emulator import control, page, request_url
from slackbot.emulator.oauth import Authorize, Codes
from slackbot.emulator.request_url import LOOPBACK
from slackbot.emulator.responding import Responses
from slackbot.emulator.service import Service
from slackbot.emulator.settings import EmulatorSettings
from slackbot.emulator.web_api import WebApi

_LARGEST_BODY = 8 * 1024**2


class Announcement(TypedDict):
    """What whoever starts the emulator has to know."""

    ready: bool
    api_url: str
    control_url: str
    bot_token: str
    app_token: str
    bot_tokens: dict[str, str]
    authorize_url: str
    client_id: str
    client_secret: str
    signing_secret: str


def run(
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    settings: EmulatorSettings | None = None,
    announce: Callable[[Announcement], None] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; ``port`` 0 takes a free one.

    When it accepts connections it says so through ``announce``: where it answers, and the tokens
    that it takes. Without one it prints them as one line of JSON.
    """
    asyncio.run(serve(host, port, settings or EmulatorSettings(), announce or print_announcement))


def print_announcement(announcement: Announcement) -> None:
    """Print where the emulator answers as one line of JSON on standard output."""
    print(json.dumps(announcement), flush=True)  # noqa: T201 - this is what the process says


async def serve(
    host: str, port: int, settings: EmulatorSettings, announce: Callable[[Announcement], None]
) -> None:
    """Serve until SIGINT or SIGTERM arrives; the body of :func:`run`."""
    if host not in LOOPBACK:
        raise ConfigurationError(
            f"the Slack emulator listens on this machine only, not on {host!r}",
            where="--host",
            fix=f"use one of {', '.join(LOOPBACK)}",
        )
    if settings.request_url:
        request_url.check(settings.request_url)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    service = Service(settings)
    runner = web.AppRunner(application(service), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise ConfigurationError(
                f"cannot listen on {host}:{port}: {error.strerror}",
                where="--port",
                fix="choose another port; 0 takes a free one",
            ) from error
        service.base_url = f"http://{f'[{host}]' if ':' in host else host}:{runner.addresses[0][1]}"
        announce(_announcement(service))
        await stop.wait()
    finally:
        await service.shut()
        await runner.cleanup()


def application(service: Service) -> web.Application:
    """The HTTP application: Web API, WebSocket, authorize page, response URLs, control."""
    codes = Codes()
    api = WebApi(service, codes)
    app = web.Application(middlewares=[_same_machine], client_max_size=_LARGEST_BODY)
    app.add_routes(
        [
            web.route("*", "/api/{method}", api.handle),
            web.get("/link/", service.sockets.serve),
            web.get("/oauth/v2/authorize", Authorize(service, codes).handle),
            web.post("/response/{key}", Responses(service).handle),
            *control.routes(service, api),
            *page.routes(service),
        ]
    )
    return app


@web.middleware
async def _same_machine(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a Host or an Origin that is not loopback: no web page reaches in from elsewhere."""
    origin = request.headers.get("Origin")
    hosts = [request.url.host, *([urlsplit(origin).hostname] if origin is not None else [])]
    if not all(host in LOOPBACK for host in hosts):
        raise web.HTTPForbidden(text="loopback only")
    return await handler(request)


def _announcement(service: Service) -> Announcement:
    base, settings = service.base_url, service.settings
    return {
        "ready": True,
        "api_url": f"{base}/api/",
        "control_url": f"{base}/_emulator/",
        "bot_token": settings.bot_token,
        "app_token": settings.app_token,
        "bot_tokens": {
            team: token
            for team, workspace in service.workspaces.items()
            for token in service.tokens_of(workspace)
        },
        "authorize_url": f"{base}/oauth/v2/authorize",
        "client_id": settings.client_id,
        "client_secret": settings.client_secret,
        "signing_secret": settings.signing_secret,
    }
