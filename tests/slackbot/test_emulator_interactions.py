"""Events and interactions as Slack's own Socket Mode client receives and answers them."""

import asyncio

import pytest
from aiohttp import ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from curation.errors import UserError
from slackbot.emulator.methods import ALL_SCOPES
from slackbot.emulator.process import running

BUTTONS = [
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {
                "type": "button",
                "action_id": "again",
                "value": "7",
                "text": {"type": "plain_text", "text": "다시"},
            }
        ],
    },
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "feedback",
                "positive_button": {"text": {"type": "plain_text", "text": "👍"}, "value": "up"},
                "negative_button": {"text": {"type": "plain_text", "text": "👎"}, "value": "down"},
            }
        ],
    },
]
REASON = {
    "type": "modal",
    "callback_id": "why",
    "notify_on_close": True,
    "title": {"type": "plain_text", "text": "까닭"},
    "submit": {"type": "plain_text", "text": "보내기"},
    "blocks": [
        {
            "type": "input",
            "block_id": "b",
            "label": {"type": "plain_text", "text": "왜"},
            "element": {"type": "plain_text_input", "action_id": "reason"},
        }
    ],
}


class App:
    """A Socket Mode app: keeps what it receives, answers as it was told to."""

    def __init__(self, emulator):
        self.slack = emulator
        self.client = emulator.client
        self.web = AsyncWebClient(emulator.bot_token, base_url=emulator.api_url)
        self.socket = SocketModeClient(app_token=emulator.app_token, web_client=self.web, trace_enabled=False)
        self.socket.socket_mode_request_listeners.append(self._receive)
        self.received = []
        self.answers = {}
        self.during = None

    async def _receive(self, client, request):
        self.received.append(request)
        if self.during and request.type == "interactive":
            await self.during(request.payload)
        payload = self.answers.get(request.payload.get("type") or request.type)
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload))

    async def act(self, verb, *args, **kwargs):
        """A person's act; the loop stays free, for the app has to answer meanwhile."""
        return await asyncio.to_thread(verb, *args, **kwargs)

    async def event(self, event_id):
        """The event with this id, once it has arrived."""
        async with asyncio.timeout(5):
            while True:
                for request in self.received:
                    if request.payload.get("event_id") == event_id:
                        return request.payload
                await asyncio.sleep(0.01)

    async def posted(self, **more):
        root = await self.act(self.client.say, "질문", "@malmoi 안녕?")
        said = await self.web.chat_postMessage(channel=root.channel, thread_ts=root.ts, text="답", **more)
        return root, said["ts"]


@pytest.fixture
async def app():
    with running("--post-interval", "0", "--ack-timeout", "2", "--scopes", *ALL_SCOPES) as emulator:
        app = App(emulator)
        await app.socket.connect()
        yield app
        await app.socket.close()


async def test_a_click_says_where_it_happened_and_may_be_answered_through_its_url(app):
    root, ts = await app.posted(blocks=BUTTONS)
    said = await app.act(app.client.click, root.channel, ts, "feedback", value="down", user="doyun")
    assert said.acked
    request = app.received[-1]
    payload = request.payload
    assert (request.type, request.accepts_response_payload) == ("interactive", True)
    assert payload["type"] == "block_actions"
    assert payload["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": root.channel,
        "is_ephemeral": False,
        "thread_ts": root.ts,
    }
    [action] = payload["actions"]
    assert (action["type"], action["action_id"], action["value"]) == ("feedback_buttons", "feedback", "down")
    assert action["action_ts"] > ts
    assert payload["message"]["thread_ts"] == root.ts
    assert (payload["user"]["id"], payload["team"]["id"]) == ("U0DOYUN", "T0MALMOI")
    assert payload["channel"] == {"id": root.channel, "name": "질문"}
    async with ClientSession() as session:

        async def respond(**body):
            async with session.post(payload["response_url"], json=body) as response:
                return response.status

        assert await respond(text="고맙습니다") == 200
        assert await respond(text="모두에게", response_type="in_channel") == 200
        assert await respond(text="고친 답", replace_original=True) == 200
        assert await respond(delete_original=True) == 200
        assert await respond() == 400
        assert await respond(text="여섯째") == 404
    person = app.client.person("doyun")
    assert [(e["text"], e["thread_ts"]) for e in person["ephemerals"]] == [("고맙습니다", root.ts)]
    assert app.client.wait_for_replies(root, 0) == []
    texts = [m["text"] for m in app.client.state("channels")["channels"][root.channel]["messages"]]
    assert texts[-1] == "모두에게"


async def test_a_whispered_button_carries_no_message(app):
    root, _ = await app.posted()
    whispered = await app.web.chat_postEphemeral(
        channel=root.channel, user="U0HANEUL", text="귀띔", blocks=BUTTONS
    )
    await app.act(app.client.click, root.channel, whispered["message_ts"], "again")
    payload = app.received[-1].payload
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload
    assert payload["actions"][0]["value"] == "7"
    assert payload["actions"][0]["block_id"] == "row"
    with pytest.raises(UserError, match="message_not_found"):  # of somebody else
        await app.act(app.client.click, root.channel, whispered["message_ts"], "again", user="doyun")


async def test_a_modal_is_opened_corrected_submitted_and_closed(app):
    root, ts = await app.posted(blocks=BUTTONS)

    async def open_it(payload):
        if payload["type"] == "block_actions":
            await app.web.views_open(trigger_id=payload["trigger_id"], view=REASON)
            with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
                await app.web.views_open(trigger_id=payload["trigger_id"], view=REASON)

    app.during = open_it
    await app.act(app.client.click, root.channel, ts, "again", user="emma")
    [view] = app.client.person("emma")["modals"]
    with pytest.raises(UserError, match="reason is required"):
        await app.act(app.client.submit, view["id"])
    app.answers["view_submission"] = {"response_action": "errors", "errors": {"b": "더 자세히"}}
    refused = await app.act(app.client.submit, view["id"], {"reason": "음"})
    assert refused.payload["errors"] == {"b": "더 자세히"}
    payload = app.received[-1].payload
    entered = payload["view"]["state"]["values"]
    assert entered == {"b": {"reason": {"type": "plain_text_input", "value": "음"}}}
    assert (payload["view"]["callback_id"], payload["user"]["id"]) == ("why", "U0EMMA")
    app.answers["view_submission"] = {"response_action": "update", "view": REASON | {"callback_id": "more"}}
    await app.act(app.client.submit, view["id"], {"reason": "틀렸어요"})
    assert [v["callback_id"] for v in app.client.person("emma")["modals"]] == ["more"]
    app.answers["view_submission"] = None
    await app.act(app.client.submit, view["id"], {"reason": "틀렸어요"})
    assert app.client.person("emma")["modals"] == []
    await app.act(app.client.click, root.channel, ts, "again", user="emma")
    [view] = app.client.person("emma")["modals"]
    await app.act(app.client.close, view["id"])
    assert (app.received[-1].payload["type"], app.received[-1].payload["is_cleared"]) == (
        "view_closed",
        False,
    )


async def test_shortcuts_and_commands(app):
    root, ts = await app.posted()
    await app.act(app.client.shortcut, "summarize", root.channel, ts, user="yuki")
    payload = app.received[-1].payload
    assert (payload["type"], payload["callback_id"]) == ("message_action", "summarize")
    assert (payload["message_ts"], payload["message"]["text"]) == (ts, "답")
    app.answers["slash_commands"] = {"text": "이렇게 씁니다"}
    said = await app.act(app.client.command, "malmoi", root.channel, "도움", user="yuki")
    request = app.received[-1]
    assert (said.payload, request.type) == ({"text": "이렇게 씁니다"}, "slash_commands")
    form = request.payload
    assert (form["command"], form["text"], form["user_id"]) == ("/malmoi", "도움", "U0YUKI")
    assert [e["text"] for e in app.client.person("yuki")["ephemerals"]] == ["이렇게 씁니다"]
    await app.act(app.client.global_shortcut, "ask")
    assert app.received[-1].payload["type"] == "shortcut"


async def test_an_interaction_without_an_answer_is_not_repeated(app):
    root, ts = await app.posted(blocks=BUTTONS)
    app.client.settings(ack_timeout=0.1)
    app.during = lambda _: asyncio.sleep(0.3)
    assert not (await app.act(app.client.click, root.channel, ts, "again")).acked
    await asyncio.sleep(0.5)
    assert sum(request.type == "interactive" for request in app.received) == 1


async def test_an_app_that_is_away_gives_no_answer():
    with running("--ack-timeout", "0.2") as emulator:
        said = emulator.client.say("general", "말")
        assert not emulator.client.shortcut("ask", said.channel, said.ts).acked


async def test_events_of_people_who_react_come_and_go(app):
    client = app.client
    root, _ = await app.posted()
    event = (await app.event(client.react(root.channel, root.ts, "book", user="emma")))["event"]
    assert (event["type"], event["reaction"], event["user"]) == ("reaction_added", "book", "U0EMMA")
    assert event["item"] == {"type": "message", "channel": root.channel, "ts": root.ts}
    assert event["item_user"] == "U0HANEUL"
    event = (await app.event(client.react(root.channel, root.ts, "book", user="emma", remove=True)))["event"]
    assert event["type"] == "reaction_removed"
    room = client.open_channel("새 방", people=["haneul"])
    event = (await app.event(client.join(room, "emma")))["event"]
    assert (event["type"], event["channel_type"]) == ("member_joined_channel", "C")
    assert (await app.event(client.leave(room, "emma")))["event"]["type"] == "member_left_channel"
    event = (await app.event(client.home("emma")))["event"]
    assert (event["type"], event["tab"], event["channel"][0]) == ("app_home_opened", "home", "D")


async def test_the_assistant_pane(app):
    client = app.client
    thread = client.assistant("emma", viewing="general")
    event = (await app.event(thread.event_ids[0]))["event"]
    assert event["type"] == "assistant_thread_started"
    assert event["assistant_thread"]["thread_ts"] == thread.ts
    assert event["assistant_thread"]["context"]["channel_id"] == "C00000001"
    event = (await app.event(client.look_elsewhere(thread, "질문", user="emma")))["event"]
    assert event["type"] == "assistant_thread_context_changed"
    prompts = [{"title": "휴가", "message": "휴가는 며칠인가요?"}]
    await app.web.assistant_threads_setSuggestedPrompts(
        channel_id=thread.channel, thread_ts=thread.ts, prompts=prompts
    )
    await app.web.assistant_threads_setTitle(channel_id=thread.channel, thread_ts=thread.ts, title="휴가")
    [shown] = client.state("threads")["threads"]
    assert (shown["title"], shown["suggested"]["prompts"]) == ("휴가", prompts)
    said = client.say(thread.channel, "휴가는 며칠인가요?", user="emma", thread_ts=thread.ts)
    event = (await app.event(said.event_ids[0]))["event"]
    assert (event["channel_type"], event["thread_ts"]) == ("im", thread.ts)


async def test_other_bots_and_guests_speak_and_unseen_channels_do_not_reach_the_app(app):
    client = app.client
    event = (await app.event(client.say("general", "배포 끝", user="alarmbot").event_ids[0]))["event"]
    assert (event["bot_id"], event["app_id"]) == ("B0ALARM", "A0ALARM")
    shared = client.open_channel("협력사", shared=True)
    outer = await app.event(client.say(shared, "@malmoi 안녕?", user="guest").event_ids[0])
    assert (outer["is_ext_shared_channel"], outer["event"]["user_team"]) == (True, "T0PARTNER")
    assert client.say(client.open_channel("남의 방", bot=False), "비밀").event_ids == ()


async def test_connections_may_be_refused_for_a_while(app):
    await asyncio.to_thread(app.client.settings, refuse_connections=0.5)
    assert 0 < app.client.changes()["trouble"]["refusing_connections"] <= 0.5
    with pytest.raises(SlackApiError):
        await app.web.apps_connections_open(app_token=app.slack.app_token)
    await asyncio.sleep(0.6)
    assert (await app.web.apps_connections_open(app_token=app.slack.app_token))["ok"]
