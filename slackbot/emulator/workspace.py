"""The workspace in memory: people, channels, messages, threads, reactions. No I/O."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from slackbot.emulator.markup import notifications_in

ChannelKind = Literal["channel", "group", "im", "mpim"]
_PREFIX: dict[ChannelKind, str] = {"channel": "C", "group": "G", "im": "D", "mpim": "G"}


class MethodError(Exception):
    """A Web API error; ``code`` is Slack's name for it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class User:
    """A member of the workspace."""

    id: str
    name: str
    real_name: str
    bot_id: str = ""

    def shown(self) -> dict[str, Any]:
        """The user as users.info gives it."""
        return {
            "id": self.id,
            "name": self.name,
            "real_name": self.real_name,
            "is_bot": bool(self.bot_id),
            "profile": {"real_name": self.real_name, "display_name": self.name},
        }


@dataclass(slots=True)
class Message:
    """One message; ``thread_ts`` is empty until it is a reply or has replies."""

    ts: str
    user: str
    text: str
    bot_id: str = ""
    thread_ts: str = ""
    subtype: str = ""
    blocks: Sequence[Mapping[str, Any]] = ()
    metadata: Mapping[str, Any] | None = None
    edited: Mapping[str, str] | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        """Whether the message stands in a thread that another message started."""
        return bool(self.thread_ts) and self.thread_ts != self.ts

    def shown(self, *, with_metadata: bool = True) -> dict[str, Any]:
        """The message as the Web API gives it."""
        shown: dict[str, Any] = {"type": "message", "user": self.user, "text": self.text, "ts": self.ts}
        optional: dict[str, Any] = {
            "thread_ts": self.thread_ts,
            "subtype": self.subtype,
            "bot_id": self.bot_id,
            "blocks": list(self.blocks),
            "edited": self.edited,
            "metadata": self.metadata if with_metadata else None,
            "reactions": [
                {"name": name, "users": users, "count": len(users)} for name, users in self.reactions.items()
            ],
        }
        shown.update({key: value for key, value in optional.items() if value})
        return shown


@dataclass(slots=True)
class Channel:
    """A conversation and its messages, oldest first."""

    id: str
    name: str
    kind: ChannelKind
    members: list[str]
    messages: dict[str, Message] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """The channel as conversations.info gives it."""
        return {
            "id": self.id,
            "name": self.name,
            "is_channel": self.kind == "channel",
            "is_group": self.kind == "group",
            "is_im": self.kind == "im",
            "is_mpim": self.kind == "mpim",
            "is_private": self.kind != "channel",
            "is_archived": False,
        }

    def thread(self, ts: str) -> list[Message]:
        """The thread that the message ``ts`` belongs to: its root, then the replies."""
        message = self.message(ts)
        root = message.thread_ts or message.ts
        return [m for m in self.messages.values() if root in (m.ts, m.thread_ts)]

    def top_level(self) -> list[Message]:
        """What stands in the channel itself: roots, and replies that were also sent to it."""
        return [m for m in self.messages.values() if not m.is_reply or m.subtype == "thread_broadcast"]

    def message(self, ts: str) -> Message:
        """The message ``ts``; raises ``message_not_found``."""
        if ts not in self.messages:
            raise MethodError("message_not_found")
        return self.messages[ts]


class Workspace:
    """One team with a bot, three people and two channels; more channels on request."""

    team_id = "T0MALMOI"
    app_id = "A0MALMOI"

    def __init__(self) -> None:
        self.bot = User("U0MALMOI", "malmoi", "말모이", bot_id="B0MALMOI")
        people = (
            User("U0HANEUL", "haneul", "김하늘"),
            User("U0DOYUN", "doyun", "이도윤"),
            User("U0SEOYEON", "seoyeon", "박서연"),
        )
        self.users = {user.id: user for user in (self.bot, *people)}
        self.channels: dict[str, Channel] = {}
        self._last_ts = 0
        for name in ("general", "질문"):
            self.add_channel(name)

    def next_ts(self) -> str:
        """A new message id: seconds with six decimals, never the same twice."""
        self._last_ts = max(time.time_ns() // 1000, self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def add_channel(self, name: str, kind: ChannelKind = "channel", members: Sequence[str] = ()) -> Channel:
        """A new conversation; without ``members`` everyone is in it, the bot included."""
        number = len(self.channels) + 1
        channel = Channel(f"{_PREFIX[kind]}{number:08d}", name, kind, list(members or self.users))
        self.channels[channel.id] = channel
        return channel

    def channel(self, ref: str) -> Channel:
        """The channel with this id or name (with or without ``#``); raises ``channel_not_found``."""
        if ref in self.channels:
            return self.channels[ref]
        for channel in self.channels.values():
            if channel.name == ref.removeprefix("#"):
                return channel
        raise MethodError("channel_not_found")

    def user(self, ref: str) -> User:
        """The user with this id or name; raises ``user_not_found``."""
        for user in self.users.values():
            if ref in (user.id, user.name):
                return user
        raise MethodError("user_not_found")

    def post(
        self, channel: Channel, author: User, text: str, *, thread_ts: str = "", broadcast: bool = False
    ) -> Message:
        """Add a message; ``thread_ts`` must be the root of a thread in this channel."""
        if author.id not in channel.members:
            raise MethodError("not_in_channel")
        message = Message(self.next_ts(), author.id, text, bot_id=author.bot_id, thread_ts=thread_ts)
        if thread_ts:
            root = channel.messages.get(thread_ts)
            if root is None:
                raise MethodError("thread_not_found")
            if root.is_reply:
                raise MethodError("cannot_reply_to_message")
            root.thread_ts = root.ts
            message.subtype = "thread_broadcast" if broadcast else ""
        channel.messages[message.ts] = message
        return message

    def edit(self, channel: Channel, message: Message, author: User, text: str) -> None:
        """Replace the text of one's own message."""
        if message.user != author.id:
            raise MethodError("cant_update_message")
        message.text = text
        message.edited = {"user": author.id, "ts": self.next_ts()}

    def delete(self, channel: Channel, message: Message, author: User) -> None:
        """Delete one's own message; a root that has replies leaves a tombstone."""
        if message.user != author.id:
            raise MethodError("cant_delete_message")
        if any(other.thread_ts == message.ts and other is not message for other in channel.messages.values()):
            message.subtype, message.text, message.blocks = "tombstone", "This message was deleted.", ()
        else:
            del channel.messages[message.ts]

    def react(self, message: Message, user: User, name: str, *, remove: bool) -> None:
        """Add or remove a reaction."""
        if not name:
            raise MethodError("invalid_name")
        users = message.reactions.setdefault(name, [])
        if remove == (user.id not in users):
            raise MethodError("no_reaction" if remove else "already_reacted")
        if remove:
            users.remove(user.id)
        else:
            users.append(user.id)
        if not users:
            del message.reactions[name]

    def snapshot(self) -> dict[str, Any]:
        """Channels with all messages; ``notifies`` and ``links`` say what a message does to readers."""
        return {
            channel.id: {
                **channel.shown(),
                "messages": [
                    {**message.shown(), **notifications_in(message.text, message.blocks)}
                    for message in channel.messages.values()
                ],
            }
            for channel in self.channels.values()
        }
