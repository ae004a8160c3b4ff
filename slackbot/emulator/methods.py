"""The Web API methods: arguments in, Slack's answer out. No sockets, no clocks beyond ts."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slackbot.emulator import events
from slackbot.emulator.markup import POSTED_TEXT, UPDATED_TEXT, fault_of
from slackbot.emulator.sockets import SocketMode
from slackbot.emulator.workspace import Channel, Message, MethodError, Workspace

Arguments = Mapping[str, Any]
Reply = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Slack:
    """What a method works on."""

    workspace: Workspace
    sockets: SocketMode

    def announce(self, event: dict[str, Any]) -> str:
        """Send an event to the bot; returns its event_id."""
        return self.sockets.send(events.payload(self.workspace, event))


def auth_test(slack: Slack, _: Arguments) -> Reply:
    """auth.test."""
    bot = slack.workspace.bot
    return {
        "url": "http://localhost/",
        "team": "말모이",
        "user": bot.name,
        "team_id": slack.workspace.team_id,
        "user_id": bot.id,
        "bot_id": bot.bot_id,
    }


def post_message(slack: Slack, arguments: Arguments) -> Reply:
    """chat.postMessage."""
    workspace = slack.workspace
    channel = workspace.channel(text_of(arguments, "channel"))
    text, blocks = _content(arguments, POSTED_TEXT)
    message = workspace.post(
        channel,
        workspace.bot,
        text,
        thread_ts=text_of(arguments, "thread_ts"),
        broadcast=_flag(arguments, "reply_broadcast"),
    )
    message.blocks, message.metadata = blocks, _object(arguments, "metadata")
    slack.announce(events.message_event(workspace, channel, message))
    return {"channel": channel.id, "ts": message.ts, "message": message.shown()}


def update(slack: Slack, arguments: Arguments) -> Reply:
    """chat.update."""
    channel, message = _addressed(slack, arguments, "ts")
    text, blocks = _content(arguments, UPDATED_TEXT)
    before = message.text
    slack.workspace.edit(channel, message, slack.workspace.bot, text)
    message.blocks = blocks
    message.metadata = _object(arguments, "metadata") or message.metadata
    slack.announce(events.changed_event(slack.workspace, channel, message, before))
    return {"channel": channel.id, "ts": message.ts, "text": text, "message": message.shown()}


def delete(slack: Slack, arguments: Arguments) -> Reply:
    """chat.delete."""
    channel, message = _addressed(slack, arguments, "ts")
    event = events.deleted_event(slack.workspace, channel, message)
    slack.workspace.delete(channel, message, slack.workspace.bot)
    slack.announce(event)
    return {"channel": channel.id, "ts": message.ts}


def replies(slack: Slack, arguments: Arguments) -> Reply:
    """conversations.replies: the root first, then the replies, oldest first."""
    channel = _joined(slack, arguments)
    try:
        thread = channel.thread(text_of(arguments, "ts"))
    except MethodError as missing:
        raise MethodError("thread_not_found") from missing
    return _page(thread, arguments)


def history(slack: Slack, arguments: Arguments) -> Reply:
    """conversations.history: newest first."""
    return _page(_joined(slack, arguments).top_level()[::-1], arguments)


def conversation_info(slack: Slack, arguments: Arguments) -> Reply:
    """conversations.info."""
    return {"channel": slack.workspace.channel(text_of(arguments, "channel")).shown()}


def conversation_list(slack: Slack, arguments: Arguments) -> Reply:
    """conversations.list: public channels unless ``types`` says otherwise."""
    types = (text_of(arguments, "types") or "public_channel").split(",")
    kinds = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
    wanted = {kinds.get(kind.strip(), "") for kind in types}
    found = [channel for channel in slack.workspace.channels.values() if channel.kind in wanted]
    start, limit = _window(arguments, 100)
    return {
        "channels": [channel.shown() for channel in found[start : start + limit]],
        "response_metadata": {"next_cursor": _cursor(start + limit) if start + limit < len(found) else ""},
    }


def user_info(slack: Slack, arguments: Arguments) -> Reply:
    """users.info."""
    return {"user": slack.workspace.user(text_of(arguments, "user")).shown()}


def add_reaction(slack: Slack, arguments: Arguments) -> Reply:
    """reactions.add."""
    return _react(slack, arguments, remove=False)


def remove_reaction(slack: Slack, arguments: Arguments) -> Reply:
    """reactions.remove."""
    return _react(slack, arguments, remove=True)


METHODS: dict[str, Callable[[Slack, Arguments], Reply]] = {
    "auth.test": auth_test,
    "chat.postMessage": post_message,
    "chat.update": update,
    "chat.delete": delete,
    "conversations.replies": replies,
    "conversations.history": history,
    "conversations.info": conversation_info,
    "conversations.list": conversation_list,
    "users.info": user_info,
    "reactions.add": add_reaction,
    "reactions.remove": remove_reaction,
}


def text_of(arguments: Arguments, name: str) -> str:
    """An argument as text; empty when it is absent."""
    value = arguments.get(name)
    return "" if value is None else str(value)


def _react(slack: Slack, arguments: Arguments, *, remove: bool) -> Reply:
    _, message = _addressed(slack, arguments, "timestamp")
    slack.workspace.react(message, slack.workspace.bot, text_of(arguments, "name"), remove=remove)
    return {}


def _joined(slack: Slack, arguments: Arguments) -> Channel:
    channel = slack.workspace.channel(text_of(arguments, "channel"))
    if slack.workspace.bot.id not in channel.members:
        raise MethodError("not_in_channel")
    return channel


def _addressed(slack: Slack, arguments: Arguments, name: str) -> tuple[Channel, Message]:
    channel = _joined(slack, arguments)
    return channel, channel.message(text_of(arguments, name))


def _content(arguments: Arguments, longest_text: int) -> tuple[str, list[Mapping[str, Any]]]:
    text = text_of(arguments, "text") or text_of(arguments, "markdown_text")
    blocks = arguments.get("blocks") or []
    if isinstance(blocks, str):
        blocks = json.loads(blocks)
    if not isinstance(blocks, list) or not all(isinstance(block, Mapping) for block in blocks):
        raise MethodError("invalid_blocks_format")
    fault = fault_of(text, blocks, longest_text=longest_text)
    if fault:
        raise MethodError(fault)
    return text, blocks


def _object(arguments: Arguments, name: str) -> Mapping[str, Any] | None:
    value = arguments.get(name)
    if isinstance(value, str):
        value = json.loads(value)
    return value if isinstance(value, Mapping) else None


def _flag(arguments: Arguments, name: str) -> bool:
    return text_of(arguments, name).lower() in ("true", "1")


def _page(messages: list[Message], arguments: Arguments) -> Reply:
    oldest, latest = text_of(arguments, "oldest"), text_of(arguments, "latest")
    inclusive = _flag(arguments, "inclusive")

    def inside(ts: str) -> bool:
        if inclusive and ts in (oldest, latest):
            return True
        return (not oldest or ts > oldest) and (not latest or ts < latest)

    found = [message for message in messages if inside(message.ts)]
    start, limit = _window(arguments, 1000)
    rest = start + limit < len(found)
    shown = found[start : start + limit]
    with_metadata = _flag(arguments, "include_all_metadata")
    return {
        "messages": [message.shown(with_metadata=with_metadata) for message in shown],
        "has_more": rest,
        "response_metadata": {"next_cursor": _cursor(start + limit) if rest else ""},
    }


def _window(arguments: Arguments, most: int) -> tuple[int, int]:
    """Where the page starts and how long it is at most."""
    cursor = text_of(arguments, "cursor")
    try:
        start = int(base64.b64decode(cursor.encode(), validate=True)) if cursor else 0
        limit = int(text_of(arguments, "limit") or most)
    except ValueError as error:
        raise MethodError("invalid_cursor" if cursor else "invalid_limit") from error
    return start, max(1, min(limit, most))


def _cursor(start: int) -> str:
    return base64.b64encode(str(start).encode()).decode()
