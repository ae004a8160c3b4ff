"""A site on loopback whose files the tests change, cut off and refuse."""

import hashlib
import http.server
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from typing import ClassVar

import pytest

from tests.curation.loopback import loopback


@dataclass
class Site:
    """Files by path, and what happens before they are given.

    ``refusals`` are (status, headers) given one after the other; ``cuts`` the numbers of bytes after which
    the next answers end; ``moved`` leads paths elsewhere.
    """

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    refusals: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    ranges: bool = True
    asked: list[tuple[str, Message]] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def header(self, name: str) -> list[str | None]:
        """What the requests said under ``name``."""
        return [headers.get(name) for _, headers in self.asked]


class _Handler(http.server.BaseHTTPRequestHandler):
    site: ClassVar[Site]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        site = self.site
        site.asked.append((self.path, self.headers))
        if site.refusals:
            status, headers = site.refusals.pop(0)
            self._answer(status, b"", headers)
        elif self.path in site.moved:
            self._answer(302, b"", {"Location": site.moved[self.path]})
        elif self.path not in site.files:
            self._answer(404, b"")
        else:
            self._give(site.files[self.path])

    def _give(self, content: bytes) -> None:
        mark = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        if self.headers.get("If-None-Match") == mark:
            self._answer(304, b"", {"ETag": mark})
            return
        begun = 0
        wanted = self.headers.get("Range", "")
        if self.site.ranges and wanted and self.headers.get("If-Range") == mark:
            begun = int(wanted.removeprefix("bytes=").removesuffix("-"))
        if begun:
            place = f"bytes {begun}-{len(content) - 1}/{len(content)}"
            self._answer(206, content[begun:], {"ETag": mark, "Content-Range": place})
        else:
            self._answer(200, content, {"ETag": mark})

    def _answer(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.site.cuts and content:
            self.wfile.write(content[: self.site.cuts.pop(0)])
            self.close_connection = True
        else:
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _serving() -> Iterator[Site]:
    site = Site()
    with loopback(type("Handler", (_Handler,), {"site": site})) as site.address:
        yield site


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve files on loopback."""
    yield from _serving()


@pytest.fixture
def other_site() -> Iterator[Site]:
    """Serve files at another address."""
    yield from _serving()


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MALMOI_OFFLINE", "GITHUB_TOKEN", "GH_TOKEN", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
