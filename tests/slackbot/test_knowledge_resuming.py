"""What is forgotten stays gone, and what a bot had begun is done whatever happens to it."""

import asyncio
import json

import pytest

from curation.errors import ConfigurationError
from rag.lock import held_for_writing
from slackbot.knowledge import Knowledge, Outcome
from slackbot.teams import Teams
from tests.slackbot.knowledge_shelf import doc_id, shelf
from tests.slackbot.slack_client import ME, running_slack, workplace

__all__ = ["running_slack", "shelf", "workplace"]


async def test_a_forgotten_thread_is_gone_at_once_and_stays_gone(shelf):
    channel, thread = await shelf.thread()
    await shelf.save(channel, thread)
    assert await shelf.knowledge.forget(ME.team, channel, thread) is Outcome.FORGOTTEN
    assert (shelf.rows(), shelf.found(), await shelf.saved.all()) == ([], set(), [])
    await shelf.knowledge.changed(ME.team, channel, thread)
    await asyncio.sleep(0.4)
    assert shelf.rows() == []
    assert await shelf.knowledge.forget(ME.team, channel, thread) is None


async def test_a_person_is_taken_out_and_stays_out(shelf):
    channel, thread = await shelf.thread()
    await shelf.save(channel, thread)
    other = shelf.work.client.open_channel("alone")
    root = shelf.work.client.say(other, "창고 열쇠 둘째 벌도 제가 가지고 있습니다.", user="doyun")
    await shelf.save(other, root.ts)

    # Without Slack, as the command line does it while no bot runs.
    await shelf.knowledge.stop()
    assert await shelf.new(Teams({})).erase_user(ME.team, "U0DOYUN") == 2
    (row,) = shelf.rows()
    assert ("doyun" in json.dumps(row), row["text"].partition(" ")[0]) == (False, "haneul")
    assert not shelf.indexed("둘째 벌")

    again = shelf.new()
    await again.start()
    shelf.work.client.say(channel, "고맙습니다.", user="emma", thread_ts=thread)
    await again.changed(ME.team, channel, thread)
    await shelf.until(lambda: "emma" in shelf.rows()[0]["text"])
    assert "doyun" not in json.dumps(shelf.rows())
    await again.stop()


async def test_what_a_killed_bot_had_begun_is_done_at_the_next_start(shelf):
    wanted, unwanted, lost = [await shelf.thread(name=f"killed-{n}") for n in range(3)]
    await shelf.save(*unwanted)
    await shelf.save(*lost)
    await shelf.knowledge.stop()
    await shelf.saved.want(ME.team, *wanted, "U0HANEUL")
    await shelf.saved.unwant(ME.team, *unwanted)
    (shelf.folder / "knowledge" / ME.team / f"{lost[0]}-{lost[1]}.jsonl").unlink()

    again = shelf.new()
    await again.start()
    await shelf.until(lambda: shelf.found() == {doc_id(*wanted), doc_id(*lost)})
    async with asyncio.timeout(10):
        while {one.state.value for one in await shelf.saved.all()} != {"kept"}:
            await asyncio.sleep(0.05)
    await again.stop()


async def test_while_another_run_holds_the_index_it_waits_and_says_so_once(shelf, caplog, monkeypatch):
    monkeypatch.setattr("slackbot.knowledge.following._TOLD_S", 2.0)
    channel, thread = await shelf.thread()
    await shelf.save(*await shelf.thread(name="first"))  # what a start looks at is done
    with caplog.at_level("INFO"), held_for_writing(shelf.index):
        assert await shelf.save(channel, thread) is Outcome.LATER
    await shelf.until(lambda: doc_id(channel, thread) in shelf.found())
    assert sum("wait" in record.message for record in caplog.records) == 1
    assert "열쇠" not in caplog.text


async def test_slack_out_of_reach_is_tried_again(shelf, monkeypatch):
    monkeypatch.setattr("slackbot.knowledge.reading._PATIENCE_S", 0.1)
    monkeypatch.setattr("slackbot.knowledge.agenda._FIRST_RETRY_S", 0.1)
    channel, thread = await shelf.thread()
    shelf.work.client.fail("conversations.replies", "unavailable")
    assert await shelf.save(channel, thread) is Outcome.LATER
    await shelf.until(lambda: shelf.found() == {doc_id(channel, thread)})


async def test_a_bot_that_left_keeps_what_it_has(shelf):
    channel, thread = await shelf.thread()
    await shelf.save(channel, thread)
    shelf.work.client.leave(channel, "malmoi")
    await shelf.knowledge.changed(ME.team, channel, thread)
    await asyncio.sleep(0.6)
    assert shelf.found() == {doc_id(channel, thread)}
    assert [one.state.value for one in await shelf.saved.all()] == ["kept"]


async def test_a_change_outlasts_a_token_that_is_refused(shelf, monkeypatch):
    monkeypatch.setattr("slackbot.knowledge.agenda._FIRST_RETRY_S", 0.1)
    channel, thread = await shelf.thread()
    reply = shelf.work.client.say(channel, "둘째 벌은 서랍에 있습니다.", user="emma", thread_ts=thread)
    await shelf.save(channel, thread)
    shelf.work.client.delete(reply)
    shelf.work.client.fail("conversations.replies", "error", code="token_expired")
    await shelf.knowledge.changed(ME.team, channel, thread)
    await shelf.until(lambda: shelf.indexed_without(doc_id(channel, thread), "둘째 벌"))
    assert shelf.found() == {doc_id(channel, thread)}


async def test_whom_another_process_takes_out_while_the_thread_is_read_stays_out(shelf, monkeypatch):
    monkeypatch.setattr("slackbot.knowledge.agenda._FIRST_RETRY_S", 0.1)
    channel, thread = await shelf.thread()
    await shelf.save(channel, thread)
    shelf.work.client.say(channel, "고맙습니다.", user="emma", thread_ts=thread)
    shelf.work.client.fail("conversations.replies", "held_reply", seconds=1)
    await shelf.knowledge.changed(ME.team, channel, thread)
    await asyncio.sleep(0.6)  # quiet for 0.2 s, it is being read
    assert await shelf.new(Teams({})).erase_user(ME.team, "U0DOYUN") == 1
    await shelf.until(lambda: "emma" in shelf.rows()[0]["text"])
    assert "doyun" not in json.dumps(shelf.rows())


async def test_without_an_index_erasing_says_so_after_the_files_are_clean(shelf, tmp_path):
    channel, thread = await shelf.thread()
    await shelf.save(channel, thread)
    elsewhere = Knowledge(
        tmp_path / "none", tmp_path / "knowledge", shelf.saved, Teams({}), shelf.work.directory
    )
    with pytest.raises(ConfigurationError, match="no index"):
        await elsewhere.erase_user(ME.team, "U0DOYUN")
    assert "doyun" not in json.dumps(shelf.rows())


async def test_a_file_that_is_none_of_ours_is_read_from_slack_again(shelf):
    channel, thread = await shelf.thread()
    await shelf.save(channel, thread)
    await shelf.knowledge.stop()
    (file,) = (shelf.folder / "knowledge").glob("*/*.jsonl")
    file.write_text('{"torn', "utf-8")
    again = shelf.new()
    await again.start()
    await shelf.until(
        lambda: file.read_text("utf-8") != '{"torn' and shelf.found() == {doc_id(channel, thread)}
    )
    await again.stop()
