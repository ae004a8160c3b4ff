"""Which further messages belong to a question: people write one thought in several. Pure functions."""

from collections.abc import Iterable

from slackbot.intake import Question


def belongs(message: Question, first: Question, near: str, within: float) -> bool:
    """Whether ``message`` goes on with the question that ``first`` began.

    ``near`` is the ts of the part of the question that is nearest in time; more than ``within``
    seconds apart they are two questions. A root in a channel that mentions the bot always is one of
    its own, and what calls somebody else without calling the bot belongs to nobody's question.
    """
    if message.user != first.user or abs(float(message.ts) - float(near)) > within:
        return False
    if message.addressed != "mention" and (message.calls_others or not message.text):
        return False
    if message.in_thread:
        return message.thread == first.thread
    if first.in_thread or message.addressed == "mention":
        return False
    return message.addressed == "direct" or float(message.ts) > float(first.ts)


def joined(parts: Iterable[tuple[str, str]]) -> str:
    """The text of a question from the ts and the text of its parts, in the order they were written."""
    return "\n".join(text for _, text in sorted(parts, key=lambda part: float(part[0])) if text)
