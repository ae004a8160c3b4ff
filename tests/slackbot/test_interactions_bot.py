"""Everything a person does beside messages, with a running bot: over the socket, in Slack's own payloads."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import replace

from slackbot import app, transport
from slackbot.config import SlackConfig
from slackbot.listeners import Hooks, assistant, interactions
from slackbot.phrases import interaction
from slackbot.store import State
from tests.slackbot.interactions import (  # noqa: F401 - fixtures
    PASSAGE,
    TEAM,
    Desk,
    indexed_handbook,
    open_desk,
    running_slack,
)

SAY = interaction.of("ko")


@contextlib.asynccontextmanager
async def running_bot(desk: Desk, slack, monkeypatch) -> AsyncIterator[None]:
    """The desk's parts behind a socket, with the worker that answers."""
    for name, value in (
        ("BOT_TOKEN", slack.bot_token),
        ("APP_TOKEN", slack.app_token),
        ("API_URL", slack.api_url),
    ):
        monkeypatch.setenv(f"SLACK_{name}", value)
    config, parts = SlackConfig(), desk.parts
    limits = replace(parts.limits, ping_interval=0.5)
    client = parts.teams.of(TEAM).client
    hooks = Hooks(handled=interactions.EVENTS, on_message=lambda question: assistant.notice(parts, question))
    bot = app.build(client, parts.teams, parts.answerer, parts.store, limits, hooks=hooks)
    interactions.register(bot.app, parts)
    async with transport.connected(bot.app, config, limits):
        working = asyncio.create_task(bot.worker.run())
        try:
            yield
        finally:
            await parts.background.stop()
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            await bot.worker.stop()


async def until(condition, *, within: float = 15.0):
    """The first true value of a blocking look at the emulator."""
    async with asyncio.timeout(within):
        while True:
            found = await asyncio.to_thread(condition)
            if found:
                return found
            await asyncio.sleep(0.03)


def told(desk: Desk, user: str) -> list[str]:
    """What a person was told privately in the desk's channel."""
    seen = desk.client.person(user)["ephemerals"]
    return [one["text"] for one in seen if one["channel"] == desk.channel]


def text_of(view) -> str:
    return "\n".join(str((block.get("text") or {}).get("text", "")) for block in view["blocks"])


async def test_feedback_from_the_click_to_the_reason(desk, slack, monkeypatch):
    client, feedback = desk.client, desk.parts.store.feedback
    async with running_bot(desk, slack, monkeypatch):
        asked = await asyncio.to_thread(client.say, desk.channel, "@malmoi 휴가는 며칠인가요?")
        [reply] = await asyncio.to_thread(client.wait_for_replies, asked)
        await until(lambda: not client.state()["channels"][desk.channel]["messages"][0].get("reactions"))

        def click(value, user="haneul"):
            return asyncio.to_thread(
                client.click, desk.channel, reply["ts"], "feedback", value=value, user=user
            )

        assert (await click("down")).acked
        [modal] = await until(lambda: client.person("haneul")["modals"])
        assert await asyncio.to_thread(lambda: client.person("doyun")["modals"]) == []
        [kept] = await feedback.all()
        assert (kept.value, kept.question, kept.answer) == ("down", "휴가는 며칠인가요?", f"{PASSAGE} [1]")
        assert kept.sources == ("[1] handbook/leave.md",)
        submitted = await asyncio.to_thread(
            client.submit, modal["id"], {"reason": "outdated", "more": "올해 바뀌었습니다"}
        )
        assert submitted.acked
        assert await until(lambda: told(desk, "haneul")) == [SAY.thanks_for_reason]
        assert await asyncio.to_thread(lambda: client.person("haneul")["modals"]) == []
        assert [one.reason for one in await feedback.all()] == ["outdated: 올해 바뀌었습니다"]
        await click("up")
        assert await until(lambda: told(desk, "haneul")[1:]) == [SAY.thanks]
        assert [(one.user, one.value) for one in await feedback.all()] == [("U0HANEUL", "up")]
        await click("up", user="doyun")
        assert await until(lambda: told(desk, "doyun")) == [SAY.thanks]
        assert len(await feedback.all()) == 2


async def test_the_menu_of_a_message_and_the_emoji(desk, slack, monkeypatch):
    client = desk.client
    async with running_bot(desk, slack, monkeypatch):
        root = await asyncio.to_thread(client.say, desk.channel, "워크숍 장소를 정해야 합니다.")
        last = await asyncio.to_thread(
            client.say, desk.channel, "강릉 워크숍으로 정합시다.", user="doyun", thread_ts=root.ts
        )
        used = await asyncio.to_thread(
            client.shortcut, "summarise_thread", desk.channel, last.ts, user="seoyeon"
        )
        assert used.acked

        def summary():
            shown = [text_of(view) for view in client.person("seoyeon")["modals"]]
            return [text for text in shown if text != SAY.reading]

        [shown] = await until(summary)
        assert shown.split("\n")[2:] == [
            "• haneul: 워크숍 장소를 정해야 합니다.",
            "• doyun: 강릉 워크숍으로 정합시다.",
        ]
        used = await asyncio.to_thread(client.shortcut, "save_thread", desk.channel, last.ts, user="doyun")
        assert used.acked
        assert await until(lambda: told(desk, "doyun")) == [SAY.saved_public]
        await asyncio.to_thread(client.react, desk.channel, root.ts, "books", user="haneul")
        assert await until(lambda: told(desk, "haneul")) == [SAY.saved_public]
        await asyncio.to_thread(client.react, desk.channel, root.ts, "books", user="haneul", remove=True)
        assert await until(lambda: told(desk, "haneul")[1:]) == [SAY.unsaved]
        messages = await asyncio.to_thread(lambda: client.state()["channels"][desk.channel]["messages"])
        assert not [message for message in messages if message.get("bot_id")]


async def test_the_command_is_answered_to_the_asker_alone_also_where_the_bot_is_not(desk, slack, monkeypatch):
    client = desk.client
    async with running_bot(desk, slack, monkeypatch):
        closed = await asyncio.to_thread(client.open_channel, f"closed {desk.channel}", bot=False)
        for channel in (desk.channel, closed):
            before = len(client.person("seoyeon")["ephemerals"])
            used = await asyncio.to_thread(
                client.command, "/malmoi", channel, "질문 휴가는 며칠인가요?", user="seoyeon"
            )
            assert used.acked
            await until(lambda before=before: len(client.person("seoyeon")["ephemerals"]) == before + 2)
            waiting, answer = client.person("seoyeon")["ephemerals"][before:]
            assert waiting["text"] == SAY.asking
            assert PASSAGE in answer["text"]
            assert "feedback" not in str(answer["blocks"])
            assert [m for m in client.state()["channels"][channel]["messages"] if m.get("bot_id")] == []


async def test_the_home_and_its_button(desk, slack, monkeypatch):
    client = desk.client
    async with running_bot(desk, slack, monkeypatch):
        await asyncio.to_thread(client.home, "doyun")
        home = await until(lambda: client.person("doyun")["home"])
        assert SAY.home_coaching.format(state=SAY.on) in text_of(home)
        used = await asyncio.to_thread(client.click_in_view, home["id"], "coaching_off")
        assert used.acked
        off = SAY.home_coaching.format(state=SAY.off)
        await until(lambda: off in text_of(client.person("doyun")["home"]))
        assert await desk.parts.store.coaching.is_off(TEAM, "U0DOYUN")


async def test_the_assistant_pane_gives_one_greeting_and_one_answer_a_question(desk, slack, monkeypatch):
    client = desk.client
    async with running_bot(desk, slack, monkeypatch):
        pane = await asyncio.to_thread(client.assistant, "haneul", viewing=desk.channel)
        await asyncio.to_thread(client.redeliver, pane.event_ids[-1], 2)
        [greeting] = await asyncio.to_thread(client.wait_for_replies, pane)
        assert greeting["text"] == SAY.greeting
        for count, text in enumerate(("휴가는 며칠인가요?", "그럼 휴가를 넘길 수 있나요?"), start=2):
            await asyncio.to_thread(client.say, pane.channel, text, user="haneul", thread_ts=pane.ts)
            replies = await asyncio.to_thread(client.wait_for_replies, pane, count)
            assert PASSAGE in replies[-1]["text"]
            await asyncio.sleep(desk.parts.limits.gather + 0.2)
        counts = await desk.parts.store.inbox.counts()
        assert counts == {State.ANSWERED: 2}
        assert len(await asyncio.to_thread(client.wait_for_replies, pane, 3)) == 3
        titles = [
            call["arguments"]["title"]
            for call in client.calls("assistant.threads.setTitle")
            if call["arguments"]["thread_ts"] == pane.ts
        ]
        assert titles == ["휴가는 며칠인가요?"]
        assert [asked for asked, _ in desk.answerer.asked] == [
            "휴가는 며칠인가요?",
            "그럼 휴가를 넘길 수 있나요?",
        ]


async def test_what_was_acknowledged_is_finished_before_the_bot_stops(desk, slack, monkeypatch):
    def slowly(said, language):
        time.sleep(1.0)
        return "다 읽었습니다"

    client = desk.client
    desk.parts = replace(desk.parts, summarise=slowly)
    async with running_bot(desk, slack, monkeypatch):
        root = await asyncio.to_thread(client.say, desk.channel, "워크숍 장소를 정해야 합니다.")
        await asyncio.to_thread(client.shortcut, "summarise_thread", desk.channel, root.ts, user="seoyeon")
    assert text_of(client.person("seoyeon")["modals"][-1]) == "다 읽었습니다"
