"""Slack is asked once for what it says, and where it says nothing the answer is the one that shows least."""

import asyncio

import pytest

from slackbot import directory
from slackbot.directory import UNKNOWN_PERSON, UNKNOWN_PLACE, Directory, Person, Place
from tests.slackbot.slack_client import LIMITS, ME, Workplace, running_slack, workplace

__all__ = ["running_slack", "workplace"]


@pytest.mark.parametrize(
    ("user", "person"),
    [
        ("U0HANEUL", Person("ko-KR", "haneul", is_bot=False, is_external=False)),
        ("U0EMMA", Person("en-US", "emma", is_bot=False, is_external=False)),
        ("U0ALARM", Person("en-US", "alarmbot", is_bot=True, is_external=False)),
        ("U0GUEST", Person("ko-KR", "guest", is_bot=False, is_external=True)),
        ("U0NOBODY", UNKNOWN_PERSON),
    ],
)
async def test_people(workplace, user, person):
    assert await workplace.directory.person(ME.team, user) == person


@pytest.mark.parametrize(
    ("user", "is_external"),
    [
        ({}, False),
        ({"team_id": "T0OTHER"}, True),
        # A workspace of the same organisation: its account lists ours.
        ({"team_id": "T0OTHER", "enterprise_user": {"teams": ["T0OTHER", ME.team]}}, False),
        ({"is_restricted": True}, True),
        ({"is_ultra_restricted": True}, True),
        ({"is_stranger": True}, True),
    ],
)
def test_guests_are_external(user, is_external):
    assert directory._person(user, ME.team).is_external is is_external


async def test_places(workplace):
    def place(kind, **options):
        name = f"{kind}-{len(options)}"
        return workplace.directory.channel(ME.team, workplace.client.open_channel(name, kind=kind, **options))

    assert await place("channel") == Place("public", "channel-0")
    assert await place("channel", shared=True) == Place("public", "channel-1", is_shared=True)
    assert await place("group") == Place("private", "group-0")
    assert (await place("mpim")).kind == "group"
    assert (await place("im", people=["haneul"])).kind == "direct"
    # Of what the bot is not in, Slack tells it nothing.
    assert await place("group", bot=False) == UNKNOWN_PLACE
    assert await workplace.directory.channel("T0OTHER", "C00000001") == UNKNOWN_PLACE


def test_a_channel_that_does_not_say_so_is_not_public():
    assert directory._place({"name": "general"}).kind == "private"


async def test_private_channels_are_those_that_person_and_bot_share(workplace):
    open_channel = workplace.client.open_channel
    shared = {
        open_channel("group", kind="group", people=["doyun", "haneul"]),
        open_channel("several", kind="mpim", people=["doyun", "haneul"]),
    }
    open_channel("without-bot", kind="group", people=["doyun"], bot=False)
    open_channel("without-doyun", kind="group", people=["haneul"])
    open_channel("direct", kind="im", people=["doyun"])
    found = await workplace.directory.private_channels_of(ME.team, "U0DOYUN")
    assert shared <= found
    state = workplace.client.state("channels")["channels"]
    assert {channel for channel in found if "U0DOYUN" not in state[channel]["members"]} == set()
    assert {state[channel]["is_private"] for channel in found} == {True}
    assert workplace.asked("conversations.list") == workplace.asked("conversations.members") == 0


async def test_all_pages_are_read(workplace, monkeypatch):
    monkeypatch.setattr(directory, "_PAGE", 2)
    ids = {workplace.client.open_channel(f"p{n}", kind="group", people=["yuki"]) for n in range(5)}
    assert await workplace.directory.private_channels_of(ME.team, "U0YUKI") >= ids


async def test_many_ask_at_once_and_slack_is_asked_once(workplace):
    before = workplace.asked("users.info", user="U0SEOYEON")
    first, *others = [
        asyncio.create_task(workplace.directory.person(ME.team, "U0SEOYEON")) for _ in range(50)
    ]
    await asyncio.sleep(0)
    first.cancel()  # whoever gives up takes the answer from nobody
    assert {person.name for person in await asyncio.gather(*others)} == {"seoyeon"}
    assert (await workplace.directory.person(ME.team, "U0SEOYEON")).name == "seoyeon"
    assert workplace.asked("users.info", user="U0SEOYEON") == before + 1


async def test_answers_grow_old_and_may_be_asked_for_anew(workplace, monkeypatch):
    channel = workplace.client.open_channel("old", kind="group")
    for _ in range(2):
        await workplace.directory.channel(ME.team, channel)
    assert workplace.asked("conversations.info", channel=channel) == 1
    await workplace.directory.channel(ME.team, channel, anew=True)
    assert workplace.asked("conversations.info", channel=channel) == 2
    monkeypatch.setattr(directory, "CHANNEL_FRESH_S", -1.0)
    hasty = Directory(workplace.teams, LIMITS)
    for _ in range(2):
        await hasty.channel(ME.team, channel)
    assert workplace.asked("conversations.info", channel=channel) == 4


@pytest.mark.parametrize("kind", ["unavailable", "ratelimited", "error"])
async def test_a_failing_call_gives_the_cautious_value_and_is_made_again_soon(workplace, monkeypatch, kind):
    monkeypatch.setattr(directory, "FAILED_FRESH_S", 0.0)
    for method in ("users.info", "conversations.info", "users.conversations"):
        workplace.client.fail(method, kind, seconds=9, code="missing_scope")
    private = workplace.client.open_channel(f"fail-{kind}", kind="group", people=["haneul"])
    asked = Directory(workplace.teams, LIMITS)
    assert await asked.person(ME.team, "U0HANEUL") == UNKNOWN_PERSON
    assert await asked.channel(ME.team, private) == UNKNOWN_PLACE
    assert await asked.private_channels_of(ME.team, "U0HANEUL") == frozenset()
    assert (await asked.person(ME.team, "U0HANEUL")).name == "haneul"
    assert (await asked.channel(ME.team, private)).kind == "private"
    assert private in await asked.private_channels_of(ME.team, "U0HANEUL")


async def test_only_so_much_is_remembered(workplace: Workplace):
    small = Directory(workplace.teams, LIMITS, most=2)
    for user in ("U0HANEUL", "U0DOYUN", "U0EMMA", "U0HANEUL"):
        await small.person(ME.team, user)
    assert len(small._people._held) == 2
