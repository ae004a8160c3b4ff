"""Edited, deleted, said in several messages: one message of the bot, for what the person means now."""

import sqlite3
import time

import pytest

from tests.slackbot.bot_process import PASSAGES
from tests.slackbot.conftest import FAST, BotProcess, replies_when_done

STREAMING = {"delay": 0.6, "limits": FAST | {"first_words": 0.3, "stream_interval": 0.2}}


def own(state, channel):
    return [m for m in state["channels"][channel]["messages"] if m.get("bot_id")]


def stored(bot: BotProcess):
    with sqlite3.connect(bot.folder / "inbox.sqlite") as connection:
        return connection.execute("SELECT state, text, reply, version FROM inbox ORDER BY id").fetchall()


def posts(client, channel):
    return [call for call in client.calls("chat.postMessage") if call["arguments"]["channel"] == channel]


def test_an_edited_question_is_answered_anew_in_the_same_message(shared_bot, channel):
    client = shared_bot.client
    asked = client.say(channel, "@malmoi 휴가?")
    [before] = replies_when_done(client, asked)
    client.edit(asked)  # a link unfolded
    client.edit(asked, "<@U0MALMOI> 주차?")
    [after] = replies_when_done(client, asked, 2)
    assert "지하 2층" in after["text"]
    assert after["ts"] == before["ts"]
    assert len(posts(client, channel)) == 1


def test_an_unfurl_or_an_edit_by_the_bot_changes_nothing(shared_bot, channel):
    client = shared_bot.client
    asked = client.say(channel, "@malmoi 휴가?")
    replies_when_done(client, asked)
    for _ in range(3):
        client.edit(asked)
    marker = client.say(channel, "@malmoi 주차?")
    replies_when_done(client, marker)
    assert len(posts(client, channel)) == 2
    assert [c for c in client.calls("chat.update") if c["arguments"]["channel"] == channel] == []


def test_edited_while_it_is_answered_the_old_work_is_stopped(bot):
    bot.options = STREAMING
    client = bot.start().client
    asked = client.say("질문", "@malmoi 조금씩 말해 줘")
    client.wait_until(lambda state: own(state, asked.channel))
    client.edit(asked, "<@U0MALMOI> 휴가?")
    [reply] = replies_when_done(client, asked)
    assert PASSAGES["휴가"][1] in reply["text"]
    assert "째 문장" not in reply["text"]
    client.wait_until(lambda _: (bot.folder / "stopped").exists())
    assert client.calls("chat.postMessage") == []
    assert [(state, version) for state, _, _, version in stored(bot)] == [("answered", 2)]


def test_edited_while_its_sign_is_taken_away_the_new_work_is_known_too(bot):
    bot.options = STREAMING
    client = bot.start().client
    client.fail("reactions.remove", "held_reply", seconds=1.0)
    asked = client.say("질문", "@malmoi 휴가?")
    replies_when_done(client, asked)
    client.edit(asked, "<@U0MALMOI> 조금씩 말해 줘")
    time.sleep(1.5)  # the old work ends within the new
    client.edit(asked, "<@U0MALMOI> 주차?")
    client.wait_until(lambda _: (bot.folder / "stopped").exists())
    [reply] = replies_when_done(client, asked, 2)
    assert "지하 2층" in reply["text"]
    assert "KeyError" not in bot.log


@pytest.mark.parametrize("moment", ["running", "answered"])
def test_a_deleted_question_leaves_nothing_behind(bot, moment):
    bot.options = STREAMING
    client = bot.start().client
    asked = client.say("질문", "@malmoi 조금씩 말해 줘")
    if moment == "running":
        client.wait_until(lambda state: own(state, asked.channel))
    else:
        replies_when_done(client, asked)
    client.delete(asked)
    client.wait_until(lambda _: stored(bot)[0][0] == "removed")
    assert own(client.state(), asked.channel) == []
    assert stored(bot) == [("removed", "", None, 2)]
    if moment == "running":
        client.wait_until(lambda _: (bot.folder / "stopped").exists())


def test_an_answer_that_becomes_shorter_leaves_no_message_behind(shared_bot, channel):
    client = shared_bot.client
    asked = client.say(channel, "@malmoi 기나긴 이야기")
    assert len(replies_when_done(client, asked)) > 1
    client.edit(asked, "<@U0MALMOI> 휴가?")
    [reply] = replies_when_done(client, asked, 2)
    assert "열다섯" in reply["text"]
    client.edit(asked, "<@U0MALMOI> 기나긴 이야기")
    assert len(replies_when_done(client, asked, 3)) > 1


def test_a_deletion_is_carried_out_after_a_crash_in_between(bot):
    client = bot.start().client
    asked = client.say("질문", "@malmoi 휴가?")
    replies_when_done(client, asked)
    client.fail("chat.delete", "unavailable", times=3)
    client.delete(asked)
    client.wait_until(lambda _: stored(bot)[0][0] == "withdrawn")
    bot.kill()
    assert stored(bot) == [("withdrawn", "", None, 2)]
    bot.start()
    client.wait_until(lambda _: stored(bot)[0][0] == "removed")
    assert own(client.state(), asked.channel) == []


def test_deleted_while_it_is_posted_the_post_is_taken_back(bot):
    client = bot.start().client
    client.fail("chat.postMessage", "held_reply", seconds=1)
    asked = client.say("질문", "@malmoi 휴가?")
    client.wait_until(lambda state: own(state, asked.channel))
    client.delete(asked)
    client.wait_until(lambda _: stored(bot)[0][0] == "removed")
    assert own(client.state(), asked.channel) == []


def test_what_is_written_in_several_messages_is_one_question_with_one_answer(shared_bot, channel):
    client = shared_bot.client
    first = client.say(channel, "@malmoi 궁금한 게 있는데요")
    second = client.say(channel, "휴가는")
    client.say(channel, "며칠인가요?", thread_ts=first.ts)
    client.wait_until(
        lambda state: any(PASSAGES["휴가"][1] in m["text"] for m in own(state, channel)), timeout=10
    )
    assert len(client.wait_for_replies(first, 0)) == 1
    assert client.wait_for_replies(second, 0) == []


def test_in_a_direct_message_too(shared_bot, request):
    client = shared_bot.client
    place = client.open_channel(request.node.name, kind="im")
    first = client.say(place, "저기요")
    client.wait_for_replies(first)
    client.say(place, "휴가는 며칠인가요?")
    client.wait_until(lambda state: any(PASSAGES["휴가"][1] in m["text"] for m in own(state, place)))
    assert len(own(client.state(), place)) == 1


def test_two_mentions_in_a_channel_stay_two_questions(shared_bot, channel):
    client = shared_bot.client
    asked = [client.say(channel, f"@malmoi {word}?") for word in ("휴가", "주차")]
    texts = [replies_when_done(client, one)[0]["text"] for one in asked]
    assert ["열다섯" in text for text in texts] == [True, False]
    assert ["지하 2층" in text for text in texts] == [False, True]


def test_a_message_of_another_person_is_not_gathered(shared_bot, channel):
    client = shared_bot.client
    asked = client.say(channel, "@malmoi 휴가?")
    client.say(channel, "주차?", user="doyun")
    [reply] = replies_when_done(client, asked)
    assert "열다섯" in reply["text"]
