"""A bundle's files over HTTP: types, ranges, entity tags, and the headers that the page depends on."""

import os
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from compile.serving.policy import policy_of

# The system's own table differs from machine to machine; browsers refuse modules, wasm that is to be
# compiled while it streams, and manifests of another type.
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_OTHER: Final = "application/octet-stream"
# Another site that points its name to this machine must not read what the bundle holds.
_HOSTS: Final = ("127.0.0.1", "localhost")


def application(*folders: Path) -> Starlette:
    """Serve the files of the folders; where two have a file, the first one's counts."""
    page = next((folder / "index.html" for folder in folders if (folder / "index.html").is_file()), None)
    headers = {
        "cache-control": "no-cache",
        "content-security-policy": policy_of(page or folders[0] / "index.html"),
        # Threads of wasm need an isolated page.
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
    return Starlette(
        routes=[Mount("/", _Files(folders))],
        middleware=[
            Middleware(_Headers, headers=headers),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(_HOSTS), www_redirect=False),
        ],
    )


class _Files(StaticFiles):
    """Starlette's, which has ranges and tags and stays in its folder; without hidden files."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        super().__init__(directory=folders[0], html=True)
        self.all_directories = list(folders)

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Find a file; hidden ones, and those in hidden folders, are not there."""
        if any(part.startswith(".") for part in Path(path).parts):
            return "", None
        return super().lookup_path(path)

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Answer with the file, or that it has not changed."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        if "content-type" in response.headers:
            response.headers["content-type"] = _TYPES.get(Path(full_path).suffix.lower(), _OTHER)
        return response


class _Headers:
    """Puts the same headers on every answer, refusals among them."""

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        self._app = app
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self._headers]
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)
