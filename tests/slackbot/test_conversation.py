"""What people see: one question, one answer, in the thread of the question."""

import json
import re
from typing import Any

import pytest

from slackbot import phrases, render, threads
from slackbot.emulator.client import EmulatorClient, Posted
from tests.slackbot.bot_process import LONG, PASSAGES
from tests.slackbot.conftest import replies_when_done


def replies_after_all_is_quiet(
    client: EmulatorClient, posted: Posted, expected: int = 1
) -> list[dict[str, Any]]:
    """The replies, after a marker question asked later has been answered: whatever was to come came."""
    client.wait_for_replies(posted, expected)
    marker = client.say(posted.channel, "@malmoi 휴가?", user="seoyeon")
    client.wait_for_replies(marker)
    return client.wait_for_replies(posted, expected)


def shown(reply: dict[str, Any]) -> str:
    return json.dumps(reply["blocks"], ensure_ascii=False)


def posts_in(client: EmulatorClient, channel: str) -> list[dict[str, Any]]:
    return [
        call["arguments"]
        for call in client.calls("chat.postMessage")
        if call["arguments"]["channel"] == channel
    ]


def test_a_mention_gets_one_answer_in_its_thread_with_its_source(shared_bot, channel):
    client = shared_bot.client
    asked = client.say(channel, "@malmoi 휴가는 며칠인가요?")
    [reply] = replies_after_all_is_quiet(client, asked)
    source, passage = PASSAGES["휴가"]
    assert reply["thread_ts"] == asked.ts
    assert passage in reply["text"]
    assert source in shown(reply)
    messages = client.state()["channels"][channel]["messages"]
    own = [m for m in messages if m.get("bot_id")]
    assert all(m["thread_ts"] != m["ts"] and m.get("subtype") != "thread_broadcast" for m in own)
    assert all("reply_broadcast" not in post and post["thread_ts"] for post in posts_in(client, channel))
    question = next(m for m in messages if m["ts"] == asked.ts)
    assert "reactions" not in question
    signs = [
        (call["method"], call["arguments"]["name"])
        for call in client.state()["calls"]
        if call["arguments"].get("timestamp") == asked.ts
    ]
    assert signs == [("reactions.add", "eyes"), ("reactions.remove", "eyes")]


@pytest.mark.parametrize("mention_first", [False, True])
def test_two_events_of_a_mention_each_delivered_four_times_give_one_answer(
    shared_bot, channel, mention_first
):
    client = shared_bot.client
    asked = client.say(channel, "@malmoi 휴가?", mention_first=mention_first)
    assert len(asked.event_ids) == 2
    for event_id in asked.event_ids:
        client.redeliver(event_id, times=3)
    client.wait_for_replies(asked)
    for event_id in asked.event_ids:  # and again, now that it is answered
        client.redeliver(event_id)
    client.wait_until(
        lambda state: (
            sum(d["event_id"] in asked.event_ids and bool(d["acked_at"]) for d in state["deliveries"]) == 10
        )
    )
    assert len(replies_after_all_is_quiet(client, asked)) == 1


def test_a_mention_inside_a_thread_is_answered_there_with_the_thread_as_history(shared_bot, channel):
    client = shared_bot.client
    root = client.say(channel, "이번 휴가 이야기를 해 봅시다.")
    asked = client.say(channel, "@malmoi 그건 며칠인가요?", thread_ts=root.ts, user="doyun")
    [reply] = replies_after_all_is_quiet(client, asked)
    assert reply["thread_ts"] == root.ts
    assert PASSAGES["휴가"][1] in reply["text"]
    assert "앞선 말 1개" in reply["text"]


def test_a_thread_longer_than_a_page_is_read_to_its_end(shared_bot, channel):
    client = shared_bot.client
    root = client.say(channel, "이야기를 해 봅시다.")
    for number in range(threads.PAGE):
        client.say(channel, f"{number}째 말", thread_ts=root.ts, user="doyun")
    client.say(channel, "이제 휴가 이야기", thread_ts=root.ts, user="doyun")
    client.say(channel, "@malmoi 그건 며칠인가요?", thread_ts=root.ts)
    [reply] = client.wait_for_replies(root)
    assert PASSAGES["휴가"][1] in reply["text"]


def test_a_follow_up_without_mention_is_answered_where_the_thread_is_the_bots(shared_bot, channel):
    client = shared_bot.client
    asked = client.say(channel, "@malmoi 휴가?")
    client.wait_for_replies(asked)
    client.say(channel, "그럼 주차는요?", thread_ts=asked.ts, user="doyun")
    _, second = client.wait_for_replies(asked, 2)
    assert "지하 2층" in second["text"]
    assert "앞선 말 2개" in second["text"]


@pytest.mark.parametrize(
    ("text", "user"),
    [("휴가 얘기는 나중에 하죠", "seoyeon"), ("<@U0DOYUN> 휴가 어떻게 생각해요?", "haneul")],
)
def test_people_may_go_on_talking_in_their_own_thread(shared_bot, channel, text, user):
    client = shared_bot.client
    root = client.say(channel, "점심 뭐 먹죠?", user="doyun")
    client.say(channel, "@malmoi 휴가?", thread_ts=root.ts, user="haneul")
    client.wait_for_replies(root)
    client.say(channel, text, thread_ts=root.ts, user=user)
    assert len(replies_after_all_is_quiet(client, root)) == 1


def test_talk_in_the_channel_and_other_threads_gets_silence(shared_bot, channel):
    client = shared_bot.client
    talk = client.say(channel, "휴가 다녀왔어요")
    inside = client.say(channel, "주차는 어디에?", thread_ts=talk.ts)
    replies_after_all_is_quiet(client, talk, 0)
    assert client.wait_for_replies(talk, 0) == []
    assert inside.ts


def test_a_direct_message_needs_no_mention(shared_bot, request):
    client = shared_bot.client
    asked = client.say(client.open_channel(request.node.name, kind="im"), "휴가 며칠이죠?")
    [reply] = client.wait_for_replies(asked)
    assert reply["thread_ts"] == asked.ts


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("@malmoi", phrases.KOREAN.empty_question),
        ("@malmoi 화성의 날씨는?", phrases.KOREAN.no_source),
        ("@malmoi 고장 내 줘", phrases.KOREAN.failed),
        ("@malmoi " + "가" * 20_000, "질문이 너무 깁니다. 1,000자 안으로 줄여 주세요."),
    ],
)
def test_what_cannot_be_answered_is_said(shared_bot, channel, question, expected):
    asked = shared_bot.client.say(channel, question)
    [reply] = shared_bot.client.wait_for_replies(asked)
    assert reply["text"] == expected


def test_markup_in_a_document_pings_nobody_and_forges_no_link(shared_bot, channel):
    client = shared_bot.client
    asked = client.say(channel, "@malmoi 주차는 어디에?")
    client.wait_for_replies(asked)
    [shown] = [m for m in client.state()["channels"][channel]["messages"] if m.get("bot_id")]
    assert shown["notifies"] == []
    assert shown["links"] == []
    assert "&lt;!channel&gt;" in shown["text"]


def test_a_long_answer_arrives_whole_and_in_order(shared_bot, channel):
    client = shared_bot.client
    asked = client.say(channel, "@malmoi 기나긴 이야기")
    replies = replies_when_done(client, asked)
    assert len(replies) > 1
    body = " ".join(shown(reply) for reply in replies)
    found = [int(number) for number in re.findall(r"([0-9]+)째 문장입니다\.", body)]
    assert found == list(range(1, 1_500))
    assert [phrases.KOREAN.sources in shown(reply) for reply in replies].index(True) == len(replies) - 1
    assert all(len(reply["text"].encode()) <= render.TEXT_BYTES for reply in replies)


def test_sixty_thousand_characters_with_code_and_tables_arrive_whole(shared_bot, channel):
    assert len(LONG["두꺼운"]) > 60_000
    client = shared_bot.client
    asked = client.say(channel, "@malmoi 두꺼운 책")
    replies = replies_when_done(client, asked)
    body = "".join(shown(reply) for reply in replies)
    for mark in ("{}장", "{}번 보기", "{}번 칸"):
        places = [body.index(mark.format(number)) for number in range(1, 71)]
        assert places == sorted(places), mark
    assert body.count("말을 모아 책을 만듭니다.") == 60 * 70
    calls = [call for call in client.calls("chat.postMessage") if call["arguments"]["channel"] == channel]
    assert [call["ok"] for call in calls] == [True] * len(replies)
