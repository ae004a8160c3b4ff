"""Serves a bundle as a static host does, and breaks what a test asks it to break."""

import mimetypes
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

# What was sent before a cut is to arrive, and be counted, before the cut does.
ARRIVAL_S = 0.4
# As on a host of many pages: the bundle is in a folder.
PREFIX = "/some/folder/"
TYPES = {".wasm": "application/wasm", ".js": "text/javascript", ".mjs": "text/javascript"}


@dataclass
class Faults:
    """What goes wrong, by the end of the path.

    ``cut``: the connection ends after so many bytes, as often as said. ``altered``: other bytes come.
    ``refused``: the status in place of the file.
    """

    cut: dict[str, tuple[int, int]] = field(default_factory=dict)
    altered: dict[str, bytes] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)


class PageServer:
    """A server at 127.0.0.1 on a port that stays the same when it is stopped and started again."""

    def __init__(self, folders: Sequence[Path], headers: Mapping[str, str] | None = None) -> None:
        self.folders = list(folders)
        self.headers = dict(headers or {})
        self.faults = Faults()
        self.asked: list[str] = []
        self._server: ThreadingHTTPServer | None = None
        self._port = 0

    def __enter__(self) -> "PageServer":
        self.start()
        return self

    def __exit__(self, *told: object) -> None:
        self.stop()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def url(self) -> str:
        return self.origin + PREFIX

    def start(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), self._handler())
        self._server.daemon_threads = True
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        self._server = None

    def file_of(self, path: str) -> Path | None:
        """The file in the first folder that has it."""
        name = path.removeprefix(PREFIX)
        found = [folder / (name or "index.html") for folder in self.folders]
        return next((file for file in found if path.startswith(PREFIX) and file.is_file()), None)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                path = unquote(urlsplit(self.path).path)
                server.asked.append(path)
                refused = next(
                    (code for end, code in server.faults.refused.items() if path.endswith(end)), None
                )
                file = server.file_of(path)
                if refused is not None or file is None:
                    self.send_response(refused or 404)
                    self.send_header("content-length", "0")
                    self.end_headers()
                    return
                data = next(
                    (data for end, data in server.faults.altered.items() if path.endswith(end)),
                    file.read_bytes(),
                )
                self._send(path, file, data)

            def _send(self, path: str, file: Path, data: bytes) -> None:
                asked = self.headers.get("range")
                whole = len(data)
                if asked is None:
                    self.send_response(200)
                else:
                    start, end = (int(part) for part in asked.removeprefix("bytes=").split("-"))
                    data = data[start : end + 1]
                    self.send_response(206)
                    self.send_header("content-range", f"bytes {start}-{end}/{whole}")
                kind = (
                    TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
                )
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(data)))
                for name, value in server.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                for name, (kept, times) in server.faults.cut.items():
                    if path.endswith(name) and times > 0:
                        server.faults.cut[name] = (kept, times - 1)
                        self.wfile.write(data[:kept])
                        self.wfile.flush()
                        time.sleep(ARRIVAL_S)
                        self.close_connection = True
                        return
                self.wfile.write(data)

            def log_message(self, *told: Any) -> None:
                pass

        return Handler
