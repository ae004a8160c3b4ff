"""web-llm's own requests reach the kernels: a grammar, biases, penalties, seeds and probabilities."""

import json
import math
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from compile.page import WEB
from compile.serving import BundleServer
from tests.compile.browser import needs_browser, needs_compiler, needs_node

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [needs_browser, needs_compiler, needs_node]

MODEL = "llama"
LOAD = """
async (record) => {
  const { MLCEngine } = await import("./web-llm.js");
  const model = new URL(record.model, document.baseURI).href;
  window.engine = new MLCEngine({ appConfig: { model_list: [{ ...record, model }] }, logLevel: "ERROR" });
  await window.engine.reload(record.model_id);
}
"""
ASK = """
async (request) => {
  await window.engine.resetChat();
  const messages = [{ role: "user", content: "hello" }];
  const reply = await window.engine.chat.completions.create({ messages, ...request });
  return reply.choices[0];
}
"""


@pytest.fixture(scope="module")
def page(browser: "Browser", tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A page without a face, in which web-llm has loaded a tiny model."""
    folder = tmp_path_factory.mktemp("web-llm")
    shutil.copy(WEB / "node_modules" / "@mlc-ai" / "web-llm" / "lib" / "index.js", folder / "web-llm.js")
    (folder / "logits.html").write_text("<!doctype html>")
    records = json.loads((tiny_bundle / "app-config.json").read_text())["model_list"]
    with BundleServer(tiny_bundle, page=folder) as server:
        page = browser.new_page()
        page.goto(f"{server.url}logits.html")
        page.evaluate(LOAD, next(one for one in records if one["model_id"] == MODEL))
        yield page
        page.close()


def ask(page: Any, **request: Any) -> Any:
    return page.evaluate(ASK, {"max_tokens": 24, "temperature": 0, "top_p": 1, **request})


def text(choice: Any) -> str:
    found: str = choice["message"]["content"]
    return found


@pytest.mark.parametrize("temperature", [0, 1.5])
def test_a_grammar_is_kept_to(page: Any, temperature: float) -> None:
    schema = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
    wanted = {"type": "json_object", "schema": json.dumps(schema)}
    choice = ask(page, response_format=wanted, temperature=temperature, max_tokens=100)
    assert json.loads(text(choice)).keys() == {"ok"}
    assert choice["finish_reason"] == "stop"


def test_a_seed_repeats_an_answer(page: Any) -> None:
    first, again, other = (text(ask(page, temperature=1.2, seed=seed)) for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_without_temperature_every_answer_is_the_same(page: Any) -> None:
    assert text(ask(page, seed=1)) == text(ask(page, seed=2))


def distinct(page: Any, **request: Any) -> set[str]:
    found = ask(page, logprobs=True, top_logprobs=1, **request)["logprobs"]["content"]
    return {one["token"] for one in found}


def test_a_bias_chooses_and_penalties_wear_it_out(page: Any) -> None:
    assert len(distinct(page, logit_bias={"70": 100})) == 1
    assert distinct(page, logit_bias={"70": 100}) != distinct(page, logit_bias={"71": 100})
    favoured = {"70": 50, "71": 47, "72": 44}
    assert len(distinct(page, logit_bias=favoured)) < 3
    # Two for the first time, and two for every time: the others come in between.
    assert len(distinct(page, logit_bias=favoured, presence_penalty=2, frequency_penalty=2)) >= 3


def test_probabilities_are_given(page: Any) -> None:
    choice = ask(page, logprobs=True, top_logprobs=5, temperature=1.0, seed=3)
    for one in choice["logprobs"]["content"]:
        best = [other["logprob"] for other in one["top_logprobs"]]
        assert best == sorted(best, reverse=True)
        assert sum(math.exp(value) for value in best) <= 1 + 1e-5
        assert one["logprob"] <= best[0] + 1e-6
