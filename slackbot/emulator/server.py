"""Serves the local Slack on a loopback address until it is told to stop."""

import asyncio
import json
import signal
from collections.abc import Callable
from typing import TypedDict

from aiohttp import web
from aiohttp.typedefs import Handler

from curation.errors import ConfigurationError
from slackbot.emulator.control import Control
from slackbot.emulator.methods import Slack
from slackbot.emulator.settings import EmulatorSettings
from slackbot.emulator.sockets import SocketMode
from slackbot.emulator.web_api import WebApi
from slackbot.emulator.workspace import Workspace

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Announcement(TypedDict):
    """What whoever starts the emulator has to know."""

    ready: bool
    api_url: str
    control_url: str
    bot_token: str
    app_token: str


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
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    sockets = SocketMode(settings, Workspace.app_id)
    runner = web.AppRunner(application(settings, sockets), access_log=None, shutdown_timeout=1.0)
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
        announce(_announcement(host, runner.addresses[0][1], settings))
        await stop.wait()
    finally:
        await sockets.shut()
        await runner.cleanup()


def application(settings: EmulatorSettings, sockets: SocketMode) -> web.Application:
    """The HTTP application: Web API, WebSocket, control."""
    slack = Slack(Workspace(), sockets)
    api = WebApi(slack, settings)
    app = web.Application(middlewares=[_same_machine])
    app.add_routes(
        [
            web.route("*", "/api/{method}", api.handle),
            web.get("/link/", sockets.serve),
            *Control(slack, api).routes(),
        ]
    )
    return app


@web.middleware
async def _same_machine(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a Host that is not loopback, so that no web page can reach in by a name of its own."""
    if (request.url.host or "") not in LOOPBACK:
        raise web.HTTPForbidden(text="loopback only")
    return await handler(request)


def _announcement(host: str, port: int, settings: EmulatorSettings) -> Announcement:
    base = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    return {
        "ready": True,
        "api_url": f"{base}/api/",
        "control_url": f"{base}/_emulator/",
        "bot_token": settings.bot_token,
        "app_token": settings.app_token,
    }
