"""The Hugging Face hub's answers for one data set, on loopback: what `datasets` asks of it."""

import contextlib
import hashlib
import http.server
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from tests.curation.loopback import loopback


@dataclass
class Hub:
    """A data set with its files at one revision."""

    name: str
    files: dict[str, bytes]
    address: str = ""
    asked: list[tuple[str, Message]] = field(default_factory=list)

    @property
    def revision(self) -> str:
        """Changes with the files, as a commit does."""
        return hashlib.sha1(repr(sorted(self.files.items())).encode()).hexdigest()


class _Handler(http.server.BaseHTTPRequestHandler):
    hub: ClassVar[Hub]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        hub = self.hub
        hub.asked.append((self.path, self.headers))
        path = unquote(urlsplit(self.path).path)
        api, files = f"/api/datasets/{hub.name}", f"/datasets/{hub.name}/resolve/{hub.revision}/"
        if path in (api, f"{api}/revision/main", f"{api}/revision/{hub.revision}"):
            siblings = [{"rfilename": name} for name in hub.files]
            self._json({"id": hub.name, "_id": "1", "sha": hub.revision, "siblings": siblings, "tags": []})
        elif path.startswith(f"{api}/tree/{hub.revision}"):
            below = path.removeprefix(f"{api}/tree/{hub.revision}").strip("/")
            self._json([self._entry(name) for name in hub.files if name.startswith(below)])
        elif path.startswith(files) and path.removeprefix(files) in hub.files:
            content = hub.files[path.removeprefix(files)]
            mark = hashlib.sha1(content).hexdigest()
            self._answer(200, content, {"X-Repo-Commit": hub.revision, "ETag": f'"{mark}"'})
        else:
            error = "RepoNotFound" if hub.name not in path else "EntryNotFound"
            self._answer(404, b"{}", {"X-Error-Code": error, "X-Repo-Commit": hub.revision})

    do_HEAD = do_GET  # noqa: N815 - so http.server names it

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.hub.asked.append((self.path, self.headers))
        wanted = json.loads(content).get("paths", [])
        self._json([self._entry(name) for name in wanted if name in self.hub.files])

    def _entry(self, name: str) -> dict[str, object]:
        content = self.hub.files[name]
        return {"type": "file", "path": name, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}

    def _json(self, value: object) -> None:
        self._answer(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _answer(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def serving(name: str, files: dict[str, bytes]) -> Iterator[Hub]:
    """Serve a data set."""
    hub = Hub(name, files)
    with loopback(type("Handler", (_Handler,), {"hub": hub})) as hub.address:
        yield hub
