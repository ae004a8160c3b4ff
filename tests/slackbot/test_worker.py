"""The worker's parts in this process: what other processes do to its questions, what it remembers."""

import asyncio
import time
from dataclasses import replace

import pytest

from slackbot import app
from slackbot.config import Limits
from slackbot.intake import Deletion, Question
from slackbot.outbox import Outbox
from slackbot.signs import Signs
from slackbot.store import State, open_store
from slackbot.stream import LiveMessage, Streaming
from slackbot.teams import Teams
from slackbot.traffic import Traffic
from slackbot.worker import lanes, run
from tests.slackbot.bot_process import KeywordAnswerer
from tests.slackbot.conftest import FAST
from tests.slackbot.slack_client import ME, Workplace, running_slack, workplace  # noqa: F401


def asked_in(workplace: Workplace, text: str) -> Question:  # noqa: F811
    posted = workplace.client.say("질문", text)
    return Question("Ev1", ME.team, posted.channel, posted.ts, posted.ts, "U0HANEUL", text, "mention")


async def test_what_another_process_was_told_stops_the_work_here(
    tmp_path,
    workplace: Workplace,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(lanes, "LEASE_S", 0.4)
    store = open_store(tmp_path / "inbox.sqlite")
    answerer = KeywordAnswerer(tmp_path, delay=0.5)
    worker = app.build(workplace.slack, workplace.teams, answerer, store, Limits(**FAST)).worker
    working = asyncio.create_task(worker.run())
    try:
        question = asked_in(workplace, "조금씩 휴가?")
        await store.inbox.keep(question)
        worker.begin(question)
        while await store.inbox.counts() != {State.RUNNING: 1}:
            await asyncio.sleep(0.01)
        # The event of the deletion reached another bot: nobody here is interrupted by it.
        assert await store.inbox.withdraw(Deletion(ME.team, question.channel, question.ts))
        async with asyncio.timeout(10):
            while await store.inbox.counts() != {State.REMOVED: 1}:
                await asyncio.sleep(0.01)
            while not (tmp_path / "stopped").exists():
                await asyncio.sleep(0.01)
        assert not [call for call in workplace.client.calls("chat.postMessage") if call["ok"]]
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await worker.stop()
        await store.close()


@pytest.mark.timed
async def test_a_removal_that_breaks_off_is_not_tried_without_a_pause(
    tmp_path, monkeypatch: pytest.MonkeyPatch
):
    tried = []

    async def remove(*_: object) -> None:
        tried.append(time.monotonic())
        raise RuntimeError

    monkeypatch.setattr(Outbox, "remove", remove)
    monkeypatch.setattr(run, "_AFTER_FAULT_S", 0.4)
    store = open_store(tmp_path / "inbox.sqlite")
    question = Question("Ev1", "T1", "C1", "1.0", "1.0", "U1", "휴가?", "mention")
    await store.inbox.keep(question)
    await store.inbox.withdraw(Deletion("T1", "C1", "1.0"))
    worker = app.build(None, Teams({}), KeywordAnswerer(tmp_path), store, Limits(**FAST)).worker
    working = asyncio.create_task(worker.run())
    await asyncio.sleep(1.2)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await worker.stop()
    assert 2 <= len(tried) <= 4
    assert await store.inbox.counts() == {State.WITHDRAWN: 1}
    await store.close()


@pytest.mark.parametrize("turns", range(6))
async def test_cancelled_in_the_moment_it_is_woken_it_ends(tmp_path, turns):
    store = open_store(tmp_path / "inbox.sqlite")
    worker = app.build(None, Teams({}), KeywordAnswerer(tmp_path), store, Limits(**FAST)).worker
    working = asyncio.create_task(worker.run())
    await asyncio.sleep(0.2)  # it has looked, and waits
    worker.wake()
    for _ in range(turns):
        await asyncio.sleep(0)
    working.cancel()
    done, _ = await asyncio.wait({working}, timeout=2)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await worker.stop()
    await store.close()
    assert done


async def test_signs_of_questions_that_others_answer_are_not_remembered_for_ever():
    signs = Signs(Teams({}), Traffic())
    question = Question("Ev1", "T1", "C1", "", "", "U1", "휴가?", "mention")
    for number in range(3_000):
        ts = f"{time.time() + number:.6f}"
        signs.show(replace(question, ts=ts, thread=ts))
        await asyncio.sleep(0)
    while any(not shown.done() for shown in signs._shown.values()):
        await asyncio.sleep(0)
    assert len(signs._shown) <= 1_000
    assert len(signs._begun) <= 1_000


async def test_what_two_sentences_make_up_together_hides_no_link(workplace: Workplace):  # noqa: F811
    limits = Limits(**FAST, first_words=0.0, stream_interval=0.05)
    known: list[str] = []

    async def noted(posted) -> None:
        known.extend(posted)

    question = asked_in(workplace, "@malmoi 휴가?")
    live = LiveMessage(Streaming(Outbox(workplace.teams, limits), limits), question, noted)
    live.add("해마다 열다섯 날입니다. [1]")
    while not known:
        await asyncio.sleep(0.01)
    live.add("(http://evil.test) @")
    while not workplace.asked("chat.appendStream"):
        await asyncio.sleep(0.01)
    live.add("doyun &")
    while workplace.asked("chat.appendStream") < 2:
        await asyncio.sleep(0.01)
    await live.end()
    written = "".join(
        call["arguments"]["markdown_text"]
        for method in ("chat.startStream", "chat.appendStream")
        for call in workplace.client.calls(method)
        if call["arguments"].get("ts", live.ts) == live.ts and call["ok"]
    )
    assert written.endswith("[1]\u2060(http://evil.test) @\u2060doyun &amp;")
