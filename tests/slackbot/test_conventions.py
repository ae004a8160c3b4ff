import pytest

from slackbot import phrases
from slackbot.conventions import Address, Standing, address_of, key_of, objection, silence
from slackbot.intake import Question, Reason


def asked(addressed="thread", *, user="U1", text="그럼?", calls_others=False):
    return Question("Ev1", "T1", "C1", "5.0", "1.0", user, text, addressed, calls_others)


ROOTED = Standing(rooted=True, askers=frozenset({"U1"}))
GUEST = Standing(rooted=False, askers=frozenset({"U1"}))


@pytest.mark.parametrize(
    ("question", "standing", "reason"),
    [
        (asked("mention"), Standing(), None),
        (asked("mention", calls_others=True), Standing(), None),
        (asked("mention", text=""), Standing(), None),
        (asked("direct"), Standing(), None),
        (asked(), Standing(), Reason.NOT_ADDRESSED),
        (asked(), ROOTED, None),
        (asked(user="U2"), ROOTED, None),
        (asked(), GUEST, None),
        (asked(user="U2"), GUEST, Reason.NOT_ADDRESSED),
        (asked(calls_others=True), ROOTED, Reason.FOR_ANOTHER),
        (asked(text=""), ROOTED, Reason.EMPTY),
    ],
)
def test_when_to_stay_silent(question, standing, reason):
    assert silence(question, standing) == reason


def test_a_reply_goes_to_the_askers_thread():
    assert address_of(asked()) == Address("C1", "1.0")


def test_an_empty_question_is_objected_to():
    assert objection(asked("mention", text="")) == phrases.EMPTY_QUESTION
    assert objection(asked("mention")) == ""


def test_the_key_names_the_message_not_the_event():
    assert key_of(asked()) == "T1:C1:5.0"
