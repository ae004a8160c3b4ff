"""A glance at the bot's file: what it counts, who holds it, and files that are none or were torn."""

import contextlib
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from slackbot.glance import WAITING, Glance, glance, lock_of
from slackbot.store import open_store
from slackbot.store.states import State

# Everything of a store is written and nothing is folded into the file, as when a bot is killed.
KILLED = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("PRAGMA journal_mode=WAL")
connection.execute("PRAGMA wal_autocheckpoint=0")
connection.execute("CREATE TABLE inbox (state TEXT)")
connection.execute("CREATE TABLE saved (id INTEGER)")
connection.executemany("INSERT INTO inbox VALUES (?)", [("new",), ("running",), ("answered",)])
connection.commit()
print("written", flush=True)
sys.stdin.read()
os._exit(1)
"""
HOLDS = """
import fcntl, sys
with open(sys.argv[1], "ab") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def at_work(program: str, path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that has said that it is ready; killed at the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        try:
            assert process.stdout.readline()
            yield process
        finally:
            process.kill()
            process.wait()


def small(path: Path, states: tuple[str, ...] = (), saved: int = 0) -> Path:
    """A store with the two tables that a glance looks at."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE inbox (state TEXT)")
        connection.execute("CREATE TABLE saved (id INTEGER)")
        connection.executemany("INSERT INTO inbox VALUES (?)", [(state,) for state in states])
        connection.executemany("INSERT INTO saved VALUES (?)", [(number,) for number in range(saved)])
        connection.commit()
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def test_a_new_store_as_the_bot_makes_it(tmp_path: Path) -> None:
    """The tables and the lock that it looks for are those of the store, also while it is open."""
    place = tmp_path / "slack.sqlite"
    store = open_store(place)
    try:
        assert glance(place) == Glance(running=True, waiting=0, saved=0)
    finally:
        await store.close()
    assert lock_of(place).is_file()
    assert glance(place) == Glance(running=False, waiting=0, saved=0)


@pytest.mark.parametrize("state", State)
def test_which_questions_wait(tmp_path: Path, state: State) -> None:
    waiting = 3 if state.value in ("new", "running", "withdrawn") else 0
    assert glance(small(tmp_path / "a.sqlite", (state.value,) * 3, saved=2)) == Glance(False, waiting, 2)


def test_every_state_of_waiting_is_one_of_the_store() -> None:
    assert set(WAITING) <= {state.value for state in State}


@pytest.mark.parametrize(
    "name", ["슬랙 질문.sqlite", "질문?mode=rwc#끝.sqlite", "100%25 말모이.sqlite", "a&b;c=d.sqlite"]
)
def test_names_that_mean_something_in_an_address(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "작업 공간"
    folder.mkdir()
    assert glance(small(folder / name, ("new",), saved=1)) == Glance(False, 1, 1)
    assert [path.name for path in folder.iterdir()] == [name]


def test_a_path_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(tmp_path / "slack.sqlite", ("new",))
    monkeypatch.chdir(tmp_path)
    assert glance(Path("slack.sqlite")).waiting == 1


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    seen = glance(tmp_path / "slack.sqlite")
    assert (seen.running, seen.waiting, seen.saved) == (False, None, None)
    assert "unable to open" in seen.fault
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "no such table: inbox"),
        (b"\0" * 8192, "not a database"),
        ("말모이".encode() * 3000, "not a database"),
        (b"SQLite format 3\0" + b"\xff" * 8000, "not a database|malformed"),
    ],
)
def test_what_is_no_store(tmp_path: Path, content: bytes, fault: str) -> None:
    path = tmp_path / "slack.sqlite"
    path.write_bytes(content)
    seen = glance(path)
    assert (seen.waiting, seen.saved) == (None, None)
    assert any(one in seen.fault for one in fault.split("|")), seen.fault
    assert contents(tmp_path) == {path.name: content}


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "slack.sqlite").mkdir()
    seen = glance(tmp_path / "slack.sqlite")
    assert (seen.running, seen.waiting, seen.saved) == (False, None, None)
    assert seen.fault


def test_a_store_that_was_cut_off(tmp_path: Path) -> None:
    """What is left of half a copy says nothing, rather than too little."""
    path = small(tmp_path / "slack.sqlite", ("new",) * 3000, saved=3)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 8192 * 4096])
    seen = glance(path)
    assert (seen.waiting, seen.saved) == (None, None)
    assert "malformed" in seen.fault


def test_a_store_without_one_of_its_tables(tmp_path: Path) -> None:
    path = small(tmp_path / "slack.sqlite", ("new",))
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE saved")
        connection.commit()
    assert glance(path) == Glance(False, None, None, "no such table: saved")


def test_a_bot_that_runs_and_one_that_was_killed(tmp_path: Path) -> None:
    path = small(tmp_path / "slack.sqlite", ("new",))
    with at_work(HOLDS, lock_of(path)) as process:
        assert glance(path) == Glance(True, 1, 0)
        process.kill()
        process.wait()
        # The file of the lock outlives the process, the lock does not.
        assert lock_of(path).is_file()
        assert glance(path) == Glance(False, 1, 0)


def test_a_lock_beside_a_store_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "slack.sqlite"
    with at_work(HOLDS, lock_of(path)):
        assert glance(path).running
        assert glance(path).waiting is None
        assert not glance(tmp_path / "other.sqlite").running


def test_questions_in_the_log_of_a_killed_bot_count(tmp_path: Path) -> None:
    """They stand beside the file until somebody opens it to write; a glance does not fold them in."""
    path = tmp_path / "slack.sqlite"
    with at_work(KILLED, path) as process:
        assert glance(path).waiting == 2
        process.kill()
        process.wait()
        before = contents(tmp_path)
        assert len(before["slack.sqlite-wal"]) > 0
        assert glance(path) == Glance(False, 2, 0)
        after = contents(tmp_path)
        assert after["slack.sqlite"] == before["slack.sqlite"]
        assert after["slack.sqlite-wal"] == before["slack.sqlite-wal"]
        # And in a copy of the two, as of a backup.
        (tmp_path / "copy").mkdir()
        for name in ("slack.sqlite", "slack.sqlite-wal"):
            shutil.copy(tmp_path / name, tmp_path / "copy" / name)
        assert glance(tmp_path / "copy/slack.sqlite") == Glance(False, 2, 0)


def test_who_writes_is_waited_for(tmp_path: Path) -> None:
    """A bot that writes holds others off for a moment, which is no fault of its store."""
    path = small(tmp_path / "slack.sqlite", ("new",))
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        writer.execute("INSERT INTO inbox VALUES ('new')")
        seen: list[Glance] = []
        looking = threading.Thread(target=lambda: seen.append(glance(path)))
        looking.start()
        time.sleep(0.1)  # it meets the lock; if it is slower, it waits for nothing
        writer.execute("COMMIT")
        looking.join()
    assert seen == [Glance(False, 2, 0)]
