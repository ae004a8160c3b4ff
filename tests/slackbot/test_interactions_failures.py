"""What goes wrong beside messages: payloads that are none, a Slack that fails, work that takes too long."""

import asyncio
import logging
import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa

from chat.errors import ModelBusyError, ModelUnavailableError
from rag.answering.refusals import MODEL_FAILED
from rag.types import EVERYTHING
from slackbot import phrases, render, views
from slackbot.intake import Question
from slackbot.listeners import asking, shortcuts
from slackbot.listeners.background import Background
from slackbot.phrases import interaction
from slackbot.summary import excerpt
from tests.slackbot.interactions import (  # noqa: F401 - fixtures
    LIMITS,
    TEAM,
    click,
    command,
    event,
    indexed_handbook,
    open_desk,
    running_slack,
    shortcut,
)

SAY = interaction.of("ko")
WHO = {"team": {"id": TEAM}, "user": {"id": "U1", "team_id": TEAM}}
CLICK = {
    "type": "block_actions",
    "team": {"id": TEAM},
    "actions": [{"action_id": render.FEEDBACK_ACTION, "type": "button"}],
}


@pytest.mark.parametrize(
    "body",
    [
        CLICK,
        CLICK | {"user": {"id": "U1"}},
        CLICK | {"user": {"id": "U1", "team_id": TEAM}, "team": None},
        CLICK | {"user": {"id": "U1"}, "container": {"type": "message"}, "team": {"id": "T9"}},
        {"type": "message_action", "callback_id": "save_thread", **WHO},
        {
            "type": "view_submission",
            **WHO,
            "view": {
                "type": "modal",
                "callback_id": views.REASON_VIEW,
                "private_metadata": "비밀스러운 글",
                "state": {},
            },
        },
        {"command": "/malmoi", "team_id": TEAM},
    ],
)
async def test_a_payload_that_lacks_something_is_acknowledged_and_changes_nothing(desk, body, caplog):
    assert (await desk.send(body)).status == 200
    assert await desk.parts.store.feedback.all() == []
    assert "비밀스러운" not in caplog.text


@pytest.mark.parametrize(
    "inside",
    [
        {"type": "reaction_added"},
        {"type": "reaction_added", "user": "U1", "reaction": "books", "item": {"type": "message"}},
        {"type": "app_home_opened", "tab": "home"},
        {"type": "assistant_thread_started"},
    ],
)
async def test_an_event_that_lacks_something_is_acknowledged_and_calls_nobody(desk, inside):
    before = len(desk.client.state("calls")["calls"])
    assert (await desk.send(event(desk, inside))).status == 200
    after = desk.client.state("calls")["calls"][before:]
    assert {call["method"] for call in after} <= {"auth.test", "users.info"}


async def test_work_that_breaks_off_is_told_and_logged_without_its_text(desk, caplog):
    asked, answer = await desk.answered()
    for table in ("feedback", "coaching"):
        drop = sa.text(f"DROP TABLE {table}")
        await desk.parts.store._database.run(lambda connection, drop=drop: connection.execute(drop))
    caplog.set_level(logging.DEBUG, logger="malmoi")
    await desk.send(click(desk, render.FEEDBACK_ACTION, "down", ts=answer, thread=asked))
    await desk.send(command(desk, "코칭 끄기"))
    assert [one["text"] for one in desk.responses] == [phrases.KOREAN.failed] * 2
    ours = [r.getMessage() for r in caplog.records if r.name == "malmoi.slack.interactions"]
    assert len([line for line in ours if line.startswith("U0HANEUL in")]) == 2
    assert "휴가" not in "".join(ours)


async def test_a_slack_that_refuses_the_word_of_thanks_keeps_the_vote(desk):
    asked, answer = await desk.answered()
    desk.client.fail("chat.postEphemeral", "error", code="user_not_in_channel")
    await desk.send(click(desk, render.FEEDBACK_ACTION, "up", ts=answer, thread=asked))
    assert [one.value for one in await desk.parts.store.feedback.all()] == ["up"]


async def test_a_pause_that_slack_asks_for_is_kept_and_an_unknown_fate_is_not_tried_twice(desk):
    asked, answer = await desk.answered()

    def tried():
        return len([one for one in desk.calls("chat.postEphemeral") if one["channel"] == desk.channel])

    desk.client.fail("chat.postEphemeral", "ratelimited", seconds=1)
    await desk.send(click(desk, render.FEEDBACK_ACTION, "up", ts=answer, thread=asked))
    assert tried() == 2
    desk.client.fail("chat.postEphemeral", "lost_reply")
    await desk.send(click(desk, render.FEEDBACK_ACTION, "up", ts=answer, thread=asked))
    assert tried() == 3


async def test_a_modal_that_does_not_open_leaves_thanks_and_the_vote(desk):
    asked, answer = await desk.answered()
    desk.client.fail("views.open", "error", code="expired_trigger_id")
    await desk.send(click(desk, render.FEEDBACK_ACTION, "down", ts=answer, thread=asked))
    assert desk.calls("chat.postEphemeral")[-1]["text"] == SAY.thanks
    assert [one.value for one in await desk.parts.store.feedback.all()] == ["down"]


async def test_responses_take_no_proxy_of_the_environment_to_this_machine(desk, monkeypatch):
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    await desk.send(command(desk, "help"))
    assert [one["text"] for one in desk.responses] == [SAY.help]


async def test_a_summary_that_fails_or_takes_too_long_is_told(desk, caplog):
    caplog.set_level(logging.DEBUG, logger="malmoi")

    def broken(said, language):
        raise ValueError(said[0].text)

    held = threading.Event()

    def endless(said, language):
        held.wait(10)
        return excerpt(said, language)

    root = desk.client.say(desk.channel, "워크숍 장소를 정해야 합니다.")
    body = shortcut(desk, "summarise_thread", root.ts)
    used = shortcuts.shortcut_of(body)
    await shortcuts.summarise(replace(desk.parts, summarise=broken), used)
    assert desk.responses[-1]["text"] == SAY.summary_failed
    hasty = Background(replace(LIMITS, answer_deadline=0.2))
    await shortcuts.summarise(replace(desk.parts, summarise=endless, background=hasty), used)
    assert desk.responses[-1]["text"] == phrases.KOREAN.too_slow
    held.set()
    await hasty.stop()
    assert "워크숍" not in "".join(r.getMessage() for r in caplog.records if r.name.startswith("malmoi"))


async def test_what_takes_too_long_keeps_its_place_until_it_ends():
    background = Background(replace(LIMITS, answer_deadline=0.2, concurrency=1))
    held = threading.Event()

    def waits():
        held.wait(10)
        yield "late"

    with pytest.raises(TimeoutError):
        await background.last_of(waits)
    next_one = asyncio.create_task(background.last_of(lambda: iter(("first", "last"))))
    await asyncio.sleep(0.1)
    assert not next_one.done()
    held.set()
    assert await next_one == "last"
    with pytest.raises(TimeoutError):
        await background.last_of(lambda: iter(()))
    await background.stop()


async def test_what_hangs_gives_its_place_up_in_the_end():
    background = Background(replace(LIMITS, answer_deadline=0.2, concurrency=1))
    held = threading.Event()

    def hangs():
        held.wait(20)
        yield "late"

    with pytest.raises(TimeoutError):
        await background.last_of(hangs)
    async with asyncio.timeout(5):
        assert await background.last_of(lambda: iter(("last",))) == "last"
    held.set()
    await background.stop()


@pytest.mark.parametrize("kind", [ModelUnavailableError, ModelBusyError])
async def test_of_a_model_that_fails_the_asker_is_told_nothing_that_is_meant_for_its_owner(desk, kind):
    class Broken:
        def stream(self, question, history=(), *, among=EVERYTHING):
            raise kind("The model server gave no answer", where="http://model", fix="Look at its log.")
            yield

    question = Question("", TEAM, desk.channel, "", "", "U0HANEUL", "휴가는?", "direct")
    [told] = await asking.answered(replace(desk.parts, answerer=Broken()), question, phrases.KOREAN)
    assert told.text == phrases.KOREAN.refusals[MODEL_FAILED]


async def test_after_the_stop_nothing_begins_and_what_is_late_is_ended():
    background = Background(replace(LIMITS, stop_grace=0.2))
    ends: list[str] = []

    async def work(name: str, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
            ends.append(name)
        except asyncio.CancelledError:
            ends.append(f"{name} ended")
            raise

    assert background.start(work("quick", 0.05))
    assert background.start(work("slow", 30))
    await background.stop()
    assert ends == ["quick", "slow ended"]
    assert not background.start(work("late", 0))


@pytest.mark.parametrize("text", ["질문 휴가?", "상태", "도움말"])
async def test_a_workspace_that_is_not_installed_gets_bolts_word_and_nothing_of_ours(desk, text):
    assert (await desk.send(command(desk, text) | {"team_id": "T9"})).status == 200
    assert [("installation" in one["text"]) for one in desk.responses] == [True]
    assert desk.answerer.asked == []
