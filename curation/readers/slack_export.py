"""A Slack export: the folder with users.json, channels.json and CHANNEL/YYYY-MM-DD.json.

A thread is one record, also where it goes on past midnight into the next day's file; a message
that nobody answered is a record of its own.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from curation.errors import UserError
from curation.readers import json_file
from curation.readers.base import Item, Options, Reader, SourceFile
from curation.readers.encoding import cannot_open
from curation.readers.slack_messages import Channel, Names, thread_record, ts_order
from curation.records import BadRow, FileNote, Location, Row

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\.json")
# Private channels, direct and group messages stand in lists of their own.
_PUBLIC_LIST = "channels.json"
_CHANNEL_LISTS = (_PUBLIC_LIST, "groups.json", "mpims.json", "dms.json")
_PRIVATE_MARKS = ("is_private", "is_group", "is_mpim", "is_im")


class SlackExportOptions(Options):
    """An export has no options."""


def read(file: SourceFile, _options: SlackExportOptions) -> Iterator[Item]:
    """Yield the threads of an export, channel by channel in order of their first message.

    Housekeeping messages such as joins are no records; notes say how many of which there were. Records
    of a channel that channels.json does not call public have the attribute ``channel_kind: private``.

    Raises
    ------
    UserError
        When the folder is no export, or one of its lists of users and channels is no JSON.
    """
    if not file.path.is_dir():
        raise _no_export(file, "it is no folder")
    try:
        folders = sorted(entry for entry in file.path.iterdir() if _is_channel(entry))
    except OSError as error:
        raise cannot_open(file, error) from error
    if not folders:
        raise _no_export(file, "no folder in it holds days such as 2026-01-31.json")
    users, listed = _users(file), _listed_channels(file)
    if not users:
        yield FileNote(_inside(file, "users.json"), "missing", "people are called by their ids")
    names = Names(users, {identifier: name for name, (identifier, _) in listed.items()})
    for folder in folders:
        if folder.is_symlink():
            raise UserError(
                "This folder of the export is a link; what it leads to is not read.",
                where=_inside(file, folder.name),
                fix="Put the folder itself in its place, or remove the link.",
            )
        identifier, is_private = listed.get(_composed(folder.name), (folder.name, True))
        channel = Channel(folder.name, identifier, is_private)
        yield from _filled(channel, folder, file, names)
        for messages in channel.threads.values():
            messages.sort(key=ts_order)
        for messages in sorted(channel.threads.values(), key=lambda thread: ts_order(thread[0])):
            # The place is that of the first message; the others may stand in later files.
            yield Row(thread_record(channel, messages), messages[0].where, len(messages))
        for fact, count in sorted(channel.skipped.items()):
            yield FileNote(_inside(file, folder.name), fact, str(count))


def _filled(channel: Channel, folder: Path, file: SourceFile, names: Names) -> Iterator[BadRow]:
    """Read all days of a channel into it; yield what cannot be read."""
    for day in _days(folder):
        name = _inside(file, f"{folder.name}/{day.name}")
        try:
            if day.exists() and not day.is_file():
                raise OSError("it is no file")  # a folder; or a pipe, which would be waited for
            content = day.read_bytes()
        except OSError as error:
            raise cannot_open(SourceFile(day, name), error) from error
        try:
            messages = json_file.parsed(content)
        except ValueError as error:
            yield BadRow(content, Location(name, 1), f"no JSON: {error}", content.count(b"\n") + 1)
            continue
        if not isinstance(messages, list):
            yield BadRow(content, Location(name, 1), "no array of messages", content.count(b"\n") + 1)
            continue
        for item, values in enumerate(messages, 1):
            where = Location(name, item)
            try:
                if not isinstance(values, dict):
                    raise ValueError("a message is no object")
                channel.add(values, where, names)
            except ValueError as error:
                yield BadRow(json_file.spelled(values), where, str(error))


def _is_channel(entry: Path) -> bool:
    return entry.is_dir() and not entry.name.startswith(".") and bool(_days(entry))


def _days(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if _DAY.fullmatch(entry.name))


def _users(file: SourceFile) -> dict[str, str]:
    """Display names by id; people with the same name get their unique account name as well."""
    profiles: dict[str, tuple[str, str]] = {}
    for user in _listed(file, "users.json"):
        profile = user.get("profile")
        known = [
            *((profile.get("display_name"), profile.get("real_name")) if isinstance(profile, dict) else ()),
            *(user.get("real_name"), user.get("name")),
        ]
        identifier, account = user.get("id"), user.get("name")
        shown = next((name for name in known if isinstance(name, str) and name.strip()), None)
        if isinstance(identifier, str) and shown is not None:
            profiles[identifier] = (shown.strip(), account if isinstance(account, str) else identifier)
    count = Counter(shown for shown, _ in profiles.values())
    return {
        identifier: shown if count[shown] == 1 else f"{shown}({account})"
        for identifier, (shown, account) in profiles.items()
    }


def _listed_channels(file: SourceFile) -> dict[str, tuple[str, bool]]:
    """Id, and whether it is private, by the folder's name; direct messages have their id for a name."""
    found: dict[str, tuple[str, bool]] = {}
    for channels in _CHANNEL_LISTS:
        for channel in _listed(file, channels):
            identifier, name = channel.get("id"), channel.get("name")
            # Other programs than Slack's own write all conversations into one list, and mark them.
            is_private = channels != _PUBLIC_LIST or any(channel.get(mark) for mark in _PRIVATE_MARKS)
            if isinstance(identifier, str):
                found[_composed(name) if isinstance(name, str) else identifier] = identifier, is_private
    return found


def _composed(name: str) -> str:
    """A name in NFC: unpacking on a Mac may take the syllables of a folder's name apart."""
    return unicodedata.normalize("NFC", name)


def _listed(file: SourceFile, name: str) -> list[dict[str, object]]:
    path = file.path / name
    if not path.exists():
        return []
    values = json_file.load(SourceFile(path, _inside(file, name)))
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _inside(file: SourceFile, name: str) -> str:
    return name if file.name in ("", ".") else f"{file.name.rstrip('/')}/{name}"


def _no_export(file: SourceFile, reason: str) -> UserError:
    return UserError(
        f"This is no Slack export: {reason}.",
        where=file.name,
        fix="Unpack the export and name its folder, the one with users.json and channels.json.",
    )


SLACK_EXPORT = Reader(
    name="slack_export",
    summary="A Slack export: each thread, and each message that nobody answered, is one record",
    options=SlackExportOptions,
    read=read,
    kind=lambda _: "text",
    unit="folder",
)
