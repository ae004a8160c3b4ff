"""A bundle over HTTP: right types and headers, parts of files, nothing beyond the bundle."""

import http.client
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from compile.serving import BundleServer, policy_of, run
from curation.errors import ConfigurationError

POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'"
PAGE = f'<!doctype html><meta http-equiv="Content-Security-Policy" content="{POLICY}"><p>쪽</p>'
SHARD = bytes(range(256)) * 4096  # 1 MiB


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    files = {
        "index.html": PAGE.encode(),
        "assets/index.js": b"export {};",
        "assets/pdf.mjs": b"export {};",
        "assets/index.css": b"p{}",
        "manifest.webmanifest": b"{}",
        "page.json": b"{}",
        "models/tiny/resolve/main/tiny.wasm": b"\0asm",
        "models/tiny/resolve/main/params_shard_0.bin": SHARD,
        "models/tiny/tiny.gguf": b"GGUF",
        ".secret": b"hidden",
        ".git/config": b"hidden",
        "한글 이름.txt": "글".encode(),
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder.parent / "outside.txt").write_text("outside")
    (folder / "link.txt").symlink_to(folder.parent / "outside.txt")
    return folder


@pytest.fixture(scope="module")
def server(bundle: Path) -> Iterator[BundleServer]:
    with BundleServer(bundle) as running:
        yield running


def ask(
    server: BundleServer, path: str, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """The path goes out as it is written, dots and all."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    try:
        connection.request(
            method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/assets/index.js", "text/javascript; charset=utf-8"),
        ("/assets/pdf.mjs", "text/javascript; charset=utf-8"),
        ("/assets/index.css", "text/css; charset=utf-8"),
        ("/page.json", "application/json"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/models/tiny/resolve/main/tiny.wasm", "application/wasm"),
        ("/models/tiny/resolve/main/params_shard_0.bin", "application/octet-stream"),
        ("/models/tiny/tiny.gguf", "application/octet-stream"),
        ("/%ED%95%9C%EA%B8%80%20%EC%9D%B4%EB%A6%84.txt", "text/plain; charset=utf-8"),
    ],
)
def test_files_have_the_type_that_browsers_insist_on(server: BundleServer, path: str, kind: str) -> None:
    status, headers, body = ask(server, path)
    assert (status, headers["content-type"]) == (200, kind)
    assert int(headers["content-length"]) == len(body) > 0


@pytest.mark.parametrize("path", ["/", "/page.json", "/nothing-here"])
def test_every_answer_isolates_the_page_and_repeats_its_policy(server: BundleServer, path: str) -> None:
    _, headers, _ = ask(server, path)
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-embedder-policy"] == "require-corp"
    assert headers["cache-control"] == "no-cache"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == f"{POLICY}; frame-ancestors 'none'"


@pytest.mark.parametrize(
    "path",
    [
        "/../outside.txt",
        "/assets/../../outside.txt",
        "/%2e%2e/outside.txt",
        "/..%2foutside.txt",
        "/assets/..%5c..%5coutside.txt",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/link.txt",  # a link that leads out
        "/.secret",
        "/.git/config",
        "/assets/../.git/config",
        "/assets",  # no listing
        "/assets/",
        "/models/",
        "/page.json%00.html",
        "/" + "a" * 5000,
    ],
)
def test_nothing_but_the_bundles_own_files_is_there(server: BundleServer, path: str) -> None:
    status, _, body = ask(server, path)
    assert status == 404
    assert b"outside" not in body
    assert b"hidden" not in body


def test_a_file_that_has_not_changed_is_not_sent_again(server: BundleServer, bundle: Path) -> None:
    _, headers, _ = ask(server, "/page.json")
    status, again, body = ask(server, "/page.json", If_None_Match=headers["etag"])
    assert (status, body, again["etag"]) == (304, b"", headers["etag"])
    assert again["cache-control"] == "no-cache"
    (bundle / "page.json").write_bytes(b'{"changed": 1}')
    status, changed, body = ask(server, "/page.json", If_None_Match=headers["etag"])
    assert (status, body) == (200, b'{"changed": 1}')
    assert changed["etag"] != headers["etag"]


@pytest.mark.parametrize(
    ("asked", "first", "end"),
    [("bytes=0-9", 0, 10), ("bytes=1000000-", 1_000_000, 2**20), ("bytes=-5", 2**20 - 5, 2**20)],
)
def test_a_part_of_a_shard(server: BundleServer, asked: str, first: int, end: int) -> None:
    status, headers, body = ask(server, "/models/tiny/resolve/main/params_shard_0.bin", Range=asked)
    assert (status, body) == (206, SHARD[first:end])
    assert headers["content-range"] == f"bytes {first}-{end - 1}/{len(SHARD)}"


def test_a_part_that_does_not_exist(server: BundleServer) -> None:
    status, headers, _ = ask(server, "/models/tiny/resolve/main/params_shard_0.bin", Range="bytes=2000000-")
    assert (status, headers["content-range"]) == (416, f"bytes */{len(SHARD)}")


def test_only_the_head_is_asked_for(server: BundleServer) -> None:
    status, headers, body = ask(server, "/models/tiny/resolve/main/params_shard_0.bin", "HEAD")
    assert (status, headers["content-length"], body) == (200, str(len(SHARD)), b"")
    assert headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_changed(server: BundleServer, method: str) -> None:
    assert ask(server, "/page.json", method)[0] == 405


def test_a_name_of_another_site_is_refused(server: BundleServer) -> None:
    # A site that points its own name to 127.0.0.1 would read the passages otherwise.
    assert ask(server, "/page.json", Host="evil.example")[0] == 400
    port = urlsplit(server.url).port
    assert ask(server, "/page.json", Host=f"localhost:{port}")[0] == 200


@pytest.mark.timed
def test_a_large_file_is_streamed(tmp_path: Path) -> None:
    with (tmp_path / "model.gguf").open("wb") as file:
        file.truncate(5 * 2**30)
    with BundleServer(tmp_path) as server:
        connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)
        before = resident_bytes()
        connection.request("GET", "/model.gguf")
        answer = connection.getresponse()
        assert answer.getheader("content-length") == str(5 * 2**30)
        assert len(answer.read(2**20)) == 2**20
        grown = resident_bytes() - before
        begun = time.perf_counter()
        connection.close()
    assert grown < 64 * 2**20
    assert time.perf_counter() - begun < 10  # the download that was under way does not hold up the end


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_port_that_is_taken_is_named(bundle: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"port {port}") as raised, BundleServer(bundle, port):
            pass
        assert "Choose another port" in raised.value.fix
    with BundleServer(bundle, port) as server:  # and is free again
        assert ask(server, "/")[0] == 200


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no bundle"):
        BundleServer(tmp_path / "nothing")


def test_it_ends_clean(bundle: Path) -> None:
    before = set(threading.enumerate())
    with BundleServer(bundle) as server:
        assert ask(server, "/")[0] == 200
    # Threads that read files are told to end when the server does, and end a moment later.
    for left in set(threading.enumerate()) - before:
        left.join(timeout=10)
    assert set(threading.enumerate()) <= before
    with pytest.raises(ConnectionRefusedError):
        ask(server, "/")


def test_serving_until_it_is_interrupted(bundle: Path) -> None:
    told: list[str] = []

    def interrupt(url: str) -> None:
        told.append(url)
        raise KeyboardInterrupt

    run(bundle, 0, interrupt)
    assert told[0].startswith("http://127.0.0.1:")


def test_files_of_a_page_stand_behind_those_of_the_bundle(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "verify.html").write_text("verify")
    (tmp_path / "page.json").write_text("another")
    with BundleServer(bundle, page=tmp_path) as server:
        assert ask(server, "/verify.html")[2] == b"verify"
        assert ask(server, "/page.json")[2] != b"another"


def test_a_page_without_a_policy_gets_one_that_knows_no_other_address(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>nothing</p>")
    for page in (tmp_path / "index.html", tmp_path / "absent.html"):
        policy = policy_of(page)
        assert "default-src 'self'" in policy
        assert "http" not in policy
        assert "*" not in policy
