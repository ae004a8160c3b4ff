"""The app's home and the assistant pane."""

import json

from slackbot import render, views
from slackbot.intake import Question
from slackbot.listeners import assistant
from slackbot.listeners.panes import Panes
from slackbot.phrases import interaction
from tests.slackbot.interactions import (  # noqa: F401 - fixtures
    TEAM,
    Desk,
    click,
    event,
    indexed_handbook,
    open_desk,
    running_slack,
)

SAY = interaction.of("ko")


def opened(desk: Desk, tab: str = "home"):
    return event(desk, {"type": "app_home_opened", "user": "U0HANEUL", "channel": "D0", "tab": tab})


def pane(desk: Desk, thread: str):
    context = {"channel_id": desk.channel, "team_id": TEAM}
    about = {"user_id": "U0HANEUL", "context": context, "channel_id": desk.channel, "thread_ts": thread}
    return event(desk, {"type": "assistant_thread_started", "assistant_thread": about})


def as_object(value):
    return json.loads(value) if isinstance(value, str) else value


async def test_the_home_shows_the_settings_of_whoever_opens_it(desk):
    before = len(desk.calls("views.publish"))
    await desk.send(opened(desk, "messages"))
    assert len(desk.calls("views.publish")) == before
    await desk.send(opened(desk))
    published = desk.calls("views.publish")[-1]
    assert published["user_id"] == "U0HANEUL"
    shown = json.dumps(as_object(published["view"]), ensure_ascii=False)
    assert SAY.home_coaching.format(state=SAY.on) in shown
    assert SAY.home_language.format(language="한국어") in shown
    assert views.COACHING_OFF in shown


async def test_a_button_in_the_home_changes_the_setting_and_the_home(desk):
    for action, state, other in (
        (views.COACHING_OFF, SAY.off, views.COACHING_ON),
        (views.COACHING_ON, SAY.on, views.COACHING_OFF),
    ):
        await desk.send(click(desk, action))
        assert await desk.parts.store.coaching.is_off(TEAM, "U0HANEUL") is (state == SAY.off)
        shown = json.dumps(as_object(desk.calls("views.publish")[-1]["view"]), ensure_ascii=False)
        assert SAY.home_coaching.format(state=state) in shown
        assert other in shown
    assert desk.responses == []


async def test_a_pane_is_greeted_once_with_prompts_from_the_index(desk):
    root = desk.client.say(desk.channel, "새 대화", user="haneul")
    for _ in range(3):
        await desk.send(pane(desk, root.ts))
    greetings = [call for call in desk.calls("chat.postMessage") if call["channel"] == desk.channel]
    assert [(call["thread_ts"], call["text"]) for call in greetings] == [(root.ts, SAY.greeting)]
    offered = [
        call
        for call in desk.calls("assistant.threads.setSuggestedPrompts")
        if call["channel_id"] == desk.channel
    ]
    assert [call["thread_ts"] for call in offered] == [root.ts]
    prompts = as_object(offered[0]["prompts"])
    assert [prompt["message"] for prompt in prompts] == [
        "휴가 규정에 무엇이 적혀 있나요?",
        "출장비 지침에 무엇이 적혀 있나요?",
    ]
    assert desk.answerer.asked == []


def test_without_titles_the_prompts_are_general_and_never_more_than_four():
    assert [one["message"] for one in assistant.prompts(SAY, ())] == list(SAY.prompts)
    many = assistant.prompts(SAY, [f"{'긴 이름 ' * 30}{number}" for number in range(9)])
    assert len(many) == 4
    assert all(len(one["title"]) <= assistant.TITLE_CHARACTERS for one in many)


def asked(channel: str, thread: str, *, addressed="direct", text="휴가는\n며칠인가요?"):
    return Question("Ev1", TEAM, channel, "5.0", thread, "U0HANEUL", text, addressed)


async def test_a_pane_is_named_after_its_first_question_and_nothing_else_is(desk):
    root = desk.client.say(desk.channel, "새 대화", user="haneul")
    assistant.notice(desk.parts, asked(desk.channel, root.ts))  # no pane yet
    await desk.send(pane(desk, root.ts))
    for question in (
        asked(desk.channel, root.ts, addressed="thread"),
        asked(desk.channel, "4.0"),
        asked(desk.channel, root.ts),
        asked(desk.channel, root.ts, text="그럼 주차는요?"),
    ):
        assistant.notice(desk.parts, question)
    await desk.send(pane(desk, root.ts))
    titles = [one for one in desk.calls("assistant.threads.setTitle") if one["channel_id"] == desk.channel]
    assert [(one["thread_ts"], one["title"]) for one in titles] == [(root.ts, "휴가는 며칠인가요?")]


def test_a_title_is_one_short_line():
    assert render.short(" 휴가는\n며칠? ", assistant.TITLE_CHARACTERS) == "휴가는 며칠?"
    assert len(render.short("가나다 " * 50, assistant.TITLE_CHARACTERS)) <= assistant.TITLE_CHARACTERS


def test_panes_are_remembered_up_to_a_number():
    panes = Panes()
    assert panes.open("T", "D", "0")
    assert not panes.open("T", "D", "0")
    for number in range(1, 1_001):
        assert panes.open("T", "D", str(number))
    assert panes.open("T", "D", "0")
