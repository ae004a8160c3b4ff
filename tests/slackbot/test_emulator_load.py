"""Load inside the emulator, its figures, the bounds of its logs, and hostile input to its controls."""

import asyncio
import http.client
import itertools
import json
import time

import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from curation.errors import UserError
from slackbot.emulator.load import Load
from slackbot.emulator.methods import ALL_SCOPES
from slackbot.emulator.process import running


@pytest.fixture(scope="module")
def slack():
    with running("--post-interval", "0", "--scopes", *ALL_SCOPES) as emulator:
        yield emulator


async def test_a_burst_is_measured_from_saying_to_answer(slack):
    web = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
    socket = SocketModeClient(app_token=slack.app_token, web_client=web)
    numbers = itertools.count(1)

    async def answer(client, request):
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id))
        event = request.payload["event"]
        if event["type"] != "app_mention":
            return
        number = next(numbers)
        place = {"channel": event["channel"], "thread_ts": event["ts"], "text": "답"}
        await web.reactions_add(channel=event["channel"], timestamp=event["ts"], name="eyes")
        if number == 1:
            return  # this one is never answered
        posted = await web.chat_postMessage(**place)
        if number == 2:
            await web.chat_postMessage(**place)
        elif number == 3:
            await asyncio.sleep(0.3)
            await web.chat_update(channel=event["channel"], ts=posted["ts"], text="온전한 답")

    socket.socket_mode_request_listeners.append(answer)
    await socket.connect()
    channels = slack.client.burst(20, channels=4, per_second=200, users=2, text="@malmoi {n}째 질문")
    assert len(set(channels)) == 4
    await asyncio.to_thread(slack.client.wait_until, lambda _: slack.client.load()["answered"] == 19)
    await asyncio.sleep(0.5)
    await socket.close()
    figures = slack.client.load()
    counted = {
        name: figures[name] for name in ("messages", "events", "answered", "doubled", "lost", "running")
    }
    assert counted == {
        "messages": 20,
        "events": 40,
        "answered": 19,
        "doubled": 1,
        "lost": 1,
        "running": False,
    }
    # Our own posts come back as events too: those are no part of the burst.
    assert (figures["acked"], figures["ack_ms"]["count"]) == (40, 40)
    assert (figures["first_sign_ms"]["count"], figures["first_post_ms"]["count"]) == (20, 19)
    assert figures["answered_ms"]["max"] >= 300
    assert figures["first_sign_ms"]["p50"] <= figures["first_post_ms"]["p50"] <= figures["answered_ms"]["max"]
    texts = [m["text"] for m in slack.client.state("channels")["channels"][channels[0]]["messages"]]
    assert texts[0] == "<@U0MALMOI> 0째 질문"
    slack.client.burst(1, forget=True)
    assert slack.client.load()["messages"] <= 1


def test_percentiles_are_of_the_nearest_rank():
    load, now = Load(), time.time()
    for number in range(1, 101):
        load.said("C1", str(number), (), now - number)
        load.saw_sign("C1", str(number))
    figures = load.report()["first_sign_ms"]
    assert {name: round(value / 1000) for name, value in figures.items() if name != "count"} == {
        "p50": 50,
        "p95": 95,
        "p99": 99,
        "max": 100,
    }


def test_the_logs_have_a_bound_and_the_totals_do_not_lie():
    with running("--log-limit", "3", "--post-interval", "0") as emulator:
        client = emulator.client
        for number in range(5):
            client.fail("auth.test", "error", code=f"e{number}")
            with pytest.raises(OSError, match="refused"):
                _post(emulator, "/api/auth.test", b"{}")
        state = client.state("calls", "totals")
        assert [call["error"] for call in state["calls"]] == ["e2", "e3", "e4"]
        assert (state["totals"]["calls"], state["totals"]["calls_by_method"]) == (5, {"auth.test": 5})
        client.settings(log_limit=0)
        for number in range(5):
            client.fail("auth.test", "error", code=f"f{number}")
            with pytest.raises(OSError, match="refused"):
                _post(emulator, "/api/auth.test", b"{}")
        assert len(client.state("calls")["calls"]) == 8


@pytest.mark.timed
def test_a_page_waits_for_changes(slack):
    seen = slack.client.changes()
    started = time.monotonic()
    assert slack.client.changes(seen["revision"], wait=0.3)["revision"] == seen["revision"]
    assert time.monotonic() - started >= 0.3
    slack.client.say("general", "새 말")
    fresh = slack.client.changes(seen["revision"], wait=5)
    assert fresh["revision"] > seen["revision"]
    assert fresh["channels"]["C00000001"]["messages"][-1]["text"] == "새 말"
    assert {"people", "threads", "connections", "trouble", "workspaces", "totals"} <= set(fresh)
    with pytest.raises(OSError, match="not_authed"):
        _post(slack, "/api/auth.test", b"{}")
    recent = slack.client.changes()["recent"]
    assert {k: v for k, v in recent["calls"][-1].items() if k != "at"} == {
        "method": "auth.test",
        "ok": False,
        "error": "not_authed",
        "status": 200,
    }
    assert len(recent["deliveries"]) <= 50
    assert set(fresh["app"]) == {"shortcuts", "slash_commands"}
    slack.client.fail("chat.update", "ratelimited", seconds=2, times=3)
    [fault] = slack.client.changes()["trouble"]["faults"]
    assert (fault["method"], fault["waiting"], fault["next"]["seconds"]) == ("chat.update", 3, 2.0)
    assert set(slack.client.state("connections")) == {"connections"}


def test_the_log_tells_lost_replies_from_others(slack):
    client, kept = slack.client, {"method", "ok", "error", "status", "fault"}
    client.fail("auth.test", "lost_reply")
    body = json.dumps({"token": slack.bot_token}).encode()
    with pytest.raises((OSError, http.client.HTTPException)):
        _post(slack, "/api/auth.test", body)
    _post(slack, "/api/auth.test", body)
    lost, answered = client.changes()["recent"]["calls"][-2:]
    whole = {"method": "auth.test", "ok": True, "error": "", "status": 200}
    assert {name: lost[name] for name in lost.keys() & kept} == whole | {"fault": "lost_reply"}
    assert {name: answered[name] for name in answered.keys() & kept} == whole


def _post(emulator, path, body, method="POST"):
    host, port = emulator.api_url.split("/")[2].split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    connection.request(method, path, body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()
    if response.status != 200 or answer.get("ok") is False:
        raise OSError(f"refused with {response.status}: {answer['error']}")
    return answer


@pytest.mark.parametrize(
    ("verb", "body", "reason"),
    [
        ("say", b"", "not JSON"),
        ("say", b"[]", "must be a JSON object"),
        ("say", b"{}", "channel is missing"),
        ("say", b"[" * 5_000 + b"]" * 5_000, "not JSON"),
        ("say", b'{"channel": "general", "text": 7}', "text must be text"),
        ("say", b'{"channel": "general", "text": "\\ud800"}', "not JSON"),
        ("say", b'{"channel": "general", "text": "x", "team": "T404"}', "team_not_found"),
        ("say", b'{"channel": "general", "text": "x", "user": "guest"}', "not_in_channel"),
        ("channel", b'{"name": "x", "kind": "cave"}', "kind must be one of channel, group, im, mpim"),
        ("react", b'{"channel": "general", "ts": "1", "name": "x"}', "message_not_found"),
        ("click", b'{"view_id": "V404", "action_id": "x"}', "no view 'V404' is open"),
        ("redeliver", b'{"event_id": "Ev404"}', "no event 'Ev404' went out"),
        ("redeliver", b'{"event_id": "Ev404", "times": -1}', "times must be a number from 0"),
        ("disconnect", b'{"reason": "bored"}', "reason must be one of"),
        ("fail", b'{"method": "m", "kind": "error"}', "an error needs a code"),
        ("fail", b'{"method": "m", "kind": "reset", "seconds": "nan"}', "seconds must be a number from 0"),
        ("settings", b'{"colour": 1}', "there is no setting 'colour'"),
        ("settings", b'{"post_interval": true}', "post_interval must be a number of seconds"),
        ("settings", b'{"retry_delays": 5}', "retry_delays must be a list"),
        ("burst", b'{"events": 1.5}', "events must be a whole number"),
        ("uninstall", b'{"team": "T404"}', "team_not_found"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(slack, verb, body, reason):
    with pytest.raises(OSError, match=f"refused with 400: .*{reason}"):
        _post(slack, f"/_emulator/{verb}", body)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("state?parts=secrets", "there is no part 'secrets'"),
        ("thread?channel=general", "ts is missing"),
        ("thread?channel=general&ts=1&wait=x", "could not convert"),
        ("changes?since=-1", "since must be a number from 0"),
    ],
)
def test_looks_that_make_no_sense_too(slack, query, reason):
    with pytest.raises(OSError, match=f"refused with 400: .*{reason}"):
        _post(slack, f"/_emulator/{query}", None, method="GET")


@pytest.mark.parametrize(
    "blocks",
    [
        '"x"',
        "[1]",
        '[{"type": "song"}]',
        '[{"type": "actions", "elements": 5}]',
        '[{"type": "actions", "elements": [{"type": "button", "text": "x"}]}]',
        '[{"type": "section", "text": 7, "fields": 7}]',
        "[" * 9_000 + "]" * 9_000,
    ],
)
def test_blocks_that_are_none_are_refused_as_slack_does(slack, blocks):
    body = json.dumps({"token": slack.bot_token, "channel": "general", "text": "x", "blocks": blocks})
    with pytest.raises(OSError, match="invalid_blocks"):
        _post(slack, "/api/chat.postMessage", body.encode())


def test_an_emulator_that_is_gone_is_named():
    with running() as emulator:
        pass
    with pytest.raises(UserError, match="does not answer"):
        emulator.client.state()
