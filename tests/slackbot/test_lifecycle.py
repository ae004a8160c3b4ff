"""Starting, dying, restarting, stopping, and a Slack that fails: still one answer to a question."""

import signal
import sqlite3
import time

import pytest

from slackbot.emulator.process import running
from tests.slackbot.conftest import FAST, BotProcess, replies_when_done

SLOW = {"delay": 1.0}


def states(bot):
    with sqlite3.connect(bot.folder / "inbox.sqlite") as connection:
        return sorted(state for (state,) in connection.execute("SELECT state FROM inbox"))


def at_work(bot):
    """The model is asked: the reaction stands earlier, as soon as the question has arrived."""
    return lambda _: "running" in states(bot)


def test_killed_while_it_works_it_answers_once_after_a_restart_and_knows_its_threads(bot):
    bot.options = SLOW
    client = bot.start().client
    asked = client.say("질문", "@malmoi 느리게 휴가?")
    client.wait_until(at_work(bot))
    bot.kill()
    assert client.wait_for_replies(asked, 0) == []
    bot.start()
    client.wait_for_replies(asked)
    client.say("질문", "그럼 주차는요?", thread_ts=asked.ts, user="doyun")
    first, second = client.wait_for_replies(asked, 2)
    assert "열다섯" in first["text"]
    assert "지하 2층" in second["text"]
    assert bot.terminate() == 0
    assert states(bot) == ["answered", "answered"]


def test_killed_after_slack_took_the_post_it_does_not_post_again(bot):
    client = bot.start().client
    client.fail("chat.postMessage", "held_reply", seconds=30)
    asked = client.say("질문", "@malmoi 휴가?")
    client.wait_for_replies(asked)
    bot.kill()
    assert states(bot) == ["running"]
    bot.start()
    client.wait_until(lambda _: states(bot) == ["answered"])
    assert len(client.wait_for_replies(asked)) == 1
    assert len(client.calls("chat.postMessage")) == 1


def test_killed_between_two_messages_of_an_answer_it_posts_the_rest(bot):
    bot.options = {"limits": FAST | {"post_interval": 1.0}}
    client = bot.start().client
    asked = client.say("질문", "@malmoi 기나긴 이야기")
    [first] = client.wait_for_replies(asked)
    bot.kill()
    bot.start()
    first_again, *rest = replies_when_done(client, asked)
    assert (first_again["ts"], first_again["text"]) == (first["ts"], first["text"])
    parts = [reply["metadata"]["event_payload"]["part"] for reply in (first, *rest)]
    assert parts == list(range(len(parts)))
    assert len(client.calls("chat.postMessage")) == len(parts) > 1
    assert client.calls("chat.update") == []


def test_a_model_that_hangs_does_not_take_the_places_of_others(bot):
    limits = FAST | {"answer_deadline": 0.5, "concurrency": 2}
    bot.options = {"delay": 60.0, "limits": limits}
    client = bot.start().client
    for user in ("haneul", "doyun"):
        client.wait_for_replies(client.say("질문", "@malmoi 느리게 휴가?", user=user))
    [reply] = client.wait_for_replies(client.say("질문", "@malmoi 휴가?", user="seoyeon"))
    assert "열다섯" in reply["text"]


def test_a_question_asked_while_the_bot_was_away_is_answered(bot):
    client = bot.start().client
    assert bot.terminate() == 0
    asked = client.say("질문", "@malmoi 휴가?")
    bot.start()
    assert len(client.wait_for_replies(asked)) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_it_finishes_running_work(bot, number):
    bot.options = SLOW
    client = bot.start().client
    asked = client.say("질문", "@malmoi 느리게 휴가?")
    client.wait_until(at_work(bot))
    assert bot.terminate(number) == 0
    assert len(client.wait_for_replies(asked)) == 1
    assert states(bot) == ["answered"]


def test_asked_to_stop_it_begins_nothing_new(bot):
    bot.options = SLOW
    client = bot.start().client
    asked = client.say("질문", "@malmoi 느리게 휴가?")
    client.wait_until(at_work(bot))
    client.say("질문", "@malmoi 주차?", thread_ts=asked.ts, user="doyun")  # waits: one at a time in a thread
    client.wait_until(lambda _: states(bot) == ["new", "running"])
    assert bot.terminate() == 0
    assert states(bot) == ["answered", "new"]


def test_asked_to_stop_it_gives_back_what_takes_too_long(bot):
    bot.options = {"delay": 60.0, "limits": FAST | {"stop_grace": 0.3}}
    client = bot.start().client
    asked = client.say("질문", "@malmoi 느리게 휴가?")
    client.wait_until(at_work(bot))
    assert bot.terminate(within=5.0) == 0
    assert states(bot) == ["new"]
    bot.options = {}
    bot.start()
    assert len(client.wait_for_replies(asked)) == 1


def test_past_the_deadline_the_person_is_told(bot):
    bot.options = {"delay": 60.0, "limits": FAST | {"answer_deadline": 0.3}}
    asked = bot.start().client.say("질문", "@malmoi 느리게 휴가?")
    [reply] = bot.client.wait_for_replies(asked)
    assert "시간 안에" in reply["text"]
    assert states(bot) in (["running"], ["dead"])
    assert bot.terminate(within=5.0) == 0


@pytest.mark.parametrize(
    ("variable", "token", "said"),
    [
        ("SLACK_BOT_TOKEN", "", "is not set"),
        ("SLACK_BOT_TOKEN", "xapp-local-emulator", "the other kind of token"),
        ("SLACK_BOT_TOKEN", "abc", "starts with xoxb-"),
        ("SLACK_BOT_TOKEN", "xoxb-wrong", "invalid_auth"),
        ("SLACK_APP_TOKEN", "xoxb-local-emulator", "the other kind of token"),
        ("SLACK_APP_TOKEN", "xapp-wrong", "invalid_auth"),
    ],
)
def test_a_wrong_token_is_named_and_ends_with_2(shared_bot, tmp_path, variable, token, said):
    bot = BotProcess(shared_bot.emulator, tmp_path, environment={variable: token})
    calls_before = len(bot.client.state()["calls"])
    bot.start(wait=False)
    assert bot.exit_code() == 2
    assert variable in bot.log
    assert said in bot.log
    assert "Traceback" not in bot.log
    if "invalid_auth" not in said:
        assert len(bot.client.state()["calls"]) == calls_before
    if token:
        assert token not in bot.log


def test_a_slack_that_is_not_there_is_named_and_ends_with_1(shared_bot, tmp_path, unused_tcp_port):
    address = f"http://127.0.0.1:{unused_tcp_port}/api/"
    bot = BotProcess(
        shared_bot.emulator,
        tmp_path,
        options={"limits": FAST | {"start_patience": 0.3}},
        environment={"SLACK_API_URL": address},
    ).start(wait=False)
    assert bot.exit_code() == 1
    assert address in bot.log


def test_a_token_that_is_revoked_ends_the_bot_and_keeps_the_question(bot):
    client = bot.start().client
    client.fail("chat.postMessage", "error", code="token_revoked")
    asked = client.say("질문", "@malmoi 휴가?")
    assert bot.exit_code() == 2
    assert "token_revoked" in bot.log
    assert states(bot) == ["new"]
    bot.start()
    assert len(client.wait_for_replies(asked)) == 1


def test_a_channel_that_takes_no_reply_does_not_stop_the_others(bot):
    client = bot.start().client
    client.fail("chat.postMessage", "error", code="is_archived")
    client.say("질문", "@malmoi 휴가?")
    client.wait_until(lambda _: states(bot) == ["dead"])
    assert "is_archived" in bot.log
    asked = client.say("general", "@malmoi 휴가?")
    assert len(client.wait_for_replies(asked)) == 1


def test_it_can_be_stopped_while_it_tries_to_connect(bot):
    bot.emulator.client.fail("apps.connections.open", "unavailable", times=1_000)
    bot.start(wait=False)
    bot.client.wait_until(lambda state: state["calls"][-1:] and "apps." in state["calls"][-1]["method"])
    assert bot.terminate(within=5.0) == 0


def test_a_second_bot_on_the_same_store_is_refused(shared_bot):
    second = BotProcess(shared_bot.emulator, shared_bot.folder)
    second.start(wait=False)
    assert second.exit_code() == 2
    assert "another bot is running" in second.log


@pytest.mark.parametrize(
    ("kind", "times"),
    [("lost_reply", 2), ("unavailable", 2), ("reset", 2), ("ratelimited", 1)],
)
def test_failing_posts_lose_nothing_and_double_nothing(shared_bot, channel, kind, times):
    client = shared_bot.client
    client.fail("chat.postMessage", kind, times=times, seconds=1)
    first = client.say(channel, "@malmoi 휴가?")
    client.wait_for_replies(first)
    second = client.say(channel, "@malmoi 주차?")
    client.wait_for_replies(second)
    third = client.say(channel, "@malmoi 휴가?")
    client.wait_for_replies(third)
    replies = [len(client.wait_for_replies(posted)) for posted in (first, second, third)]
    assert replies == [1, 1, 1]


def test_a_pace_of_one_post_a_second_is_kept_and_other_channels_do_not_wait(tmp_path):
    with running("--post-interval", "1", "--ack-timeout", "1") as emulator:
        bot = BotProcess(emulator, tmp_path, options={"limits": FAST | {"post_interval": 1.0}}).start()
        try:
            client = emulator.client
            busy = [client.say("질문", "@malmoi 휴가?") for _ in range(4)]
            other = client.say("general", "@malmoi 주차?")
            client.wait_for_replies(other, timeout=2.5)
            assert [len(client.wait_for_replies(posted)) for posted in busy] == [1, 1, 1, 1]
            statuses = [call["status"] for call in client.calls("chat.postMessage")]
            assert statuses.count(429) == 0
        finally:
            bot.end()


@pytest.mark.parametrize("reason", ["refresh_requested", "close", "abort"])
def test_after_a_disconnect_it_goes_on(bot, reason):
    client = bot.start().client
    before = client.say("질문", "@malmoi 휴가?")
    client.wait_for_replies(before)
    opened = len(client.calls("apps.connections.open"))
    assert client.disconnect(reason) == 2
    during = client.say("질문", "@malmoi 주차?")
    assert len(client.wait_for_replies(during)) == 1
    state = client.wait_until(lambda state: state["connections"] == 2)
    reopened = [call for call in state["calls"] if call["method"] == "apps.connections.open"]
    assert len(reopened) >= opened + 2
    after = client.say("질문", "@malmoi 휴가?")
    assert len(client.wait_for_replies(after)) == 1


def test_an_event_whose_commit_fails_is_not_acknowledged_and_comes_again(bot):
    client = bot.start().client
    with sqlite3.connect(bot.folder / "inbox.sqlite") as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON inbox BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    asked = client.say("질문", "@malmoi 휴가 비밀카나리아?")
    client.wait_until(
        lambda state: any(
            d["event_id"] in asked.event_ids and d["retry_attempt"] > 0 for d in state["deliveries"]
        )
    )
    with sqlite3.connect(bot.folder / "inbox.sqlite") as connection:
        connection.execute("DROP TRIGGER full")
    [reply] = client.wait_for_replies(asked)
    assert "열다섯" in reply["text"]
    assert "not kept, not acknowledged: IntegrityError" in bot.log
    assert "카나리아" not in bot.log


@pytest.mark.timed
@pytest.mark.slow
def test_it_is_back_soon_after_slack_takes_connections_again(bot):
    client = bot.start().client
    client.settings(refuse_connections=12.0)
    client.disconnect("abort")
    asked = client.say("질문", "@malmoi 휴가?")
    time.sleep(12.0)
    assert client.wait_for_replies(asked, 0) == []
    client.wait_for_replies(asked, timeout=5.0)
    assert len(replies_when_done(client, asked)) == 1


@pytest.mark.timed
@pytest.mark.slow
def test_a_store_that_cannot_write_for_a_while_loses_no_answer(bot):
    bot.options = SLOW
    client = bot.start().client
    asked = client.say("질문", "@malmoi 느리게 휴가?")
    client.wait_until(at_work(bot))
    with sqlite3.connect(bot.folder / "inbox.sqlite", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")  # as a backup may hold it, longer than SQLite waits
        time.sleep(7.0)
        assert client.wait_for_replies(asked, 0) == []
        other.execute("ROLLBACK")
    assert len(replies_when_done(client, asked)) == 1
    client.wait_until(lambda _: states(bot) == ["answered"])
    assert "SQLITE_BUSY" in bot.log
    assert len(client.calls("chat.postMessage")) == 1


def test_no_message_text_is_logged_at_any_level(bot):
    canary = "비밀카나리아"
    client = bot.start().client
    asked = client.say("질문", f"@malmoi 휴가 {canary}?")
    client.wait_for_replies(asked)
    broken = client.say("질문", f"@malmoi 고장 {canary}")
    client.wait_for_replies(broken)
    client.say("질문", f"{canary} 주차?", thread_ts=asked.ts, user="doyun")
    client.wait_for_replies(asked, 2)
    assert bot.terminate() == 0
    assert "RuntimeError at bot_process.py" in bot.log
    for text in (canary, "열다섯", "지하 2층", "xoxb-", "xapp-"):
        assert text not in bot.log, text
        assert text.encode("unicode_escape").decode() not in bot.log, text


def test_a_proxy_in_the_environment_is_not_asked_for_loopback(bot, unused_tcp_port):
    nowhere = f"http://127.0.0.1:{unused_tcp_port}"
    bot.environment = {"HTTPS_PROXY": nowhere, "HTTP_PROXY": nowhere}
    asked = bot.start().client.say("질문", "@malmoi 휴가?")
    assert len(bot.client.wait_for_replies(asked)) == 1


def test_the_store_is_private(bot):
    bot.start()
    assert (bot.folder / "inbox.sqlite").stat().st_mode & 0o077 == 0
