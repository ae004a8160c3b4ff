"""Which workspaces are served at the start, and whose a request is."""

from functools import partial

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp

from curation.errors import ConfigurationError, UserError
from slackbot import app
from slackbot.config import SlackConfig, Transport
from slackbot.emulator.process import running
from slackbot.intake import Identity
from slackbot.sign_in import authorised_by, open_teams
from slackbot.store import open_store
from slackbot.store.installations import Installation
from slackbot.teams import Team, Teams
from slackbot.transport.dispatch import dispatch

ME = Identity("T1", "U0BOT", "B0BOT")
CLICK = {
    "type": "block_actions",
    "team": {"id": "T1"},
    "user": {"id": "U1", "team_id": "T1"},
    "actions": [{"type": "button", "action_id": "feedback", "value": "up"}],
}


@pytest.fixture(scope="module")
def slack():
    with running() as slack:
        yield slack


@pytest.fixture
async def opened(tmp_path):
    """Opens the teams of a configuration; with the installations that are in the store."""
    store = open_store(tmp_path / "inbox.sqlite", key=SecretStr(Fernet.generate_key().decode()))
    async with app.new_session() as session:

        async def open_them(config, transport, *stored):
            for one in stored:
                await store.installations.save(one)
            client_of = partial(app.new_client, config, session)
            return await open_teams(config, transport, store.installations, client_of, 0.5)

        yield open_them
    await store.close()


@pytest.mark.parametrize("transport", list(Transport))
async def test_the_workspace_of_the_token_is_served(slack, opened, transport):
    config = SlackConfig(bot_token=slack.bot_token, app_token=slack.app_token, api_url=slack.api_url)
    before = len(slack.client.calls("apps.connections.open"))
    [team] = await opened(config, transport)
    assert team.me == Identity("T0MALMOI", "U0MALMOI", "B0MALMOI")
    assert team.client.token == slack.bot_token
    tried = len(slack.client.calls("apps.connections.open")) - before
    assert tried == (1 if transport is Transport.SOCKET else 0)


async def test_installed_workspaces_are_served_without_a_call(opened, unused_tcp_port):
    nowhere = f"http://127.0.0.1:{unused_tcp_port}/api/"
    config = SlackConfig(signing_secret="s", client_id="1.2", client_secret="c", api_url=nowhere)
    second = Identity("T2", "U2", "B2")
    stored = [Installation(ME, SecretStr("xoxb-1"), 1.0), Installation(second, SecretStr("xoxb-2"), 2.0)]
    teams = await opened(config, Transport.HTTP, *stored)
    assert [(team.me, team.client.token) for team in teams] == [(ME, "xoxb-1"), (second, "xoxb-2")]


@pytest.mark.parametrize(
    ("changed", "error", "said"),
    [
        ({"bot_token": "xoxb-wrong"}, ConfigurationError, "SLACK_BOT_TOKEN (invalid_auth)"),
        ({"app_token": "xapp-wrong"}, ConfigurationError, "SLACK_APP_TOKEN (invalid_auth)"),
        ({"api_url": "http://127.0.0.1:9/api/"}, UserError, "cannot be reached"),
    ],
)
async def test_what_is_wrong_is_named(slack, opened, changed, error, said):
    values = {"bot_token": slack.bot_token, "app_token": slack.app_token, "api_url": slack.api_url} | changed
    with pytest.raises(error) as caught:
        await opened(SlackConfig(**values), Transport.SOCKET)
    assert said in str(caught.value)
    assert "wrong" not in str(caught.value)


@pytest.mark.parametrize(("team", "served"), [("T1", True), ("T9", False), (None, False)])
async def test_a_request_is_that_of_its_workspace(team, served):
    client = app.new_client(SlackConfig(), None, "xoxb-1")
    found = await authorised_by(Teams({"T1": Team(ME, client)}))(None, team)
    assert (found is not None) is served
    if found is not None:
        assert (found.bot_token, found.bot_id, found.bot_user_id) == ("xoxb-1", "B0BOT", "U0BOT")


@pytest.mark.parametrize(("team", "clicks"), [("T1", ["up"]), ("T9", [])])
async def test_variables_of_oauth_do_not_lead_bolt_to_files_of_its_own(monkeypatch, tmp_path, team, clicks):
    for name, value in {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "c", "HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    client = app.new_client(SlackConfig(), None, "xoxb-1")
    bolt = AsyncApp(
        name="test",
        client=client,
        signing_secret="",
        authorize=authorised_by(Teams({"T1": Team(ME, client)})),
    )
    seen = []

    @bolt.action("feedback")
    async def click(ack, action):
        seen.append(action["value"])
        await ack()

    answer = await dispatch(bolt, CLICK | {"team": {"id": team}}, "", "")
    assert (answer.status, seen) == (200, clicks)
    assert list(tmp_path.iterdir()) == []
