"""Saved threads over the emulator and a real index: what is in them, who finds them, how they change."""

import asyncio
import json

import pytest

from rag.answer import default_answerer
from slackbot.emulator.client import Posted
from slackbot.intake import Question
from slackbot.knowledge import Outcome
from slackbot.policy import Policy
from slackbot.scope import Scopes
from tests.slackbot.knowledge_shelf import FACT, QUESTION, doc_id, shelf
from tests.slackbot.slack_client import ME, running_slack, workplace

__all__ = ["running_slack", "shelf", "workplace"]


async def test_a_thread_is_one_document_with_names_and_days_and_no_answer_of_the_bot(shelf):
    channel, thread = await shelf.thread()
    say = shelf.work.client.say
    await shelf.work.slack.chat_postMessage(
        channel=channel, thread_ts=thread, text="제 생각에는 하늘 님입니다."
    )
    say(
        channel, "<@U0DOYUN> 님 @malmoi 맞나요? <https://a.example|규정> &lt;3", user="emma", thread_ts=thread
    )

    assert await shelf.save(channel, thread) is Outcome.SAVED
    (row,) = shelf.rows()
    names = [line.split(": ")[0].rpartition(" (") for line in row["text"].splitlines()]
    # The question is the title; in the text it would be quoted as its own answer.
    assert [name for name, _, _ in names] == ["doyun", "emma"]
    assert {len(day) for _, _, day in names} == {len("2026-11-22)")}
    assert row["text"].endswith("@doyun 님  맞나요? 규정 (https://a.example) <3")
    assert (row["id"], row["title"], row["acl"]) == (
        doc_id(channel, thread),
        QUESTION,
        ["slack-team:T0MALMOI"],
    )
    assert row["source"].endswith(f"/archives/{channel}/p{thread.replace('.', '')}")
    assert row["attributes"]["bot_answers_left_out"] == "1"
    assert "U0" not in json.dumps(row)
    assert shelf.found() == {doc_id(channel, thread)}


@pytest.mark.parametrize(("kind", "group"), [("channel", "slack-team:T0MALMOI"), ("group", ""), ("mpim", "")])
async def test_the_channel_says_who_finds_it(shelf, kind, group):
    channel, thread = await shelf.thread(kind)
    assert await shelf.save(channel, thread) is Outcome.SAVED
    assert shelf.rows()[0]["acl"] == [group or f"slack-channel:{channel}"]


async def test_what_cannot_be_saved_leaves_nothing(shelf):
    save, client = shelf.save, shelf.work.client
    direct = await shelf.thread("im", ["haneul"])
    assert await save(*direct) is Outcome.DIRECT
    absent = client.open_channel("absent", kind="group", bot=False)
    assert await save(absent, client.say(absent, FACT).ts) is Outcome.UNREADABLE
    open_to_see = client.open_channel("not-in-it", bot=False)
    assert await save(open_to_see, client.say(open_to_see, FACT).ts) is Outcome.UNREADABLE
    channel = client.open_channel("empty")
    alone = await shelf.work.slack.chat_postMessage(channel=channel, text=FACT)
    assert await save(channel, alone["ts"]) is Outcome.EMPTY
    assert await save(channel, "1.5") is Outcome.UNREADABLE
    assert await save("../../etc", "1.5") is Outcome.UNREADABLE
    await asyncio.sleep(0.3)
    assert (shelf.rows(), await shelf.saved.all(), shelf.found()) == ([], [], set())


async def test_a_private_thread_answers_its_members_and_nobody_else(shelf):
    """Acceptance test 16, on a real index with the answerer of the product."""
    channel, thread = await shelf.thread("group", ["haneul", "doyun"])
    await shelf.save(channel, thread)
    public = shelf.work.client.open_channel(f"{shelf.folder.name}-public")
    directs = {
        user: shelf.work.client.open_channel(f"{shelf.folder.name}-{user}", kind="im", people=[user])
        for user in ("haneul", "seoyeon")
    }
    scopes = Scopes(shelf.work.directory, Policy())
    answerer = default_answerer(shelf.index, "extractive")

    async def ask(where, user="haneul", addressed="mention", ts="9.5"):
        question = Question("Ev", ME.team, where, "9.7", ts, f"U0{user.upper()}", QUESTION, addressed)
        answer = answerer.ask(QUESTION, among=await scopes.of(question))
        return FACT.split()[2] in answer.answer

    assert not await ask(public)
    assert not await ask(public, "doyun", "thread")
    assert await ask(directs["haneul"], addressed="direct")
    assert not await ask(directs["seoyeon"], "seoyeon", "direct")
    assert await ask(channel)
    # The thread itself is no source of what is answered in it.
    assert not await ask(channel, addressed="thread", ts=thread)


async def test_replies_edits_and_deletions_follow(shelf):
    channel, thread = await shelf.thread()
    await shelf.save(channel, thread)
    client, changed = shelf.work.client, shelf.knowledge.changed
    reply = client.say(channel, "열쇠 하나는 경비실에도 있습니다.", user="emma", thread_ts=thread)
    await changed(ME.team, channel, thread)
    await shelf.until(lambda: "경비실" in shelf.rows()[0]["text"])
    client.edit(reply, "열쇠 하나는 안내대에도 있습니다.")
    await changed(ME.team, channel, reply.ts)  # an edit names the message alone
    await shelf.until(lambda: "안내대" in shelf.rows()[0]["text"])
    client.delete(reply)
    await changed(ME.team, channel, reply.ts)
    await shelf.until(lambda: "안내대" not in shelf.rows()[0]["text"])
    await shelf.until(lambda: shelf.indexed_without(doc_id(channel, thread), "안내대"))
    assert shelf.found() == {doc_id(channel, thread)}


async def test_a_change_while_the_thread_is_being_saved_is_not_lost(shelf):
    """The event of its last message comes late, and another message while that is still being read."""
    channel, thread = await shelf.thread()
    saving = asyncio.create_task(shelf.save(channel, thread))
    async with asyncio.timeout(10):
        while not await shelf.saved.all():
            await asyncio.sleep(0)
    await shelf.knowledge.changed(ME.team, channel, thread)
    assert await saving is Outcome.SAVED
    shelf.work.client.say(channel, "비상 열쇠는 경비실에 있습니다.", user="emma", thread_ts=thread)
    await shelf.knowledge.changed(ME.team, channel, thread)
    await shelf.until(lambda: shelf.indexed("경비실"))


async def test_many_changes_are_read_once_and_other_threads_never(shelf):
    channel, thread = await shelf.thread()
    other, unsaved = await shelf.thread(name="unsaved")
    await shelf.save(channel, thread)
    before = shelf.work.asked("conversations.replies", ts=thread)
    for _ in range(30):
        shelf.knowledge.notice(ME.team, channel, thread)
        shelf.knowledge.notice(ME.team, other, unsaved)
    await shelf.until(lambda: shelf.work.asked("conversations.replies", ts=thread) > before)
    await asyncio.sleep(0.5)
    assert shelf.work.asked("conversations.replies", ts=thread) == before + 1
    assert shelf.work.asked("conversations.replies", ts=unsaved) == 0


@pytest.mark.parametrize("replies", [True, False])
async def test_with_its_root_the_thread_goes(shelf, replies):
    channel, thread = await shelf.thread()
    if not replies:
        root = shelf.work.client.say(channel, FACT)
        thread = root.ts
    await shelf.save(channel, thread)
    shelf.work.client.delete(Posted(channel, thread, ()))
    await shelf.knowledge.changed(ME.team, channel, thread)
    await shelf.until(lambda: not shelf.rows() and not shelf.found())
    async with asyncio.timeout(10):
        while await shelf.saved.all():
            await asyncio.sleep(0.05)
