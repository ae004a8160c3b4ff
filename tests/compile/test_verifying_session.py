"""A page in the browser: what it says is heard, and one that fails, hangs or calls out is found out."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from compile.verifying import Session, verify_in
from curation.errors import ConfigurationError, UserError
from tests.compile.browser import needs_browser

HTML = '<!doctype html><script type="module" src="./verify.js"></script>'
# A page that speaks as verify.html does, and behaves as the model's name says.
SCRIPT = """
const tell = (report) => window.report(report);
const adapter = { vendor: "v", architecture: "a", description: "", fallback: true, features: [], limits: {} };
const behaviours = {
  async good(job) {
    tell({ kind: "progress", text: "half" });
    tell({ kind: "loaded", loaded: { adapter, loadMs: 30, pipelineMs: 20 } });
    for (const prompt of job.prompts) {
      const tokens = Array.from({ length: job.count }, (_, at) => prompt[0] + at);
      for (const _ of tokens) tell({ kind: "token" });
      const told = { promptTokens: prompt.length, completionTokens: tokens.length };
      tell({ kind: "answer", answer: { tokens, text: null, ...told, prefillMs: 10, decodeMs: 50 } });
    }
    tell({ kind: "done" });
  },
  async failing() {
    console.error("the buffer is too large");
    setTimeout(() => { throw new Error("from a callback"); });
    setTimeout(() => tell({ kind: "failed", message: "device lost" }), 50);
  },
  async hanging() { tell({ kind: "progress", text: "shaders" }); setTimeout(() => { for (;;); }, 50); },
  async calling(job) {
    new Worker("./calling.js", { type: "module" });
    await fetch("https://example.com/tracker").catch(() => {});
    await new Promise((resolve) => { setTimeout(resolve, 300); });
    await behaviours.good(job);
  },
};
window.startVerification = (job) => { behaviours[job.record.model_id](job); };
"""
MODELS = ("good", "failing", "hanging", "calling")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    records = [{"model_id": name, "model": f"models/{name}/", "model_lib": "x.wasm"} for name in MODELS]
    # The page forbids what it calls; a page that forgot to is what this is about.
    policy = '<meta http-equiv="Content-Security-Policy" content="connect-src *">'
    (folder / "index.html").write_text(policy)
    (folder / "verify.html").write_text(HTML)
    (folder / "verify.js").write_text(SCRIPT)
    (folder / "calling.js").write_text("fetch('http://192.0.2.7/from-a-worker').catch(() => {});")
    (folder / "app-config.json").write_text(json.dumps({"model_list": records}))
    return folder


@pytest.fixture(scope="module")
def session(bundle: Path) -> Iterator[Session]:
    with Session.opened(bundle, silence_s=2) as opened:
        yield opened


@needs_browser
def test_what_a_run_reports(session: Session) -> None:
    heard: list[int] = []
    run = session.run("web-llm", "good", [[5, 6, 7], [9]], 4, lambda: heard.append(1))
    assert run.tokens == ((5, 6, 7, 8), (9, 10, 11, 12))
    assert len(heard) == 8
    assert (run.load_ms, run.pipeline_ms) == (30, 20)
    assert run.prefill_tokens_per_second == 4 / 0.020
    assert run.decode_tokens_per_second == 6 / 0.100  # the first of each comes with the prefill
    assert run.adapter["vendor"] == "v"
    assert run.outside == ()


@needs_browser
def test_a_failure_comes_with_what_the_console_said(session: Session) -> None:
    with pytest.raises(UserError, match="device lost") as raised:
        session.run("web-llm", "failing", [[1]], 1)
    assert "failing in web-llm" in raised.value.where
    assert "the buffer is too large" in raised.value.where
    assert "from a callback" in raised.value.where


@needs_browser
def test_a_tab_that_hangs_is_ended_and_the_next_one_runs(session: Session) -> None:
    with pytest.raises(UserError, match="no sign of life for 2 seconds") as raised:
        session.run("web-llm", "hanging", [[1]], 1)
    assert "last heard: shaders" in raised.value.where
    assert session.run("web-llm", "good", [[1]], 2).tokens == ((1, 2),)


@needs_browser
def test_a_model_that_is_not_there(session: Session) -> None:
    with pytest.raises(ConfigurationError, match="no model 'other'") as raised:
        session.run("web-llm", "other", [[1]], 1)
    assert "good" in raised.value.fix


@needs_browser
def test_tokens_are_counted_up_to_the_first_that_differs(session: Session) -> None:
    same = verify_in(session, "good", [[5], [9]], [[5, 6, 7], [9, 10, 11]])
    assert (same.equal, same.of, same.passed, same.first_difference) == (12, 12, True, "")
    assert same.adapter == "v a"
    other = verify_in(session, "good", [[5], [9]], [[5, 6, 7], [9, 2, 11]])
    assert (other.equal, other.of, other.passed) == (8, 12, False)
    assert other.first_difference == "web-runtime, prompt 2, token 2: 10, and 2 by the reference"
    assert other.as_json()["engines"]["web-llm"]["decode_tokens_per_second"] == 40.0


@needs_browser
def test_calls_to_others_reach_nobody_and_fail_a_verification(session: Session) -> None:
    found = verify_in(session, "calling", [[5]], [[5]])
    assert found.equal == found.of
    assert set(found.outside) == {"https://example.com/tracker", "http://192.0.2.7/from-a-worker"}
    assert not found.passed
