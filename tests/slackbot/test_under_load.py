"""A process that dies while it streams and people edit; and what becomes of every event, counted."""

import asyncio
import random
import time
from collections import Counter

import pytest

from slackbot.emulator.client import Posted
from slackbot.emulator.process import running
from slackbot.metrics import Metrics
from slackbot.store.reading import open_to_read
from tests.slackbot.conftest import FAST, BotProcess
from tests.slackbot.test_load import PATIENT_SLACK, answers_by_question, settled
from tests.slackbot.test_metrics import balance, values

KILLS = 6


def seen(client, channels):
    """The questions that carry the bot's sign: it has committed them and is not done yet."""
    known = client.state("channels")["channels"]
    return [
        Posted(channel, message["ts"], ())
        for channel in channels
        for message in known[channel]["messages"]
        if message.get("reactions")
    ]


def texts_by_question(client):
    return {
        message["thread_ts"]: message["text"]
        for channel in client.state("channels")["channels"].values()
        for message in channel["messages"]
        if message.get("bot_id")
    }


def counted(bot):
    """The metrics, read from the bot's store."""

    async def rendered():
        store = open_to_read(bot.folder / "inbox.sqlite")
        try:
            return await Metrics(store).render()
        finally:
            await store.close()

    return asyncio.run(rendered())


@pytest.mark.timed
@pytest.mark.slow
def test_killed_while_it_streams_and_people_edit_there_is_one_whole_answer_to_the_last_text(tmp_path):
    moments = random.Random(20)
    limits = FAST | {"attempts": 30, "concurrency": 32, "per_person": 32, "first_words": 0.2}
    with running(*PATIENT_SLACK) as emulator:
        client = emulator.client
        bot = BotProcess(emulator, tmp_path, {"delay": 0.2, "limits": limits}).start()
        channels = client.burst(120, channels=10, per_second=10.0, text="@malmoi 조금씩 휴가 {n}?")
        edited = set()
        for _ in range(KILLS):
            time.sleep(moments.uniform(0.3, 1.6))
            asked = seen(client, channels)
            for posted in moments.sample(asked, min(4, len(asked))):
                client.edit(posted, "@malmoi 주차는요?")
                edited.add(posted.ts)
            time.sleep(moments.uniform(0.0, 0.3))
            bot.kill()
            bot.start()
        report = settled(client, timeout=40.0)

        def wrong():
            return {
                ts: text
                for ts, text in texts_by_question(client).items()
                if ("지하 2층" if ts in edited else "5째 문장은") not in text
            }

        end = time.monotonic() + 30.0
        while wrong() and time.monotonic() < end:
            time.sleep(0.2)
        assert wrong() == {}
        assert len(edited) > KILLS
        assert (report["messages"], client.load()["doubled"]) == (120, 0)
        assert set(answers_by_question(client).values()) == {1}
        assert client.state("totals")["totals"]["calls_by_method"]["chat.startStream"] > 0
        assert bot.terminate() == 0


@pytest.mark.timed
def test_every_event_is_accounted_for_also_after_a_crash(tmp_path):
    with running(*PATIENT_SLACK) as emulator:
        client = emulator.client
        bot = BotProcess(emulator, tmp_path, {"delay": 0.1, "limits": FAST | {"attempts": 30}}).start()
        try:
            answered = client.say("질문", "@malmoi 휴가?")
            refused = client.say("질문", "@malmoi 날씨?", user="doyun")
            dead = client.say("질문", "@malmoi 고장")
            for posted in (answered, refused, dead):
                client.wait_for_replies(posted)
            client.redeliver(answered.event_ids[0], times=2)
            client.say("general", "우리끼리 하는 말")
            withdrawn = client.say("질문", "@malmoi 주차?", user="doyun")
            client.wait_for_replies(withdrawn)
            client.delete(withdrawn)
            client.wait_until(lambda _: not client.wait_for_replies(withdrawn, 0), "connections")
            time.sleep(1.5)  # what was counted until now is written
            state = client.state("totals", "calls")
            # Every sign of the bot is an event too, but no message.
            signs = sum(call["method"].startswith("reactions.") and call["ok"] for call in state["calls"])
            messages = state["totals"]["acked"] - signs
            assert balance(counted(bot)) == (messages, messages)
            client.burst(60, channels=6, per_second=30.0, text="@malmoi 느리게 휴가 {n}?")
            for _ in range(2):
                time.sleep(0.5)  # less than a second: what is counted in memory alone is lost
                bot.kill()
                bot.start()
            settled(client, timeout=40.0)
            time.sleep(0.5)  # the last events, of the bot's own messages, arrive
            assert bot.terminate() == 0
        finally:
            bot.end()
    found = values(counted(bot))
    states = Counter(
        {name.split()[1]: value for name, value in found.items() if name.startswith("malmoi_slack_questions")}
    )
    assert states == Counter(answered=61, refused=1, dead=1, removed=1, waiting=0)
    assert found["malmoi_slack_ignored_total known"] > 2
    assert found["malmoi_slack_ignored_total not_addressed"] == 1
    received, became = balance(counted(bot))
    assert received == became
