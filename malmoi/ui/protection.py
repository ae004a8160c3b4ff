"""Who may speak to the console: pages that it served itself, in a browser on this machine.

Another site can make a browser send requests here, also under its own name (DNS rebinding). So every
request must name this machine as its host, a request out of another site's page gets nothing, and one that
changes or asks something must carry the token, which stands in the console's own pages alone.
"""

import hmac
import re
from collections.abc import Mapping
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN_HEADER: Final = "x-malmoi-token"  # noqa: S105 - its name alone

_HOST: Final = re.compile(r"(?:127\.0\.0\.1|localhost)(?::[0-9]{1,5})?")
_READS: Final = frozenset(("GET", "HEAD"))
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FRAMED_POLICY: Final = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""Of a report: its scripts run in an origin of their own, and reach neither the console nor anything else."""

_HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    # Pages hold the user's texts: they are read anew each time, and no cache keeps them.
    "cache-control": "no-store",
}


class Protected:
    """Refuses what comes from elsewhere, and puts the headers on every answer."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or refuse."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        method = scope.get("method", "")
        refused = refusal(method, Headers(scope=scope), self._token)
        answer = self._app if not refused else PlainTextResponse(f"{refused}\n", 403)
        await answer(scope, receive, with_headers)


def refusal(method: str, headers: Mapping[str, str], token: str) -> str:
    """Say why a request is not answered; empty when it is.

    Parameters
    ----------
    headers
        By name in small letters.
    token
        What requests that change or ask something must carry.
    """
    host = headers.get("host", "")
    if not _HOST.fullmatch(host):
        return "This console answers on 127.0.0.1 and localhost alone."
    if method in _READS:
        # A link from elsewhere may open a page; nothing of a page may be put into another site's.
        foreign = headers.get("sec-fetch-site", "same-origin") in ("cross-site", "same-site")
        if foreign and headers.get("sec-fetch-mode") != "navigate":
            return "Only the console's own pages may read it."
        return ""
    own = headers.get("origin", f"http://{host}") == f"http://{host}"
    if not own or headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return "Only the console's own pages may ask it."
    if not hmac.compare_digest(headers.get(TOKEN_HEADER, "").encode(), token.encode()):
        return "The page is from an earlier start of the console, or its token is missing: load it again."
    return ""
