"""The event payloads that Slack sends for what happens in a workspace."""

import itertools
import time
from collections.abc import Mapping, Sequence
from typing import Any

from slackbot.emulator.models import Channel, Message, User
from slackbot.emulator.workspace import Workspace

Event = dict[str, Any]
_numbers = itertools.count(1)
_LETTERS = {"channel": "C", "group": "G", "im": "D", "mpim": "G"}


def payload(workspace: Workspace, event: Event, *, shared: bool = False) -> dict[str, Any]:
    """An ``event_callback`` around ``event``, with an event_id of its own."""
    number = next(_numbers)
    return {
        "token": "local",
        "type": "event_callback",
        "team_id": workspace.team_id,
        "context_team_id": workspace.team_id,
        "context_enterprise_id": None,
        "api_app_id": workspace.app_id,
        "event_id": f"Ev{number:010d}",
        "event_time": int(time.time()),
        "event_context": f"4-local-{number}",
        "is_ext_shared_channel": shared,
        "event": event,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": workspace.team_id,
                "user_id": workspace.bot.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
    }


def scope_for(event: Mapping[str, Any], channel: Channel | None) -> str:
    """The scope without which Slack does not send this event; empty when it needs none."""
    kind = str(event["type"])
    if kind == "app_mention":
        return "app_mentions:read"
    if kind.startswith("reaction_"):
        return "reactions:read"
    if channel is not None and kind == "message":
        return f"{channel.scope}:history"
    if channel is not None and kind.startswith("member_"):
        return f"{channel.scope}:read"
    return ""


def message_event(workspace: Workspace, channel: Channel, message: Message) -> Event:
    """The ``message`` event of a new message."""
    event = {
        **message.shown(with_metadata=False),
        "channel": channel.id,
        "channel_type": channel.kind,
        "event_ts": message.ts,
    }
    if channel.is_shared and message.team != workspace.team_id:
        event.update(user_team=message.team, source_team=message.team)
    if message.is_reply:
        event["parent_user_id"] = channel.messages[message.thread_ts].user
    else:
        event.pop("thread_ts", None)
    return event


def mention_event(workspace: Workspace, channel: Channel, message: Message) -> Event:
    """The ``app_mention`` event of the same message: same ts, and no channel_type."""
    event = message_event(workspace, channel, message)
    event["type"] = "app_mention"
    del event["channel_type"]
    return event


def mentions_bot(workspace: Workspace, channel: Channel, message: Message) -> bool:
    """Whether an app_mention goes out: never for direct messages nor for our bot's own words."""
    return (
        channel.kind != "im" and message.user != workspace.bot.id and f"<@{workspace.bot.id}" in message.text
    )


def changed_event(workspace: Workspace, channel: Channel, message: Message, before: str) -> Event:
    """The ``message_changed`` event; its ts is that of the change, not of the message."""
    shown = message.shown(with_metadata=False)
    return _hidden(
        workspace, channel, "message_changed", message=shown, previous_message={**shown, "text": before}
    )


def deleted_event(workspace: Workspace, channel: Channel, message: Message) -> Event:
    """The ``message_deleted`` event."""
    previous = message.shown(with_metadata=False)
    return _hidden(workspace, channel, "message_deleted", deleted_ts=message.ts, previous_message=previous)


def reaction_event(
    workspace: Workspace, channel: Channel, message: Message, user: User, name: str, *, removed: bool
) -> Event:
    """``reaction_added`` or ``reaction_removed``."""
    return {
        "type": "reaction_removed" if removed else "reaction_added",
        "user": user.id,
        "reaction": name,
        "item": {"type": "message", "channel": channel.id, "ts": message.ts},
        "item_user": message.user,
        "event_ts": workspace.next_ts(),
    }


def member_event(workspace: Workspace, channel: Channel, user: User, *, left: bool) -> Event:
    """``member_joined_channel`` or ``member_left_channel``."""
    return {
        "type": "member_left_channel" if left else "member_joined_channel",
        "user": user.id,
        "channel": channel.id,
        "channel_type": _LETTERS[channel.kind],
        "team": user.team,
        "event_ts": workspace.next_ts(),
    }


def home_event(workspace: Workspace, channel: Channel, user: User) -> Event:
    """``app_home_opened`` on the Home tab, with the view that stands there."""
    event = {
        "type": "app_home_opened",
        "user": user.id,
        "channel": channel.id,
        "tab": "home",
        "event_ts": workspace.next_ts(),
    }
    view = workspace.views.homes.get(user.id)
    return event | ({"view": view} if view else {})


def assistant_event(
    workspace: Workspace, channel: Channel, thread_ts: str, user: User, viewing: str, *, moved: bool
) -> Event:
    """``assistant_thread_started``, or ``assistant_thread_context_changed`` when they moved on."""
    context = {"channel_id": viewing, "team_id": workspace.team_id, "enterprise_id": None} if viewing else {}
    return {
        "type": "assistant_thread_context_changed" if moved else "assistant_thread_started",
        "assistant_thread": {
            "user_id": user.id,
            "context": context,
            "channel_id": channel.id,
            "thread_ts": thread_ts,
        },
        "event_ts": workspace.next_ts(),
    }


def removal_events(workspace: Workspace) -> Sequence[Event]:
    """What Slack sends when the app is uninstalled, in no reliable order."""
    return (
        {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [workspace.bot.id]}},
        {"type": "app_uninstalled"},
    )


def _hidden(workspace: Workspace, channel: Channel, subtype: str, **more: Any) -> Event:
    ts = workspace.next_ts()
    return {
        "type": "message",
        "subtype": subtype,
        "hidden": True,
        "channel": channel.id,
        "channel_type": channel.kind,
        "ts": ts,
        "event_ts": ts,
        **more,
    }
