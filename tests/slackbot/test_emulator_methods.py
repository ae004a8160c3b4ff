"""Web API methods beyond posting: streams, whispers, views, conversations, scopes, tiers."""

import time

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.emulator.methods import ALL_SCOPES
from slackbot.emulator.models import MethodError
from slackbot.emulator.pointers import RESPONSE_S, RESPONSE_USES, TRIGGER_S, Pointers, ResponseUrl
from slackbot.emulator.process import running
from slackbot.emulator.settings import manifest_scopes
from slackbot.emulator.views import Views

TEAM, USER = "T0MALMOI", "U0HANEUL"
MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "제목"}, "blocks": [{"type": "divider"}]}


@pytest.fixture(scope="module")
def slack():
    with running("--post-interval", "0", "--ack-timeout", "0.2", "--scopes", *ALL_SCOPES) as emulator:
        yield emulator


@pytest.fixture
def web(slack):
    return AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])


@pytest.fixture
def asked(slack, request):
    return slack.client.say(slack.client.open_channel(request.node.name), "@malmoi 안녕?")


async def refused(call, **arguments):
    with pytest.raises(SlackApiError) as caught:
        await call(**arguments)
    return caught.value.response["error"]


async def test_a_stream_becomes_one_message_with_blocks_and_metadata(slack, web, asked):
    stream = await web.chat_stream(
        channel=asked.channel,
        thread_ts=asked.ts,
        recipient_team_id=TEAM,
        recipient_user_id=USER,
        buffer_size=4,
    )
    await stream.append(markdown_text="하나 둘 ")
    [open_one] = slack.client.state("channels")["channels"][asked.channel]["messages"][1:]
    assert open_one["streaming"] is True
    conflict = await refused(web.chat_update, channel=asked.channel, ts=stream.ts, text="고침")
    assert conflict == "streaming_state_conflict"
    assert await refused(web.chat_delete, channel=asked.channel, ts=stream.ts) == "cant_delete_message"
    await stream.append(chunks=[{"type": "task_update", "id": "1", "title": "찾기", "status": "in_progress"}])
    await stream.append(chunks=[{"type": "task_update", "id": "1", "title": "찾기", "status": "complete"}])
    metadata = {"event_type": "reply", "event_payload": {"n": 1}}
    await stream.stop(markdown_text="셋", blocks=[{"type": "divider"}], metadata=metadata)
    [reply] = slack.client.wait_for_replies(asked)
    assert reply["text"] == "하나 둘 셋"
    assert [block["type"] for block in reply["blocks"]] == ["markdown", "task_card", "markdown", "divider"]
    assert reply["blocks"][1]["status"] == "complete"
    assert reply["metadata"] == metadata
    place = {"channel": asked.channel, "ts": stream.ts}
    assert (
        await refused(web.chat_appendStream, **place, markdown_text="넷") == "message_not_in_streaming_state"
    )
    assert await refused(web.chat_stopStream, **place) == "message_not_in_streaming_state"


async def test_a_stream_that_slack_closed_can_only_be_updated(slack, web, asked):
    place = {"channel": asked.channel, "thread_ts": asked.ts}
    person = {"recipient_team_id": TEAM, "recipient_user_id": USER}
    started = await web.chat_startStream(**place, **person, markdown_text="반")
    assert slack.client.close_streams() == 1
    gone = {"channel": asked.channel, "ts": started["ts"]}
    assert await refused(web.chat_appendStream, **gone, markdown_text="x") == "message_not_in_streaming_state"
    await web.chat_update(**gone, text="온전한 답")
    [reply] = slack.client.wait_for_replies(asked)
    assert reply["text"] == "온전한 답"
    assert reply["blocks"] == [{"type": "markdown", "text": "반"}]  # blocks not given stay
    await web.chat_update(**gone, text="온전한 답", blocks=[])
    assert "blocks" not in slack.client.wait_for_replies(asked)[0]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"recipient_user_id": None}, "missing_recipient_user_id"),
        ({"recipient_team_id": None}, "missing_recipient_team_id"),
        ({"recipient_user_id": "U404"}, "user_not_found"),
        ({"thread_ts": "1.000001"}, "thread_not_found"),
        ({"markdown_text": "가" * 12_001}, "msg_too_long"),
        ({"chunks": [{"type": "song"}]}, "invalid_chunks"),
    ],
)
async def test_streams_that_slack_refuses(web, asked, change, error):
    given = {"channel": asked.channel, "thread_ts": asked.ts, "markdown_text": "말"}
    given |= {"recipient_team_id": TEAM, "recipient_user_id": USER} | change
    assert await refused(web.chat_startStream, **given) == error


async def test_a_direct_message_is_streamed_without_naming_the_recipient(slack, web):
    asked = slack.client.say(slack.client.open_channel("dm-stream", kind="im"), "안녕?")
    assert (await web.chat_startStream(channel=asked.channel, thread_ts=asked.ts, markdown_text="네"))["ok"]


async def test_a_whisper_is_seen_by_one_person_and_stands_nowhere_else(slack, web, asked):
    said = await web.chat_postEphemeral(channel=asked.channel, user=USER, text="귓속말", thread_ts=asked.ts)
    seen = [e for e in slack.client.person("haneul")["ephemerals"] if e["channel"] == asked.channel]
    assert [(e["text"], e["thread_ts"]) for e in seen] == [("귓속말", asked.ts)]
    assert not any(e["channel"] == asked.channel for e in slack.client.person("doyun")["ephemerals"])
    thread = await web.conversations_replies(channel=asked.channel, ts=asked.ts)
    assert len(thread["messages"]) == 1
    lost = {"channel": asked.channel, "ts": said["message_ts"]}
    assert await refused(web.chat_update, **lost, text="x") == "message_not_found"
    outsider = {"channel": asked.channel, "user": "U0GUEST", "text": "x"}
    assert await refused(web.chat_postEphemeral, **outsider) == "user_not_in_channel"


async def test_who_sees_which_conversation(slack, web):
    client = slack.client
    ours = client.open_channel("우리 방", kind="group", people=["haneul"])
    theirs = client.open_channel("그들 방", kind="group", people=["haneul"], bot=False)
    for call in (web.conversations_info, web.conversations_members, web.conversations_history):
        assert await refused(call, channel=theirs) == "channel_not_found"
    assert (await web.conversations_members(channel=ours))["members"] == [USER, "U0MALMOI"]
    of_haneul = await web.users_conversations(user=USER, types="private_channel")
    assert [c["id"] for c in of_haneul["channels"]] == [ours]
    assert (await web.users_conversations(user="U0DOYUN", types="private_channel"))["channels"] == []
    assert await refused(web.conversations_list, types="secret") == "invalid_types"
    direct = (await web.conversations_open(users="U0DOYUN", return_im=True))["channel"]
    assert (direct["is_im"], direct["user"]) == (True, "U0DOYUN")
    assert (await web.conversations_open(users="U0DOYUN"))["channel"]["id"] == direct["id"]


async def test_who_people_are(web):
    found = {}
    for name in ("U0HANEUL", "U0EMMA", "U0YUKI", "U0ALARM", "U0GUEST"):
        found[name] = (await web.users_info(user=name, include_locale=True))["user"]
    assert [user["locale"] for user in found.values()][:3] == ["ko-KR", "en-US", "ja-JP"]
    assert [name for name, user in found.items() if user["is_bot"]] == ["U0ALARM"]
    assert [name for name, user in found.items() if user["team_id"] != TEAM] == ["U0GUEST"]
    assert "locale" not in (await web.users_info(user=USER))["user"]
    assert (await web.bots_info(bot="B0ALARM"))["bot"]["user_id"] == "U0ALARM"
    assert (await web.team_info())["team"]["id"] == TEAM


async def test_a_permalink_points_into_the_thread(slack, web, asked):
    reply = slack.client.say(asked.channel, "덧붙임", thread_ts=asked.ts)
    link = (await web.chat_getPermalink(channel=asked.channel, message_ts=reply.ts))["permalink"]
    assert link.endswith(f"/p{reply.ts.replace('.', '')}?thread_ts={asked.ts}&cid={asked.channel}")


async def test_a_home_tab_is_guarded_by_its_hash(slack, web):
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    first = (await web.views_publish(user_id=USER, view=home))["view"]
    second = (await web.views_publish(user_id=USER, view=home, hash=first["hash"]))["view"]
    assert second["id"] == first["id"]
    assert await refused(web.views_publish, user_id=USER, view=home, hash=first["hash"]) == "hash_conflict"
    assert slack.client.person("haneul")["home"]["hash"] == second["hash"]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"title": {"type": "plain_text", "text": "가" * 25}}, "/view/title"),
        ({"title": None}, "/view/title"),
        ({"blocks": [{"type": "divider"}] * 101}, "/view/blocks"),
        ({"blocks": [{"type": "song"}]}, "/view/blocks/0"),
        ({"private_metadata": "x" * 3_001}, "/view/private_metadata"),
        ({"type": "home"}, "/view/type"),
    ],
)
def test_views_that_slack_refuses(change, where):
    with pytest.raises(MethodError, match="invalid_arguments") as caught:
        Views(TEAM, "A1", "B1").open(USER, MODAL | change)
    assert where in caught.value.more["response_metadata"]["messages"][0]


def test_modals_stack_three_high():
    views = Views(TEAM, "A1", "B1")
    with pytest.raises(MethodError, match="not_found"):
        views.push(USER, MODAL)
    first = views.open(USER, MODAL)
    assert [views.push(USER, MODAL)["root_view_id"] for _ in range(2)] == [first["id"]] * 2
    with pytest.raises(MethodError, match="push_limit_reached"):
        views.push(USER, MODAL)
    views.close(first["id"], everything=True)
    assert views.stacks == {}


@pytest.mark.timed
def test_a_trigger_is_good_once_for_three_seconds(monkeypatch):
    pointers = Pointers()
    key = pointers.trigger(TEAM, USER)
    assert pointers.exchange(key, TEAM) == USER
    late, now = pointers.trigger(TEAM, USER), time.monotonic()
    for wrong, error in ((key, "exchanged_trigger_id"), ("1.2.3", "invalid_trigger_id")):
        with pytest.raises(MethodError, match=error):
            pointers.exchange(wrong, TEAM)
    monkeypatch.setattr(time, "monotonic", lambda: now + TRIGGER_S + 0.1)
    with pytest.raises(MethodError, match="expired_trigger_id"):
        pointers.exchange(late, TEAM)


@pytest.mark.timed
def test_a_response_url_takes_five_posts_within_half_an_hour(monkeypatch):
    pointers = Pointers()
    key, late = (pointers.response(ResponseUrl(TEAM, "C1", USER)) for _ in range(2))
    for _ in range(RESPONSE_USES):
        assert pointers.use(key).user == USER
    with pytest.raises(MethodError, match="used_url"):
        pointers.use(key)
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + RESPONSE_S + 1)
    with pytest.raises(MethodError, match="expired_url"):
        pointers.use(late)


async def test_a_status_is_shown_until_the_bot_speaks(slack, web, asked):
    thread = {"channel_id": asked.channel, "thread_ts": asked.ts}
    await web.assistant_threads_setStatus(**thread, status="찾는 중", loading_messages=["하나"])
    [shown] = [t for t in slack.client.changes()["threads"] if t["thread_ts"] == asked.ts]
    assert (shown["status"], shown["loading_messages"]) == ("찾는 중", ["하나"])
    await web.chat_postMessage(channel=asked.channel, thread_ts=asked.ts, text="답")
    assert not any(t["thread_ts"] == asked.ts for t in slack.client.changes()["threads"])
    too_many = thread | {"status": "x", "loading_messages": ["x"] * 11}
    assert await refused(web.assistant_threads_setStatus, **too_many) == "invalid_arguments"
    assert await refused(web.assistant_threads_setTitle, **thread, title="x") == "channel_not_found"


async def test_what_the_manifest_does_not_ask_for_is_refused():
    assert set(manifest_scopes()) <= set(ALL_SCOPES)
    with running("--scopes", "channels:history") as narrow:
        web = AsyncWebClient(narrow.bot_token, base_url=narrow.api_url)
        with pytest.raises(SlackApiError) as caught:
            await web.chat_postMessage(channel="general", text="x")
        said = caught.value.response
        assert (said["error"], said["needed"], said["provided"]) == (
            "missing_scope",
            "chat:write",
            "channels:history",
        )
        assert (await web.conversations_history(channel="general"))["messages"] == []
        assert len(narrow.client.say("general", "@malmoi 안녕?").event_ids) == 1  # no app_mentions:read
        [posted] = [narrow.client.say("general", "x")]
        assert narrow.client.react("general", posted.ts, "eyes") == ""


async def test_tiers_count_the_calls_of_a_minute():
    with running("--tiers", "--scopes", *ALL_SCOPES) as strict:
        web = AsyncWebClient(strict.bot_token, base_url=strict.api_url)
        for _ in range(20):
            await web.conversations_list()
        with pytest.raises(SlackApiError) as caught:
            await web.conversations_list()
        assert caught.value.response.status_code == 429
        assert 50 <= int(caught.value.response.headers["Retry-After"]) <= 60
        await web.conversations_info(channel="C00000001")
