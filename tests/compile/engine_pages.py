"""What tests of the page's engines share: a page of the modules alone, and how it is driven."""

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from compile.page import WEB
from tests.compile.engine_page_server import PageServer

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

GREEDY = {"temperature": 0, "topP": 1, "maxTokens": 12}
QUESTION = [{"role": "user", "content": "나라"}]
SHARD = "params_shard_0.bin"

_LOAD = """async (model) => {
  const phases = [];
  window.running ??= await engine.chooseEngine(model);
  try {
    await running.load(model, (progress) => phases.push(progress));
    return { kind: running.kind, reason: running.reason, memory: running.memoryBytes(), phases };
  } catch (fault) {
    return { code: fault.code, message: fault.message, phases };
  }
}"""
_ANSWER = """async ([messages, options]) => {
  const pieces = [];
  try {
    const answer = await running.generate(messages, options, (added) => pieces.push(added));
    return { ...answer, streamed: pieces.join("") };
  } catch (fault) {
    return { code: fault.code, message: fault.message };
  }
}"""
# One answer after the other, since a random model may end one at once: `window.begun` is the fault's code.
_BEGIN = """([messages, options]) => new Promise((resolve) => {
  const answerOn = async () => { for (;;) await running.generate(messages, options, resolve); };
  window.begun = answerOn().catch(({ code }) => code);
})"""


def build_page(out: Path) -> Path:
    """Build the page of the modules with the settings of the real one."""
    script = Path(__file__).parent / "engine_page" / "build.mjs"
    subprocess.run(["node", script, out], cwd=WEB, check=True, timeout=120, capture_output=True)
    return out


def first_model(bundle: Path) -> dict[str, Any]:
    """The first entry of `page.json`."""
    entry: dict[str, Any] = orjson.loads((bundle / "page.json").read_bytes())["models"][0]
    return entry


def opened(context: "BrowserContext", server: PageServer) -> "Page":
    """A tab in which the modules are there."""
    page = context.new_page()
    page.goto(server.url)
    page.wait_for_function("window.engine !== undefined")
    return page


def load(page: "Page", model: dict[str, Any]) -> dict[str, Any]:
    """Load a model: what the engine says, with all progress, or the fault's code."""
    found: dict[str, Any] = page.evaluate(_LOAD, model)
    return found


def answer(page: "Page", messages: list[dict[str, str]], **changes: Any) -> dict[str, Any]:
    """Answer greedily: what the engine gives, with what streamed, or the fault's code."""
    found: dict[str, Any] = page.evaluate(_ANSWER, [messages, GREEDY | changes])
    return found


def begin(page: "Page") -> None:
    """Answer until something ends it, and come back once the first answer has begun."""
    page.evaluate(_BEGIN, [QUESTION, GREEDY | {"maxTokens": 200, "temperature": 2}])


def go_offline(page: "Page") -> None:
    """Start the service worker, and come back once the page opens without a connection."""
    page.evaluate(
        """() => new Promise((resolve) => {
          const onUpdate = (apply) => (window.update = apply);
          void offline.startServiceWorker({ onUpdate, onOffline: resolve });
        })"""
    )
