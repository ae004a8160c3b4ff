"""Where to answer and when to stay silent. Pure functions."""

from dataclasses import dataclass, field

from slackbot.intake import Question, Reason
from slackbot.policy import Mode, Policy


@dataclass(frozen=True, slots=True)
class Standing:
    """What the bot has to do with a thread.

    ``rooted``: the message that started it was a question to the bot; ``askers``: who asked the
    bot in it.
    """

    rooted: bool = False
    askers: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a reply goes: always a thread; there is no way to say "the channel"."""

    channel: str
    thread: str


def address_of(question: Question) -> Address:
    """The asker's thread: the one the question stands in, or the one it starts."""
    return Address(question.channel, question.thread)


def silence(question: Question, standing: Standing, mode: Mode = Mode.MENTION) -> Reason | None:
    """Why not to answer, or ``None``; ``mode`` is the channel's.

    A direct message and, where the bot is not switched off, a mention are always answered. What only
    stands in a channel or a thread has to be meant for the bot, must not call somebody else, and must
    say something.
    """
    if question.addressed == "direct":
        return None
    if mode is Mode.OFF:
        return Reason.NOT_ADDRESSED
    if question.addressed == "mention":
        return None
    if not _is_meant(question, standing, mode):
        return Reason.NOT_ADDRESSED
    if question.calls_others:
        return Reason.FOR_ANOTHER
    return None if question.text else Reason.EMPTY


def _is_meant(question: Question, standing: Standing, mode: Mode) -> bool:
    """Whether a message without a mention is for the bot.

    A follow-up is where the thread is the bot's (it began with a question to it) or where the same
    person has already asked it in there. In a thread that people began, others may go on talking
    without the bot joining in, unless the channel wants it to.
    """
    if not question.in_thread:
        return mode in (Mode.ROOTS, Mode.THREADS)
    return mode is Mode.THREADS or standing.rooted or question.user in standing.askers


def allowed(question: Question, policy: Policy) -> bool:
    """Whether the person or the channel is on the owner's list; an empty list lets everybody ask."""
    return not policy.allow or not policy.allow.isdisjoint((question.user, question.channel))


def key_of(question: Question) -> str:
    """The name of the question in the metadata of its reply."""
    return f"{question.team}:{question.channel}:{question.ts}"
