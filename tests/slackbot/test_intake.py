import pytest

from rag.types import Turn
from slackbot.intake import Identity, Ignore, Question, Reason, plain, read, turns

ME = Identity("T1", "UBOT", "BBOT")
BASE = {"type": "message", "channel": "C1", "channel_type": "channel", "user": "U1", "ts": "10.000001"}


def event(**fields):
    return {"event_id": "Ev1", "team_id": "T1", "event": BASE | {"text": "<@UBOT> 휴가?"} | fields}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"event_id": "Ev1"}, Reason.NOT_A_MESSAGE),
        (event(type="reaction_added"), Reason.NOT_A_MESSAGE),
        (event(subtype="message_changed", hidden=True), Reason.EDITED),
        (event(type="app_mention", edited={"user": "U1", "ts": "11.0"}), Reason.EDITED),
        (event(subtype="message_deleted"), Reason.DELETED),
        (event(user="UBOT"), Reason.OWN_MESSAGE),
        (event(bot_id="BBOT", user=None), Reason.OWN_MESSAGE),
        (event(bot_id="BOTHER"), Reason.OTHER_BOT),
        (event(subtype="bot_message", user=None), Reason.OTHER_BOT),
        (event(user="USLACKBOT"), Reason.OTHER_BOT),
        (event(subtype="channel_join"), Reason.SUBTYPE),
        (event(subtype="channel_topic"), Reason.SUBTYPE),
        (event(user=None), Reason.MALFORMED),
        (event(ts=None), Reason.MALFORMED),
        (event(channel=""), Reason.MALFORMED),
        (event() | {"event_id": None}, Reason.MALFORMED),
        (event(text="휴가 다녀왔어요"), Reason.NOT_ADDRESSED),
        (event(text="<@U2> 휴가?"), Reason.NOT_ADDRESSED),
    ],
)
def test_events_that_are_no_question_have_a_named_reason(body, reason):
    assert read(body, ME) == Ignore(reason)


@pytest.mark.parametrize(
    ("body", "addressed", "thread"),
    [
        (event(), "mention", "10.000001"),
        (event(type="app_mention", channel_type=None), "mention", "10.000001"),
        (event(text="<@UBOT|malmoi> 휴가?"), "mention", "10.000001"),
        (event(thread_ts="9.000001"), "mention", "9.000001"),
        (event(subtype="thread_broadcast", thread_ts="9.000001"), "mention", "9.000001"),
        (event(subtype="file_share"), "mention", "10.000001"),
        (event(text="휴가?", channel_type="im"), "direct", "10.000001"),
        (event(text="휴가?", thread_ts="9.000001"), "thread", "9.000001"),
    ],
)
def test_what_people_write_to_the_bot_is_a_question(body, addressed, thread):
    found = read(body, ME)
    assert found == Question("Ev1", "T1", "C1", "10.000001", thread, "U1", "휴가?", addressed)
    assert found.in_thread == (thread != "10.000001")


def test_message_and_app_mention_of_one_message_give_the_same_question():
    message = read(event(), ME)
    mention = read(event(type="app_mention", channel_type=None) | {"event_id": "Ev2"}, ME)
    assert isinstance(message, Question)
    assert isinstance(mention, Question)
    assert (message.team, message.channel, message.ts) == (mention.team, mention.channel, mention.ts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<@UBOT>", ""),
        ("<@UBOT> <@U2>에게도 &lt;알려&gt; 줘 &amp; 끝", "@U2에게도 <알려> 줘 & 끝"),
        ("<https://example.test/a|문서> 읽었어?", "문서 읽었어?"),
        ("<https://example.test/a> 읽었어?", "https://example.test/a 읽었어?"),
        ("<#C2|공지>에 <!subteam^S1|개발팀>", "공지에 개발팀"),
    ],
)
def test_text_is_what_the_person_typed(text, expected):
    assert plain(text, ME) == expected


def test_a_thread_becomes_turns_before_the_question():
    question = Question("Ev1", "T1", "C1", "5.0", "1.0", "U1", "그럼?", "mention")
    thread = [
        {"ts": "1.0", "user": "U1", "text": "<@UBOT> 휴가?"},
        {
            "ts": "3.0",
            "user": "UBOT",
            "bot_id": "BBOT",
            "text": "열닷새 &amp; 하루 [1]\n\n*출처*\n[1] 휴가.md",
        },
        {"ts": "2.0", "user": "U9", "bot_id": "BOTHER", "text": "알림"},
        {"ts": "4.0", "user": "U2", "text": "정말요?", "edited": {"user": "U2", "ts": "4.5"}},
        {"ts": "5.0", "user": "U1", "text": "그럼?"},
        {"ts": "6.0", "user": "U1", "text": "나중 말"},
    ]
    assert turns(thread, question, ME) == (
        Turn("user", "휴가?"),
        Turn("assistant", "열닷새 & 하루 [1]"),
        Turn("user", "정말요?"),
    )
