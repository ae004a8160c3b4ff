"""A thread of Slack as one document: what people said, by name and day. Pure functions.

The document names people and has none of their ids. Beside it the row keeps whose each line is, so that
a person who is erased can be taken out without asking Slack.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from curation.readers.slack_messages import HOUSEKEEPING, Names, project
from curation.records import Location
from rag.dates import date_of
from slackbot.intake import Identity

_MENTION: Final = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_TITLE_CHARACTERS: Final = 100
# Whom Slack names no more.
_NOBODY: Final = "?"
_NOWHERE: Final = Location("", 0)


@dataclass(frozen=True, slots=True)
class Said:
    """One message; ``person`` is a digest of who wrote it."""

    ts: str
    person: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a thread stands: its document's id, permalink and groups, and the ts of its root."""

    doc_id: str
    permalink: str
    acl: tuple[str, ...]
    thread: str


def person_digest(team: str, user: str) -> str:
    """Stands for a person in a saved thread; whoever has their id can find them, nobody can read it."""
    return hashlib.blake2b(f"{team}:{user}".encode(), digest_size=12).hexdigest()


def people_in(messages: Iterable[Mapping[str, Any]]) -> set[str]:
    """Ids of those who speak and of those who are called."""
    found: set[str] = set()
    for message in messages:
        found.update(_MENTION.findall(str(message.get("text") or "")))
        if message.get("user"):
            found.add(str(message["user"]))
    return found


def is_gone(messages: Sequence[Mapping[str, Any]], thread: str) -> bool:
    """Whether the message that started the thread was deleted; replies leave a tombstone in its place."""
    root = next((message for message in messages if message.get("ts") == thread), None)
    return root is None or root.get("subtype") == "tombstone"


def said_in(
    messages: Iterable[Mapping[str, Any]],
    names: Mapping[str, str],
    me: Identity,
    left: Collection[str] = (),
) -> tuple[list[Said], int]:
    """What people and other programs said, oldest first, and how many answers of the bot are left out.

    An answer must not become a source, neither of itself nor of the next one. ``left``: digests of
    people whose messages are left out as well.
    """
    found: list[Said] = []
    answers = 0
    shown = Names({user: name or _NOBODY for user, name in names.items()}, {})
    for message in messages:
        if message.get("user") == me.user or (me.bot and message.get("bot_id") == me.bot):
            answers += 1
            continue
        if message.get("subtype") in HOUSEKEEPING:
            continue
        text = re.sub(rf"<@{re.escape(me.user)}(\|[^>]*)?>", "", str(message.get("text") or ""))
        try:
            one = project({**message, "text": text}, _NOWHERE, shown)
        except ValueError:
            continue
        person = person_digest(me.team, one.speaker_id)
        name = _NOBODY if one.speaker == one.speaker_id else one.speaker
        if one.text and person not in left:
            found.append(Said(one.ts, person, name, one.text))
    return sorted(found, key=lambda one: tuple(map(int, one.ts.split(".")))), answers


def row_of(source: Source, said: Sequence[Said], answers: int, left: Sequence[str] = ()) -> dict[str, Any]:
    """The row of a ``.jsonl`` file (`rag.sources`); ``said`` and ``left`` are for us alone.

    A question that others replied to stands in the title alone: it is nearest to whoever asks it again,
    and would be quoted as its own answer.
    """
    first, _, rest = said[0].text.partition("\n")
    is_asked = len(said) > 1 and first.endswith(("?", "？")) and len(first) <= _TITLE_CHARACTERS
    shown = [replace(said[0], text=rest.strip()), *said[1:]] if is_asked else said
    return {
        "id": source.doc_id,
        "title": first if len(first) <= _TITLE_CHARACTERS else f"{first[: _TITLE_CHARACTERS - 1]}…",
        "text": "\n".join(_line(one) for one in shown if one.text),
        "source": source.permalink,
        "acl": list(source.acl),
        "date": date_of({"ts": source.thread}),
        "attributes": {"messages": str(len(said)), "bot_answers_left_out": str(answers)},
        "said": [[one.ts, one.person, one.name, one.text] for one in said],
        "left": list(left),
    }


def without_person(row: Mapping[str, Any], person: str) -> dict[str, Any] | None:
    """The row without what a person said, now and later; ``None`` when nothing is left.

    Their name goes from the lines that were theirs. Where others wrote it, it stands.
    """
    said = [Said(*one) for one in row["said"] if one[1] != person]
    if not said:
        return None
    source = Source(row["id"], row["source"], tuple(row["acl"]), row["id"].rpartition(":")[2])
    answers = int(row["attributes"]["bot_answers_left_out"])
    return row_of(source, said, answers, sorted({*row["left"], person}))


def _line(one: Said) -> str:
    return f"{one.name} ({date_of({'ts': one.ts})[:10]}): {one.text}"
