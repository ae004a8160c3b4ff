"""What of a thread becomes its document, by the messages alone."""

import pytest

from slackbot.intake import Identity
from slackbot.knowledge.thread import (
    Source,
    is_gone,
    people_in,
    person_digest,
    row_of,
    said_in,
    without_person,
)

ME = Identity("T1", "UBOT", "BBOT")
SOURCE = Source("slack:T1:C1:1763800000.5", "https://a.example/p1", ("slack-team:T1",), "1763800000.5")


def message(seconds, text, user="U1", **more):
    return {"type": "message", "ts": f"17638{seconds:05}.5", "user": user, "text": text, **more}


def texts(*messages, names=None, left=()):
    said, answers = said_in(messages, names or {"U1": "하늘", "U2": "바다"}, ME, left)
    return [f"{one.name}: {one.text}" for one in said], answers


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (message(0, "안녕"), ["하늘: 안녕"]),
        (message(0, "<@UBOT> 휴가?"), ["하늘: 휴가?"]),
        (message(0, "<@UBOT|malmoi> <@U2> <@U9>"), ["하늘: @바다 @U9"]),
        (message(0, "답입니다", "UBOT"), []),
        (message(0, "답입니다", "", bot_id="BBOT"), []),
        (message(0, "배포 완료", "", bot_id="B9", username="알림"), ["알림: 배포 완료"]),
        # Whom Slack does not name, no id stands for.
        (message(0, "안녕", "U9"), ["?: 안녕"]),
        (message(0, "하늘 has joined", subtype="channel_join"), []),
        (message(0, "This message was deleted.", subtype="tombstone"), []),
        (message(0, "", files=[{"name": "표.xlsx"}]), ["하늘: [파일: 표.xlsx]"]),
        (message(0, ""), []),
        ({"ts": "x", "user": "U1", "text": "없는 때"}, []),
        ({"user": "U1", "text": None}, []),
    ],
)
def test_each_message(given, kept):
    assert texts(given)[0] == kept


def test_order_answers_and_those_who_are_left_out():
    messages = [message(9, "셋째", "U2"), message(1, "첫째"), message(5, "둘째", "UBOT")]
    assert texts(*messages) == (["하늘: 첫째", "바다: 셋째"], 1)
    assert texts(*messages, left={person_digest("T1", "U1")}) == (["바다: 셋째"], 1)


def test_people_are_those_who_speak_and_are_called():
    assert people_in([message(0, "<@U2> <@U3|x>"), message(1, "혼잣말", "")]) == {"U1", "U2", "U3"}


@pytest.mark.parametrize(
    ("messages", "gone"),
    [
        ([message(0, "뿌리")], False),
        ([message(0, "뿌리", subtype="tombstone"), message(1, "답글")], True),
        ([message(1, "답글")], True),
        ([], True),
    ],
)
def test_a_thread_without_its_root_is_gone(messages, gone):
    assert is_gone(messages, "1763800000.5") is gone


def row(*messages):
    said, answers = said_in(messages, {"U1": "하늘", "U2": "바다"}, ME)
    return row_of(SOURCE, said, answers)


@pytest.mark.parametrize(
    ("messages", "title", "text"),
    [
        ([message(0, "열쇠는?"), message(1, "바다에게", "U2")], "열쇠는?", "바다 (2025-11-22): 바다에게"),
        (
            [message(0, "열쇠는?\n급합니다"), message(1, "바다에게", "U2")],
            "열쇠는?",
            "하늘 (2025-11-22): 급합니다\n바다 (2025-11-22): 바다에게",
        ),
        ([message(0, "열쇠는?")], "열쇠는?", "하늘 (2025-11-22): 열쇠는?"),
        ([message(0, "열쇠는 바다에게"), message(1, "네")], "열쇠는 바다에게", None),
        ([message(0, "가" * 120 + "?"), message(1, "네")], "가" * 99 + "…", None),
    ],
)
def test_a_question_stands_in_the_title_alone(messages, title, text):
    made = row(*messages)
    assert made["title"] == title
    if text is None:
        text = f"하늘 (2025-11-22): {messages[0]['text']}\n하늘 (2025-11-22): 네"
    assert made["text"] == text
    assert made["date"] == "2025-11-22T17:26"


def test_a_person_is_taken_out_of_a_row():
    made = row(message(0, "첫째"), message(1, "둘째", "U2"))
    rest = without_person(made, person_digest("T1", "U1"))
    assert (rest["title"], rest["text"]) == ("둘째", "바다 (2025-11-22): 둘째")
    assert (rest["id"], rest["acl"], rest["source"]) == (made["id"], made["acl"], made["source"])
    assert rest["left"] == [person_digest("T1", "U1")]
    assert without_person(rest, person_digest("T1", "U2")) is None
