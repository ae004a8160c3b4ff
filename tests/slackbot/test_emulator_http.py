"""Delivery to a Request URL, OAuth, and more than one workspace."""

import asyncio
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientSession, web
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth import AuthorizeUrlGenerator
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from curation.errors import UserError
from slackbot.emulator.methods import ALL_SCOPES
from slackbot.emulator.process import running

SECRET = "s3cr3t-of-the-test"
REDIRECT = "http://127.0.0.1:3000/slack/oauth_redirect"


class Receiver:
    """An HTTP app that keeps what it is sent and answers with the next of ``answers``."""

    def __init__(self):
        self.verifier = SignatureVerifier(SECRET)
        self.received = []
        self.answers = []

    async def handle(self, request):
        body = await request.text()
        assert self.verifier.is_valid_request(body, dict(request.headers))
        assert not self.verifier.is_valid_request(body + " ", dict(request.headers))
        self.received.append((request.headers, body))
        answer = self.answers.pop(0) if self.answers else web.Response()
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            return web.Response()
        return answer

    async def count(self, number):
        async with asyncio.timeout(5):
            while len(self.received) < number:
                await asyncio.sleep(0.01)
        return self.received


@pytest.fixture
async def receiver():
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/slack/events", receiver.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield receiver
    await runner.cleanup()


@pytest.fixture
def slack(receiver):
    options = ("--request-url", receiver.url, "--signing-secret", SECRET, "--scopes", *ALL_SCOPES)
    with running(*options, "--ack-timeout", "0.3", "--retry-delays", "0", "0.1") as emulator:
        yield emulator


def retries(received):
    return [(h.get("X-Slack-Retry-Num"), h.get("X-Slack-Retry-Reason")) for h, _ in received]


async def test_events_are_signed_and_repeated_with_the_reason(slack, receiver):
    receiver.answers = [web.Response(status=500), 1.0]
    said = slack.client.say("general", "안녕하세요")
    received = await receiver.count(3)
    assert retries(received) == [(None, None), ("1", "http_error"), ("2", "http_timeout")]
    payloads = [json.loads(body) for _, body in received]
    assert {payload["event_id"] for payload in payloads} == set(said.event_ids)
    assert payloads[0]["event"]["text"] == "안녕하세요"
    state = slack.client.wait_until(lambda state: state["totals"]["acked"] == 1, "totals", "deliveries")
    assert [bool(d["acked_at"]) for d in state["deliveries"]] == [False, False, True]


async def test_no_retry_is_honoured(slack, receiver):
    receiver.answers = [web.Response(status=500, headers={"X-Slack-No-Retry": "1"})]
    slack.client.say("general", "한 번만")
    state = await asyncio.to_thread(
        slack.client.wait_until, lambda state: state["totals"]["given_up"] == 1, "totals"
    )
    assert state["totals"]["sent"] == 1


async def test_interactions_and_commands_are_forms(slack, receiver):
    said = slack.client.say("general", "말")
    await receiver.count(1)
    receiver.answers = [web.Response(), web.json_response({"text": "도움말"}), web.Response(text="글자만")]
    await asyncio.to_thread(slack.client.shortcut, "summarize", said.channel, said.ts)
    first = await asyncio.to_thread(slack.client.command, "malmoi", "general", "도움")
    second = await asyncio.to_thread(slack.client.command, "malmoi", "general")
    assert (first.payload, second.payload) == ({"text": "도움말"}, {"text": "글자만"})
    payload = json.loads(parse_qs(receiver.received[1][1])["payload"][0])
    assert (payload["type"], payload["message"]["text"]) == ("message_action", "말")
    assert parse_qs(receiver.received[2][1])["text"] == ["도움"]
    assert [e["text"] for e in slack.client.person("haneul")["ephemerals"]] == ["도움말", "글자만"]
    slack.client.edit(said, "고친 말")
    await receiver.count(5)
    told = [delivery["what"] for delivery in slack.client.state("deliveries")["deliveries"]]
    assert told == ["message", "message_action", "/malmoi", "/malmoi", "message/message_changed"]


async def test_there_is_no_socket_mode_beside_it(slack):
    client = AsyncWebClient(base_url=slack.api_url)
    with pytest.raises(SlackApiError, match="socket_mode_not_enabled"):
        await client.apps_connections_open(app_token=slack.app_token)


@pytest.fixture
def socket_slack():
    with running("--scopes", *ALL_SCOPES) as emulator:
        yield emulator


async def code_from(slack, **more):
    generator = AuthorizeUrlGenerator(
        client_id=slack.said["client_id"],
        scopes=["chat:write"],
        redirect_uri=REDIRECT,
        authorization_url=slack.said["authorize_url"],
    )
    async with ClientSession() as session:
        url = generator.generate("state-1", **more)
        async with session.get(url, allow_redirects=False) as response:
            assert response.status == 302
            back = urlsplit(response.headers["Location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == REDIRECT
    answer = parse_qs(back.query)
    assert answer["state"] == ["state-1"]
    return answer["code"][0]


async def test_installing_in_a_second_workspace(socket_slack):
    slack = socket_slack
    web_client = AsyncWebClient(base_url=slack.api_url)
    app = {"client_id": slack.said["client_id"], "client_secret": slack.said["client_secret"]}
    code = await code_from(slack)
    for wrong, error in (
        ({"code": "1.2"}, "invalid_code"),
        ({"client_secret": "x"}, "bad_client_secret"),
        ({"client_id": "x"}, "invalid_client_id"),
        ({"redirect_uri": "http://127.0.0.1/other"}, "bad_redirect_uri"),
    ):
        with pytest.raises(SlackApiError, match=error):
            await web_client.oauth_v2_access(**({"code": code} | app | wrong))
    given = await web_client.oauth_v2_access(**app, code=code, redirect_uri=REDIRECT)
    assert (given["team"]["id"], given["bot_user_id"], given["token_type"]) == ("T1MALMOI", "U1MALMOI", "bot")
    with pytest.raises(SlackApiError, match="code_already_used"):
        await web_client.oauth_v2_access(**app, code=code)
    second = AsyncWebClient(given["access_token"], base_url=slack.api_url)
    assert (await second.auth_test())["team_id"] == "T1MALMOI"
    first = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
    ids = [{c["id"] for c in (await web.conversations_list())["channels"]} for web in (first, second)]
    assert all(ids)
    assert not ids[0] & ids[1]
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await second.chat_postMessage(channel="C00000001", text="x")


async def test_the_authorize_page_goes_back_to_this_machine_only(socket_slack):
    query = {"client_id": socket_slack.said["client_id"], "redirect_uri": REDIRECT}
    async with ClientSession() as session:
        for change in ({"redirect_uri": "https://example.com/"}, {"client_id": "x"}, {"scope": "admin"}):
            url = socket_slack.said["authorize_url"]
            async with session.get(url, params=query | change, allow_redirects=False) as response:
                assert response.status == 400


async def test_two_workspaces_tell_of_themselves_until_the_app_is_removed(receiver):
    options = ("--request-url", receiver.url, "--signing-secret", SECRET, "--workspaces", "2")
    with running(*options, "--scopes", *ALL_SCOPES) as emulator:
        client = emulator.client
        assert list(emulator.said["bot_tokens"]) == ["T0MALMOI", "T1MALMOI"]
        client.say("general", "@malmoi 여기요", team="T1MALMOI")
        await receiver.count(2)
        payloads = [json.loads(body) for _, body in receiver.received]
        assert {p["team_id"] for p in payloads} == {"T1MALMOI"}
        assert {p["authorizations"][0]["user_id"] for p in payloads} == {"U1MALMOI"}
        gone = client.uninstall("T1MALMOI")
        await receiver.count(4)
        last = [json.loads(body) for _, body in receiver.received[2:]]
        assert {p["event_id"] for p in last} == set(gone)
        assert {p["event"]["type"] for p in last} == {"tokens_revoked", "app_uninstalled"}
        assert client.say("general", "@malmoi 아직?", team="T1MALMOI").event_ids == ()
        removed = AsyncWebClient(emulator.said["bot_tokens"]["T1MALMOI"], base_url=emulator.api_url)
        with pytest.raises(SlackApiError, match="account_inactive"):
            await removed.auth_test()
        kept = AsyncWebClient(emulator.bot_token, base_url=emulator.api_url)
        assert (await kept.auth_revoke())["revoked"]
        with pytest.raises(SlackApiError, match="token_revoked"):
            await kept.auth_test()


def test_it_delivers_to_this_machine_only():
    with pytest.raises(UserError), running("--request-url", "http://example.com/slack/events"):
        pass
