"""What was erased is nowhere any more; what conversations need stays."""

import asyncio
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from slackbot.conventions import Standing
from slackbot.intake import Edit, Question
from slackbot.policy import Mode
from slackbot.render import notice
from slackbot.store import ChannelSettings, Posted, Reply, State, Store
from slackbot.store.claims import Bounds
from slackbot.store.erasure import IDS_LAST_S
from slackbot.store.schema import FEEDBACK, INBOX, PART, SAVED
from tests.slackbot.store_fixtures import Server, Stores, both_kinds, running_postgresql  # noqa: F401 - fixtures

CANARY = "카나리아7f3a"
DAY_S = 86_400.0
BOUNDS = Bounds(most=9, per_person=9, per_channel=9, patience=900.0)


def asked(number: int, user: str) -> Question:
    ts = f"{number}.0"
    return Question(f"Ev{number}", "T1", "C1", ts, ts, user, f"{CANARY}{number}?", "mention")


async def answer(store: Store, *numbers: int) -> None:
    """Answer the questions that wait, in messages with the ts ``<number>.5``."""
    for waiting in await store.inbox.claim(BOUNDS):
        number = waiting.question.ts.removesuffix(".0")
        assert int(number) in numbers
        assert await store.inbox.save_reply(waiting, Reply(notice(f"답 {CANARY}"), State.ANSWERED))
        assert await store.inbox.finish(waiting, State.ANSWERED, [f"{number}.5"])
        shown = {"question": waiting.question.text, "answer": CANARY, "sources": ["a.md"]}
        for user in ("U1", "U2"):
            await store.feedback.give("T1", "C1", f"{number}.5", user, "down", **shown)
            await store.feedback.explain("T1", "C1", f"{number}.5", user, f"{CANARY} {user}")


async def rows(store: Store, table: sa.Table) -> list[dict[str, object]]:
    query = sa.select(table).order_by(*table.primary_key)
    return await store._database.run(lambda c: [dict(row) for row in c.execute(query).mappings()])


async def age(store: Store, days: float) -> None:
    """Everything happened so many days earlier."""

    def back(connection: sa.Connection) -> None:
        for column in (INBOX.c.finished_at, FEEDBACK.c.given_at):
            earlier = {column.name: column - days * DAY_S}
            connection.execute(sa.update(column.table).values(earlier))

    await store._database.run(back)


async def test_one_person_is_forgotten_and_others_are_not(stores: Stores):
    store = stores.open()
    await store.inbox.keep(asked(1, "U1"))
    await store.inbox.keep(asked(2, "U2"))
    await answer(store, 1, 2)
    await store.coaching.claim("T1", "U1", 5.0)
    await store.coaching.claim("T1", "U2", 5.0)
    kept = {"team": "T1", "channel": "C1", "state": "kept", "saved_at": 5.0}
    saved = [{**kept, "thread": f"{number}.0", "user": f"U{number}"} for number in (1, 2)]
    await store._database.run(lambda connection: connection.execute(sa.insert(SAVED), saved))
    assert await store.erasure.forget("T1", "U1") == (Posted("C1", "1.5"),)
    one, two = await rows(store, INBOX)
    assert (one["text"], one["reply"], one["user"], one["state"]) == ("", None, "", "answered")
    assert (two["text"], two["user"]) == (f"{CANARY}2?", "U2")
    assert two["reply"] is not None
    assert [part["text"] for part in await rows(store, PART)] == ["", f"{CANARY}2?"]
    opinions = [(o.answer_ts, o.user, o.question, o.reason) for o in await store.feedback.all()]
    assert sorted(opinions) == [
        ("1.5", "U2", "", f"{CANARY} U2"),  # U2's words about the answer to U1
        ("2.5", "U2", f"{CANARY}2?", f"{CANARY} U2"),
    ]
    assert await store.coaching.claim("T1", "U1", 6.0)
    assert not await store.coaching.claim("T1", "U2", 6.0)
    assert [row["user"] for row in await rows(store, SAVED)] == ["", "U2"]
    assert await store.erasure.forget("T2", "U2") == ()
    assert await store.inbox.counts() == {"answered": 2}


async def test_questions_of_the_forgotten_are_not_answered_any_more(stores: Stores):
    store = stores.open()
    await store.inbox.keep(asked(1, "U1"))
    [running] = await store.inbox.claim(BOUNDS)
    await store.inbox.note_posted(running.id, ["1.5"])  # its answer is being written
    await store.inbox.keep(asked(2, "U1"))
    assert await store.erasure.forget("T1", "U1") == ()
    assert await store.inbox.counts() == {"withdrawn": 2}
    assert not await store.inbox.save_reply(running, Reply(notice(CANARY), State.ANSWERED))
    assert not await store.inbox.finish(running, State.ANSWERED, ["1.5"])
    await store.inbox.release(running)
    withdrawn = await store.inbox.claim(BOUNDS)  # what is posted for them is the worker's to remove
    assert [(w.state, w.posted, w.question.text) for w in withdrawn] == [
        (State.WITHDRAWN, ("1.5",), ""),
        (State.WITHDRAWN, (), ""),
    ]
    for one in withdrawn:
        await store.inbox.removed(one.id)
    assert await store.inbox.counts() == {"removed": 2}
    edit = Edit("T1", "C1", "1.0", "U1", f"다시 {CANARY}", "9.0")
    assert await store.inbox.revise(edit) == 0  # an edit does not bring it back
    assert not (await store.inbox.keep(asked(1, "U1"))).number  # nor a redelivery
    assert [row["text"] for row in await rows(store, INBOX)] == ["", ""]


async def test_old_texts_go_and_conversations_go_on(stores: Stores):
    store = stores.open()
    for number in range(1, 6):
        await store.inbox.keep(asked(number, "U1"))
    await answer(store, 1, 2, 3, 4, 5)
    await age(store, 100)
    await store.inbox.keep(asked(6, "U1"))
    await answer(store, 6)
    await store.inbox.keep(asked(7, "U1"))  # waits
    await store.channels.set("T1", "C1", ChannelSettings(Mode.ROOTS, coaching=True))
    assert await store.erasure.older_than(90 * DAY_S) == 5
    assert await store.erasure.older_than(90 * DAY_S) == 0
    found = await rows(store, INBOX)
    assert [row["text"] for row in found] == [""] * 5 + [f"{CANARY}6?", f"{CANARY}7?"]
    assert [row["reply"] is None for row in found] == [True] * 5 + [False, True]
    assert [bool(part["text"]) for part in await rows(store, PART)] == [False] * 5 + [True] * 2
    assert {bool(o.question or o.answer or o.reason): o.answer_ts for o in await store.feedback.all()} == {
        False: "5.5",
        True: "6.5",
    }
    assert {o.value for o in await store.feedback.all()} == {"down"}
    assert await store.inbox.standing("T1", "C1", "1.0") == Standing(True, frozenset({"U1"}))
    assert not (await store.inbox.keep(replace(asked(1, "U1"), event_id="EvAgain"))).number
    assert await store.inbox.counts() == {"answered": 6, "new": 1}
    assert await store.tallies.totals() == {}


async def test_rows_go_at_last_and_are_counted(stores: Stores):
    store = stores.open()
    for number in range(1, 6):
        await store.inbox.keep(asked(number, "U1"))
    await answer(store, 1, 2, 3, 4, 5)
    await age(store, IDS_LAST_S / DAY_S - 1)
    assert await store.erasure.older_than(90 * DAY_S) == 5
    assert await store.inbox.counts() == {"answered": 5}
    await age(store, 2)
    await store.inbox.keep(asked(6, "U1"))
    assert await store.erasure.older_than(90 * DAY_S) == 0
    assert await store.inbox.counts() == {"new": 1}
    assert len(await rows(store, PART)) == 1
    assert await store.tallies.totals() == {"erased:answered": 5}


async def test_rows_that_two_processes_drop_at_once_are_counted_once(postgresql: Server):
    stores = Stores("postgresql", postgresql.new_database().url)
    both = [stores.open(), stores.open()]
    await both[0].inbox.keep(asked(1, "U1"))
    await answer(both[0], 1)
    assert await both[0].erasure.older_than(-1.0) == 1
    await age(both[0], IDS_LAST_S / DAY_S + 1)
    third = sa.create_engine(stores.place, poolclass=sa.NullPool)
    with third.begin() as connection:  # neither drops anything before both have looked
        connection.execute(sa.select(INBOX.c.id).with_for_update())
        dropping = [asyncio.create_task(one.erasure.older_than(90 * DAY_S)) for one in both]
        await asyncio.sleep(0.3)
    await asyncio.gather(*dropping)
    assert await both[0].inbox.counts() == {}
    assert await both[1].tallies.totals() == {"erased:answered": 1}
    await stores.close()


@pytest.mark.parametrize("way", ["forget", "older_than"])
async def test_no_byte_of_it_is_left_in_the_files(tmp_path: Path, way: str):
    stores = Stores("sqlite", tmp_path / "inbox.sqlite")
    store = stores.open()
    for number in range(1, 400):  # many pages, and some of them free again
        await store.inbox.keep(asked(number, "U1"))
    for _ in range(50):
        await answer(store, *range(1, 400))
    assert _canaries(tmp_path) > 400
    now = time.time()
    await store.coaching.claim("T1", "U1", now)
    if way == "forget":
        await store.erasure.forget("T1", "U1")
        await store.erasure.forget("T1", "U2")
    else:
        await age(store, 100)
        assert await store.erasure.older_than(90 * DAY_S) == 399
    assert _canaries(tmp_path) == 0
    await stores.close()
    assert _canaries(tmp_path) == 0


async def test_traces_that_a_backup_kept_go_with_the_next_erasure(tmp_path: Path, caplog):
    stores = Stores("sqlite", tmp_path / "inbox.sqlite")
    store = stores.open()
    await store._database._queued(lambda raw: raw.execute("PRAGMA busy_timeout = 100").fetchall(), bare=True)
    await store.inbox.keep(asked(1, "U1"))
    await answer(store, 1)
    with closing(sqlite3.connect(tmp_path / "inbox.sqlite", isolation_level=None)) as backup:
        backup.execute("BEGIN")
        backup.execute("SELECT count(*) FROM inbox").fetchone()
        assert await store.erasure.forget("T1", "U1") == (Posted("C1", "1.5"),)
        await store.erasure.forget("T1", "U2")
        assert [row["text"] for row in await rows(store, INBOX)] == [""]
        assert _canaries(tmp_path) > 0
        assert "SQLITE_BUSY" in caplog.text
        backup.execute("ROLLBACK")
    assert await store.erasure.older_than(90 * DAY_S) == 0
    assert _canaries(tmp_path) == 0
    await stores.close()


def _canaries(folder: Path) -> int:
    """How often the canary stands in the file, its log and what lies beside it, as text or in JSON."""
    spellings = (CANARY.encode(), CANARY.encode("unicode_escape"))
    found = [path.read_bytes() for path in folder.iterdir()]
    return sum(content.count(spelling) for content in found for spelling in spellings)
