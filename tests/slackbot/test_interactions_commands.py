"""`/malmoi`: what is typed, what is done, and that only the person sees it."""

import logging
import shutil
import unicodedata

import pytest

from rag.types import Filter
from slackbot import phrases, views
from slackbot.listeners.command_line import parsed
from slackbot.listeners.shortcuts import SAVE
from slackbot.phrases import interaction
from slackbot.policy import Mode, Policy
from slackbot.scope import team_group
from slackbot.store import ChannelSettings
from tests.slackbot.interactions import (  # noqa: F401 - fixtures
    PASSAGE,
    TEAM,
    click,
    command,
    indexed_handbook,
    open_desk,
    running_slack,
    shortcut,
)

SAY = interaction.of("ko")


@pytest.mark.parametrize(
    ("text", "verb", "rest"),
    [
        ("", "help", ""),
        ("help", "help", ""),
        ("도움말", "help", ""),
        ("ヘルプ", "help", ""),
        ("날씨 어때", "help", ""),
        ("ask How many <days>?", "ask", "How many <days>?"),
        ("ASK  How\nmany?", "ask", "How many?"),
        ("질문 휴가는 며칠인가요?", "ask", "휴가는 며칠인가요?"),
        (unicodedata.normalize("NFD", "질문 휴가?"), "ask", "휴가?"),
        ("質問\u3000休暇は?", "ask", "休暇は?"),
        ("질문", "ask", ""),
        ("질문이 있어요", "help", ""),
        ("asking", "help", ""),
        ("mode roots", "mode", "roots"),
        ("모드 새 글", "mode", "새 글"),
        ("モード オフ", "mode", "オフ"),
        ("coaching off", "coaching", "off"),
        ("코칭 채널 끄기", "coaching", "채널 끄기"),
        ("コーチング オン", "coaching", "オン"),
        ("status", "status", ""),
        ("상태", "status", ""),
        ("状態", "status", ""),
        ("forget me", "forget", ""),
        ("forget everything", "help", ""),
        ("내 기록 지우기", "forget", ""),
        ("私を忘れて", "forget", ""),
    ],
)
def test_what_was_typed(text, verb, rest):
    assert parsed(text) == (verb, rest)


@pytest.mark.parametrize("text", ["", "도움말", "무엇이든"])
async def test_help_and_what_is_not_known(desk, text):
    assert (await desk.send(command(desk, text))).status == 200
    [shown] = desk.responses
    assert (shown["response_type"], shown["text"]) == ("ephemeral", SAY.help)


async def test_a_question_is_answered_to_the_asker_alone_and_without_buttons(desk):
    await desk.send(command(desk, "질문 <@U0MALMOI> 휴가는 며칠인가요?"))
    waiting, answer = desk.responses
    assert waiting["text"] == SAY.asking
    assert PASSAGE in answer["text"]
    assert "handbook/leave.md" in answer["text"]
    assert [block["type"] for block in answer["blocks"]] == ["rich_text"]
    assert {one["response_type"] for one in desk.responses} == {"ephemeral"}
    assert not [call for call in desk.calls("chat.postMessage") if call["channel"] == desk.channel]
    [(asked, among)] = desk.answerer.asked
    assert asked == "휴가는 며칠인가요?"
    assert isinstance(among, Filter)
    assert team_group(TEAM) in (among.groups or ())
    assert await desk.parts.store.inbox.counts() == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("질문", SAY.ask_empty),
        ("질문 <@U0MALMOI>", SAY.ask_empty),
        ("질문 고장", phrases.KOREAN.failed),
    ],
)
async def test_a_question_that_cannot_be_answered_is_told_so(desk, text, told, caplog):
    caplog.set_level(logging.DEBUG, logger="malmoi")
    await desk.send(command(desk, text))
    assert told in desk.responses[-1]["text"]
    assert "고장" not in "".join(r.getMessage() for r in caplog.records if r.name.startswith("malmoi"))


async def test_an_answer_that_no_response_url_holds_says_so_and_stays_within_five_responses(desk):
    await desk.send(command(desk, "질문 기나긴 이야기"))
    assert len(desk.responses) == 5
    assert desk.responses[-1]["text"] == SAY.too_long_here
    assert all("긴 문장입니다." in one["text"] for one in desk.responses[1:4])


@pytest.mark.parametrize("desk", [Policy(allow=frozenset({"U0DOYUN"}))], indirect=True)
@pytest.mark.parametrize("text", ["질문 휴가?", "모드 끔", "코칭 채널 끄기"])
async def test_who_may_not_ask_is_told_so_and_no_model_is_called(desk, text):
    await desk.send(command(desk, text))
    assert [one["text"] for one in desk.responses] == [phrases.KOREAN.not_allowed]
    assert desk.answerer.asked == []
    assert await desk.parts.store.channels.settings(TEAM, desk.channel) is None


@pytest.mark.parametrize(
    ("words", "mode"),
    [
        (("off", "끔", "オフ"), Mode.OFF),
        (("mention", "멘션", "MENTION"), Mode.MENTION),
        (("roots", "새 글", "新規"), Mode.ROOTS),
        (("threads", "스레드", "スレッド"), Mode.THREADS),
    ],
)
async def test_the_mode_of_a_channel(desk, words, mode):
    for word in words:
        await desk.send(command(desk, f"모드 {word}"))
        assert desk.responses[-1]["text"] == SAY.mode_set.format(mode=SAY.modes[mode])
        assert await desk.parts.store.channels.settings(TEAM, desk.channel) == ChannelSettings(mode, True)


@pytest.mark.parametrize("text", ["모드", "모드 가끔"])
async def test_a_mode_that_is_none(desk, text):
    await desk.send(command(desk, text))
    assert desk.responses[-1]["text"] == SAY.mode_unknown
    assert await desk.parts.store.channels.settings(TEAM, desk.channel) is None


async def test_a_direct_message_has_no_mode(desk):
    await desk.send(command(desk, "모드 끔", channel="D0HANEUL"))
    assert desk.responses[-1]["text"] == SAY.mode_direct
    assert await desk.parts.store.channels.settings(TEAM, "D0HANEUL") is None


async def test_coaching_of_a_person_and_of_a_channel(desk):
    store = desk.parts.store
    await desk.send(command(desk, "coaching off"))
    assert desk.responses[-1]["text"] == SAY.coaching_stopped
    assert await store.coaching.is_off(TEAM, "U0HANEUL")
    assert not await store.coaching.is_off(TEAM, "U0DOYUN")
    await desk.send(command(desk, "코칭 켜기"))
    assert desk.responses[-1]["text"] == SAY.coaching_started
    assert not await store.coaching.is_off(TEAM, "U0HANEUL")
    await desk.send(command(desk, "mode roots"))
    await desk.send(command(desk, "coaching channel off"))
    assert desk.responses[-1]["text"] == SAY.coaching_here.format(state=SAY.off)
    assert await store.channels.settings(TEAM, desk.channel) == ChannelSettings(Mode.ROOTS, False)
    await desk.send(command(desk, "coaching maybe"))
    assert desk.responses[-1]["text"] == SAY.help


async def test_a_change_is_logged_by_ids(desk, caplog):
    caplog.set_level(logging.INFO, logger="malmoi.slack.commands")
    await desk.send(command(desk, "mode off"))
    [line] = [r.getMessage() for r in caplog.records if r.name == "malmoi.slack.commands"]
    assert line == f"U0HANEUL set {TEAM} in {desk.channel}: mode off, coaching True"


async def test_the_status_says_what_holds_here_and_for_me(desk):
    await desk.send(command(desk, "상태"))
    lines = desk.responses[-1]["text"].split("\n")
    assert lines == [
        SAY.status_channel.format(mode=SAY.modes["mention"], state=SAY.on),
        SAY.status_person.format(state=SAY.on),
        SAY.status_waiting.format(count=0),
    ]
    await desk.send(command(desk, "status", channel="D0HANEUL"))
    assert len(desk.responses[-1]["text"].split("\n")) == 2


async def test_forgetting_asks_first_and_then_erases_what_is_kept(desk):
    _, answer = await desk.answered()
    store = desk.parts.store
    await desk.send(command(desk, "forget me"))
    shown = desk.responses[-1]
    assert shown["blocks"][1]["elements"][0]["action_id"] == views.FORGET_ME
    assert (await store.inbox.of_answer(TEAM, desk.channel, answer)).question.text
    await desk.send(click(desk, views.FORGET_ME, ts="1.2"))
    assert desk.responses[-1]["text"] == SAY.forgotten
    assert desk.responses[-1]["replace_original"] is True
    kept = await store.inbox.of_answer(TEAM, desk.channel, answer)
    assert kept is None or not kept.question.text
    deleted = desk.calls("chat.delete")[-1]
    assert (deleted["channel"], deleted["ts"]) == (desk.channel, answer)


async def test_forgetting_deletes_answers_although_slack_falters_and_the_index_is_gone(desk, tmp_path):
    root = desk.client.say(desk.channel, "워크숍 장소를 정했습니다.", user="haneul")
    await desk.send(shortcut(desk, SAVE, root.ts))
    _, answer = await desk.answered()
    shutil.rmtree(tmp_path / "index")
    desk.client.fail("chat.delete", "error", code="internal_error")
    await desk.send(click(desk, views.FORGET_ME, ts="1.2"))
    assert desk.responses[-1]["text"] == phrases.KOREAN.failed
    tried = [one["ts"] for one in desk.calls("chat.delete") if one["channel"] == desk.channel]
    assert tried == [answer, answer]


async def test_stop_coaching_me_is_one_click_and_its_hint_goes(desk):
    await desk.send(click(desk, views.COACHING_OFF, ts="1.2"))
    assert await desk.parts.store.coaching.is_off(TEAM, "U0HANEUL")
    assert desk.responses[-1]["text"] == SAY.coaching_stopped
    assert desk.responses[-1]["replace_original"] is True
