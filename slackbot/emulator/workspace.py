"""A workspace in memory: people, channels, messages, threads, reactions. No I/O."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from slackbot.emulator.markup import notifications_in
from slackbot.emulator.models import Block, Channel, ChannelKind, Ephemeral, Message, MethodError, User
from slackbot.emulator.views import Views

_PREFIX: dict[ChannelKind, str] = {"channel": "C", "group": "G", "im": "D", "mpim": "G"}
PARTNER = "T0PARTNER"
# The people of the first workspace and of every further one; a guest is of another team.
_FIRST = (
    ("HANEUL", "haneul", "김하늘", "ko-KR"),
    ("DOYUN", "doyun", "이도윤", "ko-KR"),
    ("SEOYEON", "seoyeon", "박서연", "ko-KR"),
    ("EMMA", "emma", "Emma Reed", "en-US"),
    ("YUKI", "yuki", "田中ゆき", "ja-JP"),
)
_FURTHER = (("JIHO", "jiho", "최지호", "ko-KR"), ("OLIVER", "oliver", "Oliver Hart", "en-US"))


class Workspace:
    """One team with our bot, another bot, people, and two channels; more channels on request.

    ``number`` 0 is the first workspace; the ids of others carry their number, so that no id of a
    team, user or channel occurs twice.
    """

    app_id = "A0MALMOI"

    def __init__(self, number: int = 0) -> None:
        self._number = number
        self.team_id = f"T{number}MALMOI"
        self.name = "말모이" if not number else f"말모이 {number + 1}"
        self.domain = f"malmoi-{number}"
        mark = f"U{number}"
        self.bot = User(
            f"{mark}MALMOI", "malmoi", "말모이", "en-US", f"B{number}MALMOI", self.app_id, self.team_id
        )
        self.other_bot = User(
            f"{mark}ALARM", "alarmbot", "알림봇", "en-US", f"B{number}ALARM", "A0ALARM", self.team_id
        )
        people = [
            User(mark + key, name, real_name, locale, team=self.team_id)
            for key, name, real_name, locale in (_FURTHER if number else _FIRST)
        ]
        guest = User(f"{mark}GUEST", "guest", "정다온", team=PARTNER)
        self.people = people
        self.users = {user.id: user for user in (self.bot, *people, self.other_bot, guest)}
        self.channels: dict[str, Channel] = {}
        self.ephemerals: dict[str, Ephemeral] = {}
        self.views = Views(self.team_id, self.app_id, self.bot.bot_id)
        self._last_ts = 0
        for name in ("general", "질문"):
            self.add_channel(name)

    @property
    def members(self) -> list[str]:
        """The ids of everyone who belongs to the team."""
        return [user.id for user in self.users.values() if user.team == self.team_id]

    def next_ts(self) -> str:
        """A new message id: seconds with six decimals, never the same twice."""
        self._last_ts = max(time.time_ns() // 1000, self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def add_channel(
        self, name: str, kind: ChannelKind = "channel", members: Sequence[str] = (), *, shared: bool = False
    ) -> Channel:
        """A new conversation; without ``members`` everyone of the team is in it, the bot included."""
        number = len(self.channels) + 1
        channel = Channel(
            f"{_PREFIX[kind]}{self._number}{number:07d}", name, kind, list(members or self.members), shared
        )
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

    def visible(self, ref: str) -> Channel:
        """The channel, if the bot can see it: a private one only when it is in it."""
        channel = self.channel(ref)
        if channel.kind != "channel" and self.bot.id not in channel.members:
            raise MethodError("channel_not_found")
        return channel

    def direct(self, members: Sequence[str]) -> Channel:
        """The direct conversation of the bot with these people; a new one if there is none."""
        wanted = {*members, self.bot.id}
        for channel in self.channels.values():
            if channel.kind in ("im", "mpim") and set(channel.members) == wanted:
                return channel
        name = "-".join(self.users[member].name for member in members)
        return self.add_channel(name, "im" if len(members) == 1 else "mpim", [*members, self.bot.id])

    def user(self, ref: str) -> User:
        """The user with this id or name; raises ``user_not_found``."""
        if ref in self.users:
            return self.users[ref]
        for user in self.users.values():
            if user.name == ref:
                return user
        raise MethodError("user_not_found")

    def post(
        self,
        channel: Channel,
        author: User,
        text: str,
        *,
        thread_ts: str = "",
        broadcast: bool = False,
        uninvited: bool = False,
    ) -> Message:
        """Add a message; ``thread_ts`` must be the root of a thread in this channel.

        ``uninvited``: the author need not be in the channel, as with a response_url.
        """
        if author.id not in channel.members and not uninvited:
            raise MethodError("not_in_channel")
        message = Message(
            self.next_ts(), author.id, text, author.bot_id, author.app_id, author.team, thread_ts=thread_ts
        )
        if thread_ts:
            root = channel.messages.get(thread_ts)
            if root is None:
                raise MethodError("thread_not_found")
            if root.is_reply:
                raise MethodError("cannot_reply_to_message")
            root.thread_ts = root.ts
            message.subtype = "thread_broadcast" if broadcast else ""
        channel.add(message)
        return message

    def whisper(
        self, channel: Channel, user: User, text: str, blocks: Sequence[Block], thread_ts: str = ""
    ) -> Ephemeral:
        """Add a message that only ``user`` sees."""
        if user.id not in channel.members:
            raise MethodError("user_not_in_channel")
        said = Ephemeral(self.next_ts(), channel.id, user.id, text, blocks, thread_ts)
        self.ephemerals[said.ts] = said
        return said

    def edit(self, message: Message, author: User, text: str) -> None:
        """Replace the text of one's own message."""
        if message.user != author.id:
            raise MethodError("cant_update_message")
        if message.streaming:
            raise MethodError("streaming_state_conflict")
        message.text = text
        message.edited = {"user": author.id, "ts": self.next_ts()}

    def delete(self, channel: Channel, message: Message, author: User) -> None:
        """Delete one's own message; a root that has replies leaves a tombstone."""
        if message.user != author.id or message.streaming:
            raise MethodError("cant_delete_message")
        if not message.is_reply and channel.replies(message.ts):
            message.subtype, message.text, message.blocks = "tombstone", "This message was deleted.", ()
        else:
            channel.drop(message)

    def react(self, message: Message, user: User, name: str, *, remove: bool) -> None:
        """Add or remove a reaction."""
        if not name:
            raise MethodError("invalid_name")
        users = message.reactions.get(name, [])
        if remove == (user.id not in users):
            raise MethodError("no_reaction" if remove else "already_reacted")
        if remove:
            users.remove(user.id)
        else:
            message.reactions.setdefault(name, []).append(user.id)
        if not message.reactions[name]:
            del message.reactions[name]

    def snapshot(self, channel: Channel, *, last: int | None = None) -> dict[str, Any]:
        """A channel with its (last) messages; ``notifies`` and ``links`` say what each does to readers."""
        messages = list(channel.messages.values())
        shown = messages if last is None else messages[-last:]
        return {
            **channel.shown(bot=self.bot.id),
            "team": self.team_id,
            "members": channel.members,
            "messages": [
                {
                    **message.shown(),
                    **({"streaming": True} if message.streaming else {}),
                    **notifications_in(message.text, message.blocks),
                }
                for message in shown
            ],
        }

    def described(self) -> Mapping[str, Any]:
        """The workspace as team.info gives it."""
        return {"id": self.team_id, "name": self.name, "domain": self.domain}
