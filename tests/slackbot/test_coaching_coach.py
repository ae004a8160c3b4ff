"""The coach against the emulator: who gets a hint, where, and who never does."""

import asyncio
import dataclasses
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from slackbot import intake, phrases, views
from slackbot.coaching import Coach
from slackbot.config import Limits
from slackbot.directory import Directory
from slackbot.emulator.client import EmulatorClient, Posted
from slackbot.emulator.process import RunningEmulator, running
from slackbot.intake import Identity, Question
from slackbot.policy import Mode, Policy
from slackbot.store import Store, open_store
from slackbot.store.channels import ChannelSettings
from slackbot.teams import Team, Teams

ME = Identity("T0MALMOI", "U0MALMOI", "B0MALMOI")
QUESTION = "@malmoi 연차는 언제까지 이월하나요?"
THOUGHT = ("저 배포 문서를 보다가", "궁금한 게 생겼는데", "롤백은 누가 승인하나요?")
IDS = {"haneul": "U0HANEUL", "doyun": "U0DOYUN", "seoyeon": "U0SEOYEON"}


@dataclass
class Workplace:
    """People who talk in the emulator, and a coach who hears them as the listener would let it."""

    client: EmulatorClient
    slack: AsyncWebClient
    teams: Teams
    store: Store
    coach: Coach
    channel: str

    async def say(
        self, text: str, user: str = "haneul", *, thread: Posted | None = None, later: float = 0.0
    ) -> Posted:
        """Post, and let the coach hear it as if it came ``later`` by so many seconds."""
        posted = self.client.say(self.channel, text, user=user, thread_ts=thread.ts if thread else "")
        self.coach.notice(heard(after(posted, later), text, user, thread))
        await self.settle()
        return posted

    async def answered(self, text: str = QUESTION, user: str = "haneul") -> Posted:
        """A question at the root, with the bot's answer in its thread."""
        asked = await self.say(text, user)
        await self.slack.chat_postMessage(
            channel=self.channel, text="3월 말까지 이월할 수 있습니다.", thread_ts=asked.ts
        )
        return asked

    async def think_aloud(self, user: str = "haneul") -> None:
        for piece in THOUGHT:
            await self.say(piece, user)

    async def settle(self) -> None:
        """Until the coach has nothing under way."""
        async with asyncio.timeout(20):
            while under_way():
                await asyncio.sleep(0.01)

    def hints(self) -> list[dict[str, Any]]:
        """The ephemeral messages that Slack took, in this test's channel."""
        calls = self.client.calls("chat.postEphemeral")
        return [
            call["arguments"] for call in calls if call["ok"] and call["arguments"]["channel"] == self.channel
        ]


def after(posted: Posted, seconds: float) -> Posted:
    return Posted(posted.channel, f"{float(posted.ts) + seconds:.6f}", ())


def under_way() -> int:
    """How many messages the coach is looking into."""
    return sum(task.get_coro().__qualname__ == "Coach._see_to" for task in asyncio.all_tasks())


def heard(posted: Posted, text: str, user: str, thread: Posted | None = None, **more: Any) -> Question:
    event = {"type": "message", "channel": posted.channel, "ts": posted.ts, "user": IDS[user]} | more
    event["text"] = text.replace("@malmoi", f"<@{ME.user}>")
    if thread is not None:
        event["thread_ts"] = thread.ts
    found = intake.read({"team_id": ME.team, "event_id": f"Ev{posted.ts}", "event": event}, ME)
    assert isinstance(found, Question)
    return found


@pytest.fixture(scope="module")
def slack():
    with running("--post-interval", "0") as emulator:
        yield emulator


@pytest.fixture
async def work(slack: RunningEmulator, tmp_path, request) -> AsyncIterator[Workplace]:
    policy = getattr(request, "param", Policy())
    store = open_store(tmp_path / "store.sqlite")
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(
            token=slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[]
        )
        client.proxy = None
        teams = Teams({ME.team: Team(ME, client)})
        coach = Coach(teams, store, Directory(teams, Limits()), policy)
        # One database for each test, so that everybody may be told something in each.
        channel = slack.client.open_channel(request.node.name)
        yield Workplace(slack.client, client, teams, store, coach, channel)
        await coach.stop()
    await store.close()


async def test_a_reply_to_the_bots_answer_in_the_channel_gets_one_hint_with_the_thread(work):
    asked = await work.answered()
    await work.say("그럼 3월 뒤에는요?", later=10)
    [hint] = work.hints()
    link = await work.slack.chat_getPermalink(channel=work.channel, message_ts=asked.ts)
    assert (hint["user"], hint.get("thread_ts")) == (IDS["haneul"], None)
    assert f"<{link['permalink'].replace('&', '&amp;')}>" in hint["text"]
    assert hint["text"].startswith(phrases.KOREAN.nudge_loose_reply.split("{")[0])
    assert hint["text"].endswith(phrases.KOREAN.nudge_ending)
    [button] = hint["blocks"][-1]["elements"]
    assert button["action_id"] == views.COACHING_OFF == "coaching_off"
    assert hint["blocks"][0]["text"]["text"] == hint["text"]
    await work.say("그럼 4월에는요?", later=20)
    await work.think_aloud()
    assert len(work.hints()) == 1  # once a day


async def test_each_person_has_hints_of_their_own(work):
    await work.think_aloud("haneul")
    await work.think_aloud("doyun")
    assert [hint["user"] for hint in work.hints()] == [IDS["haneul"], IDS["doyun"]]
    assert all(hint["text"].startswith(phrases.KOREAN.nudge_split) for hint in work.hints())


async def test_another_topic_in_a_long_thread_is_told_in_the_thread(work):
    root = await work.say("푸시가 두 번 간다는 문의가 왔습니다")
    for number in range(20):
        await work.say(f"로그 {number}째 줄 봤습니다", "doyun", thread=root)
    await work.say("다른 얘기인데 신입 장비는 누가 준비하나요?", "seoyeon", thread=root)
    [hint] = work.hints()
    assert (hint["user"], hint["thread_ts"]) == (IDS["seoyeon"], root.ts)


@pytest.mark.parametrize("work", [Policy(coaching=False)], indirect=True)
async def test_nobody_is_told_where_the_owner_wants_no_coaching_but_a_channel_may(work):
    await work.think_aloud("haneul")
    assert work.hints() == []
    await work.store.channels.set(ME.team, work.channel, ChannelSettings(Mode.MENTION, coaching=True))
    await work.think_aloud("doyun")
    assert [hint["user"] for hint in work.hints()] == [IDS["doyun"]]


@pytest.mark.parametrize("work", [Policy(allow=frozenset({IDS["doyun"]}))], indirect=True)
async def test_only_who_may_use_the_bot_is_told_but_everybody_interrupts(work):
    await work.think_aloud("haneul")
    for text, user in zip(
        (*THOUGHT[:2], "저요", THOUGHT[2]), ("doyun", "doyun", "haneul", "doyun"), strict=True
    ):
        await work.say(text, user)
    assert work.hints() == []
    await work.think_aloud("doyun")
    assert [hint["user"] for hint in work.hints()] == [IDS["doyun"]]


@pytest.mark.parametrize("work", [Policy(mode=Mode.OFF)], indirect=True)
async def test_nobody_is_told_where_the_bot_is_off(work):
    await work.think_aloud("haneul")
    await work.store.channels.set(ME.team, work.channel, ChannelSettings(Mode.OFF, coaching=True))
    await work.think_aloud("doyun")
    assert work.hints() == []


async def test_nobody_is_told_in_a_channel_that_wants_none_or_after_saying_no(work):
    await work.store.coaching.opt_out(ME.team, IDS["doyun"])
    await work.think_aloud("doyun")
    await work.store.channels.set(ME.team, work.channel, ChannelSettings(Mode.MENTION, coaching=False))
    await work.think_aloud("haneul")
    assert work.hints() == []
    # What was not said costs nobody the hint of the day.
    await work.store.channels.set(ME.team, work.channel, ChannelSettings(Mode.MENTION, coaching=True))
    await work.think_aloud("haneul")
    assert [hint["user"] for hint in work.hints()] == [IDS["haneul"]]


@pytest.mark.parametrize("kind", ["im", "mpim"])
async def test_nobody_is_told_in_direct_messages(work, kind):
    work.channel = work.client.open_channel(f"direct {kind}", kind=kind)
    for number, piece in enumerate(THOUGHT):
        posted = work.client.say(work.channel, piece)
        work.coach.notice(heard(posted, piece, "haneul", channel_type=kind))
        await work.settle()
        assert number < 3
    assert work.hints() == []


async def test_events_that_come_twice_or_late_give_no_second_hint(work):
    posted = [work.client.say(work.channel, piece) for piece in THOUGHT]
    for one, piece in zip([*posted, *posted], [*THOUGHT, *THOUGHT], strict=True):
        work.coach.notice(heard(one, piece, "haneul"))
    await work.settle()
    assert len(work.hints()) == 1
    for number, piece in enumerate(THOUGHT):
        past = Posted(work.channel, f"{time.time() - 300 + number:.6f}", ())
        work.coach.notice(heard(past, piece, "doyun"))
    await work.settle()
    assert len(work.hints()) == 1


async def test_no_bot_is_told(work):
    for piece in THOUGHT:
        posted = work.client.say(work.channel, piece)
        work.coach.notice(dataclasses.replace(heard(posted, piece, "haneul"), user=ME.user))
    await work.settle()
    assert work.hints() == []


async def test_an_unknown_workspace_is_left_alone(work):
    work.teams.remove(ME.team)
    await work.think_aloud()
    assert work.hints() == []


@pytest.mark.parametrize("kind", ["unavailable", "lost_reply", "reset", "ratelimited", "error"])
async def test_a_hint_that_fails_is_not_said_again_and_no_log_shows_what_was_said(work, kind, caplog):
    caplog.set_level(logging.DEBUG, "malmoi.slack")
    work.client.fail("chat.postEphemeral", kind, seconds=1, code="user_not_in_channel")
    await work.think_aloud()
    await work.say("근데 배포는")
    shown = [
        call
        for call in work.client.calls("chat.postEphemeral")
        if call["arguments"]["channel"] == work.channel
    ]
    assert len(shown) == 1
    assert "no hint to U0HANEUL" in caplog.text
    assert not any(piece in caplog.text for piece in THOUGHT)


async def test_a_thread_that_cannot_be_read_gives_no_hint(work):
    await work.answered()
    work.client.fail("conversations.replies", "error", code="thread_not_found")
    await work.say("그럼 3월 뒤에는요?", later=10)
    assert work.hints() == []
    await work.say("그럼 4월에는요?", later=20)
    assert len(work.hints()) == 1


@pytest.mark.timed
async def test_stopping_ends_what_runs(work):
    await work.answered()
    work.client.fail("conversations.replies", "held_reply", seconds=30)
    posted = work.client.say(work.channel, "그럼 3월 뒤에는요?")
    work.coach.notice(heard(after(posted, 10), "그럼 3월 뒤에는요?", "haneul"))
    await asyncio.sleep(0.3)
    assert under_way() == 1
    begun = time.monotonic()
    await work.coach.stop()
    assert time.monotonic() - begun < 2
    assert under_way() == 0
    assert work.hints() == []


async def test_stopping_forgets_what_was_said(work):
    first, second, last = THOUGHT
    await work.say(first)
    await work.say(second)
    await work.coach.stop()
    await work.say(last)
    assert work.hints() == []


async def test_a_flood_of_faults_runs_few_at_once(work):
    work.client.fail("conversations.replies", "held_reply", seconds=2, times=100)
    asked = await work.answered()
    for number in range(100):
        later = after(asked, 10 + number / 100)
        work.coach.notice(heard(later, f"그럼 {number}월에는요?", "haneul"))
    assert under_way() == 32
    await work.coach.stop()
