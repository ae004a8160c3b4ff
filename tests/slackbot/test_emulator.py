"""The emulator behaves as Slack does, asked through Slack's own SDK and over the plain wire."""

import json
import subprocess
import sys
import urllib.error
import urllib.request

import pytest
from aiohttp import ClientSession
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from curation.errors import UserError
from slackbot.emulator.methods import ALL_SCOPES
from slackbot.emulator.process import running


@pytest.fixture(scope="module")
def slack():
    quick = ("--post-interval", "0", "--ack-timeout", "0.2", "--retry-delays", "0", "0.1")
    with running(*quick, "--scopes", *ALL_SCOPES) as emulator:
        yield emulator


@pytest.fixture
def web(slack):
    return WebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])


@pytest.fixture
def room(slack, request):
    return slack.client.open_channel(request.node.name)


def refused(call, *args, **kwargs):
    with pytest.raises(SlackApiError) as caught:
        call(*args, **kwargs)
    return caught.value.response["error"]


@pytest.mark.parametrize(
    ("token", "method", "error"),
    [
        (None, "auth.test", "not_authed"),
        ("xoxb-other", "auth.test", "invalid_auth"),
        ("xapp-local-emulator", "auth.test", "not_allowed_token_type"),
        ("xoxb-local-emulator", "apps.connections.open", "not_allowed_token_type"),
        ("xoxb-local-emulator", "chat.sing", "unknown_method"),
    ],
)
def test_tokens_and_methods_are_judged_as_slack_does(slack, token, method, error):
    assert refused(WebClient(token, base_url=slack.api_url).api_call, method) == error


def test_it_says_who_the_bot_is(web):
    who = web.auth_test()
    assert (who["user"], who["bot_id"]) == ("malmoi", "B0MALMOI")
    assert web.users_info(user=who["user_id"])["user"]["is_bot"] is True
    assert refused(web.users_info, user="U404") == "user_not_found"


def test_form_and_json_bodies_are_both_read(slack, room):
    bodies = [
        ("application/x-www-form-urlencoded", f"token={slack.bot_token}&channel={room}&text=a%26b"),
        ("application/json; charset=utf-8", json.dumps({"channel": room, "text": "a&b"})),
    ]
    for kind, body in bodies:
        request = urllib.request.Request(
            f"{slack.api_url}chat.postMessage",
            body.encode(),
            {"Content-Type": kind, "Authorization": f"Bearer {slack.bot_token}"},
        )
        with urllib.request.urlopen(request) as response:
            assert json.load(response)["message"]["text"] == "a&b"


def section(text):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C404", "text": "말"}, "channel_not_found"),
        ({"text": ""}, "no_text"),
        ({"text": "가" * 40_001}, "msg_too_long"),
        ({"text": "말", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"text": "말", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ({"text": "말", "blocks": [section("가" * 3_001)]}, "invalid_blocks"),
        ({"text": "말", "blocks": [{"type": "markdown", "text": "가" * 12_001}]}, "invalid_blocks"),
        ({"text": "말", "blocks": [{"type": "markdown", "text": "가" * 7_000}] * 2}, "msg_blocks_too_long"),
    ],
)
def test_posts_that_slack_refuses(web, room, arguments, error):
    assert refused(web.chat_postMessage, **({"channel": room} | arguments)) == error


def test_threads(slack, web, room):
    root = web.chat_postMessage(channel=room, text="처음")["ts"]
    metadata = {"event_type": "kind", "event_payload": {"n": 1}}
    replies = [
        web.chat_postMessage(channel=room, text=str(n), thread_ts=root, metadata=metadata)["ts"]
        for n in range(4)
    ]
    wide = web.chat_postMessage(channel=room, text="모두", thread_ts=root, reply_broadcast=True)["ts"]
    assert len({root, wide, *replies}) == 6
    assert refused(web.chat_postMessage, channel=room, text="x", thread_ts=wide) == "cannot_reply_to_message"
    pages = [page["messages"] for page in web.conversations_replies(channel=room, ts=root, limit=4)]
    assert [[m["ts"] for m in page] for page in pages] == [[root, *replies[:3]], [replies[3], wide]]
    assert all("metadata" not in m for page in pages for m in page)
    told = web.conversations_replies(channel=room, ts=root, include_all_metadata=True, oldest=replies[2])
    assert [m.get("metadata") for m in told["messages"]] == [metadata, None]
    history = web.conversations_history(channel=room)["messages"]
    assert [m["ts"] for m in history] == [wide, root]
    assert refused(web.conversations_replies, channel=room, ts="1.0") == "thread_not_found"


def test_updates_deletions_and_reactions(slack, web, room):
    own = web.chat_postMessage(channel=room, text="처음")["ts"]
    theirs = slack.client.say(room, "사람의 말").ts
    web.chat_update(channel=room, ts=own, text="고침")
    assert refused(web.chat_update, channel=room, ts=own, text="가" * 4_001) == "msg_too_long"
    assert refused(web.chat_update, channel=room, ts=theirs, text="고침") == "cant_update_message"
    assert refused(web.chat_delete, channel=room, ts=theirs) == "cant_delete_message"
    web.reactions_add(channel=room, timestamp=theirs, name="eyes")
    assert refused(web.reactions_add, channel=room, timestamp=theirs, name="eyes") == "already_reacted"
    web.reactions_remove(channel=room, timestamp=theirs, name="eyes")
    assert refused(web.reactions_remove, channel=room, timestamp=theirs, name="eyes") == "no_reaction"
    web.chat_delete(channel=room, ts=own)
    assert refused(web.chat_update, channel=room, ts=own, text="고침") == "message_not_found"


def test_channels(slack, web, room):
    assert web.conversations_info(channel=room)["channel"]["is_private"] is False
    closed = slack.client.open_channel("닫힌 방", kind="group", bot=False)
    assert refused(web.chat_postMessage, channel=closed, text="말") == "channel_not_found"
    elsewhere = slack.client.open_channel("남의 방", bot=False)
    assert refused(web.chat_postMessage, channel=elsewhere, text="말") == "not_in_channel"
    named = [c["name"] for page in web.conversations_list(limit=1) for c in page["channels"]]
    assert named[:2] == ["general", "질문"]
    assert "닫힌 방" not in named


def test_ordered_failures(slack, web, room):
    slack.client.fail("chat.postMessage", "unavailable")
    slack.client.fail("chat.postMessage", "ratelimited", seconds=7)
    slack.client.fail("chat.postMessage", "error", code="is_archived")
    slack.client.fail("chat.postMessage", "reset")
    slack.client.fail("chat.postMessage", "lost_reply")
    with pytest.raises(SlackApiError) as unavailable:
        web.chat_postMessage(channel=room, text="1")
    assert unavailable.value.response.status_code == 503
    with pytest.raises(SlackApiError) as limited:
        web.chat_postMessage(channel=room, text="2")
    assert limited.value.response.headers["Retry-After"] == "7"
    assert refused(web.chat_postMessage, channel=room, text="3") == "is_archived"
    for text in ("4", "5"):
        with pytest.raises((OSError, ConnectionError)):
            web.chat_postMessage(channel=room, text=text)
    assert [m["text"] for m in web.conversations_history(channel=room)["messages"]] == ["5"]


@pytest.fixture
def fresh():
    with running("--ack-timeout", "0.2", "--retry-delays", "0", "0.1") as emulator:
        yield emulator


async def test_socket_mode(fresh):
    slack, room = fresh, "질문"
    headers = {"Authorization": f"Bearer {slack.app_token}"}
    async with ClientSession() as session:
        async with session.post(f"{slack.api_url}apps.connections.open", headers=headers) as response:
            url = (await response.json())["url"]
        async with session.ws_connect(url) as socket:
            assert (await socket.receive_json())["type"] == "hello"
            asked = slack.client.say(room, "@malmoi 안녕?")
            envelopes = [await socket.receive_json() for _ in range(6)]
            events = {e["payload"]["event"]["type"]: e["payload"]["event"] for e in envelopes}
            assert set(events) == {"message", "app_mention"}
            assert {event["ts"] for event in events.values()} == {asked.ts}
            assert "channel_type" in events["message"]
            assert "channel_type" not in events["app_mention"]
            assert len({e["envelope_id"] for e in envelopes}) == 6
            assert {e["payload"]["event_id"] for e in envelopes} == set(asked.event_ids)
            again = [(e["retry_attempt"], e["retry_reason"]) for e in envelopes]
            assert sorted(set(again)) == [(0, ""), (1, "timeout"), (2, "timeout")]

            answered = slack.client.say(room, "혼잣말")
            envelope = await socket.receive_json(timeout=2)
            assert envelope["payload"]["event_id"] in answered.event_ids
            await socket.send_json({"envelope_id": envelope["envelope_id"]})
            state = slack.client.wait_until(
                lambda state: any(
                    d["event_id"] in answered.event_ids and d["acked_at"] for d in state["deliveries"]
                )
            )
            assert sum(d["event_id"] in answered.event_ids for d in state["deliveries"]) == 1

            slack.client.disconnect("refresh_requested")
            said = await socket.receive_json(timeout=2)
            assert (said["type"], said["reason"]) == ("disconnect", "refresh_requested")
        async with session.get(url) as used:  # a ticket opens one connection
            assert used.status == 403


def test_the_pace_of_posts_is_kept_for_each_channel():
    with running("--post-interval", "30") as emulator:
        web = WebClient(emulator.bot_token, base_url=emulator.api_url)
        web.chat_postMessage(channel="general", text="1")
        with pytest.raises(SlackApiError) as caught:
            web.chat_postMessage(channel="general", text="2")
        assert caught.value.response.status_code == 429
        assert caught.value.response["error"] == "ratelimited"
        assert 28 <= int(caught.value.response.headers["Retry-After"]) <= 30
        web.chat_postMessage(channel="질문", text="3")


def test_it_listens_on_loopback_only(slack):
    command = [sys.executable, "-m", "slackbot.emulator", "--host", "0.0.0.0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    assert done.returncode == 2
    assert "this machine only" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("Host", "evil.test", 403),
        ("Origin", "http://evil.test", 403),
        ("Origin", "null", 403),
        ("Origin", "http://127.0.0.1:8000", 200),
    ],
)
def test_web_pages_from_elsewhere_are_refused(slack, header, value, status):
    request = urllib.request.Request(f"{slack.api_url}auth.test", headers={header: value})
    try:
        with urllib.request.urlopen(request) as response:
            answered = response.status
    except urllib.error.HTTPError as refused:
        answered = refused.code
    assert answered == status


@pytest.mark.parametrize(
    ("verb", "message"),
    [
        (lambda client: client.say("없는 방", "말"), "channel_not_found"),
        (lambda client: client.say("general", "말", user="nobody"), "user_not_found"),
        (lambda client: client.fail("chat.postMessage", "explode"), "kind must be one of"),
    ],
)
def test_the_client_says_what_it_was_refused(slack, verb, message):
    with pytest.raises(UserError, match=message):
        verb(slack.client)


def test_waiting_for_a_reply_that_never_comes_ends(slack, room):
    posted = slack.client.say(room, "아무도 없나요")
    with pytest.raises(UserError, match="0 of 1 replies"):
        slack.client.wait_for_replies(posted, timeout=0.1)
