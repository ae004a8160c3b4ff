"""Bodies that make no sense, come slowly or never end; addresses, signals, the end."""

import asyncio
import hashlib
import hmac
import json
import logging
import signal
import socket
from contextlib import closing

import httpx
import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from curation.errors import ConfigurationError
from slackbot.config import SlackConfig
from slackbot.transport import http
from tests.slackbot.http_slack import BODY, CONFIG, FORM, JSON, SECRET, event, serving, signed


@pytest.fixture
async def slack(tmp_path):
    async with serving(tmp_path) as slack:
        yield slack


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", JSON),
        (b"{", JSON),
        (b"[1]", JSON),
        (b"null", JSON),
        (b"[" * 200_000, JSON),
        (b"\xff", FORM),
        (b"payload=%5B1%5D", FORM),
        (b"payload={", FORM),
        (b"just text", "text/plain"),
    ],
)
async def test_a_signed_request_that_makes_no_sense_is_refused(slack, body, content_type):
    headers = signed(b"", content_type=content_type)
    timestamp = headers["X-Slack-Request-Timestamp"]
    headers["X-Slack-Signature"] = signature_of_bytes(body, timestamp)
    assert (await slack.sent(body, headers)).status_code in (400, 401)
    assert (await slack.post(event())).status_code == 200


def signature_of_bytes(body, timestamp):
    return (
        "v0="
        + hmac.new(SECRET.encode(), b"v0:%s:%s" % (timestamp.encode(), body), hashlib.sha256).hexdigest()
    )


@pytest.mark.parametrize(("size", "status"), [(http.LARGEST_BODY, 200), (http.LARGEST_BODY + 1, 413)])
async def test_the_size_of_a_body_is_limited(slack, size, status):
    empty = len(json.dumps(event(text="")).encode())
    assert (await slack.post(event(text="x" * (size - empty)))).status_code == status


async def test_a_body_without_end_is_cut_off_and_takes_no_memory(slack):
    sent = 0

    async def endless():
        nonlocal sent
        while True:
            sent += 65_536
            yield b"x" * 65_536

    with pytest.raises(httpx.HTTPError):  # 413 while we still write; whether it is read is a race
        (await slack.client.post(http.EVENTS_PATH, content=endless())).raise_for_status()
    assert sent < 50 * http.LARGEST_BODY
    assert (await slack.post(event())).status_code == 200


async def test_a_slow_body_is_given_up_and_others_do_not_wait(slack, monkeypatch):
    monkeypatch.setattr(http, "BODY_TIMEOUT_S", 0.3)
    reader, writer = await asyncio.open_connection("127.0.0.1", slack.port)
    writer.write(b"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Length: 1000\r\n\r\n{")
    await writer.drain()
    assert (await slack.post(event())).status_code == 200
    assert b" 408 " in await asyncio.wait_for(reader.readline(), 2)
    writer.close()


async def test_a_body_that_breaks_off_does_no_harm(slack):
    for _ in range(3):
        _, writer = await asyncio.open_connection("127.0.0.1", slack.port)
        writer.write(b"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Length: 1000\r\n\r\n{")
        await writer.drain()
        writer.transport.abort()
    assert (await slack.post(event())).status_code == 200


async def test_an_event_that_could_not_be_kept_is_not_acknowledged(slack, caplog):
    answer = await slack.post(event(text="고장 카나리아"))
    assert answer.status_code == 500
    assert "카나리아" not in answer.text
    assert (await slack.post(event())).status_code == 200


async def test_nothing_that_was_sent_is_logged(slack, caplog):
    caplog.set_level(logging.DEBUG, "malmoi")
    caplog.set_level(logging.DEBUG, "uvicorn")
    await slack.post(event(text="카나리아"))
    await slack.sent(b"canary", signed(b"other"))
    await slack.client.get("/slack/oauth_redirect?code=canary&state=canary")
    await slack.post(b"canary", content_type="text/plain")
    for canary in ("canary", "카나리아", SECRET):
        assert canary not in caplog.text


async def test_fifty_at_once_are_all_kept_once(slack):
    answers = await asyncio.gather(*(slack.post(event(number)) for number in [*range(50), *range(50)]))
    assert {answer.status_code for answer in answers} == {200}
    assert await slack.kept() == {"new": 50}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200),
        ("GET", http.EVENTS_PATH, 405),
        ("GET", "/metrics", 404),
        ("GET", "/slack/install", 404),
        ("POST", "/", 404),
    ],
)
async def test_other_pages(slack, method, path, status):
    assert (await slack.client.request(method, path)).status_code == status


@pytest.mark.parametrize("secret", ["", "  "])
def test_an_empty_secret_is_refused(secret):
    with pytest.raises(ValueError, match="must not be empty"):
        http.application(AsyncApp(token="xoxb-1"), SlackConfig(signing_secret=secret))


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("127.0.0.1", None),
        ("192.0.2.1", 0),
        ("no.such.host.test", 0),
        ("no..host", 0),  # a name with an empty part is none
        ("127.0.0.1", 70_000),
    ],
)
async def test_an_address_that_cannot_be_taken_is_named(tmp_path, host, port):
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        wanted = taken.getsockname()[1] if port is None else port
        with pytest.raises(ConfigurationError, match=f"cannot listen on {host}:{wanted}"):
            async with http.serving(http.application(AsyncApp(token="xoxb-1"), CONFIG), host, wanted):
                pytest.fail("listening")


async def test_the_bots_own_signal_handlers_stay(tmp_path):
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    async with serving(tmp_path):
        assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before


async def test_asked_to_stop_it_finishes_what_came_and_takes_no_more(tmp_path):
    release, came = asyncio.Event(), asyncio.Event()

    async def slow(body):
        came.set()
        await release.wait()
        return BoltResponse(status=200, body="")

    app = AsyncApp(name="test", token="xoxb-1", signing_secret="", before_authorize=slow)
    async with httpx.AsyncClient(trust_env=False) as client:
        async with http.serving(http.application(app, CONFIG), port=0) as port:
            url = f"http://127.0.0.1:{port}{http.EVENTS_PATH}"
            running = asyncio.create_task(client.post(url, content=BODY, headers=signed(BODY)))
            await came.wait()
            asyncio.get_running_loop().call_later(0.3, release.set)
        assert (await running).status_code == 200
        with pytest.raises(httpx.ConnectError):
            await client.post(url, content=BODY, headers=signed(BODY))
