"""Publishing a bundle: what would be public is told first; faults, licences and passages refuse."""

import json
from collections.abc import Iterator
from pathlib import Path

import huggingface_hub
import pytest
import yaml

from compile.check import check_bundle
from compile.publishing import Origin, publish_to_folder, publish_to_hub
from compile.publishing import hub as publishing_hub
from curation.errors import ConfigurationError, UserError
from tests.compile.check_bundles import edit
from tests.compile.check_variants import Variant
from tests.compile.check_whole_bundles import HOME, ID, SEARCH, make_whole
from tests.training.fake_hub import TOKEN, FakeHub, fake_hub
from training.publishing import hub as hub_module
from training.publishing.card import check_model_card

REPO = "someone/openings-web"
FREE = Origin("SmolLM2", "Apache-2.0", "HuggingFaceTB/SmolLM2-135M-Instruct", ("en",))


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
def bundle(tmp_path: Path) -> Path:
    return make_whole(tmp_path / "bundle", Variant(cap=1024, integrity="sha256"))


def shareable(bundle: Path, **facts: object) -> None:
    edit(bundle, SEARCH, lambda index: index.update({"restricted": 0, "licences": ["CC-BY-4.0"], **facts}))


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_dry_run_asks_nobody_and_lists_everything(hub: FakeHub, bundle: Path) -> None:
    before = names(bundle)
    plan = publish_to_hub(bundle, REPO, FREE)
    assert hub.requests == []
    assert names(bundle) == before
    assert (plan.done, plan.refusals, plan.private, plan.licence.name) == (False, (), True, "Apache-2.0")
    assert sorted(file.name for file in plan.files) == sorted([*names(bundle / HOME), "README.md"])
    assert plan.target == f"{hub.address}/{REPO}"
    told = json.loads(json.dumps(plan.as_json()))
    assert told["bytes"] == sum(file["bytes"] for file in told["files"]) > 0
    assert told["allowed"] is True
    assert plan.public[0].startswith("whom the repository lets in: weights")
    assert publish_to_hub(bundle, REPO, FREE, private=False).public[0].startswith("anybody: weights")


def test_the_model_arrives_with_a_card_that_says_how_to_load_it(hub: FakeHub, bundle: Path) -> None:
    plan = publish_to_hub(bundle, REPO, FREE, really=True)
    there = hub.repositories[REPO]
    assert (plan.done, there.private) == (True, True)
    card = there.files["README.md"].decode()
    assert {name: content for name, content in there.files.items() if name != "README.md"} == {
        name: (bundle / HOME / name).read_bytes() for name in names(bundle / HOME)
    }
    # What makes the model be found comes last.
    assert all(name.endswith(".bin") for commit in there.commits[:-1] for name in commit)
    assert "mlc-chat-config.json" in there.commits[-1]
    assert check_model_card(card) == []
    front = yaml.safe_load(card.split("---")[1])
    assert front["license"] == "apache-2.0"
    assert front["base_model"] == FREE.hub
    assert f'CreateMLCEngine("{ID}"' in card
    record = json.loads(card.split("model_list: [\n")[1].split("\n  ],")[0])
    assert record["model"] == f"{hub.address}/{REPO}"
    assert record["model_lib"] == f"{hub.address}/{REPO}/resolve/main/model.wasm"
    assert record["buffer_size_required_bytes"] == 1 << 26
    again = publish_to_hub(bundle, REPO, FREE, really=True)
    assert (again.sent, again.commit) == ((), there.head)


def test_an_interrupted_push_sends_what_is_missing(
    hub: FakeHub, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing_hub, "_PART", 1500)
    shards = [name for name in names(bundle / HOME) if name.endswith(".bin")]
    assert len(shards) > 3
    hub.fail("POST", "/commit/", 500, times=3)
    with pytest.raises(UserError, match="The hub failed"):
        publish_to_hub(bundle, REPO, FREE, really=True)
    assert hub.repositories[REPO].commits == []
    first = publish_to_hub(bundle, REPO, FREE, really=True)
    assert len(hub.repositories[REPO].commits) > 2
    del hub.repositories[REPO].files[shards[1]]
    second = publish_to_hub(bundle, REPO, FREE, really=True)
    assert second.sent == (shards[1],)
    assert set(first.sent) == {*names(bundle / HOME), "README.md"}


REFUSED = {
    "a licence that is not known": (Origin("mine", ""), "the licence of mine is not known"),
    "a licence that forbids": (Origin("mine", "All rights reserved"), "the licence"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_licence_refuses(hub: FakeHub, bundle: Path, tmp_path: Path, name: str) -> None:
    origin, told = REFUSED[name]
    shareable(bundle)
    assert told in publish_to_hub(bundle, REPO, origin).refusals[0]
    assert told in publish_to_folder(bundle, tmp_path / "out", origin).refusals[0]
    with pytest.raises(UserError, match="may not be published"):
        publish_to_hub(bundle, REPO, origin, really=True)
    with pytest.raises(UserError, match="may not be published"):
        publish_to_folder(bundle, tmp_path / "out", origin, really=True)
    assert hub.requests == []
    assert not (tmp_path / "out").exists()


def test_a_fault_refuses(hub: FakeHub, bundle: Path, tmp_path: Path) -> None:
    (bundle / HOME / "params_shard_0.bin").write_bytes(b"other")
    shareable(bundle)
    for plan in (publish_to_hub(bundle, REPO, FREE), publish_to_folder(bundle, tmp_path / "out", FREE)):
        (refusal,) = plan.refusals
        assert refusal.startswith("the bundle has ")
        assert f"{HOME}params_shard_0.bin" in refusal
    with pytest.raises(UserError, match="params_shard_0"):
        publish_to_hub(bundle, REPO, FREE, really=True)
    assert hub.requests == []


PASSAGES = {
    "nothing is known of them": ({}, "nothing says that the 3 passages may be shared"),
    "some are for certain groups": ({"restricted": 2, "licences": []}, "2 passages are for certain groups"),
    "their licence forbids it": (
        {"restricted": 0, "licences": ["CC-BY-4.0", "All rights reserved"]},
        "the passages: ",
    ),
    "what it says is damaged": (
        {"restricted": "none", "licences": "CC-BY-4.0"},
        "nothing says that the 3 passages may be shared",
    ),
}


@pytest.mark.parametrize("name", PASSAGES)
def test_passages_refuse_unless_somebody_permits_them(bundle: Path, tmp_path: Path, name: str) -> None:
    facts, told = PASSAGES[name]
    edit(bundle, SEARCH, lambda index: index.update(facts))
    (refusal,) = publish_to_folder(bundle, tmp_path / "out", FREE).refusals
    assert refusal.startswith(told)
    assert publish_to_folder(bundle, tmp_path / "out", FREE, share_passages=True).allowed
    # On the hub there are none.
    assert publish_to_hub(bundle, REPO, FREE).allowed


def test_a_folder_for_any_host_is_a_whole_bundle_with_its_headers(bundle: Path, tmp_path: Path) -> None:
    shareable(bundle)
    out = tmp_path / "site"
    plan = publish_to_folder(bundle, out, FREE)
    assert not out.exists()
    assert plan.public[1] == "anybody: the text of 3 passages, with their sources"
    done = publish_to_folder(bundle, out, FREE, really=True)
    assert done.done
    assert names(out) == sorted([*names(bundle), "_headers", ".nojekyll", "HOSTING.md"])
    assert names(out) == sorted(file.name for file in plan.files)
    assert all((out / file.name).stat().st_size == file.bytes for file in plan.files)
    assert check_bundle(out) == []
    headers = (out / "_headers").read_text(encoding="utf-8")
    assert headers.startswith("/*\n  Content-Security-Policy: default-src 'self';")
    assert "\n  Cross-Origin-Opener-Policy: same-origin\n" in headers
    assert "\n  Cross-Origin-Embedder-Policy: require-corp\n" in headers
    assert "/sw.js\n  Cache-Control: no-cache\n" in headers
    assert "search/" in (out / "HOSTING.md").read_text(encoding="utf-8")


def test_an_earlier_bundle_is_replaced_and_nothing_else_is(bundle: Path, tmp_path: Path) -> None:
    shareable(bundle)
    out = tmp_path / "site"
    publish_to_folder(bundle, out, FREE, really=True)
    (out / "assets" / "old.txt").write_text("of the earlier one")
    publish_to_folder(bundle, out, FREE, really=True)
    assert "assets/old.txt" not in names(out)
    assert "assets/main.js" in names(out)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("나의 글")
    (out / ".git").mkdir()
    refused = (
        (mine, "Something else is there.*letter.txt"),
        (out, r"lost: \.git\."),
        (bundle / "site", "into"),
    )
    for there, told in refused:
        with pytest.raises(ConfigurationError, match=told):
            publish_to_folder(bundle, there, FREE, really=True)
    assert names(mine) == ["letter.txt"]
    assert (out / ".git").is_dir()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundle", "mine", "site"]


def test_what_is_no_bundle_or_no_name_is_told_before_any_request(
    hub: FakeHub, bundle: Path, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="no whole bundle"):
        publish_to_folder(bundle / HOME, tmp_path / "out", FREE)
    with pytest.raises(ConfigurationError, match="owner/name"):
        publish_to_hub(bundle, "openings", FREE, really=True)
    with pytest.raises(ConfigurationError, match="no model 'other'"):
        publish_to_hub(bundle, REPO, FREE, name="other", really=True)
    (bundle / HOME / "app-config.json").unlink()
    with pytest.raises(ConfigurationError, match="not complete"):
        publish_to_hub(bundle, REPO, FREE, really=True)
    assert hub.requests == []
