"""The store is read beside the bot that has it, and nothing is changed by that."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from curation.errors import ConfigurationError
from slackbot.intake import Question
from slackbot.store import StoreError, open_store
from slackbot.store.reading import is_held, open_to_read
from slackbot.store.schema import INBOX
from tests.slackbot.store_fixtures import Stores, both_kinds, running_postgresql  # noqa: F401 - fixtures

SHOWN = {"question": "휴가?", "answer": "열닷새", "sources": ("a.md",)}


def asked(number: int, team: str = "T1", user: str = "U1") -> Question:
    ts = f"{number}.0"
    return Question(f"Ev{number}", team, "C1", ts, ts, user, "휴가는 며칠인가요?", "mention")


async def test_what_the_bot_has_just_written_is_read(stores: Stores):
    store = stores.open()
    await store.inbox.keep(asked(1))
    await store.feedback.give("T2", "C1", "2.0", "U1", "up", **SHOWN)
    store.tallies.add("ignored:edited", 3)
    await store.tallies.flush()
    reading = open_to_read(stores.place)
    assert await reading.inbox.counts() == {"new": 1}
    assert await reading.tallies.totals() == {"ignored:edited": 3}
    assert [opinion.value for opinion in await reading.feedback.all()] == ["up"]
    assert await reading.teams_of("U1") == {"T1", "T2"}
    assert await reading.teams_of("U2") == frozenset()
    await store.inbox.keep(asked(2))
    assert await reading.inbox.counts() == {"new": 2}
    await reading.close()


async def test_the_oldest_question_that_waits_counts(stores: Stores):
    store = stores.open()
    reading = open_to_read(stores.place)
    assert await reading.waits_for() == 0.0
    for number in (1, 2):
        await store.inbox.keep(asked(number))
    an_hour_ago = sa.update(INBOX).where(INBOX.c.ts == "1.0").values(received_at=time.time() - 3600)
    await store._database.run(lambda connection: connection.execute(an_hour_ago))
    assert 3600 <= await reading.waits_for() < 3660
    await reading.close()


@pytest.mark.parametrize("folder", ["질문 #1", "what?", "100%25"])
async def test_a_folder_may_have_any_name(tmp_path: Path, folder: str):
    place = tmp_path / folder / "bot.sqlite"
    await open_store(place).close()
    reading = open_to_read(place)
    assert await reading.inbox.counts() == {}
    await reading.close()
    assert [path.name for path in tmp_path.iterdir()] == [folder]


async def test_a_file_is_only_read(tmp_path: Path):
    place = tmp_path / "bot store.sqlite"
    store = open_store(place)
    assert is_held(place)
    await store.close()
    assert not is_held(place)
    reading = open_to_read(place)
    reading.tallies.add("received")
    with pytest.raises(StoreError, match="READONLY"):
        await reading.tallies.flush()
    await reading.close()
    store = open_store(place)  # the reader did not take it
    assert await store.tallies.totals() == {}
    await store.close()


def test_what_cannot_be_read_says_what_to_do(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="no store of a bot yet"):
        open_to_read(tmp_path / "none.sqlite")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "text.sqlite").write_text("이것은 데이터베이스가 아닙니다. " * 100, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="not a database"):
        open_to_read(tmp_path / "text.sqlite")
    for version, said in ((1, "start the bot once"), (99, "version 99")):
        place = tmp_path / f"{version}.sqlite"
        with closing(sqlite3.connect(place)) as raw:
            raw.execute(f"PRAGMA user_version = {version}")
        with pytest.raises(ConfigurationError, match=said):
            open_to_read(place)
