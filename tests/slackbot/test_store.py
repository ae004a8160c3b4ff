"""The inbox on SQLite and on PostgreSQL: kept once, claimed once, never answered for an old text."""

import asyncio
import sqlite3
import time
from dataclasses import asdict, replace

import pytest
import sqlalchemy as sa

from slackbot.conventions import Standing
from slackbot.intake import Deletion, Edit, Question, Reason
from slackbot.render import notice
from slackbot.store import Reply, State, open_store
from slackbot.store.claims import Bounds
from slackbot.store.schema import INBOX, PART
from slackbot.store.states import Kept
from tests.slackbot.store_fixtures import Stores, both_kinds, running_postgresql  # noqa: F401

FIRST = Question("Ev1", "T1", "C1", "1.0", "1.0", "U1", "휴가?", "mention")
MANY = Bounds(most=9, per_person=9, per_channel=9, patience=60.0)
REPLY = Reply(notice("열닷새입니다."), State.ANSWERED)


@pytest.fixture
def store(stores: Stores):
    return stores.open()


def asked(ts: str, thread: str = "", **fields: str) -> Question:
    return replace(FIRST, event_id=f"Ev{ts}", ts=ts, thread=thread or ts, **fields)


async def rows(store, *columns):
    query = sa.select(*columns).order_by(columns[0])
    return await store._database.run(lambda connection: [tuple(row) for row in connection.execute(query)])


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (FIRST, Reason.KNOWN),
        (replace(FIRST, event_id="Ev2"), Reason.KNOWN),  # the same message
        (replace(FIRST, event_id="Ev2", ts="2.0"), None),
        (replace(FIRST, event_id="Ev2", channel="C2"), None),
        (replace(FIRST, event_id="Ev2", team="T2"), None),
    ],
)
async def test_a_question_is_kept_once_by_its_message(store, second, reason):
    assert (await store.inbox.keep(FIRST)).reason is None
    assert (await store.inbox.keep(second)).reason is reason


async def test_the_same_message_at_once_in_several_processes_is_kept_once(stores: Stores):
    opened = [stores.open() for _ in range(3 if stores.several else 1)]
    kept = await asyncio.gather(*(store.inbox.keep(FIRST) for store in opened for _ in range(5)))
    assert sorted(str(one.reason) for one in kept).count("None") == 1
    assert await opened[0].inbox.counts() == {"new": 1}


async def test_what_conventions_are_silent_about_is_not_kept(store):
    await store.inbox.keep(FIRST)
    seen = []

    def silence(standing: Standing) -> Reason:
        seen.append(standing)
        return Reason.NOT_ADDRESSED

    kept = await store.inbox.keep(asked("2.0", "1.0", addressed="thread"), silence=silence)
    assert kept == Kept(0, Reason.NOT_ADDRESSED)
    assert seen == [Standing(True, frozenset({"U1"}))]
    assert await store.inbox.counts() == {"new": 1}
    assert await rows(store, PART.c.ts) == [("1.0",)]


async def test_the_commit_is_durable(tmp_path):
    store = open_store(tmp_path / "inbox.sqlite")
    await store.inbox.keep(FIRST)
    with sqlite3.connect(tmp_path / "inbox.sqlite") as other:
        assert other.execute("SELECT text, state FROM inbox").fetchall() == [("휴가?", "new")]
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    with store._database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
    await store.close()


async def test_each_thread_waits_for_its_oldest_question(store):
    follow_up, elsewhere = asked("2.0", "1.0"), asked("3.0")
    for question in (FIRST, follow_up, elsewhere):
        await store.inbox.keep(question)
    [first] = await store.inbox.claim(replace(MANY, most=1))
    assert first.question == FIRST
    [second] = await store.inbox.claim(MANY)
    assert second.question == elsewhere
    assert await store.inbox.claim(MANY) == []
    assert await store.inbox.finish(first, State.ANSWERED, ["9.0"])
    assert [waiting.question for waiting in await store.inbox.claim(MANY)] == [follow_up]


async def test_one_person_and_one_channel_do_not_take_every_place(store):
    for number in range(1, 5):
        await store.inbox.keep(asked(f"{number}.0"))
    await store.inbox.keep(asked("5.0", user="U2"))
    await store.inbox.keep(asked("6.0", channel="C2", user="U3"))
    bounds = Bounds(most=9, per_person=2, per_channel=2, patience=60.0)
    claimed = await store.inbox.claim(bounds)
    assert [waiting.question.ts for waiting in claimed] == ["1.0", "2.0", "5.0", "6.0"]
    for waiting in claimed[:2]:  # being posted, they take no model's time but the channel's
        await store.inbox.save_reply(waiting, REPLY)
    await store.inbox.keep(asked("7.0", channel="C2"))
    assert [waiting.question.ts for waiting in await store.inbox.claim(bounds)] == ["7.0"]


async def test_claims_at_once_never_take_the_same_question_or_two_of_one_thread(stores: Stores):
    opened = [stores.open() for _ in range(4 if stores.several else 1)]
    for number in range(60):
        await opened[0].inbox.keep(asked(f"{number + 1}.0", f"{number % 20 + 1}.0", user=f"U{number}"))
    claimed = []
    while len(claimed) < 20:
        bounds = replace(MANY, most=3)
        found = await asyncio.gather(*(store.inbox.claim(bounds) for store in opened for _ in range(3)))
        claimed += [waiting.question for batch in found for waiting in batch]
    assert len({question.ts for question in claimed}) == len(claimed) == 20
    assert len({question.thread for question in claimed}) == 20
    assert [await store.inbox.claim(MANY) for store in opened] == [[]] * len(opened)


async def test_a_process_takes_back_only_what_nobody_works_on(stores: Stores):
    first = stores.open()
    await first.inbox.keep(FIRST)
    await first.inbox.claim(MANY)
    if not stores.several:  # the lock of the file says that nobody else runs
        assert await first.inbox.take_back() == 0
        await stores.close()
        assert await stores.open().inbox.take_back() == 1
        return
    second = stores.open()
    assert await second.inbox.take_back() == 0
    assert await second.inbox.claim(MANY) == []
    assert await first.inbox.renew([1]) == {1: 1}
    expire = sa.update(INBOX).values(lease_until=time.time() - 1)
    await first._database.run(lambda connection: connection.execute(expire))
    [waiting] = await second.inbox.claim(MANY)
    assert (waiting.question, waiting.attempts) == (FIRST, 1)
    assert await first.inbox.renew([1]) == {}
    assert not await first.inbox.finish(waiting, State.ANSWERED, [])
    assert await second.inbox.finish(waiting, State.ANSWERED, ["9.0"])


async def test_unfinished_work_comes_back_with_its_reply_and_attempts(stores: Stores):
    store = stores.open()
    await store.inbox.keep(FIRST)
    [waiting] = await store.inbox.claim(MANY)
    assert await store.inbox.save_reply(waiting, REPLY)
    await store.inbox.note_posted(waiting.id, ["2.0"])
    assert await store.inbox.claim(MANY) == []
    assert await store.inbox.take_back(own=True) == 1
    await stores.close()
    again = stores.open()
    [waiting] = await again.inbox.claim(MANY)
    assert (waiting.question, waiting.attempts, waiting.reply) == (FIRST, 1, REPLY)
    assert waiting.posted == ("2.0",)
    assert await again.inbox.finish(waiting, State.ANSWERED, ["2.0"])
    assert await again.inbox.take_back() == 0
    assert await again.inbox.counts() == {"answered": 1}


async def test_what_is_put_off_waits_but_not_for_a_clock_that_jumped(store):
    await store.inbox.keep(FIRST)
    [waiting] = await store.inbox.claim(MANY)
    await store.inbox.postpone(waiting, 50.0, down_since=7.0)
    assert await store.inbox.claim(MANY) == []
    [waiting] = await store.inbox.claim(replace(MANY, patience=40.0))
    assert (waiting.down_since, waiting.attempts) == (7.0, 0)


async def test_standing_says_who_asked_and_who_began(store):
    assert await store.inbox.standing("T1", "C1", "1.0") == Standing()
    await store.inbox.keep(replace(FIRST, ts="2.0", user="U2"))
    assert await store.inbox.standing("T1", "C1", "1.0") == Standing(False, frozenset({"U2"}))
    await store.inbox.keep(replace(FIRST, event_id="Ev2"))
    assert await store.inbox.standing("T1", "C1", "1.0") == Standing(True, frozenset({"U1", "U2"}))
    assert await store.inbox.standing("T1", "C2", "1.0") == Standing()
    await store.inbox.withdraw(Deletion("T1", "C1", "1.0"))
    assert await store.inbox.standing("T1", "C1", "1.0") == Standing(False, frozenset({"U2"}))


async def test_the_question_of_an_answer_is_found(store):
    for ts in ("1.0", "2.0"):
        await store.inbox.keep(asked(ts))
    first, second = await store.inbox.claim(MANY)
    await store.inbox.finish(first, State.ANSWERED, ["3.5", "3.6"])
    await store.inbox.finish(second, State.REFUSED, ["4.0"])
    for ts, question in (("3.5", "1.0"), ("3.6", "1.0"), ("4.0", "2.0")):
        found = await store.inbox.of_answer("T1", "C1", ts)
        assert (found.question.ts, found.state) == (
            question,
            State.ANSWERED if question == "1.0" else "refused",
        )
    assert await store.inbox.of_answer("T1", "C1", "3.") is None
    assert await store.inbox.of_answer("T1", "C2", "4.0") is None
    assert await store.inbox.posted_in(asked("9.0", "1.0")) == {"3.5", "3.6"}
    assert await store.inbox.posted_in(FIRST) == frozenset()


@pytest.mark.timed
async def test_a_claim_is_quick_with_ten_thousand_waiting(tmp_path):
    store = open_store(tmp_path / "inbox.sqlite")
    questions = [
        asked(f"{n + 1}.0", f"{n % 5_000 + 1}.0", user=f"U{n % 40}", channel=f"C{n % 9}")
        for n in range(10_000)
    ]
    values = [asdict(question) | {"state": State.NEW, "received_at": 0.0} for question in questions]
    await store._database.run(lambda connection: connection.execute(sa.insert(INBOX), values))
    bounds = Bounds(most=4, per_person=2, per_channel=4, patience=60.0)
    taken = []
    for _ in range(50):
        started = time.perf_counter()
        claimed = await store.inbox.claim(bounds)
        taken.append(time.perf_counter() - started)
        assert len(claimed) == 4
        for waiting in claimed:
            await store.inbox.finish(waiting, State.ANSWERED, ["0"])
    assert sorted(taken)[len(taken) // 2] < 0.025, taken
    await store.close()


async def test_an_edit_of_an_unknown_message_is_nothing(store):
    assert await store.inbox.revise(Edit("T1", "C1", "1.0", "U1", "주차?", "2.0")) == 0
    assert await store.inbox.withdraw(Deletion("T1", "C1", "1.0")) == 0
    assert await store.inbox.counts() == {}
