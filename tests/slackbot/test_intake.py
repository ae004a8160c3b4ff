import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.types import Turn
from slackbot.intake import (
    Deletion,
    Edit,
    Identity,
    Ignore,
    Question,
    Reason,
    plain,
    read,
    team_of,
    turns,
    type_of,
)

ME = Identity("T1", "UBOT", "BBOT")
BASE = {"type": "message", "channel": "C1", "channel_type": "channel", "user": "U1", "ts": "10.000001"}


def event(**fields):
    return {"event_id": "Ev1", "team_id": "T1", "event": BASE | {"text": "<@UBOT> 휴가?"} | fields}


EDITED = {"user": "U1", "ts": "12.0"}


def changed(message, before=None):
    shown = {"user": "U1", "ts": "10.000001", "text": "새 글"} | message
    return event(
        subtype="message_changed", message=shown, previous_message={"text": "옛 글"} | (before or {})
    )


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"event_id": "Ev1"}, Reason.NOT_A_MESSAGE),
        (None, Reason.NOT_A_MESSAGE),
        ([1, 2], Reason.NOT_A_MESSAGE),
        ({"event": "message"}, Reason.NOT_A_MESSAGE),
        (event(type="reaction_added"), Reason.NOT_A_MESSAGE),
        (event(type=["message"]), Reason.NOT_A_MESSAGE),
        (event(subtype="message_changed", hidden=True), Reason.EDITED),
        (event(subtype="message_replied"), Reason.EDITED),
        (changed({}), Reason.EDITED),  # counted replies
        (changed({"edited": EDITED}, {"text": "새 글"}), Reason.EDITED),  # a link unfolded
        (changed({"edited": EDITED, "user": "UBOT"}), Reason.OWN_MESSAGE),
        (changed({"edited": EDITED, "bot_id": "BBOT"}), Reason.OWN_MESSAGE),
        (changed({"edited": EDITED, "bot_id": "BOTHER"}), Reason.OTHER_BOT),
        (changed({"edited": EDITED, "ts": "?"}), Reason.MALFORMED),
        (changed({"edited": {"ts": 5}}), Reason.EDITED),
        (changed({"subtype": "tombstone", "ts": None}), Reason.MALFORMED),
        (event(type="app_mention", edited={"user": "U1", "ts": "11.0"}), Reason.EDITED),
        (event(subtype="message_deleted"), Reason.MALFORMED),
        (
            event(subtype="message_deleted", deleted_ts="9.0", previous_message={"user": "UBOT"}),
            Reason.OWN_MESSAGE,
        ),
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
        (event(ts="어제"), Reason.MALFORMED),
        (event(ts=10.5), Reason.MALFORMED),
        (event(thread_ts="nan"), Reason.MALFORMED),
        (event(user={"id": "U1"}), Reason.MALFORMED),
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
        (event(text="휴가?"), "channel", "10.000001"),
        (event(text="휴가?", channel_type="mpim"), "channel", "10.000001"),
        (event(channel_type="im"), "direct", "10.000001"),
    ],
)
def test_what_people_write_to_the_bot_is_a_question(body, addressed, thread):
    found = read(body, ME)
    assert found == Question("Ev1", "T1", "C1", "10.000001", thread, "U1", "휴가?", addressed)
    assert found.in_thread == (thread != "10.000001")


def test_a_channel_message_may_call_somebody_else():
    found = read(event(text="<@U2> 휴가?"), ME)
    assert isinstance(found, Question)
    assert (found.addressed, found.calls_others, found.text) == ("channel", True, "@U2 휴가?")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (changed({"edited": EDITED}), Edit("T1", "C1", "10.000001", "U1", "새 글", "12.0")),
        (
            changed({"edited": EDITED, "text": "<@UBOT> &lt;새&gt; 글"}),
            Edit("T1", "C1", "10.000001", "U1", "<새> 글", "12.0"),
        ),
        (event(subtype="message_deleted", deleted_ts="9.0"), Deletion("T1", "C1", "9.0")),
        (
            event(subtype="message_deleted", deleted_ts="9.0", previous_message={"user": "U1"}),
            Deletion("T1", "C1", "9.0"),
        ),
        (changed({"subtype": "tombstone"}), Deletion("T1", "C1", "10.000001")),  # a root with replies
    ],
)
def test_edits_and_deletions_are_told_apart_from_unfurls(body, expected):
    assert read(body, ME) == expected


@pytest.mark.parametrize(
    ("body", "team"),
    [
        ({"team_id": "T1"}, "T1"),
        ({"team_id": "T2", "authorizations": [{"team_id": "T1"}]}, "T1"),  # a shared channel
        ({"team_id": "T1", "authorizations": []}, "T1"),
        ({"team_id": ["T1"], "authorizations": "T1"}, ""),
        ("T1", ""),
    ],
)
def test_the_workspace_is_that_of_the_installation(body, team):
    assert team_of(body) == team


def test_what_a_database_does_not_take_is_not_in_the_text():
    found = read(event(text="<@UBOT> 휴\ud800가\x00?"), ME)
    assert isinstance(found, Question)
    assert found.text == "휴?가?"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "type",
    "subtype",
    "channel",
    "channel_type",
    "user",
    "ts",
    "thread_ts",
    "text",
    "edited",
    "bot_id",
    "deleted_ts",
    "message",
    "previous_message",
)
MESSAGE = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        FIELDS,
        JSON
        | st.sampled_from(
            ["message", "app_mention", "message_changed", "message_deleted", "10.0", "C1", "U1", "<@UBOT> ?"]
        ),
    ),
)
BODY = st.fixed_dictionaries(
    {},
    optional={
        "type": JSON,
        "event_id": JSON,
        "team_id": JSON,
        "authorizations": JSON,
        "event": MESSAGE
        | JSON
        | st.builds(lambda outer, inner: outer | {"message": inner}, MESSAGE, MESSAGE),
    },
)


@given(JSON | BODY)
def test_no_body_of_any_shape_raises(body):
    found = read(body, ME)
    assert isinstance(found, Question | Edit | Deletion | Ignore)
    assert isinstance(team_of(body), str)
    assert isinstance(type_of(body), str)
    if isinstance(found, Question):
        assert float(found.ts) >= 0
        assert found.text.encode()


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
        {"ts": "0.5", "user": "UBOT", "bot_id": "BBOT", "text": "무엇이든 물어보세요."},
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
