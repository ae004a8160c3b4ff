"""Which messages make one question."""

from dataclasses import replace

import pytest

from slackbot.gathering import belongs, joined
from slackbot.intake import Question

ROOT = Question("Ev1", "T1", "C1", "10.0", "10.0", "U1", "휴가?", "mention")
REPLY = replace(ROOT, ts="20.0", thread="15.0", addressed="thread")
DIRECT = replace(ROOT, channel="D1", addressed="direct")


@pytest.mark.parametrize(
    ("first", "message", "expected"),
    [
        # in a channel: what follows the root that mentions the bot, but never another mention
        (ROOT, replace(ROOT, ts="12.0", thread="12.0", addressed="channel"), True),
        (ROOT, replace(ROOT, ts="12.0", thread="12.0"), False),
        (ROOT, replace(ROOT, ts="13.1", thread="13.1", addressed="channel"), False),
        (ROOT, replace(ROOT, ts="9.0", thread="9.0", addressed="channel"), False),
        (ROOT, replace(ROOT, ts="12.0", thread="12.0", addressed="channel", user="U2"), False),
        (ROOT, replace(ROOT, ts="12.0", thread="12.0", addressed="channel", calls_others=True), False),
        (ROOT, replace(ROOT, ts="12.0", thread="12.0", addressed="channel", text=""), False),
        # in the thread of the root, or of another question
        (ROOT, replace(ROOT, ts="12.0", thread="10.0", addressed="thread"), True),
        (ROOT, replace(ROOT, ts="12.0", thread="10.0", addressed="mention", text=""), True),
        (ROOT, replace(ROOT, ts="12.0", thread="8.0", addressed="thread"), False),
        (REPLY, replace(REPLY, ts="21.0"), True),
        (REPLY, replace(REPLY, ts="21.0", thread="21.0", addressed="channel"), False),
        # in a direct message, root after root, also when they arrive in the wrong order
        (DIRECT, replace(DIRECT, ts="12.0", thread="12.0"), True),
        (DIRECT, replace(DIRECT, ts="8.0", thread="8.0"), True),
        (DIRECT, replace(DIRECT, ts="14.0", thread="14.0"), False),
        (replace(DIRECT, thread="5.0"), replace(DIRECT, ts="12.0", thread="12.0"), False),
    ],
)
def test_what_belongs_to_a_question(first, message, expected):
    assert belongs(message, first, first.ts, 3.0) is expected


def test_time_is_measured_from_the_nearest_part():
    third = replace(DIRECT, ts="15.0", thread="15.0")
    assert not belongs(third, DIRECT, DIRECT.ts, 3.0)
    assert belongs(third, DIRECT, "12.5", 3.0)


def test_parts_are_joined_as_they_were_written():
    assert joined([("10.5", "그리고 반차는?"), ("9.9", "연차는?"), ("10.2", "")]) == "연차는?\n그리고 반차는?"
