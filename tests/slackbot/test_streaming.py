"""An answer that takes its time is shown while it is written: one message, whole in the end."""

import pytest

from tests.slackbot.conftest import FAST, BotProcess, replies_when_done

WHOLE = [f"{number}째 문장은" for number in range(1, 6)]
STREAMING = {"delay": 0.3, "limits": FAST | {"first_words": 0.3, "stream_interval": 0.15}}


def growing(posted, sentences=1):
    """The message in the thread shows so many sentences, and is not finished."""

    def condition(state):
        found = [m for m in state["channels"][posted.channel]["messages"] if m.get("bot_id")]
        return any(all(one in m["text"] for one in WHOLE[:sentences]) for m in found)

    return condition


def methods(client, prefix="chat."):
    return [call["method"] for call in client.state()["calls"] if call["method"].startswith(prefix)]


def shows_all(reply):
    return [one in reply["text"] for one in WHOLE] == [True] * len(WHOLE)


@pytest.mark.parametrize("kind", ["channel", "im"])
def test_a_slow_answer_grows_in_one_message_and_ends_with_its_sources(bot, kind):
    bot.options = STREAMING
    client = bot.start().client
    place = client.open_channel("천천히", kind=kind)
    asked = client.say(place, "@malmoi 조금씩 말해 줘")
    client.wait_until(growing(asked, 2))
    [reply] = replies_when_done(client, asked)
    assert shows_all(reply)
    assert reply["metadata"]["event_payload"]["version"] == 1
    assert "handbook/leave.md" in str(reply["blocks"])
    found = methods(client)
    assert found[0] == "chat.startStream"
    assert found[-2:] == ["chat.stopStream", "chat.update"]
    assert "chat.appendStream" in found
    assert "chat.postMessage" not in found
    [shown] = [m for m in client.state()["channels"][place]["messages"] if m.get("bot_id")]
    assert shown["notifies"] == []


def test_while_it_grows_it_pings_nobody(bot):
    bot.options = STREAMING
    client = bot.start().client
    asked = client.say("질문", "@malmoi 조금씩 말해 줘")
    state = client.wait_until(growing(asked))
    [shown] = [m for m in state["channels"][asked.channel]["messages"] if m.get("bot_id")]
    assert shown["notifies"] == []
    assert "&lt;!channel&gt;" in shown["text"]


def test_a_quick_answer_is_posted_at_once(bot):
    bot.options = STREAMING
    client = bot.start().client
    asked = client.say("질문", "@malmoi 휴가?")
    assert len(replies_when_done(client, asked)) == 1
    assert methods(client) == ["chat.postMessage"]


def test_a_stream_that_slack_closes_ends_in_the_same_message(bot):
    bot.options = STREAMING
    client = bot.start().client
    asked = client.say("질문", "@malmoi 조금씩 말해 줘")
    client.wait_until(growing(asked))
    assert client.close_streams() == 1
    [reply] = replies_when_done(client, asked)
    assert shows_all(reply)
    assert "chat.postMessage" not in methods(client)


@pytest.mark.parametrize("code", ["unknown_method", "channel_type_not_supported", "missing_scope"])
def test_where_slack_does_not_stream_the_answer_is_posted_and_nobody_asks_again(bot, code):
    bot.options = STREAMING
    client = bot.start().client
    client.fail("chat.startStream", "error", code=code)
    for _ in range(2):
        asked = client.say("질문", "@malmoi 조금씩 말해 줘")
        [reply] = replies_when_done(client, asked)
        assert shows_all(reply)
    assert methods(client) == ["chat.startStream", "chat.postMessage", "chat.postMessage"]


@pytest.mark.parametrize("kind", ["lost_reply", "reset"])
def test_a_stream_that_perhaps_began_is_looked_for(bot, kind):
    bot.options = STREAMING
    client = bot.start().client
    client.fail("chat.startStream", kind)
    asked = client.say("질문", "@malmoi 조금씩 말해 줘")
    [reply] = replies_when_done(client, asked)
    assert shows_all(reply)
    assert methods(client).count("chat.startStream") == 1


def test_killed_while_it_writes_the_next_start_completes_the_same_message(bot):
    bot.options = STREAMING
    client = bot.start().client
    other = client.say("질문", "@malmoi 휴가?")
    replies_when_done(client, other)
    asked = client.say("질문", "@malmoi 조금씩 말해 줘", thread_ts=other.ts, user="doyun")
    client.wait_until(growing(asked))
    bot.kill()
    bot.start()
    first, second = replies_when_done(client, asked)
    assert "열다섯" in first["text"]
    assert shows_all(second)
    assert methods(client).count("chat.startStream") == 1


def test_killed_before_it_knew_its_stream_it_adopts_it(bot):
    bot.options = STREAMING
    client = bot.start().client
    client.fail("chat.startStream", "held_reply", seconds=30)
    asked = client.say("질문", "@malmoi 조금씩 말해 줘")
    client.wait_until(growing(asked))
    bot.kill()
    bot.start()
    [reply] = replies_when_done(client, asked)
    assert shows_all(reply)


def test_in_a_direct_message_a_status_says_that_it_works(bot):
    bot.options = STREAMING
    client = bot.start().client
    place = client.open_channel("천천히", kind="im")
    client.fail("assistant.threads.setStatus", "error", code="not_allowed", times=1)
    for _ in range(2):
        asked = client.say(place, "조금씩 말해 줘", user="haneul")
        replies_when_done(client, asked)
        client.say("질문", "쉬는 말")
        place = client.open_channel("다른 사람", kind="im")
    assert len(client.calls("assistant.threads.setStatus")) == 1  # refused once, not asked again


@pytest.mark.parametrize(("kind", "code", "asked"), [("unavailable", "", 2), ("error", "missing_scope", 1)])
def test_a_status_that_fails_is_given_up_only_when_slack_refuses_it(bot, kind, code, asked):
    bot.options = {"limits": FAST | {"gather": 0.0}}
    client = bot.start().client
    client.fail("assistant.threads.setStatus", kind, code=code)
    place = client.open_channel("둘이서", kind="im")
    for text in ("휴가?", "주차?"):
        posted = client.say(place, text, user="haneul")
        replies_when_done(client, posted)
    assert len(client.calls("assistant.threads.setStatus")) == asked


def test_asked_to_stop_while_it_writes_it_leaves_a_message_to_be_completed(tmp_path, emulator):
    options = STREAMING | {"delay": 1.0, "limits": STREAMING["limits"] | {"stop_grace": 0.2}}
    bot = BotProcess(emulator, tmp_path, options)
    client = bot.start().client
    asked = client.say("질문", "@malmoi 조금씩 말해 줘")
    client.wait_until(growing(asked))
    assert bot.terminate(within=10.0) == 0
    bot.options = STREAMING
    bot.start()
    [reply] = replies_when_done(client, asked)
    assert shows_all(reply)
    bot.end()
