"""Whole evaluations: overfitting trips the gate, a gentle run passes, and runs stand beside each other."""

import shutil
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
import torch

from curation.errors import ConfigurationError, UserError
from curation.progress import Quiet
from tests.training.evaluated_runs import (
    NONSENSE,
    TASK,
    config_of,
    general_pairs,
    grown,
    trained,
    write_rows,
)
from training.base import load_tokenizer, resolve
from training.config import TrainConfig
from training.evaluation.compare import compare
from training.evaluation.comparison_page import render_comparison
from training.evaluation.evaluate import evaluate
from training.evaluation.likelihood import likelihoods
from training.evaluation.measured import MeasuredSet
from training.run_folder import RunFolder
from training.running.model import load_base

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.slow


class Told:
    """Progress that remembers what was worked on."""

    def __init__(self):
        self.tasks = []

    @contextmanager
    def task(self, name, total, unit):
        self.tasks.append(name)
        yield lambda count: None


class Trial:
    """A base that knows some Korean, an overfit run and a gentle one; all made once."""

    def __init__(self, tiny: Path, project: Path, folder: Path):
        pairs = general_pairs(project)[:80]
        self.folder, self.data = folder, folder / "data"
        self.data.mkdir()
        self.base = grown(tiny, pairs, folder / "base", steps=150)
        write_rows(self.data / "general.jsonl", pairs[1::2])
        write_rows(self.data / "train.jsonl", TASK)
        write_rows(self.data / "test.jsonl", TASK[::3])
        self.config = config_of(self.base, self.data)
        gentle = [one for at, row in enumerate(TASK) for one in (row, pairs[2 * at % len(pairs)])]
        runs = folder / "runs"
        self.bad = trained(self.config, runs / "bad", NONSENSE, steps=40, rate=1e-2)
        self.good = trained(self.config, runs / "good", gentle, steps=40, rate=1e-3)
        self.bad_report = evaluate(self.config, self.bad)
        self.told = Told()
        self.good_report = evaluate(self.config, self.good, self.told)


@pytest.fixture(scope="module")
def trial(tiny, project, tmp_path_factory) -> Trial:
    return Trial(tiny, project, tmp_path_factory.mktemp("evaluated"))


def test_deliberate_overfitting_trips_the_gate(trial):
    gate = trial.bad_report.gate
    assert not gate.passed
    (check,) = gate.checks
    assert check.verdict == "lost"
    assert check.loss > 1
    assert trial.bad.record()["eval"]["gate"]["passed"] is False
    assert "general: " in trial.bad.record()["eval"]["gate"]["reasons"][0]


def test_a_gentle_run_with_replay_passes_and_learned_its_task(trial):
    gate = trial.good_report.gate
    assert gate.passed
    assert [check.verdict for check in gate.checks] == ["kept"]
    learned = trial.good_report.changes["task"]["nll"]
    assert learned.high < -1
    assert trial.good.record()["eval"]["gate"]["passed"] is True


def test_the_base_is_measured_once_for_all_runs_on_it(trial):
    assert [name for name in trial.told.tasks if name.startswith("after")]
    assert not [name for name in trial.told.tasks if name.startswith("before")]
    assert trial.good_report.before == trial.bad_report.before
    again = Told()
    report = evaluate(trial.config, trial.good, again)
    assert not [name for name in again.tasks if name.startswith(("before", "after"))]
    assert report.after == trial.good_report.after


def test_another_adapter_is_measured_anew(trial, tmp_path):
    run = RunFolder(trial.folder / "runs" / "third")
    shutil.copytree(trial.good.adapter, run.adapter)
    shutil.copytree(trial.good.evaluation, run.evaluation)
    weights = run.adapter / "adapter_model.safetensors"
    shutil.copy(trial.bad.adapter / weights.name, weights)
    assert not evaluate(trial.config, run).gate.passed
    weights_of = run.record()["eval"]["weights"]
    assert weights_of == trial.bad.record()["eval"]["weights"] != trial.good.record()["eval"]["weights"]
    assert list(weights_of) == ["adapter_config.json", weights.name]
    shutil.rmtree(run.path)


def test_a_run_on_another_base_is_told_so(trial, tmp_path):
    run = RunFolder(tmp_path / "run")
    shutil.copytree(trial.good.adapter, run.adapter)
    run.note("run", {"base": {"revision": "another"}})
    with pytest.raises(ConfigurationError, match="base model has changed"):
        evaluate(trial.config, run)


def _base_loss(config: TrainConfig) -> float:
    """The loss of the base alone over the general rows, computed apart."""
    from curation.records import Message
    from training.data.masks import Masks

    lines = [orjson.loads(line) for line in Path(config.eval.general[0].path).read_bytes().splitlines()]
    base = resolve(config.base)
    rows = Masks(load_tokenizer(base)).encode_all(
        [[Message(one["role"], one["content"]) for one in line["messages"]] for line in lines]
    )
    found = likelihoods(load_base(base.folder, config.method, "fp32").eval(), rows, lambda _: None)
    return sum(one.nats for one in found) / sum(one.tokens for one in found)


def test_before_is_the_base_as_the_run_saw_it(trial):
    before = trial.bad_report.changes["general"]["nll"].before
    assert before == pytest.approx(_base_loss(trial.config), rel=1e-4)
    quantised = config_of(trial.base, trial.data, method={"kind": "qlora"})
    run = trained(quantised, trial.folder / "nf4" / "run", TASK, steps=2, rate=1e-4)
    told = Told()
    found = evaluate(quantised, run, told).changes["general"]["nll"].before
    assert [name for name in told.tasks if name.startswith("before")]
    assert found == pytest.approx(_base_loss(quantised), rel=2e-3)
    assert abs(found - before) > 5e-3  # rounded to four bits


def test_a_model_of_which_every_weight_was_trained_stands_against_its_base(trial):
    config = config_of(trial.base, trial.data, method={"kind": "full"})
    run = RunFolder(trial.folder / "full" / "run")
    model = load_base(trial.base, config.method, "fp32")
    with torch.no_grad():
        model.lm_head.weight.mul_(0.5)
    model.save_pretrained(run.adapter)
    found = evaluate(config, run).changes["general"]["nll"]
    assert found.before == pytest.approx(_base_loss(config), rel=1e-4)
    assert found.low > 0


def test_a_run_that_trained_nothing_is_told_so(trial, tmp_path):
    with pytest.raises(ConfigurationError, match="Nothing has been trained") as refused:
        evaluate(trial.config, RunFolder(tmp_path))
    assert "malmoi train run" in refused.value.fix


def test_runs_are_compared_over_the_sets_that_they_share(trial, tmp_path):
    out = tmp_path / "compared.html"
    found = compare([trial.bad, trial.good], out, Quiet())
    assert found.one_base
    assert found.left_out == ()
    change = found.changes["good"]["general"]["nll"]
    assert change.before == pytest.approx(trial.bad_report.changes["general"]["nll"].after)
    assert change.after == pytest.approx(trial.good_report.changes["general"]["nll"].after)
    assert change.high < 0
    page = out.read_text("utf-8")
    assert "bad · good" in page
    rates = dict.fromkeys(("harmful", "refused", "over_refused", "broken"), 0.5)
    counted = {**rates, "asked": 8, "benign": 2, "decided": 4}
    asked = MeasuredSet("red_team", "red_team", ())
    runs = tuple(
        replace(
            one,
            after=replace(one.after, sets=(*one.after.sets, asked)),
            about={**one.about, "red_team": {"before": counted, "after": counted}},
        )
        for one in found.runs
    )
    # Of other questions, as there is no set of the red team that both share.
    assert "red team: refused" not in render_comparison(replace(found, runs=runs))
    assert "red team: refused" in render_comparison(replace(found, runs=runs, sets=(*found.sets, "red_team")))
    assert found.as_json()["against"] == "bad"


def test_sets_of_other_rows_are_left_out_of_a_comparison(trial, tmp_path):
    other = config_of(trial.base, trial.data)
    evaluation = other.eval.model_copy(update={"general": (), "limit": 5})
    other = other.model_copy(update={"eval": evaluation})
    run = RunFolder(tmp_path / "other")
    shutil.copytree(trial.good.adapter, run.adapter)
    report = evaluate(other, run)
    assert report.gate.missing == ("superni",)
    with pytest.raises(ConfigurationError, match="different rows"):
        compare([trial.good, run], tmp_path / "page.html")
    with pytest.raises(ConfigurationError, match="two runs"):
        compare([trial.good], tmp_path / "page.html")
    with pytest.raises(ConfigurationError, match="twice"):
        compare([trial.good, trial.good], tmp_path / "page.html")


def test_a_run_without_an_evaluation_or_with_a_torn_one_is_told_so(trial, tmp_path):
    with pytest.raises(UserError, match="was not evaluated"):
        compare([trial.good, RunFolder(tmp_path / "none")], tmp_path / "page.html")
    torn = RunFolder(tmp_path / "torn")
    torn.evaluation.mkdir(parents=True)
    (torn.evaluation / "before.json").write_text('{"key": "k"}')
    with pytest.raises(UserError, match="cannot be read"):
        compare([trial.good, torn], tmp_path / "page.html")


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here (Debian: apt-get install chromium)")
def test_both_pages_fit_every_screen_and_load_nothing(trial, tmp_path):
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    compare([trial.bad, trial.good], tmp_path / "compared.html")
    files = [trial.bad.evaluation / "report.html", tmp_path / "compared.html"]
    with playwright.sync_playwright() as runner:
        browser = runner.chromium.launch(executable_path=CHROMIUM)
        for file in files:
            for scheme, width in (("light", 1200), ("dark", 400)):
                size = {"width": width, "height": 800}
                page = browser.new_page(viewport=size, color_scheme=scheme, locale="ko-KR")
                complaints: list[str] = []
                page.on("console", lambda message, told=complaints: told.append(message.text))
                page.on("pageerror", lambda error, told=complaints: told.append(str(error)))
                page.on("request", lambda request, told=complaints: told.append(request.url))
                page.goto(file.as_uri())
                charts = page.locator("figure[data-chart]").count()
                for _ in range(100):
                    if page.locator(".plot svg.main-svg").count() >= charts:
                        break
                    page.wait_for_timeout(50)
                assert page.locator(".plot svg.main-svg").count() >= charts
                assert page.evaluate("document.documentElement.scrollWidth") == width
                assert complaints == [file.as_uri()]
                words = page.locator("#measures td:nth-child(2)").first
                assert words.bounding_box()["width"] > 90
        browser.close()
