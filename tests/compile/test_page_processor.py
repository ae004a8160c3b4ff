"""The page's engine on the processor, wllama, in a real browser that has no WebGPU."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.compile.browser import needs_browser, needs_node
from tests.compile.engine_page_server import PageServer
from tests.compile.engine_pages import QUESTION, answer, go_offline, load, opened
from tests.compile.gguf_files import CONTEXT, Kind, write

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [needs_browser, needs_node]

# What web-llm would write where a conversation has no system message, and this template writes nothing.
_SYSTEM = "12ab"
_PUT = """async (name) => {
  const cache = await caches.open("malmoi/gguf");
  await cache.put(new URL(name, document.baseURI).href, new Response("ab"));
}"""
_KEPT = "async () => (await (await caches.open('malmoi/gguf')).keys()).map(({ url }) => url)"
_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.content }}<|im_end|>{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>{% endif %}"
)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("processor")
    kind = Kind(dtype="Q8_0", fields={"tokenizer.chat_template": _TEMPLATE})
    write(folder / "tiny.gguf", kind)
    (folder / "page.json").write_text("{}")
    config = folder / "models" / "tiny" / "resolve" / "main" / "mlc-chat-config.json"
    config.parent.mkdir(parents=True)
    config.write_text(json.dumps({"conv_template": {"roles": {}, "system_message": _SYSTEM}}))
    return folder


def entry(bundle: Path) -> dict[str, Any]:
    return {
        "id": "tiny",
        "name": "tiny",
        "model": "models/tiny/",
        "bytes": 0,
        "context": CONTEXT // 2,
        "requiredFeatures": [],
        "bufferBytes": 0,
        "trimMessages": False,
        "gguf": {"file": "tiny.gguf", "bytes": (bundle / "tiny.gguf").stat().st_size},
    }


def test_it_answers_with_threads_and_without_a_connection(
    browser: "Browser", engine_page: Path, bundle: Path
) -> None:
    model = entry(bundle)
    context = browser.new_context()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    with PageServer([engine_page, bundle]) as server:
        context.add_init_script("Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined })")
        page = opened(context, server)
        assert not page.evaluate("crossOriginIsolated")
        # The host does not isolate the page: the service worker does, and loads it again, once.
        page.evaluate("() => void offline.startServiceWorker({ onUpdate: () => undefined })")
        page.wait_for_function("crossOriginIsolated && window.engine !== undefined")
        go_offline(page)
        server.faults.cut["tiny.gguf"] = (10_000, 1)
        page.evaluate(_PUT, "tiny.gguf?bytes=0-1/2")  # of an earlier version
        loaded = load(page, model)
        assert (loaded["kind"], loaded["reason"]) == ("wasm", "no-webgpu"), loaded
        phases = [progress["phase"] for progress in loaded["phases"]]
        assert phases[0] == "download"
        assert phases[-2:] == ["prepare", "ready"]
        assert loaded["memory"] == model["gguf"]["bytes"]
        kept = [url.removeprefix(server.url) for url in page.evaluate(_KEPT)]
        assert sorted(name.partition("?")[0] for name in kept) == [
            *("models/tiny/resolve/main/mlc-chat-config.json", "tiny.gguf")
        ]
        assert "tiny.gguf?bytes=0-1/2" not in kept
        first = answer(page, QUESTION)
        assert first["text"] == first["streamed"] != ""
        assert first["completionTokens"] > 0 < first["promptTokens"]
        assert first["prefillTokensPerSecond"] > 0 < first["decodeTokensPerSecond"]
        # What it has read is counted, also where it need not read it again.
        again = answer(page, [{"role": "system", "content": _SYSTEM}, *QUESTION])
        assert (again["text"], again["promptTokens"]) == (first["text"], first["promptTokens"])
        other = answer(page, [{"role": "system", "content": "20"}, *QUESTION])
        assert other["promptTokens"] == first["promptTokens"] - 1
        drawn = [answer(page, QUESTION, temperature=1.5, seed=seed)["text"] for seed in (1, 1, 2)]
        assert drawn[0] == drawn[1] != drawn[2]

        turn = [{"role": "user", "content": "ab12" * 20}, {"role": "assistant", "content": "20"}]
        assert 0 < answer(page, [*turn * 8, *QUESTION])["droppedTurns"] < 8
        assert answer(page, [{"role": "user", "content": "x" * 2000}])["code"] == "too-long"
        stopped = page.evaluate(
            """(messages) => running.generate(messages, { temperature: 2, topP: 1, maxTokens: 200, seed: 3 },
                 () => running.stop())""",
            QUESTION,
        )
        assert stopped["finish"] == "aborted"

        page.evaluate("() => running.unload()")
        server.stop()
        page.reload()
        page.wait_for_function("window.engine !== undefined")
        assert load(page, model)["phases"][-1]["phase"] == "ready"
        assert answer(page, QUESTION)["text"] == first["text"]
    assert all(url.startswith((server.origin, "blob:", "data:")) for url in asked)
    context.close()
