"""Where the store may be, whose it is, and what becomes of an older one."""

import asyncio
import json
import sqlite3
from dataclasses import asdict
from pathlib import Path

import pytest
import sqlalchemy as sa

from curation.errors import ConfigurationError
from slackbot.render import notice
from slackbot.store import State, open_store
from slackbot.store.claims import Bounds
from slackbot.store.schema import INBOX, PART
from tests.slackbot.store_fixtures import Stores, both_kinds, running_postgresql  # noqa: F401 - fixtures

# As version 1 wrote it.
VERSION_1 = """
CREATE TABLE inbox (
    id INTEGER NOT NULL, event_id VARCHAR NOT NULL, team VARCHAR NOT NULL, channel VARCHAR NOT NULL,
    ts VARCHAR NOT NULL, thread VARCHAR NOT NULL, user VARCHAR NOT NULL, text TEXT NOT NULL,
    addressed VARCHAR NOT NULL, calls_others BOOLEAN NOT NULL, state VARCHAR NOT NULL,
    attempts INTEGER NOT NULL, reply JSON, outcome VARCHAR, answer_ts VARCHAR,
    received_at FLOAT NOT NULL, finished_at FLOAT,
    PRIMARY KEY (id), UNIQUE (team, channel, ts), UNIQUE (event_id));
CREATE INDEX ix_inbox_state ON inbox (state);
CREATE INDEX inbox_thread ON inbox (team, channel, thread);
PRAGMA user_version = 1;
"""
READY = json.dumps([asdict(message) for message in notice("열닷새입니다.")])
ROWS = [
    ("answered", 1, READY, "answered", "9.0", 20.0),
    ("refused", 1, READY, "refused", "9.1", 21.0),
    ("dead", 5, None, None, None, 22.0),
    ("running", 2, READY, "answered", None, None),
    ("new", 0, "null", None, None, None),
]
BOUNDS = Bounds(most=9, per_person=9, per_channel=9, patience=900.0)


def version_1(path: Path, rows: int = 1) -> None:
    """``rows`` times each kind of row."""
    with sqlite3.connect(path) as connection:
        connection.executescript(VERSION_1)
        for number in range(rows * len(ROWS)):
            state, attempts, reply, outcome, answer_ts, finished = ROWS[number % len(ROWS)]
            ts = f"{number}.5"
            asked = (f"Ev{number}", "T1", "C1", ts, ts, "U1", f"휴가 {number}?", "mention", number % 2)
            connection.execute(
                "INSERT INTO inbox VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*asked, state, attempts, reply, outcome, answer_ts, 10.0, finished),
            )
    connection.close()


async def test_version_1_is_taken_over_with_every_row(tmp_path):
    version_1(tmp_path / "inbox.sqlite", rows=300)
    store = open_store(tmp_path / "inbox.sqlite")
    assert await store.inbox.counts() == {state: 300 for state, *_ in ROWS}
    rows = await store._database.run(lambda c: c.execute(sa.select(INBOX).order_by(INBOX.c.id)).all())
    for number, row in enumerate(rows):
        state, attempts, reply, outcome, answer_ts, finished = ROWS[number % len(ROWS)]
        assert (row.event_id, row.ts, row.thread) == (f"Ev{number}", f"{number}.5", f"{number}.5")
        assert (row.text, row.calls_others) == (f"휴가 {number}?", bool(number % 2))
        assert (row.state, row.attempts, row.outcome) == (state, attempts, outcome)
        assert row.reply == (json.loads(reply) if reply else None)
        assert row.posted == ([answer_ts] if answer_ts else None)
        assert (row.version, row.owner, row.finished_at) == (1, "", finished)
    parts = await store._database.run(lambda c: c.execute(sa.select(PART).order_by(PART.c.question)).all())
    assert [(part.question, part.ts, part.text) for part in parts] == [
        (row.id, row.ts, row.text) for row in rows
    ]
    await store.close()


async def test_what_waited_in_version_1_is_answered_in_this_one(tmp_path):
    version_1(tmp_path / "inbox.sqlite")
    for _ in range(2):  # and opening it once more changes nothing
        store = open_store(tmp_path / "inbox.sqlite")
        await store.inbox.take_back()
        assert (await store.inbox.of_answer("T1", "C1", "9.0")).question.text == "휴가 0?"
        await store.close()
    store = open_store(tmp_path / "inbox.sqlite")
    waiting = await store.inbox.claim(BOUNDS)
    assert [(w.question.text, w.attempts, w.reply is None) for w in waiting] == [
        ("휴가 3?", 2, False),
        ("휴가 4?", 0, True),
    ]
    for one in waiting:
        assert await store.inbox.finish(one, State.ANSWERED, ["30.0"])
    assert await store.inbox.counts() == {"answered": 3, "refused": 1, "dead": 1}
    await store.close()


def test_a_broken_version_1_is_left_as_it_was(tmp_path):
    path = tmp_path / "inbox.sqlite"
    version_1(path)
    with sqlite3.connect(path) as connection:  # in the last of the rows: all before it are copied by then
        connection.execute("UPDATE inbox SET reply = '{' WHERE id = 5")
    before = _dump(path)
    with pytest.raises(ValueError, match="Expecting"):
        open_store(path)
    assert _dump(path) == before


@pytest.mark.parametrize("name", ["질문 함", "a?mode=ro#b", "100%41", "봇/../inbox"])
async def test_a_file_may_have_any_name(tmp_path, name):
    (tmp_path / "봇").mkdir()
    await open_store(tmp_path / name / "inbox.sqlite").close()
    assert (tmp_path / name / "inbox.sqlite").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("version", [3, 99, -1])
def test_a_store_of_an_unknown_version_is_refused_and_left_alone(tmp_path, version):
    path = tmp_path / "inbox.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE kept (a)")
        connection.execute(f"PRAGMA user_version = {version}")
    before = _dump(path)
    for _ in range(2):  # the lock is given back each time
        with pytest.raises(ConfigurationError, match=f"version {version}"):
            open_store(path)
    assert _dump(path) == before


async def test_an_unknown_version_is_refused_by_postgresql_too(stores: Stores):
    if stores.kind != "postgresql":
        pytest.skip("the test above")
    store = stores.open()
    await store._database.run(lambda connection: connection.exec_driver_sql("UPDATE about SET version = 99"))
    with pytest.raises(ConfigurationError, match="version 99"):
        stores.open()


async def test_what_was_kept_is_there_when_it_is_opened_again(stores: Stores):
    for _ in range(3):
        stores.open().tallies.add("starts")
        await stores.close()
    assert await stores.open().tallies.totals() == {"starts": 3}


@pytest.mark.parametrize(
    ("kind", "setting", "value"),
    [
        ("sqlite", "PRAGMA synchronous", 2),  # FULL
        ("sqlite", "PRAGMA journal_mode", "wal"),
        ("sqlite", "PRAGMA secure_delete", 1),
        ("sqlite", "PRAGMA busy_timeout", 5_000),
        ("postgresql", "SHOW synchronous_commit", "on"),
        ("postgresql", "SHOW lock_timeout", "5s"),
    ],
)
async def test_a_commit_is_on_the_disk_and_nothing_waits_for_ever(stores: Stores, kind, setting, value):
    if stores.kind != kind:
        pytest.skip("of the other kind")
    store = stores.open()
    assert await store._database.run(lambda c: c.exec_driver_sql(setting).scalar_one()) == value


async def test_several_may_make_the_tables_at_once(stores: Stores):
    if not stores.several:
        pytest.skip("one process has the file")
    opened = await asyncio.gather(*(asyncio.to_thread(open_store, stores.place) for _ in range(8)))
    stores.opened += opened
    assert [await store.inbox.counts() for store in opened] == [{}] * 8


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("mysql://bot:s3cret@db/bot", "not that of a PostgreSQL database"),
        ("postgresql://bot:s3cret@db/bot", "not that of a PostgreSQL database"),
        ("s3cret", "not that of a PostgreSQL database"),
        ("postgresql+psycopg://bot:s3cret@127.0.0.1:1/bot", "cannot be opened"),
    ],
)
def test_a_wrong_address_is_told_without_the_password(place, said):
    if "psycopg" in place:
        pytest.importorskip("psycopg")
    with pytest.raises(ConfigurationError, match=said) as refused:
        open_store(place)
    assert "s3cret" not in str(refused.value)
    assert refused.value.fix


def _dump(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        lines = [*connection.iterdump(), str(connection.execute("PRAGMA user_version").fetchone())]
    connection.close()
    return lines
