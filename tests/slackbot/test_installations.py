"""Installations on both databases: what is kept, what a copy of the database shows, keys that change."""

import asyncio
import logging
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from pydantic import SecretStr

from curation.errors import ConfigurationError
from slackbot.intake import Identity
from slackbot.store import Store, open_store
from slackbot.store.installations import Installation
from slackbot.store.reading import open_to_read
from slackbot.store.schema import INSTALLATION, OAUTH_STATE
from tests.slackbot.store_fixtures import Stores, both_kinds, running_postgresql  # noqa: F401 - fixtures

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))
TOKEN = "xoxb-1-canary"
FIRST = Installation(Identity("T1", "U1", "B1"), SecretStr(TOKEN), 1000.0)
SECOND = Installation(Identity("T2", "U2", "B2"), SecretStr("xoxb-2"), 2000.0)


def opened(stores: Stores, key: str = NEW) -> Store:
    store = open_store(stores.place, key=SecretStr(key))
    stores.opened.append(store)
    return store


async def rows(store: Store, table: sa.Table = INSTALLATION) -> list[sa.Row]:
    return await store._database.run(lambda connection: list(connection.execute(sa.select(table))))


async def test_installations_are_kept_by_workspace(stores):
    installations = opened(stores).installations
    assert await installations.all() == []
    for one in (SECOND, FIRST):
        await installations.save(one)
    assert await installations.all() == [FIRST, SECOND]
    again = Installation(Identity("T1", "U1", "B9"), SecretStr("xoxb-again"), 3000.0)
    await installations.save(again)
    assert await installations.all() == [again, SECOND]
    assert await installations.delete("T1")
    assert not await installations.delete("T1")
    assert await installations.all() == [SECOND]


@pytest.mark.parametrize(("before", "deleted"), [(1000.0, False), (1000.5, True), (None, True)])
async def test_an_installation_newer_than_its_end_stays(stores, before, deleted):
    installations = opened(stores).installations
    await installations.save(FIRST)
    assert await installations.delete("T1", before) is deleted
    assert len(await installations.all()) == (0 if deleted else 1)


async def test_the_key_that_encrypted_may_stand_behind_a_new_one_for_one_start(stores):
    await opened(stores, OLD).installations.save(FIRST)
    await stores.close()
    assert await opened(stores, f"{NEW}, {OLD}").installations.all() == [FIRST]
    await stores.close()
    assert await opened(stores, NEW).installations.all() == [FIRST]
    await stores.close()
    with pytest.raises(ConfigurationError):
        await opened(stores, OLD).installations.all()


async def test_who_only_looks_leaves_it_to_the_bot_to_encrypt_again(tmp_path: Path):
    store = open_store(tmp_path / "inbox.sqlite", key=SecretStr(OLD))
    await store.installations.save(FIRST)
    before = await rows(store)
    reading = open_to_read(tmp_path / "inbox.sqlite", key=SecretStr(f"{NEW},{OLD}"))
    assert await reading.installations.all() == [FIRST]
    assert await rows(store) == before
    await reading.close()
    await store.close()


async def test_encrypting_again_does_not_undo_a_newer_installation(stores):
    await opened(stores, OLD).installations.save(FIRST)
    await stores.close()
    store = opened(stores, f"{NEW},{OLD}")
    [read] = await rows(store)
    newer = Installation(FIRST.me, SecretStr("xoxb-newer"), 5000.0)
    await store.installations.save(newer)
    await store.installations._seal_again(read, b"of the older token")
    assert await store.installations.all() == [newer]


async def test_a_key_that_decrypts_nothing_is_named(stores):
    await opened(stores).installations.save(FIRST)
    await stores.close()
    with pytest.raises(ConfigurationError, match="workspace T1 cannot be decrypted") as caught:
        await opened(stores, OTHER).installations.all()
    assert caught.value.where == "SLACK_ENCRYPTION_KEY"
    assert OTHER not in str(caught.value)


async def test_a_token_that_was_moved_to_another_workspace_is_noticed(stores):
    store = opened(stores)
    for one in (FIRST, SECOND):
        await store.installations.save(one)
    first, _ = await rows(store)
    swapped = sa.update(INSTALLATION).where(INSTALLATION.c.team == "T2").values(tokens=first.tokens)
    await store._database.run(lambda connection: connection.execute(swapped))
    with pytest.raises(ConfigurationError, match="workspace T2"):
        await store.installations.all()


async def test_without_a_key_nothing_is_kept(stores):
    store = opened(stores, "")
    for work in (store.installations.all(), store.installations.save(FIRST)):
        with pytest.raises(ConfigurationError, match="SLACK_ENCRYPTION_KEY is not set"):
            await work
    assert await rows(store) == []


@pytest.mark.parametrize(
    "key", ["abc", NEW[:-2], f"{NEW},abc", "é" * 44], ids=["short", "cut", "second", "letters"]
)
def test_what_is_no_key_is_refused_at_start_and_not_shown(tmp_path, key):
    for _ in range(2):  # the file's lock is given back
        with pytest.raises(ConfigurationError, match="32 bytes") as caught:
            open_store(tmp_path / "inbox.sqlite", key=SecretStr(key))
    assert key not in f"{caught.value}{caught.value.__cause__}"
    assert caught.value.__suppress_context__


async def test_no_token_lies_in_the_files_of_the_database(tmp_path: Path):
    store = open_store(tmp_path / "inbox.sqlite", key=SecretStr(NEW))
    await store.installations.save(FIRST)
    while_open = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    await store.close()
    assert b"installation" in while_open["inbox.sqlite-wal"]
    closed = (tmp_path / "inbox.sqlite").read_bytes()
    assert b"T1" in closed
    for content in (*while_open.values(), closed):
        assert TOKEN.encode() not in content
        assert b"canary" not in content
        assert NEW.encode() not in content


async def test_no_token_is_shown_or_logged(stores, caplog):
    caplog.set_level(logging.DEBUG)
    store = opened(stores)
    await store.installations.save(FIRST)
    assert "canary" not in f"{await store.installations.all()!r} {FIRST} {store.installations!r}"
    # An error of the database quotes its statement, and would its values.
    with pytest.raises(Exception) as caught:  # noqa: PT011
        await store.installations.save(Installation(Identity("T1", "U1", None), SecretStr(TOKEN), 1.0))  # type: ignore[arg-type]
    assert "canary" not in f"{caught.value!r} {caught.value.__cause__}"
    assert "canary" not in caplog.text
    assert await store.installations.all() == [FIRST]


async def test_a_state_is_good_once(stores):
    installations = opened(stores).installations
    await installations.give_state("a", 600)
    await installations.give_state("b", 600)
    assert not await installations.take_state("c")
    assert await installations.take_state("a")
    assert not await installations.take_state("a")
    taken = await asyncio.gather(*(installations.take_state("b") for _ in range(20)))
    assert sorted(taken) == [False] * 19 + [True]


async def test_a_state_ends_and_old_ones_do_not_pile_up(stores, monkeypatch):
    store = opened(stores)
    for name in ("a", "b"):
        await store.installations.give_state(name, 600)
    later = time.time() + 601
    monkeypatch.setattr(time, "time", lambda: later)
    assert not await store.installations.take_state("a")
    await store.installations.give_state("c", 600)
    assert [row.state for row in await rows(store, OAUTH_STATE)] == ["c"]
