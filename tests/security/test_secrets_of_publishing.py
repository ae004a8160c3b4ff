"""Tokens stand in nothing that a run, its card, or a push leaves behind or says, whatever the hub answers."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import huggingface_hub
import pytest
import torch
import yaml

from tests.compile.check_variants import Variant
from tests.compile.check_whole_bundles import SEARCH, make_whole
from tests.security.canaries import ENVIRONMENT, IN_ADDRESS, found_in
from tests.security.commands import Command, Told, check_silence, told
from tests.training import fake_hub as hubs
from tests.training.fake_hub import FakeHub, fake_hub
from tests.training.merging_run import write_rows
from training.publishing import hub as hub_module

REPO = "someone/openings"
CONFIG = {
    "name": "trial",
    "base": "tiny",
    "data": {
        "train": [{"path": "rows.jsonl", "format": "messages", "licence": "CC-BY-4.0", "limit": 24}],
        "held_out": 0.2,
        "max_length": 96,
    },
    "train": {
        "precision": "fp32",
        "max_steps": 2,
        "batch": 4,
        "learning_rate": 1e-5,
        "checkpoint_every": 1,
        "samples": ["언제 여나요?"],
        "report_to": ["tensorboard"],
    },
    "eval": {"red_team": False, "max_new_tokens": 2, "limit": 4, "resamples": 100, "tokens": "characters"},
    "hub": {"repo": REPO},
}
RUN = "runs/trial"


def write_config(folder: Path, config: object, name: str = "trial.yaml") -> Path:
    path = folder / name
    path.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    return path


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """More take longer for a model this small."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a run that was measured, merged and described, and a bundle."""
    folder = tmp_path_factory.mktemp("publishing")
    write_rows(folder / "rows.jsonl")
    write_config(folder, CONFIG)
    bundle = make_whole(folder / "bundle", Variant(cap=1024, integrity="sha256"))
    index = json.loads((bundle / SEARCH).read_text(encoding="utf-8"))
    facts = {"restricted": 0, "licences": ["CC-BY-4.0"]}
    (bundle / SEARCH).write_text(json.dumps(index | facts), encoding="utf-8")
    said = told(
        folder,
        [
            Command(["train", "plan", "trial.yaml"]),
            Command(["train", "run", "trial.yaml"]),
            Command(["train", "merge", RUN, "--json"]),
            Command(["train", "export", RUN]),
            Command(["train", "card", RUN]),
        ],
    )
    assert [one for one in said if one.code] == []
    check_silence(said, folder)
    # Everything that is looked through is there: record, card, figures for other programs, checkpoints.
    run = folder / RUN
    assert (run / "run.json").is_file()
    assert (run / "merged/README.md").is_file()
    assert list((run / "tensorboard").rglob("events.*"))
    assert list((run / "checkpoints").glob("checkpoint-*/trainer_state.json"))
    return folder


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """A hub that takes the canary, and keeps which ones it was sent."""
    monkeypatch.setattr(hubs, "TOKEN", ENVIRONMENT["HF_TOKEN"])
    # Its own storage protocol is another program; without it files go by plain HTTP.
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(hub_module, "_WAITS", (0.0, 0.0))
    with fake_hub() as running:
        yield running


PUSH = ["train", "push", RUN]
PUBLISH = ["compile", "publish", "bundle", "--licence", "Apache-2.0", "--repo", REPO]


def sent(home: Path, arguments: Sequence[str], endpoint: str) -> list[Told]:
    """List what would be sent, then send it, for a person and for a program."""
    environment = {"HF_ENDPOINT": endpoint}
    ways = ([], ["--json"], ["--yes"], ["--yes", "--json"])
    return told(home, [Command([*arguments, *way], environment) for way in ways])


@pytest.mark.parametrize("arguments", [PUSH, PUBLISH])
def test_a_token_goes_to_the_hub_and_nowhere_else(home: Path, hub: FakeHub, arguments: list[str]) -> None:
    said = sent(home, arguments, hub.address)
    assert [one.code for one in said] == [0, 0, 0, 0], said
    check_silence(said, home)
    # It was accepted for the canary alone, and nothing but the way there had it.
    files = hub.repositories[REPO].files
    assert "README.md" in files
    assert [name for name, content in files.items() if found_in(name) | found_in(content)] == []
    assert found_in(repr(hub.requests)) == set()


@pytest.mark.parametrize("arguments", [PUSH, PUBLISH])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_a_hub_that_repeats_the_token_is_not_repeated(
    home: Path, hub: FakeHub, status: int, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = []

    def careless(_method: str, _path: str, _body: bytes, authorization: str) -> tuple[int, object]:
        heard.append(authorization)
        return status, {"error": f"not with {authorization}", "errors": [{"message": authorization}]}

    monkeypatch.setattr(hub, "answer", careless)
    said = sent(home, arguments, hub.address)
    assert [one.code for one in said] == [0, 0, 1, 1], said
    check_silence(said, home)
    assert heard
    assert all(map(found_in, heard))


@pytest.mark.parametrize("arguments", [PUSH, PUBLISH])
@pytest.mark.parametrize("form", ["http://bada:{}@{}", "http://{}@{}", "http://{1}?token={0}"])
def test_a_hub_s_address_with_a_password_is_refused_without_it(
    home: Path, hub: FakeHub, form: str, arguments: list[str]
) -> None:
    """The address would stand in the record of the run, and in the card of a bundle's model."""
    said = sent(home, arguments, form.format(IN_ADDRESS, hub.address.removeprefix("http://")))
    check_silence(said, home)
    assert [one.code for one in said] == [2, 2, 2, 2], said
    assert "HF_ENDPOINT" in said[0].err
    assert hub.requests == []


@pytest.mark.parametrize("arguments", [PUSH, PUBLISH])
def test_a_hub_that_nobody_reaches_is_named_without_the_token(
    home: Path, hub: FakeHub, arguments: list[str]
) -> None:
    del hub  # waits no seconds between attempts
    said = sent(home, arguments, "http://127.0.0.1:9")
    check_silence(said, home)
    assert [one.code for one in said] == [0, 0, 1, 1], said


def test_a_bundle_in_a_folder_holds_none(home: Path) -> None:
    publish = ["compile", "publish", "bundle", "--licence", "Apache-2.0", "--to", "site", "--yes"]
    said = told(home, [Command(publish), Command([*publish, "--json"])])
    assert [one.code for one in said] == [0, 0], said
    assert (home / "site/HOSTING.md").is_file()
    check_silence(said, home)


ADDRESS = f"https://bada:{IN_ADDRESS}@127.0.0.1:9/x"
# Where a path, a name or nothing stands, somebody may write an address with a password, or a token.
WRONG = [
    {"base": ADDRESS},
    {"base": {"model": "tiny", "template": ADDRESS}},
    {"base": {"model": "tiny", "revision": ADDRESS}},
    {"data": {"train": [{"path": ADDRESS, "format": "messages"}]}},
    {"data": {"train": [{"path": f"https://127.0.0.1:9/x?token={IN_ADDRESS}", "format": "messages"}]}},
    {"train": {"report_to": [ADDRESS]}},
    {"preference": {"kind": "dpo", "path": ADDRESS}},
    {"eval": {"safety_model": ADDRESS}},
    {"eval": {"superni": [ADDRESS]}},
    {"eval": {"red_team": ADDRESS}},
    {"eval": {"gpt2_merges": ADDRESS}},
    {"export": {"gguf_converter": ADDRESS}},
    {"hub": {"repo": ADDRESS}},
    {"hub": {"token": ENVIRONMENT["HF_TOKEN"]}},
]


def test_a_configuration_that_holds_one_is_refused_without_it(home: Path, tmp_path: Path) -> None:
    """Before anything is done: a run keeps its configuration."""
    commands = []
    for number, wrong in enumerate(WRONG):
        # A person's own file may hold what it will; it lies outside of what is searched.
        config = write_config(tmp_path, {**CONFIG, "name": f"wrong-{number}", **wrong}, f"{number}.yaml")
        commands.append(Command(["train", "run", config]))
        commands.append(Command(["train", "plan", config, "--json"]))
    commands.append(Command(["train", "run", "trial.yaml", "--base", ADDRESS]))
    said = told(home, commands)
    check_silence(said, home)
    assert [one for one in said if one.code != 2] == []
    assert sorted(path.name for path in (home / "runs").iterdir()) == ["trial"]
