"""From a raw event to a question, an edit, a deletion, or to the reason why it is none of them.

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

Addressed = Literal["mention", "direct", "thread", "channel"]
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_LINK = re.compile(r"<((?:https?|mailto):[^|>]+)(?:\|([^>]*))?>")
_NAMED = re.compile(r"<[#!][^|>]*\|([^>]*)>")
EVENT_TYPES = ("message", "app_mention")
_SLACKBOT = "USLACKBOT"
# Subtypes under which people's own words arrive.
_PEOPLES_SUBTYPES = ("", "file_share", "thread_broadcast")
_TS = re.compile(r"[0-9]{1,12}\.[0-9]{1,9}")


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
    NOT_ALLOWED = "neither the person nor the channel is on the allow-list"
    UNKNOWN_TEAM = "a workspace in which the app is not installed"
    KNOWN = "a message that has arrived before"
    JOINED = "a further message of the same question"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is in this workspace."""

    team: str
    user: str
    bot: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a person wrote to the bot; ``thread`` is the ts of the thread's root message.

    ``addressed`` says how the bot is meant: by a mention, by a direct message, or only by standing
    in a thread or at the root of a channel, which `conventions` has to judge.
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
class Edit:
    """A person changed the text of a message; ``edited_ts`` orders the edits of one message."""

    team: str
    channel: str
    ts: str
    user: str
    text: str
    edited_ts: str


@dataclass(frozen=True, slots=True)
class Deletion:
    """A message is gone."""

    team: str
    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Ignore:
    """An event that is not answered."""

    reason: Reason


def team_of(body: object) -> str:
    """The workspace whose installation the event is for; empty when it names none.

    In a channel shared between organisations ``team_id`` may be the other's; ``authorizations`` is ours.
    """
    given = _mapping(body)
    authorizations = given.get("authorizations")
    first = _mapping(authorizations[0]) if isinstance(authorizations, list) and authorizations else {}
    return _text(first, "team_id") or _text(given, "team_id")


def type_of(body: object) -> str:
    """The type of the event in an ``event_callback`` request; empty when there is none."""
    return _text(_mapping(_mapping(body).get("event")), "type")


def read(body: object, me: Identity) -> Question | Edit | Deletion | Ignore:
    """Project the body of an ``event_callback`` request of the workspace ``me.team``; never raises."""
    event = _mapping(_mapping(body).get("event"))
    if _text(event, "type") not in EVENT_TYPES:
        return Ignore(Reason.NOT_A_MESSAGE)
    subtype = _text(event, "subtype")
    if subtype == "message_changed":
        return _changed(event, me)
    if subtype == "message_deleted":
        return _gone(event, _text(event, "deleted_ts"), _mapping(event.get("previous_message")), me)
    # An edit that adds a mention comes as an app_mention of its own.
    reason = Reason.EDITED if event.get("edited") else _not_a_persons(event, me)
    if reason is not None:
        return Ignore(reason)
    event_id = _text(_mapping(body), "event_id")
    channel, ts, user = _text(event, "channel"), _text(event, "ts"), _text(event, "user")
    raw = _text(event, "text")
    thread = _text(event, "thread_ts") or ts
    if not (event_id and channel and user and _TS.fullmatch(ts) and _TS.fullmatch(thread)):
        return Ignore(Reason.MALFORMED)
    return Question(
        event_id=event_id,
        team=me.team,
        channel=channel,
        ts=ts,
        thread=thread,
        user=user,
        text=plain(raw, me),
        addressed=_addressed(event, in_thread=thread != ts, mentioned=me.user in _MENTION.findall(raw)),
        calls_others=any(name != me.user for name in _MENTION.findall(raw)),
    )


def turns(messages: Iterable[Mapping[str, Any]], question: Question, me: Identity) -> tuple[Turn, ...]:
    """The thread before the question, oldest first; other bots are left out, and our greeting is."""
    found: list[Turn] = []
    for message in sorted(messages, key=lambda message: str(message.get("ts", ""))):
        if str(message.get("ts", "")) >= question.ts:
            break
        text = _text(message, "text")
        if message.get("user") == me.user or message.get("bot_id") == me.bot:
            if found:  # before anybody has spoken it is no answer
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


def _changed(event: Mapping[str, Any], me: Identity) -> Edit | Deletion | Ignore:
    """An edit, unless a link only unfolded or the replies were counted: then the text is the same."""
    message, before = _mapping(event.get("message")), _mapping(event.get("previous_message"))
    channel, ts = _text(event, "channel"), _text(message, "ts")
    if _text(message, "subtype") == "tombstone":  # what a deleted root leaves while it has replies
        return _gone(event, ts, before, me)
    reason = _not_a_persons(message, me)
    if reason is not None:
        return Ignore(reason)
    edited_ts, user = _text(_mapping(message.get("edited")), "ts"), _text(message, "user")
    if not edited_ts or ("text" in before and _text(before, "text") == _text(message, "text")):
        return Ignore(Reason.EDITED)
    if not (channel and user and _TS.fullmatch(ts) and _TS.fullmatch(edited_ts)):
        return Ignore(Reason.MALFORMED)
    return Edit(me.team, channel, ts, user, plain(_text(message, "text"), me), edited_ts)


def _gone(event: Mapping[str, Any], ts: str, before: Mapping[str, Any], me: Identity) -> Deletion | Ignore:
    reason = _not_a_persons(before, me) if before else None
    if reason is not None:
        return Ignore(reason)
    channel = _text(event, "channel")
    return Deletion(me.team, channel, ts) if channel and _TS.fullmatch(ts) else Ignore(Reason.MALFORMED)


def _not_a_persons(event: Mapping[str, Any], me: Identity) -> Reason | None:
    subtype, user, bot = _text(event, "subtype"), _text(event, "user"), _text(event, "bot_id")
    if subtype in ("message_changed", "message_replied"):
        return Reason.EDITED
    if subtype in ("message_deleted", "tombstone"):
        return Reason.DELETED
    if user == me.user or (me.bot and bot == me.bot):
        return Reason.OWN_MESSAGE
    if bot or subtype == "bot_message" or user == _SLACKBOT:
        return Reason.OTHER_BOT
    if subtype not in _PEOPLES_SUBTYPES:
        return Reason.SUBTYPE
    return None


def _addressed(event: Mapping[str, Any], *, in_thread: bool, mentioned: bool) -> Addressed:
    """How the bot is meant; an app_mention carries no channel_type."""
    kind = _text(event, "channel_type")
    if kind == "im" or (not kind and _text(event, "channel").startswith("D")):
        return "direct"
    if mentioned or event.get("type") == "app_mention":
        return "mention"
    return "thread" if in_thread else "channel"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(fields: Mapping[str, Any], name: str) -> str:
    """A field that holds text; what is of another kind counts as absent.

    Halves of surrogate pairs and NUL are valid in JSON but not in a database.
    """
    value = fields.get(name)
    return value.replace("\x00", "").encode(errors="replace").decode() if isinstance(value, str) else ""
