"""Many questions at once, a process that dies all the time, a Slack that sets a pace."""

import random
import sqlite3
import time
from collections import Counter

import pytest

from slackbot.emulator.process import running
from tests.slackbot.conftest import FAST, BotProcess

PATIENT_SLACK = ("--post-interval", "0", "--ack-timeout", "1", "--retry-delays", *["0.5"] * 60)


def settled(client, timeout):
    end = time.monotonic() + timeout
    while True:
        report = client.load()
        if not report["running"] and not report["lost"]:
            return report
        assert time.monotonic() < end, report
        time.sleep(0.1)


def answers_by_question(client):
    """How many messages of the bot stand in each thread."""
    return Counter(
        message["thread_ts"]
        for channel in client.state("channels")["channels"].values()
        for message in channel["messages"]
        if message.get("bot_id")
    )


@pytest.mark.timed
@pytest.mark.slow
def test_killed_at_twenty_moments_every_question_is_answered_once(tmp_path):
    moments = random.Random(8)
    with running(*PATIENT_SLACK) as emulator:
        client = emulator.client
        bot = BotProcess(emulator, tmp_path, {"delay": 0.2, "limits": FAST | {"attempts": 30}}).start()
        client.burst(450, channels=10, per_second=15.0, users=3, text="@malmoi 느리게 휴가 {n}?")
        answered = []
        for _ in range(20):
            time.sleep(moments.uniform(0.1, 0.6))
            bot.kill()
            answered.append(client.load()["answered"])
            bot.start()
        assert answered[0] < answered[10] < answered[-1]  # it was at work in between
        report = settled(client, timeout=60.0)
        assert (report["messages"], report["doubled"]) == (450, 0)
        assert set(answers_by_question(client).values()) == {1}
        assert bot.terminate() == 0
        with sqlite3.connect(tmp_path / "inbox.sqlite") as connection:
            states = connection.execute("SELECT state, count(*) FROM inbox GROUP BY state").fetchall()
        assert states == [("answered", 450)]


@pytest.mark.timed
@pytest.mark.slow
def test_while_two_hundred_wait_for_a_slow_model_events_are_acknowledged_at_once(tmp_path):
    with running("--post-interval", "0") as emulator:
        client = emulator.client
        bot = BotProcess(emulator, tmp_path, {"delay": 30.0}).start()
        try:
            client.burst(200, channels=20, per_second=0.0, users=3, text="@malmoi 느리게 휴가 {n}?")
            client.wait_until(lambda _: client.load()["acked"] == 400)
            assert client.load()["acked_after_repeat"] == 0
            question = "@malmoi 느리게 주차 {n}?"
            client.burst(500, channels=20, per_second=50.0, users=3, text=question, forget=True)
            time.sleep(10.0)
            client.wait_until(lambda _: client.load()["first_sign_ms"]["count"] == 500)
            report = client.load()
            assert report["ack_ms"]["count"] == 1_000
            assert report["ack_ms"]["p99"] < 500, report
            assert report["acked_after_repeat"] == 0
        finally:
            bot.end()


@pytest.mark.timed
@pytest.mark.slow
def test_a_thousand_questions_at_once_are_all_acknowledged_and_answered(tmp_path):
    with running("--post-interval", "0") as emulator:
        client = emulator.client
        bot = BotProcess(emulator, tmp_path).start()
        try:
            client.burst(1_000, channels=50, per_second=0.0, users=3, text="@malmoi 휴가 {n}?")
            report = settled(client, timeout=90.0)
            assert (report["doubled"], report["acked_after_repeat"]) == (0, 0), report
        finally:
            bot.end()


@pytest.mark.timed
@pytest.mark.slow
def test_fifteen_questions_in_one_channel_keep_its_pace_and_hold_up_no_other(tmp_path):
    with running("--post-interval", "1") as emulator:
        client = emulator.client
        bot = BotProcess(emulator, tmp_path, {"limits": FAST | {"post_interval": 1.0}}).start()
        try:
            busy = [client.say("질문", f"@malmoi 휴가 {n}?", user="doyun") for n in range(15)]
            places = [client.open_channel(f"다른 방 {n}") for n in range(5)]
            taken = []
            for place in places:
                started = time.monotonic()
                client.wait_for_replies(client.say(place, "@malmoi 주차?"), timeout=5.0)
                taken.append(time.monotonic() - started)
            assert max(taken) < 2.0, taken
            assert [len(client.wait_for_replies(posted, timeout=30.0)) for posted in busy] == [1] * 15
            statuses = [call["status"] for call in client.calls("chat.postMessage")]
            assert statuses.count(429) <= 2
        finally:
            bot.end()


@pytest.mark.timed
@pytest.mark.parametrize("kind", ["unavailable", "reset", "lost_reply"])
def test_five_failing_posts_in_a_row_lose_nothing_and_double_nothing(tmp_path, kind):
    with running("--post-interval", "0") as emulator:
        client = emulator.client
        bot = BotProcess(emulator, tmp_path).start()
        try:
            client.fail("chat.postMessage", kind, times=5)
            client.burst(20, channels=4, per_second=0.0, users=3, text="@malmoi 휴가 {n}?")
            report = settled(client, timeout=30.0)
            assert (report["answered"], report["doubled"]) == (20, 0)
        finally:
            bot.end()
