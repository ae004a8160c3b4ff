"""What is to be done about a saved thread outlives the process, and what was asked last counts."""

import time

import pytest

from slackbot.store import saved as saved_module
from slackbot.store.saved import Saved, SavedState
from tests.slackbot.store_fixtures import Stores, both_kinds, running_postgresql

__all__ = ["both_kinds", "running_postgresql"]
THREAD = ("T1", "C1", "1.5")


@pytest.fixture
def saved(stores: Stores) -> Saved:
    return Saved(stores.open()._database)


async def states(saved):
    return {(one.thread, one.user): one.state.value for one in await saved.all()}


async def test_wanted_then_kept_then_unwanted_then_gone(saved):
    await saved.want(*THREAD, "U1")
    assert await states(saved) == {("1.5", "U1"): "wanted"}
    assert await saved.holds(*THREAD)
    assert await saved.finish(await saved.get(*THREAD))
    assert await states(saved) == {("1.5", "U1"): "kept"}
    assert await saved.unwant(*THREAD)
    assert not await saved.holds(*THREAD)
    assert await saved.finish(await saved.get(*THREAD))
    assert await saved.all() == []
    assert (await saved.unwant(*THREAD), await saved.again(*THREAD)) == (False, False)


@pytest.mark.parametrize("later", ["want", "again", "unwant"])
async def test_what_was_asked_for_meanwhile_is_not_taken_for_done(saved, monkeypatch, later):
    await saved.want(*THREAD, "U1")
    at_work = await saved.get(*THREAD)
    if later == "want":
        await saved.want(*THREAD, "U2")
    else:  # a clock that goes back changes nothing
        monkeypatch.setattr(time, "time", lambda: at_work.saved_at - 60)
        assert await getattr(saved, later)(*THREAD)
    assert not await saved.finish(at_work)
    expected = SavedState.UNWANTED if later == "unwant" else SavedState.WANTED
    assert (await saved.get(*THREAD)).state is expected


async def test_an_edit_does_not_bring_back_what_is_to_be_forgotten(saved):
    await saved.want(*THREAD, "U1")
    await saved.unwant(*THREAD)
    assert not await saved.again(*THREAD)
    assert (await saved.get(*THREAD)).state is SavedState.UNWANTED


async def test_rows_outlive_the_process(stores):
    first = Saved(stores.open()._database)
    await first.want(*THREAD, "U1")
    await stores.close()
    assert await states(Saved(stores.open()._database)) == {("1.5", "U1"): "wanted"}


async def test_another_processs_threads_are_known_after_a_while(stores, monkeypatch):
    database = stores.open()._database
    mine, theirs = Saved(database), Saved(database)
    assert not await mine.holds(*THREAD)
    await theirs.want(*THREAD, "U1")
    assert not await mine.holds(*THREAD)
    monkeypatch.setattr(saved_module, "MEMORY_LASTS_S", 0.0)
    assert await mine.holds(*THREAD)
