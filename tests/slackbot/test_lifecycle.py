"""Starting, dying, restarting, stopping, and a Slack that fails: still one answer to a question."""

import signal
import sqlite3

import pytest

from slackbot.emulator.process import running
from tests.slackbot.conftest import FAST, BotProcess

SLOW = {"delay": 1.0}


def seen(posted):
    """The bot is at work: its reaction stands on the message."""

    def condition(state):
        [message] = [m for m in state["channels"][posted.channel]["messages"] if m["ts"] == posted.ts]
        return "reactions" in message

    return condition


def states(bot):
    with sqlite3.connect(bot.folder / "inbox.sqlite") as connection:
        return sorted(state for (state,) in connection.execute("SELECT state FROM inbox"))


def test_killed_while_it_works_it_answers_once_after_a_restart_and_knows_its_threads(bot):
    bot.options = SLOW
    client = bot.start().client
    asked = client.say("질문", "@malmoi 느리게 휴가?")
    client.wait_until(seen(asked))
    bot.kill()
    assert client.wait_for_replies(asked, 0) == []
    bot.start()
    client.wait_for_replies(asked)
    client.say("질문", "그럼 주차는요?", thread_ts=asked.ts)
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
    client.wait_until(seen(asked))
    assert bot.terminate(number) == 0
    assert len(client.wait_for_replies(asked)) == 1
    assert states(bot) == ["answered"]


def test_asked_to_stop_it_begins_nothing_new(bot):
    bot.options = SLOW
    client = bot.start().client
    asked = client.say("질문", "@malmoi 느리게 휴가?")
    client.wait_until(seen(asked))
    client.say("질문", "@malmoi 주차?", thread_ts=asked.ts)  # waits: one at a time in a thread
    client.wait_until(lambda _: states(bot) == ["new", "running"])
    assert bot.terminate() == 0
    assert states(bot) == ["answered", "new"]


def test_asked_to_stop_it_gives_back_what_takes_too_long(bot):
    bot.options = {"delay": 60.0, "limits": FAST | {"stop_grace": 0.3}}
    client = bot.start().client
    asked = client.say("질문", "@malmoi 느리게 휴가?")
    client.wait_until(seen(asked))
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
    assert "disk full" in bot.log
    assert "카나리아" not in bot.log


def test_no_message_text_is_logged_at_any_level(bot):
    canary = "비밀카나리아"
    client = bot.start().client
    asked = client.say("질문", f"@malmoi 휴가 {canary}?")
    client.wait_for_replies(asked)
    broken = client.say("질문", f"@malmoi 고장 {canary}")
    client.wait_for_replies(broken)
    client.say("질문", f"{canary} 주차?", thread_ts=asked.ts)
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
