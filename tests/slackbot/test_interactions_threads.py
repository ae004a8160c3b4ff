"""A thread summarised for one person, saved by the menu or an emoji, and forgotten."""

import json

import pytest

from rag.search import open_index
from rag.types import Filter
from slackbot import phrases
from slackbot.emulator.client import Posted
from slackbot.intake import Identity
from slackbot.listeners.shortcuts import SAVE, SUMMARISE, everything_said
from slackbot.phrases import interaction
from slackbot.policy import Policy
from slackbot.scope import team_group
from slackbot.store.saved import SavedState
from slackbot.summary import Said
from tests.slackbot.interactions import (  # noqa: F401 - fixtures
    TEAM,
    Desk,
    event,
    indexed_handbook,
    open_desk,
    running_slack,
    shortcut,
)

SAY = interaction.of("ko")


def thread(desk: Desk) -> tuple[Posted, Posted]:
    """A thread of two people: its root and its last reply."""
    root = desk.client.say(desk.channel, "워크숍 장소를 정해야 합니다. 예산은 200만 원이에요.")
    desk.client.say(desk.channel, "<@U0HANEUL> 강릉은 어때요?", thread_ts=root.ts, user="doyun")
    last = desk.client.say(desk.channel, "그럼 강릉 워크숍으로 정합시다.", thread_ts=root.ts, user="seoyeon")
    return root, last


def reaction(desk: Desk, ts: str, *, kind="reaction_added", emoji="books", user="U0HANEUL"):
    item = {"type": "message", "channel": desk.channel, "ts": ts}
    return event(desk, {"type": kind, "user": user, "reaction": emoji, "item": item})


def view_of(call):
    view = call["view"]
    return json.loads(view) if isinstance(view, str) else view


async def saved(desk: Desk) -> list[tuple[str, str]]:
    store = desk.parts.knowledge._saved
    return [(one.thread, one.state) for one in await store.all()]


def found(desk: Desk, tmp_path, question: str) -> list[str]:
    index = open_index(tmp_path / "index")
    hits = index.search(question, among=Filter(groups=frozenset({team_group(TEAM)})))
    return [hit.passage.text for hit in hits]


async def test_a_summary_is_shown_to_whoever_asked_and_nobody_is_told(desk):
    root, last = thread(desk)
    response = await desk.send(shortcut(desk, SUMMARISE, last.ts, root.ts))
    assert response.status == 200
    opening = [
        call for call in desk.calls("views.open") if "스레드를 읽고" in json.dumps(call, ensure_ascii=False)
    ]
    assert opening[-1]["trigger_id"] == "1.2.3"
    updates = [view_of(call) for call in desk.calls("views.update")]
    shown = updates[-1]["blocks"][0]["text"]["text"] if updates else desk.responses[-1]["text"]
    assert shown.split("\n")[2:] == [
        "• haneul: 워크숍 장소를 정해야 합니다.",
        "• doyun: @haneul 강릉은 어때요?",
        "• seoyeon: 그럼 강릉 워크숍으로 정합시다.",
    ]
    assert SAY.excerpt in shown
    assert not [call for call in desk.calls("chat.postMessage") if call["channel"] == desk.channel]


@pytest.mark.parametrize(
    ("emulated", "told"), [("channel", SAY.thread_unreadable), ("nothing", SAY.nothing_to_summarise)]
)
async def test_a_thread_that_cannot_be_summarised_is_told_so(desk, emulated, told):
    if emulated == "channel":
        desk.channel = desk.client.open_channel(f"closed {desk.channel}", bot=False)
        ts = desk.client.say(desk.channel, "초대하지 않은 채널").ts
    else:
        ts = desk.client.say(desk.channel, "   ").ts
    await desk.send(shortcut(desk, SUMMARISE, ts))
    updates = [view_of(call)["blocks"][0]["text"]["text"] for call in desk.calls("views.update")]
    assert told in (*updates[-1:], *(one["text"] for one in desk.responses[-1:]))


@pytest.mark.parametrize("desk", [Policy(allow=frozenset({"U0DOYUN"}))], indirect=True)
@pytest.mark.parametrize("callback", [SUMMARISE, SAVE])
async def test_who_may_not_ask_may_not_use_the_menu(desk, callback):
    root, _ = thread(desk)
    await desk.send(shortcut(desk, callback, root.ts))
    assert [one["text"] for one in desk.responses] == [phrases.KOREAN.not_allowed]
    assert await saved(desk) == []


async def test_a_saved_thread_can_be_found_and_who_may_find_it_is_said(desk, tmp_path):
    root, last = thread(desk)
    await desk.send(shortcut(desk, SAVE, last.ts, root.ts))
    [told] = desk.responses
    assert (told["response_type"], told["text"]) == ("ephemeral", SAY.saved_public)
    assert await saved(desk) == [(root.ts, SavedState.KEPT)]
    [text] = [text for text in found(desk, tmp_path, "워크숍 장소") if "강릉" in text]
    assert "워크숍 장소를 정해야 합니다." in text


async def test_a_private_channel_is_named(desk):
    desk.channel = desk.client.open_channel(f"private {desk.channel}", kind="group")
    root, _ = thread(desk)
    await desk.send(shortcut(desk, SAVE, root.ts))
    assert desk.responses[-1]["text"] == SAY.saved_private.format(channel=f"<#{desk.channel}>")


async def test_a_channel_without_the_bot_is_told_to_invite_it(desk):
    desk.channel = desk.client.open_channel(f"closed {desk.channel}", bot=False)
    root, _ = thread(desk)
    await desk.send(shortcut(desk, SAVE, root.ts))
    assert desk.responses[-1]["text"] == SAY.thread_unreadable
    assert SavedState.KEPT not in dict(await saved(desk)).values()


async def test_the_emoji_saves_the_whole_thread_and_taking_it_away_forgets_it(desk, tmp_path):
    root, last = thread(desk)
    await desk.send(reaction(desk, last.ts))
    told = desk.calls("chat.postEphemeral")[-1]
    assert (told["channel"], told["thread_ts"], told["user"]) == (desk.channel, root.ts, "U0HANEUL")
    assert told["text"] == SAY.saved_public
    assert await saved(desk) == [(root.ts, SavedState.KEPT)]
    assert any("강릉" in text for text in found(desk, tmp_path, "워크숍 장소"))
    await desk.send(reaction(desk, last.ts, kind="reaction_removed"))
    assert desk.calls("chat.postEphemeral")[-1]["text"] == SAY.unsaved
    assert await saved(desk) == []
    assert not any("강릉" in text for text in found(desk, tmp_path, "워크숍 장소"))


@pytest.mark.parametrize(("emoji", "user"), [("eyes", "U0HANEUL"), ("books", "U0MALMOI")])
async def test_other_emojis_and_the_bots_own_save_nothing(desk, emoji, user):
    root, _ = thread(desk)
    await desk.send(reaction(desk, root.ts, emoji=emoji, user=user))
    assert await saved(desk) == []


@pytest.mark.parametrize("desk", [Policy(save_emoji="")], indirect=True)
async def test_without_a_chosen_emoji_none_saves(desk):
    root, _ = thread(desk)
    await desk.send(reaction(desk, root.ts))
    assert await saved(desk) == []


async def test_a_thread_stays_while_somebody_elses_emoji_stands(desk):
    root, _ = thread(desk)
    await desk.send(reaction(desk, root.ts, emoji="books::skin-tone-2"))
    team = desk.parts.teams.of(TEAM)
    await team.client.reactions_add(channel=desk.channel, timestamp=root.ts, name="books")
    await desk.send(reaction(desk, root.ts, kind="reaction_removed"))
    assert await saved(desk) == [(root.ts, SavedState.KEPT)]
    await team.client.reactions_add(channel=desk.channel, timestamp=root.ts, name="books::skin-tone-4")
    await team.client.reactions_remove(channel=desk.channel, timestamp=root.ts, name="books")
    await desk.send(reaction(desk, root.ts, kind="reaction_removed"))
    assert await saved(desk) == [(root.ts, SavedState.KEPT)]


async def test_a_reaction_to_a_file_and_one_that_saved_nothing_are_nothing(desk):
    before = len(desk.calls("chat.postEphemeral"))
    body = reaction(desk, "1.2")
    body["event"]["item"] = {"type": "file", "file": "F1"}
    assert (await desk.send(body)).status == 200
    root, _ = thread(desk)
    await desk.send(reaction(desk, root.ts, kind="reaction_removed"))
    assert len(desk.calls("chat.postEphemeral")) == before


def test_the_bots_own_answers_are_summarised_without_their_sources():
    me = Identity(TEAM, "U0MALMOI", "B0MALMOI")
    messages = [
        {"ts": "1.0", "user": "U1", "text": "<@U0MALMOI> 휴가는 &lt;며칠&gt;?"},
        {"ts": "2.0", "user": "U0MALMOI", "bot_id": "B0MALMOI", "text": "열다섯 날\n\n*출처*\n[1] leave.md"},
        {"ts": "3.0", "user": "U1", "subtype": "channel_join", "text": "<@U1> has joined"},
    ]
    assert everything_said(messages, {"U1": "하늘", "U0MALMOI": "말모이"}, me) == [
        Said("하늘", "휴가는 <며칠>?"),
        Said("말모이", "열다섯 날"),
    ]
