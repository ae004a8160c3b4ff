"""From a raw event to a question, or to the reason why it is none.

The only module that reads Slack's field names in what people wrote, so that a change of the
Events API touches one file.
"""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from rag.types import Turn
from slackbot import render

Addressed = Literal["mention", "direct", "thread"]
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_LINK = re.compile(r"<((?:https?|mailto):[^|>]+)(?:\|([^>]*))?>")
_NAMED = re.compile(r"<[#!][^|>]*\|([^>]*)>")
EVENT_TYPES = ("message", "app_mention")
_SLACKBOT = "USLACKBOT"
# Subtypes under which people's own words arrive.
_PEOPLES_SUBTYPES = ("", "file_share", "thread_broadcast")


class Reason(StrEnum):
    """Why the bot stays silent."""

    NOT_A_MESSAGE = "not a message"
    MALFORMED = "a field is missing"
    EDITED = "an edit or an unfurl of a message"
    DELETED = "a deletion"
    SUBTYPE = "a message of a kind that people do not write"
    OWN_MESSAGE = "the bot's own message"
    OTHER_BOT = "another bot's message"
    NOT_ADDRESSED = "no mention, no direct message, not in a thread that the bot answers in"
    FOR_ANOTHER = "a follow-up that calls somebody else"
    EMPTY = "a follow-up without text"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is in this workspace."""

    team: str
    user: str
    bot: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a person wrote to the bot; ``thread`` is the ts of the thread's root message.

    ``addressed`` says how the bot is meant: by a mention, by a direct message, or only by
    standing in a thread, which `conventions` has to judge.
    """

    event_id: str
    team: str
    channel: str
    ts: str
    thread: str
    user: str
    text: str
    addressed: Addressed
    calls_others: bool = False

    @property
    def in_thread(self) -> bool:
        """Whether it is a reply in a thread, and not the message that starts one."""
        return self.thread != self.ts


@dataclass(frozen=True, slots=True)
class Ignore:
    """An event that is not answered."""

    reason: Reason


def read(body: Mapping[str, Any], me: Identity) -> Question | Ignore:
    """Project the body of an ``event_callback`` request."""
    event = body.get("event")
    if not isinstance(event, Mapping) or event.get("type") not in EVENT_TYPES:
        return Ignore(Reason.NOT_A_MESSAGE)
    # An edit that adds a mention comes as an app_mention of its own.
    reason = Reason.EDITED if event.get("edited") else _not_a_persons(event, me)
    if reason is not None:
        return Ignore(reason)
    event_id, channel, ts, user = (
        str(value or "") for value in (body.get("event_id"), *map(event.get, ("channel", "ts", "user")))
    )
    if not (event_id and channel and ts and user):
        return Ignore(Reason.MALFORMED)
    raw = str(event.get("text") or "")
    thread = str(event.get("thread_ts") or ts)
    addressed = _addressed(event, raw, me)
    if addressed == "thread" and thread == ts:
        return Ignore(Reason.NOT_ADDRESSED)
    return Question(
        event_id=event_id,
        team=str(body.get("team_id") or me.team),
        channel=channel,
        ts=ts,
        thread=thread,
        user=user,
        text=plain(raw, me),
        addressed=addressed,
        calls_others=any(name != me.user for name in _MENTION.findall(raw)),
    )


def turns(messages: Iterable[Mapping[str, Any]], question: Question, me: Identity) -> tuple[Turn, ...]:
    """The thread before the question, oldest first; other bots are left out."""
    found: list[Turn] = []
    for message in sorted(messages, key=lambda message: str(message.get("ts", ""))):
        if str(message.get("ts", "")) >= question.ts:
            break
        text = str(message.get("text") or "")
        if message.get("user") == me.user or message.get("bot_id") == me.bot:
            found.append(Turn("assistant", html.unescape(render.body_of(text))))
        elif _not_a_persons(message, me) is None and plain(text, me):
            found.append(Turn("user", plain(text, me)))
    return tuple(found)


def plain(text: str, me: Identity) -> str:
    """The text as the person typed it: without calls to the bot, without Slack's markup."""
    text = _MENTION.sub(lambda found: "" if found[1] == me.user else f"@{found[1]}", text)
    text = _LINK.sub(lambda found: found[2] or found[1], text)
    text = _NAMED.sub(lambda found: found[1], text)
    return html.unescape(text).strip()


def _not_a_persons(event: Mapping[str, Any], me: Identity) -> Reason | None:
    subtype = str(event.get("subtype") or "")
    if subtype in ("message_changed", "message_replied"):
        return Reason.EDITED
    if subtype in ("message_deleted", "tombstone"):
        return Reason.DELETED
    if event.get("user") == me.user or (me.bot and event.get("bot_id") == me.bot):
        return Reason.OWN_MESSAGE
    if event.get("bot_id") or subtype == "bot_message" or event.get("user") == _SLACKBOT:
        return Reason.OTHER_BOT
    if subtype not in _PEOPLES_SUBTYPES:
        return Reason.SUBTYPE
    return None


def _addressed(event: Mapping[str, Any], raw: str, me: Identity) -> Addressed:
    if event.get("type") == "app_mention" or me.user in _MENTION.findall(raw):
        return "mention"
    return "direct" if event.get("channel_type") == "im" else "thread"
