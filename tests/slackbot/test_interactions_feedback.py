"""What people think of answers: kept once for each person and answer, with what they were shown."""

import json
from dataclasses import replace

import pytest

from slackbot import phrases, render, views
from slackbot.intake import Deletion
from slackbot.listeners.shown import said
from slackbot.phrases import interaction
from slackbot.policy import Policy
from tests.slackbot.interactions import (  # noqa: F401 - fixtures
    ANSWER,
    PASSAGE,
    TEAM,
    Desk,
    click,
    indexed_handbook,
    open_desk,
    running_slack,
)

SAY = interaction.of("ko")
REASONS = ["wrong", "outdated", "beside", "sources", "other"]


def submitted(desk: Desk, about: dict[str, str], choice: str, more: str | None, user: str = "U0HANEUL"):
    """A ``view_submission`` of the modal that asks for a reason."""
    chosen = {"type": "radio_buttons", "selected_option": {"value": choice}}
    return {
        "type": "view_submission",
        "team": {"id": TEAM},
        "user": {"id": user, "team_id": TEAM},
        "view": {
            "id": "V1",
            "type": "modal",
            "callback_id": views.REASON_VIEW,
            "private_metadata": json.dumps(about),
            "state": {
                "values": {
                    views.REASON_CHOICE: {views.REASON_CHOICE: chosen},
                    views.REASON_TEXT: {views.REASON_TEXT: {"type": "plain_text_input", "value": more}},
                }
            },
        },
    }


def vote(desk: Desk, value: str, asked: str, answer: str, **more: str):
    return click(desk, render.FEEDBACK_ACTION, value, ts=answer, thread=asked, **more)


async def test_a_thumb_down_is_kept_once_with_what_was_shown_and_a_second_click_changes_it(desk):
    asked, answer = await desk.answered()
    for _ in range(2):
        assert (await desk.send(vote(desk, "down", asked, answer))).status == 200
    [kept] = await desk.parts.store.feedback.all()
    assert (kept.team, kept.channel, kept.answer_ts, kept.user) == (TEAM, desk.channel, answer, "U0HANEUL")
    assert (kept.value, kept.reason) == ("down", "")
    assert kept.question == "휴가는 며칠인가요?"
    assert kept.answer == f"{PASSAGE} [1]"
    assert kept.sources == ("[1] handbook/leave.md",)
    await desk.send(vote(desk, "up", asked, answer))
    [kept] = await desk.parts.store.feedback.all()
    assert kept.value == "up"
    await desk.send(vote(desk, "down", asked, answer, user="U0DOYUN"))
    assert {(one.user, one.value) for one in await desk.parts.store.feedback.all()} == {
        ("U0HANEUL", "up"),
        ("U0DOYUN", "down"),
    }


async def test_a_thumb_down_asks_why_and_the_reason_is_kept(desk):
    asked, answer = await desk.answered()
    await desk.send(vote(desk, "down", asked, answer))
    [opened] = [call for call in desk.calls("views.open") if answer in str(call["view"])]
    view = json.loads(opened["view"]) if isinstance(opened["view"], str) else opened["view"]
    options = view["blocks"][1]["element"]["options"]
    assert [option["value"] for option in options] == REASONS
    about = json.loads(view["private_metadata"])
    await desk.send(submitted(desk, about, "outdated", " 올해 <바뀌었습니다> \n"))
    [kept] = await desk.parts.store.feedback.all()
    assert kept.reason == "outdated: 올해 <바뀌었습니다>"
    thanks = desk.calls("chat.postEphemeral")[-1]
    assert (thanks["channel"], thanks["thread_ts"], thanks["user"]) == (desk.channel, asked, "U0HANEUL")
    assert thanks["text"] == SAY.thanks_for_reason


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (None, "other"),
        ("가" * 1_200, "other: " + "가" * 1_000),
        ("반\ud800쪽 \x00글", "other: 반?쪽 글"),
    ],
)
async def test_words_are_optional_and_bounded(desk, more, reason):
    asked, answer = await desk.answered()
    await desk.send(vote(desk, "down", asked, answer))
    about = {"channel": desk.channel, "thread": asked, "answer": answer}
    await desk.send(submitted(desk, about, "other", more))
    [kept] = await desk.parts.store.feedback.all()
    assert kept.reason == reason


async def test_a_thumb_up_is_thanked_for_in_the_thread_to_the_person_alone(desk):
    asked, answer = await desk.answered()
    await desk.send(vote(desk, "up", asked, answer))
    thanks = desk.calls("chat.postEphemeral")[-1]
    assert (thanks["channel"], thanks["thread_ts"], thanks["user"]) == (desk.channel, asked, "U0HANEUL")
    assert thanks["text"] == SAY.thanks
    assert not [call for call in desk.calls("chat.postMessage") if call["channel"] == desk.channel]


async def test_an_answer_that_nobody_knows_gets_a_word_and_no_row(desk):
    asked, _ = await desk.answered()
    await desk.send(vote(desk, "down", asked, "1700000000.000001"))
    assert desk.calls("chat.postEphemeral")[-1]["text"] == phrases.KOREAN.answer_unknown
    assert await desk.parts.store.feedback.all() == []


async def test_an_answer_that_was_erased_gets_a_word_and_no_row(desk):
    asked, answer = await desk.answered()
    await desk.parts.store.inbox.withdraw(Deletion(TEAM, desk.channel, asked))
    await desk.send(vote(desk, "down", asked, answer))
    assert desk.calls("chat.postEphemeral")[-1]["text"] == phrases.KOREAN.answer_removed
    assert await desk.parts.store.feedback.all() == []


@pytest.mark.parametrize("desk", [Policy(allow=frozenset({"U0DOYUN"}))], indirect=True)
async def test_who_may_not_ask_may_not_judge(desk):
    asked, answer = await desk.answered()
    await desk.send(vote(desk, "down", asked, answer))
    assert desk.calls("chat.postEphemeral")[-1]["text"] == phrases.KOREAN.not_allowed
    assert await desk.parts.store.feedback.all() == []
    await desk.send(vote(desk, "down", asked, answer, user="U0DOYUN"))
    assert [one.user for one in await desk.parts.store.feedback.all()] == ["U0DOYUN"]


async def test_a_value_that_no_button_has_is_nothing(desk):
    asked, answer = await desk.answered()
    assert (await desk.send(vote(desk, "sideways", asked, answer))).status == 200
    assert await desk.parts.store.feedback.all() == []


async def test_no_text_of_question_answer_or_reason_is_logged(desk, caplog):
    caplog.set_level("DEBUG", logger="malmoi")
    asked, answer = await desk.answered()
    await desk.send(vote(desk, "down", asked, answer))
    about = {"channel": desk.channel, "thread": asked, "answer": answer}
    await desk.send(submitted(desk, about, "other", "비밀스러운 까닭"))
    ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("malmoi"))
    for text in ("휴가", ANSWER.answer, "비밀스러운"):
        assert text not in ours


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (PASSAGE, PASSAGE),
        ("첫째 <b> & 둘째 [1]\n\n셋째", "첫째 <b> & 둘째 [1]\n\n셋째"),
        ("**출처**\n\n- 하나 [1]\n- 둘", "출처\n• 하나 [1]\n• 둘"),
    ],
)
def test_what_was_shown_is_read_back(text, answer):
    citation = replace(ANSWER.citations[0], quote="[7] 인용 안의 번호")
    messages = render.answer(replace(ANSWER, answer=text, citations=(citation,)))
    assert said(messages) == (answer, ("[1] handbook/leave.md",))


def test_an_answer_of_several_messages_is_read_back_whole():
    sentences = [f"{number}째 문장입니다." for number in range(2_000)]
    citations = tuple(replace(ANSWER.citations[0], n=n, source=f"https://a.test/{n}") for n in range(1, 40))
    messages = render.answer(replace(ANSWER, answer=" ".join(sentences), citations=citations))
    assert len(messages) > 1
    answer, sources = said(messages)
    assert answer.split() == " ".join(sentences).split()
    assert sources == tuple(f"[{n}] https://a.test/{n}" for n in range(1, 40))
