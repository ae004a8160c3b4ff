"""Which events end an installation, and what other processes did."""

import asyncio
from functools import partial

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from slackbot import app, oauth
from slackbot.config import SlackConfig, Transport
from slackbot.intake import Identity
from slackbot.sign_in import open_teams
from slackbot.store import open_store
from slackbot.store.installations import Installation

KEY = Fernet.generate_key().decode()
TEAM = Installation(Identity("T1", "U1", "B1"), SecretStr("xoxb-1"), 1_000_000.0)


@pytest.fixture
async def installer(tmp_path):
    store = open_store(tmp_path / "inbox.sqlite", key=SecretStr(KEY))
    config = SlackConfig(signing_secret="s", client_id="1.2", client_secret="c")
    async with app.new_session() as session:
        client_of = partial(app.new_client, config, session)
        await store.installations.save(TEAM)
        teams = await open_teams(config, Transport.HTTP, store.installations, client_of, 0)
        installer = oauth.Installer(config, store.installations, teams, client_of)
        yield installer, store.installations, teams
    await store.close()


@pytest.mark.parametrize(
    ("event", "at", "stays"),
    [
        ({"type": "app_uninstalled"}, 1_000_001, False),
        ({"type": "app_uninstalled"}, 1_000_000 - 3, False),  # clocks differ a little
        ({"type": "app_uninstalled"}, 1_000_000 - 60, True),  # delivered late: it was installed again since
        ({"type": "tokens_revoked", "tokens": {"bot": ["U1"]}}, 1_000_001, False),
        ({"type": "tokens_revoked", "tokens": {"oauth": ["U7"]}}, 1_000_001, True),  # a person's
        ({"type": "tokens_revoked"}, 1_000_001, True),
    ],
)
async def test_which_events_end_an_installation(installer, event, at, stays):
    one, installations, teams = installer
    for team in ("T9", "T1", "T1"):
        await one._left({"team_id": team, "event_time": at, "event": event})
    assert [found.me.team for found in await installations.all()] == (["T1"] if stays else [])
    assert (teams.of("T1") is not None) is stays


@pytest.fixture
def hurried(monkeypatch):
    monkeypatch.setattr(oauth, "FOLLOW_S", 0.02)


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_workspace_that_left_while_the_bot_started_is_served_no_more(installer, hurried):
    one, installations, teams = installer
    await installations.delete("T1")  # by another process, after this one has signed in
    following = asyncio.create_task(one.follow())
    await until(lambda: teams.of("T1") is None)
    following.cancel()


async def test_it_goes_on_when_another_process_has_a_newer_key(installer, hurried, caplog):
    one, installations, teams = installer
    own, installations._keys = installations._keys, [Fernet(Fernet.generate_key())]
    await installations.save(TEAM)
    installations._keys = own
    following = asyncio.create_task(one.follow())
    await until(lambda: "workspace T1 cannot be decrypted" in caplog.text)
    assert teams.of("T1") is not None
    await installations.save(TEAM)
    await installations.save(Installation(Identity("T2", "U2", "B2"), SecretStr("xoxb-2"), 1.0))
    await until(lambda: teams.of("T2") is not None)
    following.cancel()


async def test_it_follows_what_other_processes_install_and_uninstall(installer, hurried):
    one, installations, teams = installer
    unchanged = teams.of("T1").client
    following = asyncio.create_task(one.follow())
    second = Installation(Identity("T2", "U2", "B2"), SecretStr("xoxb-2"), 1.0)
    await installations.save(second)
    await until(lambda: teams.of("T2") is not None)
    assert teams.of("T1").client is unchanged
    await installations.save(Installation(second.me, SecretStr("xoxb-new"), 2.0))
    await until(lambda: teams.of("T2").client.token == "xoxb-new")
    await installations.delete("T2")
    await until(lambda: teams.of("T2") is None)
    assert teams.of("T1").client is unchanged
    following.cancel()
