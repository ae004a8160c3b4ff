"""The page's engine on WebGPU in a real browser: it answers, and bears what tabs and devices do."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.compile.browser import needs_browser, needs_compiler, needs_node
from tests.compile.engine_page_server import PageServer
from tests.compile.engine_pages import GREEDY, QUESTION, answer, begin, first_model, go_offline, load, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = [needs_browser, needs_node, needs_compiler]


@pytest.fixture(scope="module")
def model(tiny_bundle: Path) -> dict[str, Any]:
    return first_model(tiny_bundle)


@pytest.fixture(scope="module")
def server(engine_page: Path, tiny_bundle: Path) -> Iterator[PageServer]:
    with PageServer([engine_page, tiny_bundle]) as running:
        yield running


@pytest.fixture(scope="module")
def context(browser: "Browser") -> Iterator["BrowserContext"]:
    made = browser.new_context()
    yield made
    made.close()


@pytest.fixture(scope="module")
def page(context: "BrowserContext", server: PageServer) -> "Page":
    """The tab that holds the model, until a test closes it."""
    made = opened(context, server)
    assert "webgpu" not in " ".join(server.asked)  # the engine is not part of the page's start
    return made


@pytest.mark.parametrize("pause_ms", [0, 150])
def test_a_load_is_given_up(page: "Page", model: dict[str, Any], pause_ms: int) -> None:
    found = page.evaluate(
        """async ([model, pause]) => {
          const given = await engine.chooseEngine(model);
          const loading = given.load(model, () => undefined).catch(({ message }) => message);
          await new Promise((go) => setTimeout(go, pause));
          await given.unload();
          const told = await loading;
          await engine.deviceFree(AbortSignal.timeout(5_000));
          return told;
        }""",
        [model, pause_ms],
    )
    assert found == "The model was unloaded."


def test_it_loads_and_asks_nobody_else(
    context: "BrowserContext", page: "Page", server: PageServer, model: dict[str, Any]
) -> None:
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page.evaluate("model => engine.forgetModel(model)", model)
    server.asked.clear()
    loaded = load(page, model)
    assert (loaded["kind"], loaded["reason"]) == ("webgpu", "webgpu")
    phases = [progress["phase"] for progress in loaded["phases"]]
    assert [name for at, name in enumerate(phases) if name not in phases[:at]] == [
        *("download", "prepare", "shaders", "ready")
    ]
    assert all(0 <= progress["loaded"] <= progress["total"] for progress in loaded["phases"])
    assert loaded["memory"] > model["bufferBytes"]
    assert len(server.asked) == len(
        set(server.asked)
    )  # web-llm finds all that was stored, and fetches nothing
    assert asked
    assert all(url.startswith((server.origin, "blob:", "data:")) for url in asked)


def test_it_answers(page: "Page") -> None:
    first = answer(page, QUESTION)
    assert first["text"].startswith(first["streamed"])  # the last letter may have come in part
    assert len(first["text"]) > 3
    assert first["completionTokens"] > 0 < first["promptTokens"]
    assert first["prefillTokensPerSecond"] > 0 < first["decodeTokensPerSecond"]
    assert answer(page, QUESTION)["text"] == first["text"]
    drawn = [answer(page, QUESTION, temperature=1.5, seed=seed)["text"] for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_what_is_too_long_is_shortened_or_refused(page: "Page", model: dict[str, Any]) -> None:
    turn = [{"role": "user", "content": "가나다라마바사" * 3}, {"role": "assistant", "content": "아자차" * 3}]
    system = {"role": "system", "content": "$$ 짧게 $& 답한다"}
    kept = answer(page, [system, *turn * 12, *QUESTION])
    assert 0 < kept["droppedTurns"] < 12
    assert kept["promptTokens"] + GREEDY["maxTokens"] <= model["context"]
    assert kept["text"] == answer(page, [system, *turn * (12 - kept["droppedTurns"]), *QUESTION])["text"]
    assert answer(page, [{"role": "user", "content": "가" * 3000}])["code"] == "too-long"
    assert answer(page, QUESTION)["droppedTurns"] == 0  # the engine is as good as before


@pytest.mark.parametrize("after", [0, 3])
def test_an_answer_is_stopped(page: "Page", after: int) -> None:
    found = page.evaluate(
        """async ([messages, options, after]) => {
          for (;;) {
            let pieces = 0;
            const stop = () => { if (++pieces === after) running.stop(); };
            const answer = running.generate(messages, options, stop);
            if (after === 0) running.stop();
            const { finish, completionTokens } = await answer;
            // A random model may end an answer at once.
            if (finish !== "stop") return { finish, completionTokens };
          }
        }""",
        [QUESTION, GREEDY | {"maxTokens": 150, "temperature": 2}, after],
    )
    assert found["finish"] == "aborted"
    assert after <= found["completionTokens"] < after + 12


def test_a_prompt_is_not_read_to_its_end_once_stopped(page: "Page") -> None:
    right = answer(page, QUESTION)["text"]
    found = page.evaluate(
        """async ([messages, options]) => {
          const answer = running.generate(messages, options, () => undefined);
          running.stop();
          return await answer;
        }""",
        [[{"role": "user", "content": "가나다라마바사" * 4}], GREEDY],
    )
    assert (found["finish"], found["text"], found["promptTokens"]) == ("aborted", "", 0)
    assert answer(page, QUESTION)["text"] == right  # nothing of it is left in the model


def test_closed_tabs_no_connection_and_a_lost_device(
    browser: "Browser", context: "BrowserContext", page: "Page", server: PageServer, model: dict[str, Any]
) -> None:
    right = answer(page, QUESTION)["text"]
    go_offline(page)
    # One tab at a time has the model, until it is closed: here in the middle of an answer.
    second = opened(context, server)
    assert load(second, model)["code"] == "other-tab"
    begin(page)
    second.evaluate("() => { window.free = engine.deviceFree(); }")
    page.close()
    second.evaluate("() => window.free")
    second.close()

    # In a new tab without a connection: the page from its service worker, the model from its caches.
    server.stop()
    third = opened(context, server)
    listed = third.evaluate("() => fetch('page.json').then((answer) => answer.json())")
    assert listed["models"][0] == model
    assert load(third, model)["phases"][-1]["phase"] == "ready"
    assert answer(third, QUESTION)["text"] == right

    begin(third)
    browser.new_browser_cdp_session().send("Browser.crashGpuProcess")
    assert third.evaluate("() => window.begun") == "device-lost"
    assert answer(third, QUESTION)["code"] == "device-lost"
    assert load(third, model)["phases"][-1]["phase"] == "ready"
    assert answer(third, QUESTION)["text"] == right
