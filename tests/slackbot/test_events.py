"""What happens with an event before it is acknowledged."""

from dataclasses import replace
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.intake import Identity, Question
from slackbot.listeners import Hooks, keep_before_ack
from slackbot.policy import Mode
from slackbot.store import open_store
from slackbot.teams import Team, Teams
from slackbot.traffic import Traffic

TS = "1700000000.000001"


class Desk:
    """The middleware over a real store, and what it told whom."""

    def __init__(self, folder: Path, **hooks) -> None:
        self.store = open_store(folder / "inbox.sqlite")
        self.begun: list[str] = []
        self.interrupted: list[int] = []
        self.messages: list[Question] = []
        self.refused: list[Question] = []
        self.tallies: list[str] = []
        self.passed_on: list[str] = []
        me = Identity("T1", "UBOT", "BBOT")
        given = Hooks(
            on_message=self.messages.append,
            tally=self.tallies.append,
            on_refused=self.refused.append,
            handled=("reaction_added",),
        )
        self._keep = keep_before_ack(
            self.store.inbox,
            Teams({"T1": Team(me, AsyncWebClient())}),
            self,
            Traffic(),
            gather=3.0,
            hooks=replace(given, **hooks),
        )

    def begin(self, question: Question) -> None:
        self.begun.append(question.ts)

    def interrupt(self, number: int) -> None:
        self.interrupted.append(number)

    async def receive(self, body) -> int | None:
        async def passed_on() -> None:
            self.passed_on.append(body.get("event", {}).get("type", body.get("type")))

        response = await self._keep(body, passed_on)
        return response and response.status

    async def say(self, text="<@UBOT> 휴가?", ts=TS, team="T1", **fields) -> int | None:
        event = {"type": "message", "channel": "C1", "channel_type": "channel", "user": "U1"}
        shown = event | {"ts": ts, "text": text} | fields
        return await self.receive(
            {"type": "event_callback", "event_id": f"Ev{ts}", "team_id": team, "event": shown}
        )

    def balance(self) -> tuple[int, int]:
        ignored = [name for name in self.tallies if name.startswith("ignored:")]
        return self.tallies.count("received") + len(self.begun), len(ignored) + len(self.begun)


@pytest.fixture
async def desk(tmp_path):
    desk = Desk(tmp_path)
    yield desk
    await desk.store.close()


async def test_every_event_is_acknowledged_and_counted_as_one_thing(desk):
    assert await desk.say() == 200
    assert await desk.say(type="app_mention", channel_type=None) == 200
    await desk.say("반차는?", ts="1700000002.000001")
    await desk.say("점심 뭐 먹죠?", ts="1700000100.000001")
    await desk.say(team="T9")
    await desk.say(subtype="message_changed", message={"user": "U1", "ts": TS})
    await desk.say(subtype="channel_join")
    assert desk.begun == [TS]
    assert [name for name in desk.tallies if name != "received"] == [
        "ignored:known",
        "ignored:joined",
        "ignored:not_addressed",
        "ignored:unknown_team",
        "ignored:edited",
        "ignored:subtype",
    ]
    assert desk.balance() == (7, 7)


async def test_each_message_is_told_once_whatever_becomes_of_it(desk):
    await desk.say()
    await desk.say()
    await desk.say(type="app_mention", channel_type=None)
    await desk.say("점심 뭐 먹죠?", ts="1700000100.000001")
    await desk.say("봇의 말", ts="1700000101.000001", bot_id="BOTHER")
    assert [(message.ts, message.addressed) for message in desk.messages] == [
        (TS, "mention"),
        ("1700000100.000001", "channel"),
    ]


async def test_edits_deletions_and_further_messages_interrupt_the_work(desk):
    await desk.say()
    await desk.say("반차는?", ts="1700000001.000001")
    edited = {"user": "U1", "ts": TS, "text": "<@UBOT> 주차?", "edited": {"ts": "1700000009.000001"}}
    await desk.say(subtype="message_changed", message=edited, previous_message={"text": "휴가?"})
    await desk.say(subtype="message_deleted", deleted_ts=TS)
    await desk.say(subtype="message_deleted", deleted_ts="1700000500.000001")
    assert desk.interrupted == [1, 1, 1]


def _change(subtype, text, edited):
    message = {"type": "message", "user": "U1", "ts": TS, "text": text}
    message["edited"] = {"user": "U1", "ts": edited}
    before = message | {"text": "<@UBOT> 휴가?"}
    shown = {"message": message} if subtype == "message_changed" else {"deleted_ts": TS}
    return {"subtype": subtype, "ts": edited, "previous_message": before, **shown}


@pytest.mark.parametrize(
    ("changes", "text", "state"),
    [
        ([("message_changed", "<@UBOT> 주차?", "1700000009.0")], "주차?", "new"),
        (
            [
                ("message_changed", "<@UBOT> 주차?", "1700000009.0"),
                ("message_changed", "<@UBOT> 회의?", "1700000005.0"),
            ],
            "주차?",
            "new",
        ),
        ([("message_deleted", "", "1700000009.0")], "", "withdrawn"),
        (
            [
                ("message_deleted", "", "1700000009.0"),
                ("message_changed", "<@UBOT> 회의?", "1700000005.0"),
            ],
            "",
            "withdrawn",
        ),
    ],
)
async def test_a_change_that_overtakes_its_message_is_not_lost(desk, changes, text, state):
    for change in changes:
        await desk.say(**_change(*change))
    await desk.say()
    rows = await desk.store._database.run(
        lambda connection: connection.exec_driver_sql("SELECT text, state FROM inbox").all()
    )
    assert [tuple(row) for row in rows] == [(text, state)]
    await desk.say(type="app_mention", channel_type=None)  # the second event of the mention
    again = await desk.store._database.run(
        lambda connection: connection.exec_driver_sql("SELECT text, state FROM inbox").all()
    )
    assert again == rows


async def test_other_events_go_to_their_listeners_or_end_here(desk):
    assert await desk.receive({"type": "event_callback", "event": {"type": "reaction_added"}}) is None
    assert await desk.receive({"type": "event_callback", "event": {"type": "team_rename"}}) == 200
    assert await desk.receive({"type": "block_actions"}) is None
    assert desk.passed_on == ["reaction_added", "block_actions"]
    assert desk.tallies == []


@pytest.mark.parametrize(
    "body",
    [
        {"type": "event_callback"},
        {"type": "event_callback", "event": None},
        {"type": "event_callback", "event": [], "team_id": {}},
        {"type": "event_callback", "event": {"type": "message", "ts": 5}, "authorizations": [7]},
        {"type": "event_callback", "event": {"type": {"message": 1}}},
    ],
)
async def test_malformed_events_are_acknowledged_and_kept_nowhere(desk, body):
    assert await desk.receive(body) == 200
    assert await desk.store.inbox.counts() == {}


async def test_whoever_may_not_ask_is_refused_once_and_nothing_is_kept(tmp_path):
    desk = Desk(tmp_path, allowed=lambda question: question.user == "U2")
    await desk.say()
    await desk.say()
    await desk.say(type="app_mention", channel_type=None)
    await desk.say("점심 뭐 먹죠?", ts="1700000100.000001")  # not for the bot: no refusal either
    await desk.say(ts="1700000200.000001", user="U2")
    assert [question.ts for question in desk.refused] == [TS]
    assert desk.begun == ["1700000200.000001"]
    assert await desk.store.inbox.counts() == {"new": 1}
    await desk.store.close()


@pytest.mark.parametrize(
    ("mode", "begun"),
    [
        (Mode.OFF, []),
        (Mode.MENTION, [TS]),
        (Mode.ROOTS, [TS, "1700000100.000001"]),
        (Mode.THREADS, [TS, "1700000100.000001", "1700000200.000001"]),
    ],
)
async def test_a_channel_s_mode_decides_what_is_a_question(tmp_path, mode, begun):
    asked_for = []

    def mode_of(team: str, channel: str) -> Mode:
        asked_for.append((team, channel))
        return mode

    desk = Desk(tmp_path, mode=mode_of)
    await desk.say()
    await desk.say("점심 뭐 먹죠?", ts="1700000100.000001")
    await desk.say("저는 국수요", ts="1700000200.000001", thread_ts="1600000000.000001")
    assert desk.begun == begun
    assert set(asked_for) == {("T1", "C1")}
    await desk.store.close()
