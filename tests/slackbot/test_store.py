import sqlite3
from dataclasses import replace

import pytest

from curation.errors import ConfigurationError
from slackbot.conventions import Standing
from slackbot.intake import Question
from slackbot.render import notice
from slackbot.store import Reply, State, open_store

FIRST = Question("Ev1", "T1", "C1", "1.0", "1.0", "U1", "휴가?", "mention")


@pytest.fixture
async def store(tmp_path):
    store = open_store(tmp_path / "inbox.sqlite")
    yield store
    await store.close()


@pytest.mark.parametrize(
    ("second", "kept"),
    [
        (FIRST, False),
        (replace(FIRST, event_id="Ev2"), False),  # the same message
        (replace(FIRST, event_id="Ev2", ts="2.0"), True),
        (replace(FIRST, event_id="Ev2", channel="C2"), True),
        (replace(FIRST, event_id="Ev2", team="T2"), True),
    ],
)
async def test_a_question_is_kept_once_by_its_message(store, second, kept):
    assert await store.inbox.keep(FIRST)
    assert await store.inbox.keep(second) is kept


async def test_the_commit_is_durable(tmp_path, store):
    await store.inbox.keep(FIRST)
    with sqlite3.connect(tmp_path / "inbox.sqlite") as other:
        assert other.execute("SELECT text, state FROM inbox").fetchall() == [("휴가?", "new")]
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    with store._database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2


async def test_each_thread_waits_for_its_oldest_question(store):
    follow_up = replace(FIRST, event_id="Ev2", ts="2.0")
    elsewhere = replace(FIRST, event_id="Ev3", ts="3.0", thread="3.0")
    for question in (FIRST, follow_up, elsewhere):
        await store.inbox.keep(question)
    assert [w.question for w in await store.inbox.waiting(9)] == [FIRST, elsewhere]
    assert [w.question for w in await store.inbox.waiting(1)] == [FIRST]
    assert [w.question for w in await store.inbox.waiting(9, {("T1", "C1", "1.0")})] == [elsewhere]


async def test_unfinished_work_comes_back_with_its_reply_and_attempts(tmp_path):
    store = open_store(tmp_path / "inbox.sqlite")
    reply = Reply(notice("열닷새입니다."), State.ANSWERED)
    await store.inbox.keep(FIRST)
    [waiting] = await store.inbox.waiting(1)
    await store.inbox.start(waiting.id)
    await store.inbox.save_reply(waiting.id, reply)
    assert await store.inbox.waiting(1) == []
    await store.close()
    again = open_store(tmp_path / "inbox.sqlite")
    assert await again.inbox.requeue() == 1
    [waiting] = await again.inbox.waiting(1)
    assert (waiting.question, waiting.attempts, waiting.reply) == (FIRST, 1, reply)
    await again.inbox.finish(waiting.id, State.ANSWERED, "2.0")
    assert await again.inbox.requeue() == 0
    assert await again.inbox.counts() == {"answered": 1}
    await again.close()


async def test_standing_says_who_asked_and_who_began(store):
    assert await store.inbox.standing("T1", "C1", "1.0") == Standing()
    await store.inbox.keep(replace(FIRST, ts="2.0", user="U2"))
    assert await store.inbox.standing("T1", "C1", "1.0") == Standing(False, frozenset({"U2"}))
    await store.inbox.keep(replace(FIRST, event_id="Ev2"))
    assert await store.inbox.standing("T1", "C1", "1.0") == Standing(True, frozenset({"U1", "U2"}))
    assert await store.inbox.standing("T1", "C2", "1.0") == Standing()


async def test_one_process_at_a_time(tmp_path, store):
    with pytest.raises(ConfigurationError, match="another bot"):
        open_store(tmp_path / "inbox.sqlite")


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be read as one" * 20])
def test_a_file_that_is_no_store_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "inbox.sqlite"
    path.write_bytes(content)
    for _ in range(2):  # the lock is given back each time
        with pytest.raises(ConfigurationError, match="cannot be opened"):
            open_store(path)
    assert path.read_bytes() == content


def test_a_store_of_another_version_is_refused(tmp_path):
    path = tmp_path / "inbox.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(ConfigurationError, match="version 99"):
        open_store(path)
