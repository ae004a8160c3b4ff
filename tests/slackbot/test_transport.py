"""Socket Mode: whatever happens to the connections, the bot comes back, and what is not taken comes again."""

import asyncio
import logging
from contextlib import asynccontextmanager

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from curation.errors import ConfigurationError
from slackbot import transport
from slackbot.config import Limits, SlackConfig
from slackbot.emulator.process import running
from tests.slackbot.socket_slack import SECRET, socket_slack, until

LIMITS = Limits(ping_interval=0.5, connections=2)
APP_TOKEN = "xapp-canary"


@pytest.fixture
async def slack():
    async with socket_slack() as slack:
        yield slack


@pytest.fixture
def seen():
    return []


@asynccontextmanager
async def connected(url, answer, *, bot_token="xoxb-1", app_token=APP_TOKEN, limits=LIMITS):
    """A bolt application that ``answer`` answers for, connected."""

    async def answered(body):
        return await answer(body)

    config = SlackConfig(bot_token=bot_token, app_token=app_token, api_url=url)
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(token=bot_token, base_url=url, session=session, retry_handlers=[])
        client.proxy = None
        app = AsyncApp(name="test", client=client, signing_secret="", before_authorize=answered)
        async with transport.connected(app, config, limits):
            yield


def taking(seen):
    async def take(body):
        seen.append(body)
        return BoltResponse(status=200, body="")

    return take


def numbers(seen):
    return [body["number"] for body in seen]


@pytest.mark.parametrize("how", ["abort", "close", "refresh_requested", "warning"])
async def test_a_connection_that_ends_is_replaced_at_once(slack, seen, how):
    async with connected(slack.url, taking(seen)):
        assert len(slack.open_sockets) == 2
        before = list(slack.sockets)
        await slack.end(how)
        assert await until(lambda: len(slack.sockets) == 4) < 1.0
        await slack.deliver(1)
        await until(lambda: slack.received == [{"envelope_id": "1"}])
        assert numbers(seen) == [1]
        assert slack.open_sockets[-1] not in before


@pytest.mark.parametrize("reason", ["refresh_requested", "warning"])
async def test_what_still_comes_over_a_connection_that_is_to_end_is_taken(slack, seen, reason, monkeypatch):
    monkeypatch.setattr(transport.socket, "HANDOVER_S", 1.0)
    async with connected(slack.url, taking(seen)):
        before = list(slack.sockets)
        await slack.end(reason)
        await until(lambda: len(slack.sockets) == 4)
        await slack.deliver(1, before[0])
        await until(lambda: len(slack.received) == 1)
        await until(lambda: len(slack.open_sockets) == 2, within=2.0)
        assert set(before).isdisjoint(slack.open_sockets)


async def test_a_connection_that_fell_silent_is_replaced(slack, seen, monkeypatch):
    async with connected(slack.url, taking(seen)):
        answer_ping = slack.answer_ping
        slack.answer_ping = lambda *_: asyncio.sleep(0)
        await until(lambda: len(slack.sockets) == 4, within=5.0)
        slack.answer_ping = answer_ping
        await slack.deliver(1)
        await until(lambda: numbers(seen) == [1])


@pytest.mark.timed
@pytest.mark.parametrize(
    # After 15 s the pauses between two attempts have been the longest for a while.
    "seconds",
    [3.0, pytest.param(15.0, marks=pytest.mark.slow)],
    ids=["soon", "after the longest pauses"],
)
async def test_it_comes_back_within_five_seconds_after_slack_does(slack, seen, seconds):
    async with connected(slack.url, taking(seen)):
        slack.down = True
        await slack.end("abort")
        await asyncio.sleep(seconds)
        assert slack.open_sockets == []
        assert 2 <= slack.asked <= 10 + 2 * seconds
        slack.down = False
        assert await until(lambda: len(slack.open_sockets) == 2) < 5.0
        await slack.deliver(1)
        await until(lambda: numbers(seen) == [1])


@pytest.mark.timed
async def test_a_handshake_that_fails_is_tried_again_with_a_new_ticket(slack, seen):
    async with connected(slack.url, taking(seen)):
        slack.refuse_handshakes = 3
        await slack.end("abort")
        assert await until(lambda: len(slack.open_sockets) == 2) < 5.0
        assert slack.reused == 0


async def test_a_pause_that_slack_asks_for_is_kept(slack, seen):
    slack.answers = [429, 200]
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with connected(slack.url, taking(seen), limits=Limits(connections=1)):
        assert loop.time() - began >= 1.0
        assert slack.asked == 2


async def test_it_can_be_stopped_while_it_tries_to_connect(slack, seen):
    slack.down = True
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5), connected(slack.url, taking(seen)):
            pytest.fail("there is nothing to connect to")


async def test_a_token_that_is_revoked_meanwhile_ends_the_block(slack, seen):
    with pytest.raises(ConfigurationError, match=r"SLACK_APP_TOKEN.*token_revoked") as caught:  # noqa: PT012
        async with connected(slack.url, taking(seen)):
            slack.answers = ["token_revoked"]
            await slack.end("abort")
            await asyncio.sleep(5)
            pytest.fail("nobody is connected any more")
    assert APP_TOKEN not in str(caught.value)


async def test_an_error_of_the_block_arrives_as_it_is(slack, seen):
    with pytest.raises(ConfigurationError, match="of the block"):
        async with connected(slack.url, taking(seen)):
            raise ConfigurationError("of the block")
    await until(lambda: slack.open_sockets == [])


@pytest.mark.parametrize(
    ("answer", "acknowledged"),
    [
        (BoltResponse(status=200, body=""), {"envelope_id": "1"}),
        (
            BoltResponse(status=200, body="들었습니다"),
            {"envelope_id": "1", "payload": {"text": "들었습니다"}},
        ),
        (
            BoltResponse(status=200, body={"response_action": "clear"}),
            {"envelope_id": "1", "payload": {"response_action": "clear"}},
        ),
        (BoltResponse(status=500, body="no"), None),
        (RuntimeError("text-canary"), None),
    ],
)
async def test_what_the_application_answers_is_sent_back_and_a_failure_is_not_acknowledged(
    slack, seen, answer, acknowledged
):
    async def answered(body):
        seen.append(body)
        if isinstance(answer, Exception) and body["number"] == 1:
            raise answer
        return answer if body["number"] == 1 else BoltResponse(status=200, body="")

    async with connected(slack.url, answered):
        await slack.deliver(1, slack.sockets[0])
        await until(lambda: len(seen) == 1)
        await slack.deliver(2, slack.sockets[0])
        await until(lambda: {"envelope_id": "2"} in slack.received)
        assert slack.received == [one for one in (acknowledged, {"envelope_id": "2"}) if one]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1]", '"hello"', "[" * 100_000, '{"type": "new"}', '{"envelope_id": "x", "payload": 1}'],
)
async def test_what_is_no_envelope_does_no_harm(slack, seen, text):
    async with connected(slack.url, taking(seen)):
        await slack.sockets[0].send_str(text)
        await slack.sockets[0].send_bytes(b"\xff")
        await slack.deliver(1, slack.sockets[0])
        await until(lambda: numbers(seen) == [1])


async def test_an_answer_to_a_connection_that_closed_meanwhile_does_no_harm(slack, seen):
    go_on = asyncio.Event()

    async def slow(body):
        seen.append(body)
        await go_on.wait()
        return BoltResponse(status=200, body="")

    async with connected(slack.url, slow):
        await slack.deliver(1)
        await until(lambda: len(seen) == 1)
        await slack.end("abort")
        await until(lambda: len(slack.open_sockets) == 2)
        go_on.set()
        await slack.deliver(1)
        await until(lambda: slack.received == [{"envelope_id": "1"}])


async def test_redeliveries_say_so_to_the_application(slack, seen):
    retries = []
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(token="xoxb-1", base_url=slack.url, session=session)

        async def keep(req):
            retries.append((req.headers.get("x-slack-retry-num"), req.headers.get("x-slack-retry-reason")))
            return BoltResponse(status=200, body="")

        app = AsyncApp(name="test", client=client, signing_secret="", before_authorize=keep)
        config = SlackConfig(bot_token="xoxb-1", app_token=APP_TOKEN, api_url=slack.url)
        async with transport.connected(app, config, LIMITS):
            await slack.deliver(1, retry_attempt=0, retry_reason="")
            await until(lambda: len(retries) == 1)
            await slack.deliver(2, retry_attempt=2, retry_reason="timeout")
            await until(lambda: len(retries) == 2)
    assert retries == [(None, None), (["2"], ["timeout"])]


async def test_neither_tickets_nor_tokens_nor_text_are_logged(slack, seen, caplog):
    caplog.set_level(logging.DEBUG, "malmoi.slack.socket")

    async def failing(body):
        seen.append(body)
        return BoltResponse(status=500, body="text-canary")

    async with connected(slack.url, failing):
        slack.refuse_handshakes = 1
        await slack.end("abort")
        await until(lambda: len(slack.open_sockets) == 2)
        await slack.deliver(1, payload={"text": "text-canary"})
        await until(lambda: len(seen) == 1)
        await until(lambda: "status 500" in caplog.text)
    assert "not connected: status 503" in caplog.text
    for canary in (SECRET, APP_TOKEN, "text-canary"):
        assert canary not in "".join(
            f"{r.name} {r.getMessage()}" for r in caplog.records if "malmoi" in r.name
        )


async def test_with_the_emulator_no_event_is_lost_over_all_kinds_of_ends(seen):
    with running(
        "--post-interval", "0", "--ack-timeout", "1", "--retry-delays", "0", "0.5", "0.5"
    ) as emulator:
        tokens = {"bot_token": emulator.bot_token, "app_token": emulator.app_token}
        said = []

        async def say(count):
            for number in range(count):
                posted = await asyncio.to_thread(emulator.client.say, "질문", f"{number}째 말")
                said.extend(posted.event_ids)

        async with connected(emulator.api_url, taking(seen), **tokens):
            for how in ("refresh_requested", "close", "abort", "warning"):
                await say(3)
                await asyncio.to_thread(emulator.client.wait_until, lambda state: state["connections"] >= 2)
                assert await asyncio.to_thread(emulator.client.disconnect, how) >= 2
                await say(3)
            await until(lambda: set(said) <= {body["event_id"] for body in seen}, within=10.0)
        assert len(set(said)) == 24
