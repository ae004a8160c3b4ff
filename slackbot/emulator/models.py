"""What stands in a workspace: people, conversations, messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

ChannelKind = Literal["channel", "group", "im", "mpim"]
Block = Mapping[str, Any]


class MethodError(Exception):
    """A Web API error; ``code`` is Slack's name for it, ``more`` goes into the reply beside it."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who can speak: a person or a bot; ``team`` is where the account belongs."""

    id: str
    name: str
    real_name: str
    locale: str = "ko-KR"
    bot_id: str = ""
    app_id: str = ""
    team: str = ""

    def shown(self, *, here: str, with_locale: bool = False) -> dict[str, Any]:
        """The user as users.info gives it in the workspace ``here``."""
        shown: dict[str, Any] = {
            "id": self.id,
            "team_id": self.team,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": False,
            "is_bot": bool(self.bot_id),
            "is_restricted": False,
            "is_ultra_restricted": False,
            "is_stranger": self.team != here,
            "profile": {"real_name": self.real_name, "display_name": self.name, "team": self.team},
        }
        return shown | ({"locale": self.locale} if with_locale else {})


@dataclass(slots=True)
class Message:
    """One message; ``thread_ts`` is empty until it is a reply or has replies."""

    ts: str
    user: str
    text: str
    bot_id: str = ""
    app_id: str = ""
    team: str = ""
    thread_ts: str = ""
    subtype: str = ""
    blocks: Sequence[Block] = ()
    metadata: Mapping[str, Any] | None = None
    edited: Mapping[str, str] | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    streaming: bool = False

    @property
    def is_reply(self) -> bool:
        """Whether the message stands in a thread that another message started."""
        return bool(self.thread_ts) and self.thread_ts != self.ts

    def shown(self, *, with_metadata: bool = True) -> dict[str, Any]:
        """The message as the Web API gives it."""
        shown: dict[str, Any] = {"type": "message", "user": self.user, "text": self.text, "ts": self.ts}
        optional: dict[str, Any] = {
            "team": self.team,
            "thread_ts": self.thread_ts,
            "subtype": self.subtype,
            "bot_id": self.bot_id,
            "app_id": self.app_id,
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
class Ephemeral:
    """A message that one person sees until they reload."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: Sequence[Block] = ()
    thread_ts: str = ""

    def shown(self) -> dict[str, Any]:
        """What the person's page needs."""
        return {
            "ts": self.ts,
            "channel": self.channel,
            "user": self.user,
            "text": self.text,
            "blocks": list(self.blocks),
            "thread_ts": self.thread_ts,
        }


@dataclass(slots=True)
class Channel:
    """A conversation and its messages, oldest first."""

    id: str
    name: str
    kind: ChannelKind
    members: list[str]
    is_shared: bool = False
    messages: dict[str, Message] = field(default_factory=dict)
    _threads: dict[str, dict[str, Message]] = field(default_factory=dict)

    @property
    def scope(self) -> str:
        """How scopes name this kind of conversation, as in ``channels:history``."""
        return {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}[self.kind]

    def shown(self, *, bot: str) -> dict[str, Any]:
        """The channel as conversations.info gives it to ``bot``."""
        shown: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "is_channel": self.kind == "channel",
            "is_group": self.kind == "group",
            "is_im": self.kind == "im",
            "is_mpim": self.kind == "mpim",
            "is_private": self.kind != "channel",
            "is_archived": False,
            "is_ext_shared": self.is_shared,
            "is_member": bot in self.members,
            "num_members": len(self.members),
        }
        if self.kind == "im":
            shown["user"] = next((member for member in self.members if member != bot), bot)
        return shown

    def add(self, message: Message) -> None:
        """Let a message stand here, in its thread if it is a reply."""
        self.messages[message.ts] = message
        if message.is_reply:
            self._threads.setdefault(message.thread_ts, {})[message.ts] = message

    def drop(self, message: Message) -> None:
        """Take a message away."""
        del self.messages[message.ts]
        self._threads.get(message.thread_ts, {}).pop(message.ts, None)

    def replies(self, root: str) -> list[Message]:
        """The replies in the thread whose root has the ts ``root``."""
        return list(self._threads.get(root, {}).values())

    def thread(self, ts: str) -> list[Message]:
        """The thread that the message ``ts`` belongs to: its root, then the replies."""
        message = self.message(ts)
        root = self.messages.get(message.thread_ts or message.ts)
        return ([root] if root else []) + self.replies(message.thread_ts or message.ts)

    def top_level(self) -> list[Message]:
        """What stands in the channel itself: roots, and replies that were also sent to it."""
        return [m for m in self.messages.values() if not m.is_reply or m.subtype == "thread_broadcast"]

    def message(self, ts: str) -> Message:
        """The message ``ts``; raises ``message_not_found``."""
        if ts not in self.messages:
            raise MethodError("message_not_found")
        return self.messages[ts]
