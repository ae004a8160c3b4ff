import pytest

from slackbot.conventions import Address, Standing, address_of, allowed, key_of, silence
from slackbot.intake import Question, Reason
from slackbot.policy import Mode, Policy


def asked(addressed="thread", *, user="U1", text="그럼?", calls_others=False):
    thread = "5.0" if addressed == "channel" else "1.0"
    return Question("Ev1", "T1", "C1", "5.0", thread, user, text, addressed, calls_others)


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
        (asked("channel"), Standing(), Reason.NOT_ADDRESSED),
    ],
)
def test_when_to_stay_silent(question, standing, reason):
    assert silence(question, standing) == reason
    assert silence(question, standing, Mode.MENTION) == reason


@pytest.mark.parametrize(
    ("mode", "question", "standing", "reason"),
    [
        (Mode.OFF, asked("direct"), Standing(), None),
        (Mode.OFF, asked("mention"), ROOTED, Reason.NOT_ADDRESSED),
        (Mode.OFF, asked(), ROOTED, Reason.NOT_ADDRESSED),
        (Mode.OFF, asked("channel"), Standing(), Reason.NOT_ADDRESSED),
        (Mode.ROOTS, asked("direct", text=""), Standing(), None),
        (Mode.ROOTS, asked("mention", text="", calls_others=True), Standing(), None),
        (Mode.ROOTS, asked("channel"), Standing(), None),
        (Mode.ROOTS, asked("channel", calls_others=True), Standing(), Reason.FOR_ANOTHER),
        (Mode.ROOTS, asked("channel", text=""), Standing(), Reason.EMPTY),
        (Mode.ROOTS, asked(), Standing(), Reason.NOT_ADDRESSED),
        (Mode.ROOTS, asked(user="U2"), GUEST, Reason.NOT_ADDRESSED),
        (Mode.ROOTS, asked(user="U2"), ROOTED, None),
        (Mode.THREADS, asked("channel"), Standing(), None),
        (Mode.THREADS, asked("channel", text=""), Standing(), Reason.EMPTY),
        (Mode.THREADS, asked("channel", calls_others=True), Standing(), Reason.FOR_ANOTHER),
        (Mode.THREADS, asked(), Standing(), None),
        (Mode.THREADS, asked(calls_others=True), Standing(), Reason.FOR_ANOTHER),
        (Mode.THREADS, asked(calls_others=True), ROOTED, Reason.FOR_ANOTHER),
        (Mode.THREADS, asked(text=""), GUEST, Reason.EMPTY),
    ],
)
def test_what_a_channel_wants_changes_what_is_answered(mode, question, standing, reason):
    assert silence(question, standing, mode) == reason


@pytest.mark.parametrize(
    ("allow", "may"),
    [((), True), (("U1",), True), (("C1",), True), (("U2", "C2"), False), (("T1",), False)],
)
def test_the_allow_list_names_people_and_channels(allow, may):
    assert allowed(asked("mention"), Policy(allow=frozenset(allow))) is may


def test_a_reply_goes_to_the_askers_thread():
    assert address_of(asked()) == Address("C1", "1.0")


def test_the_key_names_the_message_not_the_event():
    assert key_of(asked()) == "T1:C1:5.0"
