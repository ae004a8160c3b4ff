import re
from dataclasses import replace

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from curation.errors import ConfigurationError
from slackbot.intake import Question
from slackbot.metrics import Metrics, serving
from slackbot.render import notice
from slackbot.store import Reply, State, Store
from slackbot.store.claims import Bounds
from tests.slackbot.store_fixtures import Stores, both_kinds, running_postgresql  # noqa: F401 - fixtures

FIRST = Question("Ev1", "T1", "C1", "1.0", "1.0", "U0JIWOO", "카나리아 휴가?", "mention")
BOUNDS = Bounds(most=9, per_person=9, per_channel=9, patience=900.0)


def values(text: str) -> dict[str, float]:
    """Each sample by its name and label values."""
    return {
        " ".join((sample.name, *sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def balance(text: str) -> tuple[float, float]:
    """What was received, and what became of it."""
    found = values(text)
    became = [
        value
        for name, value in found.items()
        if name.startswith(("malmoi_slack_ignored_total ", "malmoi_slack_questions "))
    ]
    return found["malmoi_slack_received_total"], sum(became)


async def receive(store: Store, number: int, ended: State | None) -> None:
    ts = f"{number}.0"
    await store.inbox.keep(replace(FIRST, event_id=f"Ev{number}", ts=ts, thread=ts))
    if ended is not None:
        [waiting] = await store.inbox.claim(BOUNDS)
        await store.inbox.save_reply(waiting, Reply(notice("답"), ended))
        await store.inbox.finish(waiting, ended, [f"{number}.5"])


async def test_what_is_received_is_accounted_for_across_restarts_and_erasure(stores: Stores):
    states = (State.ANSWERED, State.ANSWERED, State.REFUSED, State.DEAD, None)
    for start in range(3):
        store = stores.open()
        for number, ended in enumerate(states):
            if start == 0 or ended is not None:
                await receive(store, 10 * start + number, ended)
        for reason, count in (("a deletion", 2), ("not a message", 1)):
            store.tallies.add("received", count)
            store.tallies.add(f"ignored:{reason}", count)
        text = await Metrics(store).render()
        received, became = balance(text)
        assert received == became == 8 + 7 * start
        if start == 1:
            await store.erasure.older_than(-1.0)
        await stores.close()
        if start == 0:  # what waits is answered after the restart
            store = stores.open()
            await store.inbox.take_back()
            [waiting] = await store.inbox.claim(BOUNDS)
            await store.inbox.finish(waiting, State.ANSWERED, ["9.5"])
            await stores.close()
    found = values(text)
    assert {name.split()[1]: value for name, value in found.items() if "questions" in name} == {
        "waiting": 0,
        "answered": 7,
        "refused": 3,
        "dead": 3,
        "removed": 0,
    }
    assert found["malmoi_slack_ignored_total a deletion"] == 6


async def test_erased_rows_stay_in_the_numbers(stores: Stores, monkeypatch):
    monkeypatch.setattr("slackbot.store.erasure.IDS_LAST_S", 0.0)
    store = stores.open()
    for number, ended in enumerate((State.ANSWERED, State.DEAD, None)):
        await receive(store, number, ended)
    before = values(await Metrics(store).render())
    await store.erasure.older_than(-1.0)
    assert await store.inbox.counts() == {"new": 1}
    assert values(await Metrics(store).render()) | _times(before) == before


async def test_times_and_calls_are_counted(stores: Stores):
    metrics = Metrics(stores.open())
    meter = metrics.meter
    for seconds in (0.02, 0.3, 4.0):
        meter.acked(seconds)
        meter.posted()
    meter.answered(7.0)
    meter.shown(0.4)
    meter.limited()
    found = values(await metrics.render())
    assert found["malmoi_slack_ack_seconds_bucket 0.5"] == 2
    assert found["malmoi_slack_ack_seconds_bucket 3.0"] == 2
    assert found["malmoi_slack_ack_seconds_count"] == 3
    assert found["malmoi_slack_answer_seconds_sum"] == 7.0
    assert found["malmoi_slack_first_sign_seconds_bucket 0.5"] == 1
    calls = ("posts_total", "rate_limited_total")
    assert [found[f"malmoi_slack_{name}"] for name in calls] == [3, 1]
    assert (
        values(await Metrics(stores.open() if stores.several else metrics._store).render())[
            "malmoi_slack_posts_total"
        ]
        == 0
    )  # a registry of its own


async def test_no_person_and_no_text_is_in_it(stores: Stores):
    store = stores.open()
    await receive(store, 1, State.ANSWERED)
    text = await Metrics(store).render()
    assert not re.search(r"U0JIWOO|카나리아|\bT1\b|\bC1\b|Ev1", text)
    assert {label for line in text.splitlines() for label in re.findall(r'(\w+)="', line)} <= {
        "state",
        "reason",
        "le",
    }


async def test_it_is_served_to_this_machine(tmp_path):
    stores = Stores("sqlite", tmp_path / "inbox.sqlite")
    store = stores.open()
    await receive(store, 1, None)
    async with aiohttp.ClientSession() as session, serving(Metrics(store), 0) as port:
        address = f"http://127.0.0.1:{port}/metrics"
        async with session.get(address) as response:
            assert response.status == 200
            assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
            assert values(await response.text())["malmoi_slack_questions waiting"] == 1
        with pytest.raises(ConfigurationError, match=str(port)):
            async with serving(Metrics(store), port):
                pass
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(address)
    await stores.close()


def _times(found: dict[str, float]) -> dict[str, float]:
    """When each series was made, which is another moment in each `Metrics`."""
    return {name: value for name, value in found.items() if name.split()[0].endswith("_created")}
