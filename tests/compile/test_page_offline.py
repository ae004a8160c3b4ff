"""The page's service worker in a real browser: versions that are whole, and what happens to caches."""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.compile.browser import needs_browser, needs_node
from tests.compile.engine_page_server import PREFIX, PageServer
from tests.compile.engine_pages import go_offline, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = [needs_browser, needs_node]

SHELL = re.compile(r'\{"version":"(\w+)","files":(\{[^}]*\}),"later":(\{[^}]*\})\}')
TERMS = b"\1\2\3\4" * 50


@pytest.fixture
def host(engine_page: Path, tmp_path: Path) -> Path:
    """The page of the modules, with an index of passages."""
    folder = shutil.copytree(engine_page, tmp_path / "host")
    (folder / "page.json").write_text(json.dumps({"search": {"folder": "search/", "passages": 1}}))
    (folder / "search").mkdir()
    write_search(folder, TERMS)
    return folder


@pytest.fixture
def server(host: Path) -> Iterator[PageServer]:
    with PageServer([host]) as running:
        yield running


@pytest.fixture
def context(browser: "Browser") -> Iterator["BrowserContext"]:
    made = browser.new_context()
    yield made
    made.close()


def write_search(host: Path, terms: bytes) -> None:
    (host / "search" / "terms.bin").write_bytes(terms)
    files = {"terms.bin": {"bytes": len(terms), "sha256": hashlib.sha256(terms).hexdigest()}}
    (host / "search" / "index.json").write_text(json.dumps({"files": files}))


def release(host: Path, version: str, added: bytes) -> None:
    """Another version of the page, with a file more; its service worker names ``added`` as its content."""
    worker = (host / "sw.js").read_text()
    match = SHELL.search(worker)
    assert match
    files = json.loads(match[2]) | {"assets/added.js": hashlib.sha256(added).hexdigest()}
    shell = json.dumps({"version": version, "files": files, "later": json.loads(match[3])})
    (host / "sw.js").write_text(worker.replace(match[0], shell.replace(": ", ":").replace(", ", ",")))


def shells(page: "Page") -> set[str]:
    found: list[str] = page.evaluate(
        "async () => (await caches.keys()).filter((name) => name.includes('shell'))"
    )
    return {name.rpartition(" ")[2] for name in found}


def fetched(page: "Page", path: str) -> str:
    found: str = page.evaluate("path => fetch(path).then((answer) => answer.text())", path)
    return found


def update(page: "Page") -> None:
    """Let the browser look for another version, and see how it ends."""
    page.evaluate(
        """async () => {
          const registration = await (await navigator.serviceWorker.getRegistration()).update();
          const { installing } = registration;
          const soon = () => new Promise((go) => setTimeout(go, 20));
          while (installing?.state === "installing") await soon();
        }"""
    )


def test_a_version_is_taken_whole_or_not_at_all(
    context: "BrowserContext", server: PageServer, host: Path
) -> None:
    match = SHELL.search((host / "sw.js").read_text())
    assert match
    first = match[1]
    page = opened(context, server)
    page.evaluate("() => caches.open('malmoi shell /another/bundle/ 1')")
    go_offline(page)
    assert shells(page) == {"1", first}

    release(host, "second", b"// right")
    (host / "assets" / "added.js").write_bytes(b"// of another version")
    update(page)
    assert shells(page) == {"1", first}
    assert page.evaluate("() => window.update") is None

    (host / "assets" / "added.js").write_bytes(b"// right")
    update(page)
    assert shells(page) == {"1", first, "second"}
    page.wait_for_function("window.update !== undefined")
    with page.expect_navigation():
        page.evaluate("() => window.update()")
    page.wait_for_function("window.engine !== undefined")
    assert shells(page) == {"1", "second"}
    server.stop()
    page.reload()
    page.wait_for_function("window.engine !== undefined")
    assert fetched(page, "assets/added.js") == "// right"


def test_what_the_browser_lost_is_fetched_again(context: "BrowserContext", server: PageServer) -> None:
    page = opened(context, server)
    go_offline(page)
    lost = page.evaluate(
        """async () => {
          const name = (await caches.keys()).find((name) => name.includes("shell"));
          const cache = await caches.open(name);
          const lost = (await cache.keys()).filter(({ url }) => /index/.test(url));
          for (const request of lost) await cache.delete(request);
          return lost.map(({ url }) => new URL(url).pathname);
        }"""
    )
    assert PREFIX + "index.html" in lost
    server.asked.clear()
    page.reload()
    page.wait_for_function("window.engine !== undefined")
    assert set(lost) <= set(server.asked)
    server.stop()
    page.reload()
    page.wait_for_function("window.engine !== undefined")


def test_the_passages_are_copied_and_follow_the_host(
    context: "BrowserContext", server: PageServer, host: Path
) -> None:
    page = opened(context, server)
    go_offline(page)
    server.stop()
    assert fetched(page, "search/terms.bin") == TERMS.decode()
    server.start()
    write_search(host, TERMS[::-1])
    assert "sha256" in fetched(page, "search/index.json")
    page.wait_for_function(
        "async (expected) => (await (await fetch('search/terms.bin')).text()) === expected",
        arg=TERMS[::-1].decode(),
    )
    server.stop()
    assert fetched(page, "search/terms.bin") == TERMS[::-1].decode()
    assert json.loads(fetched(page, "page.json"))["search"]["passages"] == 1


def test_models_are_left_to_the_engines(context: "BrowserContext", server: PageServer, host: Path) -> None:
    folder = host / "models" / "m" / "resolve" / "main"
    folder.mkdir(parents=True)
    (folder / "params_shard_0.bin").write_bytes(b"weights")
    page = opened(context, server)
    go_offline(page)
    page.reload()
    page.wait_for_function("window.engine !== undefined")
    assert fetched(page, "models/m/resolve/main/params_shard_0.bin") == "weights"
    kept = page.evaluate(
        "async () => (await caches.match('models/m/resolve/main/params_shard_0.bin')) ?? null"
    )
    assert kept is None
