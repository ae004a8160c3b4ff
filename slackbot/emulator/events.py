"""The event payloads that Slack sends for what happens in the workspace."""

import itertools
import time
from typing import Any

from slackbot.emulator.workspace import Channel, Message, Workspace

_numbers = itertools.count(1)


def payload(workspace: Workspace, event: dict[str, Any]) -> dict[str, Any]:
    """An ``event_callback`` around ``event``, with an event_id of its own."""
    return {
        "token": "local",
        "type": "event_callback",
        "team_id": workspace.team_id,
        "api_app_id": workspace.app_id,
        "event_id": f"Ev{next(_numbers):010d}",
        "event_time": int(time.time()),
        "event": event,
        "authorizations": [{"team_id": workspace.team_id, "user_id": workspace.bot.id, "is_bot": True}],
    }


def message_event(workspace: Workspace, channel: Channel, message: Message) -> dict[str, Any]:
    """The ``message`` event of a new message, the bot's own included."""
    event = {
        **message.shown(with_metadata=False),
        "team": workspace.team_id,
        "channel": channel.id,
        "channel_type": channel.kind,
        "event_ts": message.ts,
    }
    if message.bot_id:
        event["app_id"] = workspace.app_id
    if message.is_reply:
        event["parent_user_id"] = channel.messages[message.thread_ts].user
    else:
        event.pop("thread_ts", None)
    return event


def mention_event(workspace: Workspace, channel: Channel, message: Message) -> dict[str, Any]:
    """The ``app_mention`` event of the same message: same ts, and no channel_type."""
    event = message_event(workspace, channel, message)
    event["type"] = "app_mention"
    del event["channel_type"]
    return event


def mentions_bot(workspace: Workspace, channel: Channel, message: Message) -> bool:
    """Whether an app_mention goes out: never for direct messages nor for the bot's own words."""
    return (
        channel.kind != "im"
        and not message.bot_id
        and workspace.bot.id in channel.members
        and f"<@{workspace.bot.id}" in message.text
    )


def changed_event(workspace: Workspace, channel: Channel, message: Message, before: str) -> dict[str, Any]:
    """The ``message_changed`` event; its ts is that of the change, not of the message."""
    shown = message.shown(with_metadata=False)
    return {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": channel.id,
        "channel_type": channel.kind,
        "ts": workspace.next_ts(),
        "message": shown,
        "previous_message": {**shown, "text": before},
    }


def deleted_event(workspace: Workspace, channel: Channel, message: Message) -> dict[str, Any]:
    """The ``message_deleted`` event."""
    return {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "channel": channel.id,
        "channel_type": channel.kind,
        "ts": workspace.next_ts(),
        "deleted_ts": message.ts,
        "previous_message": message.shown(with_metadata=False),
    }
