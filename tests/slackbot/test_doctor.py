"""The doctor sees what is wrong, says what to do, and is content with the emulator."""

import os
import stat
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

import pytest
from pydantic import SecretStr

from curation.errors import ConfigurationError
from rag.index import index_paths
from slackbot.config import SlackConfig, Transport
from slackbot.doctor import Check, Grade, Subject, examine, files, sources, workspaces
from slackbot.emulator.process import RunningEmulator, running
from slackbot.intake import Question
from slackbot.policy import Policy
from slackbot.store import State, open_store
from slackbot.store.claims import Bounds

NO_KEY = SecretStr("")


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """What whoever runs the tests has set is not theirs."""
    for name in [name for name in os.environ if name.startswith("SLACK_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def slack() -> Iterator[RunningEmulator]:
    with running() as emulator:
        yield emulator


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("doctor")
    (folder / "docs").mkdir()
    (folder / "docs/휴가.md").write_text("연차는 5영업일 전까지 신청합니다.", encoding="utf-8")
    index_paths([folder / "docs"], folder / "index", embedder="none")
    return folder / "index"


def subject(slack: RunningEmulator, index: Path, folder: Path, /, **changes: object) -> Subject:
    config = {
        "bot_token": SecretStr(slack.bot_token),
        "app_token": SecretStr(slack.app_token),
        "api_url": slack.api_url,
    }
    config |= {name: changes.pop(name) for name in list(changes) if name in SlackConfig.model_fields}
    values = {
        "config": SlackConfig(**config),
        "transport": Transport.SOCKET,
        "policy": Policy(allow=frozenset(("U1", "C1")), retention_days=30),
        "store": folder / "slack.sqlite",
        "index": index,
        "knowledge": folder / "knowledge",
        "model": "extractive",
        "reranker": "",
    }
    return Subject(**values | changes)


async def seen(subject: Subject) -> dict[str, Check]:
    return {check.name: check async for check in examine(subject)}


async def test_against_the_emulator_everything_is_well(slack: RunningEmulator, index: Path, tmp_path: Path):
    found = await seen(subject(slack, index, tmp_path))
    assert {name: check.grade for name, check in found.items() if check.grade is not Grade.OK} == {}
    assert found["sign-in"].seen == "malmoi (U0MALMOI) in 말모이 (T0MALMOI)"
    assert "질문" in found["channels"].seen
    assert found["index"].seen.endswith("1 passages")
    assert found["allow"].seen == "2 people and channels may ask"
    assert "30 days" in found["retention"].seen
    assert list(tmp_path.iterdir()) == []  # it only looked
    assert slack.bot_token not in str(found)


async def test_with_slack_out_of_reach_the_rest_is_told(slack: RunningEmulator, index: Path, tmp_path: Path):
    found = await seen(subject(slack, index, tmp_path, api_url="http://127.0.0.1:9/api/"))
    assert "cannot be reached" in found["sign-in"].seen
    assert {name for name, check in found.items() if check.grade is Grade.FAULT} == {"sign-in", "socket mode"}
    assert {"store", "index", "model", "disk"} <= found.keys()


@pytest.mark.parametrize(
    ("changes", "name", "what"),
    [
        ({"bot_token": SecretStr("")}, "SLACK_BOT_TOKEN", "not set"),
        ({"bot_token": SecretStr("xapp-1")}, "SLACK_BOT_TOKEN", "other kind"),
        ({"bot_token": SecretStr("xoxb-unknown")}, "sign-in", "invalid_auth"),
        ({"app_token": SecretStr("xapp-unknown")}, "socket mode", "does not accept"),
        ({"api_url": "http://slack.example/api/"}, "SLACK_API_URL", "not the address"),
        ({"transport": Transport.HTTP}, "SLACK_SIGNING_SECRET", "not set"),
        ({"model": "openai:any@http://127.0.0.1:9/v1"}, "model", "gave no answer"),
        ({"model": "oracle"}, "model", "no chat model"),
        ({"reranker": "oracle"}, "reranker", "oracle"),
        ({"index": ConfigurationError("There is no index to ask.", fix="build one")}, "index", "no index"),
    ],
    ids=str,
)
async def test_a_fault_is_named_with_its_remedy(
    slack: RunningEmulator, index: Path, tmp_path: Path, changes: dict[str, object], name: str, what: str
):
    found = (await seen(subject(slack, index, tmp_path, **dict(changes))))[name]
    assert found.grade is Grade.FAULT
    assert what in found.seen
    assert found.fix


async def test_over_http_the_signing_secret_is_enough(slack: RunningEmulator, index: Path, tmp_path: Path):
    given = {"transport": Transport.HTTP, "signing_secret": SecretStr("secret"), "app_token": SecretStr("")}
    found = await seen(subject(slack, index, tmp_path, **given))
    assert {check.grade for check in found.values()} == {Grade.OK}
    assert "socket mode" not in found
    installing = given | {"bot_token": SecretStr(""), "client_id": "1.2", "client_secret": SecretStr("s")}
    found = await seen(subject(slack, index, tmp_path, **installing))
    assert found["SLACK_ENCRYPTION_KEY"].grade is Grade.FAULT


async def test_a_bot_that_nobody_invited_is_told_to_its_owner(index: Path, tmp_path: Path):
    with running() as empty:
        for channel in ("general", "질문"):
            empty.client.leave(channel, "malmoi")
        found = await seen(subject(empty, index, tmp_path))
    assert found["channels"] == Check(
        "channels", Grade.WARNING, "the bot is in none", "invite it to one: /invite @malmoi"
    )


@pytest.mark.parametrize(
    ("granted", "grade", "said"),
    [
        (None, Grade.OK, "did not say"),
        ("chat:write,commands", Grade.OK, "the 2 of the manifest"),
        ("commands, chat:write", Grade.OK, "the 2 of the manifest"),
        ("chat:write", Grade.FAULT, "lacks commands"),
        ("", Grade.FAULT, "lacks chat:write, commands"),
        ("chat:write,commands,users:read.email", Grade.WARNING, "users:read.email"),
    ],
)
def test_scopes_are_those_of_the_manifest(granted: str | None, grade: Grade, said: str):
    found = workspaces.scopes(granted, ["commands", "chat:write"])
    assert (found.grade, said in found.seen) == (grade, True)


@pytest.mark.parametrize(
    ("apart", "transport", "grade"),
    [
        (0, Transport.SOCKET, Grade.OK),
        (-59, Transport.HTTP, Grade.OK),
        (61, Transport.SOCKET, Grade.WARNING),
        (-400, Transport.SOCKET, Grade.WARNING),
        (400, Transport.HTTP, Grade.FAULT),
    ],
)
def test_the_clocks_may_not_be_far_apart(apart: int, transport: Transport, grade: Grade):
    assert workspaces.clock(formatdate(1_800_000_000), 1_800_000_000 + apart, transport).grade is grade
    assert workspaces.clock("", 0.0, transport).grade is Grade.OK


async def test_a_store_is_looked_into_while_a_bot_has_it(tmp_path: Path):
    place = tmp_path / "slack.sqlite"
    store = open_store(place)
    for number in ("1.0", "2.0"):
        await store.inbox.keep(Question(number, "T1", "C1", number, number, "U1", "휴가?", "mention"))
    first, _ = await store.inbox.claim(Bounds(most=9, per_person=9, per_channel=9, patience=900.0))
    assert await store.inbox.finish(first, State.DEAD, [])
    found = await files.store(place, NO_KEY)
    assert [check.name for check in found] == ["store", "dead"]
    assert "a bot is running with it; 0 answered, 1 waiting, 1 dead" in found[0].seen
    await store.close()
    assert "a bot is running" not in (await files.store(place, NO_KEY))[0].seen
    place.chmod(0o644)
    assert stat.S_IMODE(place.stat().st_mode) == 0o644
    assert (await files.store(place, NO_KEY))[0].fix.startswith("chmod 600")


async def test_a_store_that_is_none_is_a_fault(tmp_path: Path):
    place = tmp_path / "slack.sqlite"
    place.write_bytes(b"no database" * 1_000)
    place.chmod(0o600)
    [found] = await files.store(place, NO_KEY)
    assert (found.grade, "not a database" in found.seen) == (Grade.FAULT, True)


def test_a_model_elsewhere_is_a_matter_of_privacy():
    [privacy] = sources.privacy("openai:any@https://model.example/v1")
    assert (privacy.name, privacy.grade) == ("privacy", Grade.WARNING)
    assert privacy.seen.endswith("are sent to https://model.example/v1")
    for here in ("extractive", "openai:any@http://127.0.0.1:8000/v1", "oracle"):
        assert sources.privacy(here) == []
