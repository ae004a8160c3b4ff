"""From an answer to messages that Slack accepts and that do nothing but show text."""

from slackbot.render.blocks import MESSAGE_CHARACTERS, Outgoing
from slackbot.render.cutting import split
from slackbot.render.letters import escape, short, shown
from slackbot.render.messages import (
    FEEDBACK_ACTION,
    TEXT_BYTES,
    answer,
    body_of,
    notice,
)

__all__ = [
    "FEEDBACK_ACTION",
    "MESSAGE_CHARACTERS",
    "TEXT_BYTES",
    "Outgoing",
    "answer",
    "body_of",
    "escape",
    "notice",
    "short",
    "shown",
    "split",
]
