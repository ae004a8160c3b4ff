"""A hub on this machine that speaks what `huggingface_hub` asks of the real one when a folder is pushed.

Files are parted into those of Git and those of large file storage, contents are checked against their
hashes, commits are kept; requests can be made to fail.
"""

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import orjson
import yaml

TOKEN = "hf_" + "w" * 34
_LARGE = (".safetensors", "tokenizer.json")


@dataclass
class Repository:
    private: bool
    files: dict[str, bytes] = field(default_factory=dict)
    large: set[str] = field(default_factory=set)
    commits: list[list[str]] = field(default_factory=list)

    @property
    def head(self) -> str:
        return hashlib.sha1(repr(self.commits).encode()).hexdigest()


@dataclass
class Fault:
    method: str
    part: str
    status: int
    times: int


class FakeHub:
    def __init__(self, address: str) -> None:
        self.address = address
        self.repositories: dict[str, Repository] = {}
        self.stored: dict[str, bytes] = {}
        self.requests: list[tuple[str, str]] = []
        self.faults: list[Fault] = []
        self._lock = threading.Lock()

    def fail(self, method: str, part: str, status: int, times: int = 1) -> None:
        """Answer the next requests whose path holds ``part`` with a status."""
        self.faults.append(Fault(method, part, status, times))

    def count(self, method: str, part: str) -> int:
        return sum(1 for one, path in self.requests if one == method and part in path)

    def answer(self, method: str, path: str, body: bytes, authorization: str) -> tuple[int, object]:
        with self._lock:
            self.requests.append((method, path))
            for fault in self.faults:
                if fault.times and fault.method == method and fault.part in path:
                    fault.times -= 1
                    return fault.status, {"error": "the hub is in trouble"}
            if not path.startswith("/lfs/") and authorization != f"Bearer {TOKEN}":
                return 401, {"error": "Invalid username or password."}
            return self._answer(method, path, body)

    def _answer(self, method: str, path: str, body: bytes) -> tuple[int, object]:
        if path == "/api/repos/create":
            return self._create(orjson.loads(body))
        if path == "/api/validate-yaml":
            return self._validate(orjson.loads(body)["content"])
        if path.startswith("/lfs/upload/"):
            oid = path.rsplit("/", 1)[1]
            if hashlib.sha256(body).hexdigest() != oid:
                return 400, {"error": "the content is not that of the hash"}
            self.stored[oid] = body
            return 200, {}
        if path == "/lfs/verify":
            return (200, {}) if orjson.loads(body)["oid"] in self.stored else (404, {"error": "not there"})
        if path.endswith(".git/info/lfs/objects/batch"):
            return 200, self._batch(orjson.loads(body))
        parts = path.removeprefix("/api/models/").split("/")
        name, rest = "/".join(parts[:2]), parts[2:]
        repository = self.repositories.get(name)
        if repository is None:
            return 404, {"error": "Repository not found"}
        return self._of_repository(name, repository, method, rest, body)

    def _of_repository(
        self, name: str, repository: Repository, method: str, rest: list[str], body: bytes
    ) -> tuple[int, object]:
        if method == "GET":
            siblings = [{"rfilename": path} for path in repository.files]
            return 200, {
                "id": name,
                "sha": repository.head,
                "private": repository.private,
                "siblings": siblings,
            }
        if rest[0] == "preupload":
            return 200, {"files": [self._mode(repository, one) for one in orjson.loads(body)["files"]]}
        if rest[0] == "paths-info":
            asked = parse_qs(body.decode())["paths"]
            return 200, [self._info(repository, path) for path in asked if path in repository.files]
        if rest[0] == "commit":
            return self._commit(name, repository, [orjson.loads(line) for line in body.splitlines()])
        return 404, {"error": "no such address"}

    def _create(self, asked: dict[str, str]) -> tuple[int, object]:
        name = f"{asked['organization']}/{asked['name']}"
        url = {"url": f"{self.address}/{name}"}
        if name in self.repositories:
            return 409, {"error": "You already created this model repo", **url}
        self.repositories[name] = Repository(private=asked.get("visibility") == "private")
        return 200, url

    def _validate(self, content: str) -> tuple[int, object]:
        try:
            yaml.safe_load(content.split("---")[1])
        except (yaml.YAMLError, IndexError) as error:
            return 400, {"errors": [{"message": str(error)}], "warnings": []}
        return 200, {"errors": [], "warnings": []}

    def _batch(self, asked: dict[str, list[dict[str, object]]]) -> object:
        objects = []
        for one in asked["objects"]:
            actions = {
                "upload": {"href": f"{self.address}/lfs/upload/{one['oid']}"},
                "verify": {"href": f"{self.address}/lfs/verify"},
            }
            objects.append(one if one["oid"] in self.stored else {**one, "actions": actions})
        return {"transfer": "basic", "objects": objects}

    def _mode(self, repository: Repository, one: dict[str, str]) -> object:
        path = one["path"]
        mode = "lfs" if path.endswith(_LARGE) else "regular"
        there = self._info(repository, path) if path in repository.files else {}
        oid = there.get("lfs", {}).get("oid") or there.get("oid")
        return {"path": path, "uploadMode": mode, "shouldIgnore": False, "oid": oid}

    def _info(self, repository: Repository, path: str) -> dict[str, object]:
        content = repository.files[path]
        blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
        info: dict[str, object] = {"type": "file", "path": path, "size": len(content), "oid": blob}
        if path in repository.large:
            sha256 = hashlib.sha256(content).hexdigest()
            info["lfs"] = {"oid": sha256, "size": len(content), "pointerSize": 134}
        return info

    def _commit(
        self, name: str, repository: Repository, lines: list[dict[str, dict[str, str]]]
    ) -> tuple[int, object]:
        changed = []
        for line in lines[1:]:
            kind, value = line["key"], line["value"]
            path = value["path"]
            if kind == "lfsFile":
                if value["oid"] not in self.stored:
                    return 400, {"error": f"{path} was not uploaded"}
                repository.files[path] = self.stored[value["oid"]]
                repository.large.add(path)
            elif kind == "file":
                repository.files[path] = base64.b64decode(value["content"])
            elif kind == "deletedFile":
                del repository.files[path]
            changed.append(path)
        repository.commits.append(changed)
        url = f"{self.address}/{name}/commit/{repository.head}"
        return 200, {"commitUrl": url, "commitOid": repository.head}


@contextmanager
def fake_hub() -> Iterator[FakeHub]:
    """Run a hub on a free port of loopback until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            body = self._body()
            path = urlsplit(self.path).path
            status, content = hub.answer(self.command, path, body, self.headers.get("Authorization", ""))
            answer = orjson.dumps(content)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PUT = _handle  # noqa: N815

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub = FakeHub(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
