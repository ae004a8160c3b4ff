"""The parts beside the inbox, on both databases."""

import asyncio
from dataclasses import astuple

import pytest

from slackbot.policy import Mode
from slackbot.store import ChannelSettings
from slackbot.store.coaching import A_DAY_S
from tests.slackbot.store_fixtures import Stores, both_kinds, running_postgresql  # noqa: F401 - fixtures

ANSWER = ("T1", "C1", "2.0")
SHOWN = {"question": "휴가?", "answer": "열닷새", "sources": ("handbook/leave.md",)}


async def test_a_second_click_changes_the_opinion_and_keeps_its_reason(stores: Stores):
    store = stores.open()
    await store.feedback.give(*ANSWER, "U1", "up", **SHOWN)
    await store.feedback.explain(*ANSWER, "U1", "짧다")
    await store.feedback.give(*ANSWER, "U2", "up", **SHOWN)
    await store.feedback.give(*ANSWER, "U1", "down", **SHOWN)
    given = {opinion.user: opinion for opinion in await store.feedback.all()}
    assert {user: (opinion.value, opinion.reason) for user, opinion in given.items()} == {
        "U1": ("down", "짧다"),
        "U2": ("up", ""),
    }
    assert astuple(given["U1"])[6:9] == ("휴가?", "열닷새", ("handbook/leave.md",))


async def test_a_reason_without_an_opinion_is_not_kept(stores: Stores):
    store = stores.open()
    await store.feedback.explain(*ANSWER, "U1", "짧다")
    assert await store.feedback.all() == []


@pytest.mark.parametrize("written", ["앞\x00뒤", "앞\ud83d뒤", "앞\udc00\ud83d\x00뒤"])
async def test_what_no_database_takes_does_not_lose_the_rest(stores: Stores, written: str):
    store = stores.open()
    await store.feedback.give(*ANSWER, "U1", "down", **SHOWN | {"question": written})
    [opinion] = await store.feedback.all()
    assert opinion.question.replace("\ufffd", "") == "앞뒤"


async def test_a_channel_s_settings_are_known_at_once_and_after_a_restart(stores: Stores):
    store = stores.open()
    assert await store.channels.settings("T1", "C1") is None
    await store.channels.set("T1", "C1", ChannelSettings(Mode.ROOTS, coaching=True))
    await store.channels.set("T1", "C1", ChannelSettings(Mode.OFF, coaching=False))
    assert await store.channels.settings("T1", "C1") == ChannelSettings(Mode.OFF, coaching=False)
    assert await store.channels.settings("T2", "C1") is None
    await stores.close()
    again = stores.open()
    assert await again.channels.settings("T1", "C1") == ChannelSettings(Mode.OFF, coaching=False)


async def test_settings_are_answered_from_memory(stores: Stores):
    await stores.open().channels.set("T1", "C1", ChannelSettings(Mode.ROOTS, coaching=False))
    await stores.close()
    store = stores.open()
    await store._database.close()  # nothing is left to ask
    stores.opened.clear()
    assert store.channels.known("T1", "C1") == ChannelSettings(Mode.ROOTS, coaching=False)
    assert await store.channels.settings("T1", "C1") == ChannelSettings(Mode.ROOTS, coaching=False)
    assert store.channels.known("T1", "C2") is None


async def test_settings_of_another_process_arrive(stores: Stores, monkeypatch):
    if not stores.several:
        pytest.skip("one process has the file")
    one, other = stores.open(), stores.open()
    await one.channels.set("T1", "C1", ChannelSettings(Mode.THREADS, coaching=True))
    assert await other.channels.settings("T1", "C1") is None
    monkeypatch.setattr("slackbot.store.channels.MEMORY_LASTS_S", 0.0)
    assert await other.channels.settings("T1", "C1") == ChannelSettings(Mode.THREADS, coaching=True)
    await one.channels.set("T1", "C1", ChannelSettings(Mode.OFF, coaching=True))
    assert other.channels.known("T1", "C1") == ChannelSettings(Mode.THREADS, coaching=True)
    await asyncio.wait_for(other.channels._reading, 5.0)
    assert other.channels.known("T1", "C1") == ChannelSettings(Mode.OFF, coaching=True)
    await asyncio.wait_for(other.channels._reading, 5.0)


async def test_a_person_is_coached_at_most_once_a_day(stores: Stores):
    store = stores.open()
    now = 1_000_000.0
    assert await store.coaching.claim("T1", "U1", now)
    assert not await store.coaching.claim("T1", "U1", now + A_DAY_S - 1)
    assert await store.coaching.claim("T1", "U2", now)
    assert await store.coaching.claim("T2", "U1", now)
    await stores.close()
    store = stores.open()
    assert not await store.coaching.claim("T1", "U1", now + A_DAY_S - 1)
    assert await store.coaching.claim("T1", "U1", now + A_DAY_S)
    assert not await store.coaching.claim("T1", "U1", now + A_DAY_S)


async def test_one_of_many_claims_at_once_is_granted(stores: Stores):
    opened = [stores.open() for _ in range(4 if stores.several else 1)]
    claims = [opened[n % len(opened)].coaching.claim("T1", "U1", 1_000_000.0 + n) for n in range(20)]
    assert sum(await asyncio.gather(*claims)) == 1


async def test_opting_out_holds_until_opting_in(stores: Stores):
    store = stores.open()
    assert not await store.coaching.is_off("T1", "U1")
    await store.coaching.opt_out("T1", "U1")
    assert await store.coaching.is_off("T1", "U1")
    assert not await store.coaching.is_off("T1", "U2")
    assert not await store.coaching.claim("T1", "U1", 1_000_000.0)
    await store.coaching.opt_in("T1", "U1")
    assert await store.coaching.claim("T1", "U1", 1_000_000.0)
    await store.coaching.opt_out("T1", "U1")
    assert not await store.coaching.claim("T1", "U1", 1_000_000.0 + 9 * A_DAY_S)


async def test_totals_add_up_over_restarts_and_processes(stores: Stores):
    opened = [stores.open() for _ in range(3 if stores.several else 1)]
    for store in opened:
        for _ in range(50):
            store.tallies.add("received")
            store.tallies.add("ignored:unfurl", 2)
    await stores.close()  # writes what the second had not yet
    number = 50 * len(opened)
    assert await stores.open().tallies.totals() == {"received": number, "ignored:unfurl": 2 * number}


async def test_totals_are_written_without_being_asked_for(stores: Stores, monkeypatch):
    monkeypatch.setattr("slackbot.store.tallies.FLUSH_EVERY_S", 0.01)
    store = stores.open()
    for _ in range(2):  # the second time a new task has to do it
        store.tallies.add("received")
        while store.tallies._flushing is not None:
            await asyncio.sleep(0.01)
        assert not store.tallies._fresh
    assert await store.tallies.totals() == {"received": 2}
