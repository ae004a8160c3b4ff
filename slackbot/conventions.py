"""Where to answer and when to stay silent. Pure functions."""

from dataclasses import dataclass, field

from slackbot import phrases
from slackbot.intake import Question, Reason


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


def silence(question: Question, standing: Standing) -> Reason | None:
    """Why not to answer, or ``None``.

    A follow-up without a mention is answered where the thread is the bot's (it began with a
    question to it) or where the same person has already asked it in there. In a thread that
    people began, others may go on talking without the bot joining in.
    """
    if question.addressed != "thread":
        return None
    if not (standing.rooted or question.user in standing.askers):
        return Reason.NOT_ADDRESSED
    if question.calls_others:
        return Reason.FOR_ANOTHER
    return None if question.text else Reason.EMPTY


def objection(question: Question) -> str:
    """What to say instead of asking for an answer; empty when the question can be asked."""
    return "" if question.text else phrases.EMPTY_QUESTION


def key_of(question: Question) -> str:
    """The name of the question in the metadata of its reply."""
    return f"{question.team}:{question.channel}:{question.ts}"
