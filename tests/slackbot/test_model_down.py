"""The model is down for a while: the person is told once, and answered in that very message."""

from slackbot import phrases
from tests.slackbot.conftest import FAST, replies_when_done

RETRY = FAST | {"model_retry": 0.3, "model_patience": 30.0}


def say_down(client, count=1):
    def condition(state):
        texts = [m["text"] for c in state["channels"].values() for m in c["messages"] if m.get("bot_id")]
        return texts.count(phrases.KOREAN.model_down) == count

    return condition


def test_it_is_told_once_and_answered_in_place_when_the_model_is_back(bot):
    bot.options = {"limits": RETRY}
    (bot.folder / "down").touch()
    client = bot.start().client
    asked = client.say("질문", "@malmoi 휴가?")
    other = client.say("general", "@malmoi 주차?", user="doyun")
    told = client.wait_until(say_down(client, 2))
    assert len(client.wait_for_replies(asked)) == 1
    [question] = [m for m in told["channels"][asked.channel]["messages"] if m["ts"] == asked.ts]
    assert [reaction["name"] for reaction in question["reactions"]] == ["eyes"]
    bot.kill()  # it is remembered
    bot.start()
    (bot.folder / "down").unlink()
    [reply] = replies_when_done(client, asked)
    assert "열다섯" in reply["text"]
    [reply] = replies_when_done(client, other)
    assert "지하 2층" in reply["text"]
    assert len(client.calls("chat.postMessage")) == 2


def test_after_the_patience_it_says_that_no_answer_comes(bot):
    bot.options = {"limits": RETRY | {"model_patience": 1.0}}
    (bot.folder / "down").touch()
    client = bot.start().client
    asked = client.say("질문", "@malmoi 휴가?")
    [reply] = replies_when_done(client, asked)
    assert reply["text"] == phrases.KOREAN.model_lost
    assert len(client.calls("chat.postMessage")) == 1


def test_a_question_that_waits_for_the_model_can_be_edited_and_deleted(bot):
    bot.options = {"limits": RETRY}
    (bot.folder / "down").touch()
    client = bot.start().client
    kept = client.say("질문", "@malmoi 휴가?")
    gone = client.say("general", "@malmoi 휴가?")
    client.wait_until(say_down(client, 2))
    client.edit(kept, "<@U0MALMOI> 주차?")
    client.delete(gone)
    (bot.folder / "down").unlink()
    [reply] = replies_when_done(client, kept)
    assert "지하 2층" in reply["text"]
    client.wait_until(
        lambda state: not [m for m in state["channels"][gone.channel]["messages"] if m.get("bot_id")]
    )
