"""Commits made together: what fails fails alone, and what was acknowledged stands."""

import asyncio
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from slackbot.intake import Question
from slackbot.store import Store, StoreError
from slackbot.store.database import MOST_TOGETHER
from slackbot.store.schema import INBOX, TALLY
from tests.slackbot.store_fixtures import Stores, both_kinds, running_postgresql  # noqa: F401 - fixtures

ROOT = Path(__file__).parents[2]
FIRST = Question("Ev1", "T1", "C1", "1.0", "1.0", "U1", "휴가?", "mention")
KEEPER = """
import asyncio, sys
from dataclasses import replace
from pathlib import Path
from slackbot.intake import Question
from slackbot.store import open_store

async def keep(store, number):
    ts = f"{number}.0"
    await store.inbox.keep(Question(f"Ev{ts}", "T1", "C1", ts, ts, "U1", "휴가?", "mention"))
    sys.stdout.write(f"{ts}\\n")
    sys.stdout.flush()

async def main():
    place = sys.argv[2]
    store = open_store(Path(place) if sys.argv[1] == "sqlite" else place)
    for start in range(int(sys.argv[3]), 10**9, 40):
        await asyncio.gather(*(keep(store, start + number) for number in range(40)))

asyncio.run(main())
"""


def numbered(number: int, text: str = "휴가?") -> Question:
    return replace(FIRST, event_id=f"Ev{number}", ts=f"{number}.0", thread=f"{number}.0", text=text)


def commits(store: Store) -> list[int]:
    made: list[int] = []
    sa.event.listen(store._database.engine, "commit", lambda connection: made.append(1))
    return made


async def stored(store: Store) -> set[str]:
    return set(await store._database.run(lambda c: c.scalars(sa.select(INBOX.c.ts)).all()))


async def add(store: Store, name: str, count: int = 1) -> None:
    """Fails on the second row of a name."""
    row = {"name": name, "count": count}
    await store._database.run(lambda connection: connection.execute(sa.insert(TALLY).values(row)))


async def test_what_waits_together_is_committed_together(stores: Stores):
    store = stores.open()
    made = commits(store)
    await asyncio.gather(*(store.inbox.keep(numbered(number)) for number in range(1_000)))
    assert len(await stored(store)) == 1_000
    # The first goes alone or with a few; then each takes all that came meanwhile.
    assert len(made) <= 1_000 / MOST_TOGETHER + 5


async def test_a_failure_undoes_its_own_work_only(stores: Stores):
    store = stores.open()
    await add(store, "known")

    def half(connection: sa.Connection) -> None:
        connection.execute(sa.insert(TALLY).values(name="half", count=1))
        raise ValueError("half done")

    made = commits(store)
    calls = [add(store, f"a{n}") for n in range(5)]
    calls += [add(store, "known"), store._database.run(half)]
    calls += [add(store, f"b{n}") for n in range(5)]
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(result) for result in results if result] == [sa.exc.IntegrityError, ValueError]
    expected = {"known"} | {f"{letter}{n}" for letter in "ab" for n in range(5)}
    assert set(await store.tallies.totals()) == expected
    assert len(made) < 6


async def test_results_come_in_the_order_of_the_calls(stores: Stores):
    store = stores.open()
    order: list[int] = []

    async def call(number: int) -> None:
        await store._database.run(lambda connection: connection.execute(sa.select(sa.literal(number))))
        order.append(number)

    await asyncio.gather(*(call(number) for number in range(600)))
    assert order == list(range(600))


async def test_closing_finishes_what_waits_and_takes_nothing_more(stores: Stores):
    store = stores.open()
    waiting = [asyncio.create_task(store.inbox.keep(numbered(number))) for number in range(400)]
    await asyncio.sleep(0)  # all of them have asked
    await stores.close()
    assert len(await asyncio.gather(*waiting)) == 400
    with pytest.raises(RuntimeError, match="closed"):
        await store.inbox.keep(FIRST)
    assert len(await stored(stores.open())) == 400


async def test_whoever_stops_waiting_changes_nothing(stores: Stores):
    store = stores.open()
    asked = [asyncio.create_task(store.inbox.keep(numbered(number))) for number in range(20)]
    await asyncio.sleep(0)
    for task in asked:
        task.cancel()
    assert len(await stored(store)) == 20


@asynccontextmanager
async def no_new_pages(store: Store, path: Path) -> AsyncIterator[str]:
    pages = await _pragma(store, "page_count")
    await _pragma(store, f"max_page_count = {pages + 60}")
    yield "SQLITE_FULL"
    await _pragma(store, f"max_page_count = {pages + 60_000}")


@asynccontextmanager
async def no_longer_files(store: Store, path: Path) -> AsyncIterator[str]:
    """The log is written in the middle of a transaction, which SQLite then undoes as a whole."""
    await _pragma(store, "wal_checkpoint(TRUNCATE)")
    await store._database._queued(lambda raw: raw.execute("PRAGMA cache_size = 10").fetchall(), bare=True)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 400_000, hard))
    try:
        yield "SQLITE_IOERR_WRITE"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("full", [no_new_pages, no_longer_files])
async def test_a_full_disk_fails_what_it_concerns_and_nothing_else(tmp_path, full):
    stores = Stores("sqlite", tmp_path / "inbox.sqlite")
    store = stores.open()
    asked = [numbered(number, "가" * 1_000) for number in range(600)]
    async with full(store, tmp_path / "inbox.sqlite") as reason:
        results = await asyncio.gather(*map(store.inbox.keep, asked), return_exceptions=True)
    failed = [number for number, result in enumerate(results) if isinstance(result, BaseException)]
    assert {repr(results[number]) for number in failed} == {
        f"StoreError('the store cannot do its work now ({reason})')"
    }
    assert 0 < len(failed) < 600
    kept = {asked[number].ts for number in range(600) if number not in failed}
    assert await stored(store) == kept  # neither more nor less than was acknowledged
    assert all(results[number].reason is None for number in range(600) if number not in failed)
    again = await asyncio.gather(*(store.inbox.keep(asked[number]) for number in failed))
    assert all(result.reason is None for result in again)
    assert len(await stored(store)) == 600
    await stores.close()


@pytest.mark.timed
async def test_a_backup_that_holds_the_file_is_waited_for(tmp_path):
    stores = Stores("sqlite", tmp_path / "inbox.sqlite")
    store = stores.open()
    other = sqlite3.connect(tmp_path / "inbox.sqlite", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    letting_go = threading.Timer(0.3, other.execute, ["ROLLBACK"])
    letting_go.start()
    asked_at = time.monotonic()
    assert (await store.inbox.keep(FIRST)).reason is None
    assert time.monotonic() - asked_at > 0.2
    letting_go.join()
    other.close()
    await stores.close()


async def test_the_log_stays_small_and_nothing_is_mapped(tmp_path):
    stores = Stores("sqlite", tmp_path / "inbox.sqlite")
    store = stores.open()
    largest = 0
    for start in range(0, 5_000, 500):
        asked = (numbered(start + number, "가" * 1_400) for number in range(500))
        await asyncio.gather(*map(store.inbox.keep, asked))
        largest = max(largest, (tmp_path / "inbox.sqlite-wal").stat().st_size)
    assert (tmp_path / "inbox.sqlite").stat().st_size > 30e6
    assert largest < 16e6
    assert await _pragma(store, "mmap_size") == 0
    await stores.close()
    assert not (tmp_path / "inbox.sqlite-wal").exists()


@pytest.mark.timed
async def test_many_calls_wait_in_vain_together_and_not_one_after_another(tmp_path):
    stores = Stores("sqlite", tmp_path / "inbox.sqlite")
    store = stores.open()
    await store._database._queued(lambda raw: raw.execute("PRAGMA busy_timeout = 200").fetchall(), bare=True)
    with closing(sqlite3.connect(tmp_path / "inbox.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        asked_at = time.monotonic()
        asked = (store.inbox.keep(numbered(number)) for number in range(100))
        results = await asyncio.gather(*asked, return_exceptions=True)
        assert time.monotonic() - asked_at < 5.0
        assert {getattr(result, "reason", None) for result in results} == {"SQLITE_BUSY"}
    assert (await store.inbox.keep(numbered(1))).reason is None
    assert await stored(store) == {"1.0"}
    await stores.close()


@pytest.mark.parametrize("moment", [0.05, 0.3, 0.6])
async def test_kill_9_loses_nothing_that_was_acknowledged(stores: Stores, moment: float):
    await _close_soon(stores)
    command = [sys.executable, "-c", KEEPER, stores.kind, str(stores.place), "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as keeper:
        assert keeper.stdout is not None
        first = keeper.stdout.readline()
        threading.Timer(moment, keeper.send_signal, [signal.SIGKILL]).start()
        told = {line.decode().strip() for line in (first, *keeper.stdout) if line.endswith(b"\n")}
    assert keeper.returncode == -signal.SIGKILL
    assert len(told) > 10
    assert told <= await stored(stores.open())


async def test_a_restarted_server_is_connected_to_again(stores: Stores):
    if stores.kind != "postgresql":
        pytest.skip("a file has no server")
    store, other = stores.open(), stores.open()
    assert (await store.inbox.keep(FIRST)).reason is None
    await other._database.run(_end_all_others)
    assert (await store.inbox.keep(numbered(2))).reason is None
    assert await stored(store) == {"1.0", "2.0"}


async def test_what_was_perhaps_committed_is_not_done_twice(stores: Stores):
    if stores.kind != "postgresql":
        pytest.skip("a file cannot be lost in the middle of a commit")
    store, other = stores.open(), stores.open()
    done: list[int] = []

    def cut(connection: sa.Connection) -> None:
        if done:
            with other._database.engine.begin() as second:
                _end_all_others(second)

    def work(connection: sa.Connection) -> None:
        done.append(1)

    sa.event.listen(store._database.engine, "commit", cut)
    calls = (store._database.run(work) for _ in range(40))
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert len(done) == 40
    assert {type(result) for result in results} <= {StoreError, type(None)}
    assert any(isinstance(result, StoreError) for result in results)


def _end_all_others(connection: sa.Connection) -> None:
    connection.exec_driver_sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


async def _close_soon(stores: Stores) -> None:
    """The tables are made, and nobody has the file."""
    stores.open()
    await stores.close()


async def _pragma(store: Store, name: str) -> int:
    return await store._database._queued(lambda raw: raw.execute(f"PRAGMA {name}").fetchone()[0], bare=True)
