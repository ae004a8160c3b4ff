"""The page at ``/``: the emulator as people see it, in a browser.

Plain files without a build step; everything that happens goes through ``/_emulator/``. The page's
policy lets it load nothing but these files and run nothing that stands in a message.
"""

from pathlib import Path

from aiohttp import web

from slackbot.emulator.service import Service
from slackbot.emulator.web_api import json_reply

_FOLDER = Path(__file__).parent
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def routes(service: Service) -> list[web.RouteDef]:
    """The page, its files, and how to start a bot."""
    page = Page(service)
    return [
        web.get("/", page.index),
        web.get("/page/start", page.start),
        web.get("/page/{name}", page.file),
    ]


class Page:
    """Serves the files, and how to start a bot."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def index(self, _: web.Request) -> web.Response:
        """The page itself."""
        return _sent("index.html")

    async def file(self, request: web.Request) -> web.Response:
        """A script, the style sheet or the icon."""
        return _sent(request.match_info["name"])

    async def start(self, _: web.Request) -> web.Response:
        """What a bot is started with."""
        settings = self._service.settings
        return json_reply(
            {
                "api_url": f"{self._service.base_url}/api/",
                "bot_token": settings.bot_token,
                "app_token": settings.app_token,
                "request_url": settings.request_url,
            },
            headers=_HEADERS,
        )


def _sent(name: str) -> web.Response:
    found = _FOLDER / Path(name).name
    kind = _TYPES.get(found.suffix, "")
    if not kind or not found.is_file():
        raise web.HTTPNotFound
    return web.Response(body=found.read_bytes(), content_type=kind, charset="utf-8", headers=_HEADERS)
