"""Pushing over HTTP to a hub on loopback: refusals, failures half-way, and what a second push sends."""

import copy
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
import torch
from safetensors.torch import save_file

from curation.checkpoints import sha256_of
from curation.errors import ConfigurationError, UserError
from tests.training.fake_hub import TOKEN, FakeHub, fake_hub
from tests.training.test_publishing_card import RECORD, config_of, folder_of
from training.config import TrainConfig
from training.evaluation.trained import trained_weights
from training.publishing import hub as hub_module
from training.publishing.card import check_model_card
from training.publishing.pushing import push
from training.run_folder import RunFolder

REPO = "someone/openings"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with fake_hub() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.address)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        # Its own storage protocol is another program; without it files go by plain HTTP.
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", True)
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(hub_module, "_WAITS", (0.0, 0.0))
        yield running


@pytest.fixture
def run(tiny: Path, tmp_path: Path) -> RunFolder:
    folder = folder_of(tiny, tmp_path / "run", RECORD)
    save_file({"more": torch.arange(1000.0)}, folder.merged / "model-00002-of-00002.safetensors")
    (folder.merged / "tokenizer.json").write_text('{"version": "1.0"}')
    (folder.merged / ".cache").mkdir()
    (folder.merged / ".cache" / "note").write_text("not for others")
    note_weights(folder)
    return folder


def note_weights(folder: RunFolder) -> None:
    """What is there now is what was merged."""
    weights = [
        {"path": path.name, "sha256": sha256_of(path), "bytes": path.stat().st_size}
        for path in sorted(folder.merged.glob("*.safetensors"))
    ]
    folder.note("merge", {**RECORD["merge"], "weights": weights})


def config(folder: RunFolder, **hub_facts: Any) -> TrainConfig:
    return config_of(folder.path.parent, hub={"repo": REPO, **hub_facts})


FILES = [
    "README.md",
    "config.json",
    "model-00002-of-00002.safetensors",
    "model.safetensors",
    "tokenizer.json",
]


def test_a_dry_run_asks_nobody_and_lists_everything(hub: FakeHub, run: RunFolder) -> None:
    plan = push(config(run), run)
    assert hub.requests == []
    assert (plan.pushed, plan.refusals, plan.gate, plan.private) == (False, (), "passed", True)
    assert plan.as_json()["allowed"]
    assert [file.name for file in plan.files] == FILES
    assert plan.bytes == sum((run.merged / path).stat().st_size for path in FILES)
    assert plan.licence.name == "CC-BY-4.0"
    assert "push" not in run.record()


def test_a_model_and_its_card_arrive(hub: FakeHub, run: RunFolder) -> None:
    result = push(config(run), run, really=True)
    there = hub.repositories[REPO]
    assert there.private
    assert there.files == {path: (run.merged / path).read_bytes() for path in FILES}
    assert there.commits[-1] == ["README.md", "config.json", "tokenizer.json"]
    card = there.files["README.md"].decode()
    assert check_model_card(card) == []
    assert "More Information Needed" not in card
    record = run.record()["push"]
    assert record["complete"]
    assert record["commit"] == result.commit == there.head
    assert sorted(result.sent) == FILES


def test_what_a_hub_took_before_it_failed_is_not_sent_again(hub: FakeHub, run: RunFolder) -> None:
    hub.fail("POST", "/commit/", 500, times=0)
    push_config = config(run)
    sent_before = _fail_at_second_commit(hub, run, push_config)
    assert sent_before == ["model-00002-of-00002.safetensors"]
    record = run.record()["push"]
    assert not record["complete"]
    assert "HTTP 500" in record["failure"]
    uploads = hub.count("PUT", "/lfs/upload/")
    hub.faults.clear()
    result = push(push_config, run, really=True)
    assert "model-00002-of-00002.safetensors" not in result.sent
    # The other part was uploaded, only its commit failed: not a byte of weights is sent twice.
    assert hub.count("PUT", "/lfs/upload/") == uploads + 1
    assert sorted(hub.repositories[REPO].files) == FILES
    assert run.record()["push"]["complete"]
    again = push(push_config, run, really=True)
    assert again.sent == ()
    assert again.commit == hub.repositories[REPO].head


def _fail_at_second_commit(hub: FakeHub, run: RunFolder, given: TrainConfig) -> list[str]:
    original = hub._commit

    def commit(*arguments: Any) -> tuple[int, object]:
        done = original(*arguments)
        hub.fail("POST", "/commit/", 500, times=3)
        return done

    hub._commit = commit  # type: ignore[method-assign]
    with pytest.raises(UserError, match="The hub failed: HTTP 500") as caught:
        push(given, run, really=True)
    hub._commit = original  # type: ignore[method-assign]
    assert "Push again" in caught.value.fix
    sent: list[str] = run.record()["push"]["sent"]
    return sent


@pytest.mark.parametrize("status", [500, 503, 429, 409])
def test_a_failure_that_passes_is_not_noticed(hub: FakeHub, run: RunFolder, status: int) -> None:
    hub.fail("POST", "/commit/", status, times=2)
    assert push(config(run), run, really=True).pushed
    assert sorted(hub.repositories[REPO].files) == FILES


def test_a_transfer_that_breaks_is_repeated(hub: FakeHub, run: RunFolder) -> None:
    hub.fail("PUT", "/lfs/upload/", 500, times=1)
    assert push(config(run), run, really=True).pushed
    assert hub.count("PUT", "/lfs/upload/") == 4


def test_a_repository_that_is_there_is_used(hub: FakeHub, run: RunFolder) -> None:
    push(config(run), run, really=True)
    (run.merged / "model-00002-of-00002.safetensors").unlink()
    note_weights(run)
    result = push(config(run), run, really=True)
    assert result.sent == ("README.md",)  # which lists the weights
    (run.merged / "tokenizer.json").write_text('{"new": true}')
    assert push(config(run), run, really=True).sent == ("tokenizer.json",)
    # Weights of the earlier model went with it.
    assert sorted(hub.repositories[REPO].files) == [path for path in FILES if "00002" not in path]


def test_weights_of_an_earlier_model_go_last(hub: FakeHub, run: RunFolder) -> None:
    push(config(run), run, really=True)
    (run.merged / "model-00002-of-00002.safetensors").unlink()
    save_file({"more": torch.arange(2000.0)}, run.merged / "model-00001-of-00001.safetensors")
    (run.merged / "config.json").write_bytes((run.merged / "config.json").read_bytes() + b"\n")
    note_weights(run)
    result = push(config(run), run, really=True)
    assert result.sent == ("model-00001-of-00001.safetensors", "README.md", "config.json")
    assert hub.repositories[REPO].commits[-2:] == [
        ["model-00001-of-00001.safetensors"],
        ["README.md", "config.json", "model-00002-of-00002.safetensors"],
    ]


def test_a_public_repository_is_not_taken_for_a_private_one(hub: FakeHub, run: RunFolder) -> None:
    push(config(run, private=False), run, really=True)
    assert not hub.repositories[REPO].private
    with pytest.raises(ConfigurationError, match="there and public"):
        push(config(run), run, really=True)


def test_a_token_that_may_not_write_is_said_and_never_shown(
    hub: FakeHub, run: RunFolder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_" + "n" * 34)
    caplog.set_level(logging.DEBUG)
    with pytest.raises(UserError, match="does not let you write there") as caught:
        push(config(run), run, really=True)
    assert "HF_TOKEN" in caught.value.fix
    told = str(caught.value) + caplog.text + (run.path / "run.json").read_text()
    assert "n" * 34 not in told
    assert hub.count("POST", "/api/repos/create") == 1  # asking again would not help


def test_a_hub_that_is_not_there(run: RunFolder, hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(UserError, match="The hub failed"):
        push(config(run), run, really=True)


def test_a_machine_that_is_kept_offline_stays_so(
    hub: FakeHub, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ConfigurationError, match="HF_HUB_OFFLINE"):
        push(config(run), run, really=True)
    assert hub.requests == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"eval": {}}, "the run was not evaluated"),
        ({"eval": {"gate": {"passed": False, "reasons": ["general: lost"], "notes": []}}}, "general: lost"),
    ],
)
def test_a_run_that_did_not_pass_the_gate_stays_here(
    hub: FakeHub, run: RunFolder, change: dict[str, Any], told: str
) -> None:
    for stage, facts in {**copy.deepcopy(RECORD), **change}.items():
        run.note(stage, facts)
    assert any(told in one for one in push(config(run), run).refusals)
    with pytest.raises(UserError, match="may not be pushed") as caught:
        push(config(run), run, really=True)
    assert told in caught.value.what
    assert hub.requests == []


def test_weights_that_are_not_those_that_were_evaluated_stay_here(hub: FakeHub, run: RunFolder) -> None:
    run.adapter.mkdir()
    (run.adapter / "adapter_config.json").write_text("{}")
    save_file({"a": torch.zeros(2)}, run.adapter / "adapter_model.safetensors")
    given = config(run)
    run.note("eval", {**RECORD["eval"], "weights": trained_weights(given, run)})
    assert push(given, run).refusals == ()
    save_file({"a": torch.ones(2)}, run.adapter / "adapter_model.safetensors")
    assert ["changed since it was evaluated" in one for one in push(given, run).refusals] == [True]
    merge = run.record()["merge"]
    run.note("merge", {**merge, "of": run.record()["eval"]["weights"]})
    run.note(
        "eval", {**RECORD["eval"], "weights": trained_weights(given, run)}
    )  # evaluated, not merged again
    assert ["changed since it was merged" in one for one in push(given, run).refusals] == [True]
    run.note("eval", {**RECORD["eval"], "weights": run.record()["merge"]["of"]})
    save_file({"a": torch.zeros(2)}, run.adapter / "adapter_model.safetensors")
    save_file({"more": torch.ones(3)}, run.merged / "model-00002-of-00002.safetensors")
    assert ["not those that were merged" in one for one in push(given, run).refusals] == [True]
    with pytest.raises(UserError, match="may not be pushed"):
        push(given, run, really=True)
    assert hub.requests == []


def test_licences_and_placeholders_keep_a_model_here(hub: FakeHub, run: RunFolder) -> None:
    rows = {"path": str(run.path / "own.jsonl"), "format": "messages", "licence": "own terms"}
    given = config_of(run.path.parent, rows, hub={"repo": REPO}, description="TODO")
    refusals = push(given, run).refusals
    assert "the licences: redistribution unknown: own.jsonl (own terms)" in refusals
    assert any("placeholder: 'TODO'" in one for one in refusals)
    with pytest.raises(UserError, match="redistribution unknown"):
        push(given, run, really=True)
    assert hub.requests == []


def test_what_is_missing_in_the_configuration_or_the_folder(run: RunFolder, tmp_path: Path) -> None:
    unnamed = config_of(run.path.parent)
    assert push(unnamed, run).refusals == ("no repository is named: set hub.repo to owner/name",)
    with pytest.raises(ConfigurationError, match="No repository"):
        push(unnamed, run, really=True)
    with pytest.raises(ConfigurationError, match="no merged model"):
        push(config(run), RunFolder(tmp_path / "other"))
