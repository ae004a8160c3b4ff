"""A model's files in the browser's storage: whole and right, whatever connection, host and disk do."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.compile.browser import needs_browser, needs_node
from tests.compile.engine_page_server import PageServer
from tests.compile.engine_pages import SHARD, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = [needs_browser, needs_node]

MODEL: Mapping[str, Any] = {"id": "m", "model": "models/m/", "bytes": 3_200_000}

_STORE = """async (model) => {
  const phases = [];
  try {
    const { bytes } = await storeModel(model, document.baseURI, (progress) => phases.push(progress));
    return { bytes, phases };
  } catch (fault) {
    return { code: fault.code ?? String(fault), message: fault.message, phases };
  }
}"""
_STORED = """async () => {
  const found = {};
  for (const name of ["model", "config", "wasm"]) {
    const cache = await caches.open(`webllm/${name}`);
    for (const request of await cache.keys()) {
      const sum = await crypto.subtle.digest("SHA-256", await (await cache.match(request)).arrayBuffer());
      found[request.url.split("/").at(-1)] = new Uint8Array(sum).toHex();
    }
  }
  return found;
}"""


@pytest.fixture
def context(browser: "Browser") -> Iterator["BrowserContext"]:
    """A browser's profile of its own: nothing is stored yet."""
    made = browser.new_context()
    yield made
    made.close()


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A host with a model of which only the storing is looked at."""
    folder = tmp_path / MODEL["model"] / "resolve" / "main"
    folder.mkdir(parents=True)
    library = f"{MODEL['model']}resolve/main/m.wasm"
    record = {"model": MODEL["model"], "model_id": MODEL["id"], "model_lib": library}
    shard = bytes(range(256)) * 400
    listed = {
        "dataPath": SHARD,
        "format": "raw-shard",
        "nbytes": len(shard),
        "md5sum": hashlib.md5(shard, usedforsecurity=False).hexdigest(),
        "records": [],
    }
    (tmp_path / "app-config.json").write_text(json.dumps({"model_list": [record]}))
    (folder / "mlc-chat-config.json").write_text(
        json.dumps({"tokenizer_files": ["tokenizer.json"], "conv_template": {"roles": {}}})
    )
    (folder / "tensor-cache.json").write_text(json.dumps({"metadata": {}, "records": [listed]}))
    (folder / "tokenizer.json").write_text("{}")
    (folder / SHARD).write_bytes(shard)
    (folder / "m.wasm").write_bytes(webassembly(3_000_000))
    return tmp_path


def webassembly(size: int) -> bytes:
    """A module with nothing but a section of its own of so many bytes (WebAssembly core 5.5.3)."""
    content = b"\1x" + bytes(size)
    length = bytes((len(content) >> 7 * at & 127) | (128 if at < 3 else 0) for at in range(4))
    return b"\0asm\1\0\0\0\0" + length + content


@pytest.fixture
def server(engine_page: Path, host: Path) -> Iterator[PageServer]:
    with PageServer([engine_page, host]) as running:
        yield running


def store(page: "Page") -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(_STORE, MODEL)
    return found


def stored(page: "Page") -> dict[str, str]:
    """SHA-256 of all that web-llm's caches hold, by name."""
    found: dict[str, str] = page.evaluate(_STORED)
    return found


def test_a_download_that_is_cut_off_goes_on(context: "BrowserContext", server: PageServer) -> None:
    page = opened(context, server)
    server.faults.cut[SHARD] = (5_000, 2)
    found = store(page)
    assert sum(path.endswith(SHARD) for path in server.asked) == 3
    downloaded = [progress for progress in found["phases"] if progress["phase"] == "download"]
    loaded = [progress["loaded"] for progress in downloaded]
    falls = [before - after for before, after in pairwise(loaded) if after < before]
    assert falls == [5_000, 5_000]  # what came of a broken attempt is taken back
    assert loaded[-1] == downloaded[-1]["total"] > found["bytes"] + 3_000_000  # with the library
    server.asked.clear()
    assert "bytes" in store(page)
    assert not any(path.endswith(SHARD) for path in server.asked)


def test_wrong_bytes_are_never_stored(context: "BrowserContext", server: PageServer, host: Path) -> None:
    page = opened(context, server)
    whole = (host / MODEL["model"] / "resolve" / "main" / SHARD).read_bytes()
    for wrong in (whole[:100] + bytes([whole[100] ^ 1]) + whole[101:], whole[:-1], whole + b"\0"):
        server.faults.altered[SHARD] = wrong
        assert store(page)["code"] == "damaged"
        assert SHARD not in stored(page)
    server.faults.altered = {"tokenizer.json": b"<!doctype html><title>Not found</title>"}
    assert store(page)["code"] == "damaged"
    assert "tokenizer.json" not in stored(page)
    server.faults.altered.clear()
    server.faults.refused[SHARD] = 403
    refused = store(page)
    assert refused["code"] == "download"
    assert "403" in refused["message"]
    server.faults.refused.clear()
    assert "bytes" in store(page)


def test_damaged_copies_are_replaced(context: "BrowserContext", server: PageServer) -> None:
    page = opened(context, server)
    store(page)
    right = stored(page)
    page.evaluate(
        """async (shard) => {
          const cache = await caches.open("webllm/model");
          for (const request of await cache.keys()) {
            const data = new Uint8Array(await (await cache.match(request)).arrayBuffer());
            const damaged = request.url.endsWith(shard) ? data.fill(7, 500, 900) : data.subarray(0, 30);
            await cache.put(request, new Response(damaged));
          }
        }""",
        SHARD,
    )
    assert stored(page) != right
    server.asked.clear()
    store(page)
    assert stored(page) == right
    assert sum(path.endswith(SHARD) for path in server.asked) == 1


def test_without_a_connection_the_copies_serve_if_they_are_whole(
    context: "BrowserContext", server: PageServer
) -> None:
    page = opened(context, server)
    store(page)
    server.stop()
    assert "bytes" in store(page)
    page.evaluate(
        """async (shard) => {
          const cache = await caches.open("webllm/model");
          await cache.delete((await cache.keys()).find(({ url }) => url.endsWith(shard)));
        }""",
        SHARD,
    )
    server.start()
    server.faults.refused[SHARD] = 404
    assert store(page)["code"] == "download"


def test_a_full_disk_is_told_and_what_is_there_stays(context: "BrowserContext", server: PageServer) -> None:
    page = opened(context, server)
    devtools = context.new_cdp_session(page)
    # Less than the library, and more than the shard. Chromium's estimate does not tell pages of it.
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": server.origin, "quotaSize": 2_000_000})
    assert store(page)["code"] == "quota"
    assert SHARD in stored(page)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": server.origin})
    server.asked.clear()
    assert "bytes" in store(page)
    assert not any(path.endswith(SHARD) for path in server.asked)


def test_a_disk_that_is_too_small_is_told_before_the_download(
    context: "BrowserContext", server: PageServer
) -> None:
    page = opened(context, server)
    page.evaluate("() => { navigator.storage.estimate = async () => ({ quota: 30e6, usage: 20e6 }); }")
    found = store(page)
    assert found["code"] == "quota"
    assert "10 MB of 30 MB are free" in found["message"]
    assert not any(path.endswith(SHARD) for path in server.asked)


def test_another_version_on_the_host_replaces_what_is_stored(
    context: "BrowserContext", server: PageServer, host: Path
) -> None:
    page = opened(context, server)
    store(page)
    folder = host / MODEL["model"] / "resolve" / "main"
    (folder / SHARD).rename(folder / "params_shard_7.bin")
    listed = folder / "tensor-cache.json"
    before = listed.read_text()
    listed.write_text(before.replace(SHARD, "params_shard_7.bin"))
    server.faults.refused["params_shard_7.bin"] = 403
    assert store(page)["code"] == "download"
    assert SHARD in stored(page)  # the version before stays until the next one is whole
    server.faults.refused.clear()
    assert "bytes" in store(page)
    assert "params_shard_7.bin" in stored(page)
    assert SHARD not in stored(page)
    page.evaluate("model => engine.forgetModel(model)", MODEL)
    assert list(stored(page)) == ["app-config.json"]
