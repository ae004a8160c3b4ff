"""Messages of a Slack export: projected into our own type, and joined to threads.

Nothing else knows Slack's field names (https://slack.com/help/articles/220556107).
"""

import html
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from curation.records import Location, TextRecord

# What Slack itself writes into a channel. Subtypes that are not named here carry words of people
# or programs and are kept.
HOUSEKEEPING = frozenset(
    [f"{place}_{event}" for place in ("channel", "group") for event in ("archive", "join", "leave", "name")]
    + [f"{place}_{event}" for place in ("channel", "group") for event in ("purpose", "topic", "unarchive")]
    + ["channel_canvas_updated", "channel_convert_to_private", "channel_posting_permissions"]
    + ["bot_add", "bot_disable", "bot_enable", "bot_remove", "app_conversation_join"]
    + ["ekm_access_denied", "huddle_thread", "message_changed", "message_deleted", "message_replied"]
    + ["pinned_item", "unpinned_item", "reminder_add", "reminder_delete", "sh_room_created", "tombstone"]
)
WITHOUT_TEXT = "messages without text"
# The attribute and value of records from private channels, direct and group messages.
CHANNEL_KIND = "channel_kind"
PRIVATE = "private"
REPEATED = "messages that stand twice"

# Ten digits and six; Python makes no number of thousands of digits.
_TS = re.compile(r"[0-9]{1,20}\.[0-9]{1,20}")
_MARKUP = re.compile(r"<([^<>\n]*)>")
_LONGEST_FIRST_LINE = 60


@dataclass(frozen=True, slots=True)
class Names:
    """Display names of users and names of channels, by id."""

    users: Mapping[str, str]
    channels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ExportedMessage:
    """A message as it counts for a record; ``thread`` is the ts of the message it answers to."""

    ts: str
    thread: str
    speaker_id: str
    speaker: str
    text: str
    bot: bool
    where: Location


@dataclass(slots=True)
class Channel:
    """The messages of one channel, by thread, and counts of those that are no part of a record."""

    name: str
    identifier: str
    is_private: bool = False
    threads: dict[str, list[ExportedMessage]] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    _seen: set[str] = field(default_factory=set)

    def add(self, values: Mapping[str, object], where: Location, names: Names) -> None:
        """Take in one message.

        Raises
        ------
        ValueError
            When it is no message.
        """
        subtype = values.get("subtype")
        if isinstance(subtype, str) and subtype in HOUSEKEEPING:
            self.skipped[f"skipped {subtype}"] += 1
            return
        message = project(values, where, names)
        if message.ts in self._seen:
            # An answer that was also sent to the channel may stand in both places.
            self.skipped[REPEATED] += 1
            return
        self._seen.add(message.ts)
        if message.text:
            self.threads.setdefault(message.thread, []).append(message)
        else:
            self.skipped[WITHOUT_TEXT] += 1


def project(values: Mapping[str, object], where: Location, names: Names) -> ExportedMessage:
    """Our message from Slack's.

    Raises
    ------
    ValueError
        When it is no message.
    """
    ts, text = values.get("ts"), values.get("text", "")
    if not isinstance(ts, str) or not _TS.fullmatch(ts):
        raise ValueError("a message without a ts")
    if not isinstance(text, str):
        raise ValueError("'text' is no text")
    thread = values.get("thread_ts")
    bot = isinstance(values.get("bot_id"), str) or values.get("subtype") == "bot_message"
    speaker_id = _first_text(values, "user", "bot_id", "username")
    return ExportedMessage(
        ts=ts,
        thread=thread if isinstance(thread, str) and _TS.fullmatch(thread) else ts,
        speaker_id=speaker_id,
        speaker=_speaker(values, speaker_id, names),
        text=_with_attached(render(text, names).strip(), values, names),
        bot=bot,
        where=where,
    )


def thread_record(channel: Channel, messages: list[ExportedMessage]) -> TextRecord:
    """The record of a thread, or of one message that nobody answered; ``messages`` in order of ts."""
    first = messages[0]
    root = first.thread
    first_line = first.text.split("\n", 1)[0]
    if len(first_line) > _LONGEST_FIRST_LINE:
        first_line = first_line[: _LONGEST_FIRST_LINE - 1] + "…"
    attributes = {
        "channel": channel.name,
        "channel_id": channel.identifier,
        "ts": root,
        # What follows the address of the workspace in the thread's permalink.
        "permalink_path": f"archives/{channel.identifier}/p{root.replace('.', '')}",
        "messages": str(len(messages)),
        "participants": str(len({message.speaker_id for message in messages})),
    }
    if channel.is_private:
        attributes[CHANNEL_KIND] = PRIVATE
    bots = sum(message.bot for message in messages)
    if bots:
        attributes["bot_messages"] = str(bots)
    if first.ts != root:
        attributes["thread_start"] = "missing"
    text = "\n".join(f"{message.speaker}: {message.text}" for message in messages)
    return TextRecord(text, f"#{channel.name} {first_line}", attributes)


def ts_order(message: ExportedMessage) -> tuple[int, str]:
    """The key that sorts messages by time: a float would not hold all digits of a ts."""
    seconds, fraction = message.ts.split(".")
    return int(seconds), fraction


def render(text: str, names: Names) -> str:
    """Slack's markup as a reader sees it: names for ids, plain links, plain characters.

    Examples
    --------
    >>> render("<@U1> 님, <#C1|공지> 보세요 &lt;3", Names({"U1": "하늘"}, {}))
    '@하늘 님, #공지 보세요 <3'
    """
    return html.unescape(_MARKUP.sub(lambda found: _rendered(found[1], names), text))


def _rendered(markup: str, names: Names) -> str:
    target, _, label = markup.partition("|")
    sign, rest = target[:1], target[1:]
    if sign == "@":
        return f"@{names.users.get(rest) or label.removeprefix('@') or rest}"
    if sign == "#":
        return f"#{label or names.channels.get(rest, rest)}"
    if sign == "!":
        return label or f"@{rest.partition('^')[0]}"
    address = target.removeprefix("mailto:").removeprefix("tel:")
    return address if label in ("", address) else f"{label} ({address})"


def _speaker(values: Mapping[str, object], speaker_id: str, names: Names) -> str:
    if speaker_id in names.users:
        return names.users[speaker_id]
    # People of other workspaces are not in users.json; their profile comes with the message.
    for key in ("user_profile", "bot_profile"):
        profile = values.get(key)
        if isinstance(profile, dict) and (name := _first_text(profile, "display_name", "real_name", "name")):
            return name
    return _first_text(values, "username") or speaker_id or "?"


def _with_attached(text: str, values: Mapping[str, object], names: Names) -> str:
    parts = [text] if text else []
    if not text:
        # Programs often write attachments only.
        parts += [
            render(_first_text(item, "text", "fallback"), names) for item in _objects(values, "attachments")
        ]
    parts += [
        f"[파일: {name}]"
        for item in _objects(values, "files")
        if (name := _first_text(item, "title", "name"))
    ]
    return "\n".join(part for part in parts if part.strip())


def _objects(values: Mapping[str, object], key: str) -> list[dict[str, object]]:
    found = values.get(key)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _first_text(values: Mapping[str, object], *keys: str) -> str:
    return next((found for key in keys if isinstance(found := values.get(key), str) and found), "")
