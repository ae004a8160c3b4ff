"""Who may find which documents: a YAML file of patterns and groups, given with ``--acl``.

    "*": everyone
    "인사/*": [hr, officers]
    "인사/공지/*": everyone

A pattern is compared with a document's source, as answers show it (``인사/급여표.xlsx``, ``#채널 …``).
``*`` stands for any characters, ``/`` among them, ``?`` for one and ``[…]`` for one of several. The last
pattern that matches counts. A document that no pattern matches may be found by everybody, and one that
names its own groups (``acl`` in docs.jsonl) keeps them.

What was said in a private channel of a Slack export may be found by the group ``slack-channel:<id>``, the
channel's members, unless a rule names other groups: ``everyone`` opens no private channel, because a
pattern as wide as ``"*"`` would mean it without knowing.
"""

import hashlib
import unicodedata
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from curation.readers.slack_messages import CHANNEL_KIND, PRIVATE
from curation.yaml_lines import YamlFile, read_yaml
from rag.types import Document

_EVERYONE: Final = "everyone"
_SHAPE: Final = 'Write rows such as  "인사/*": [hr, officers]  or  "공지/*": everyone.'


@dataclass(frozen=True, slots=True)
class Rules:
    """Patterns with the groups that may read what they match; no groups: everybody.

    ``matched`` gathers the patterns that a document matched: one that matches nothing may be mistyped
    and leave open what it was meant to protect.
    """

    rows: tuple[tuple[str, tuple[str, ...]], ...] = ()
    matched: set[str] = field(default_factory=set, compare=False, repr=False)

    def applied(self, document: Document) -> Document:
        """The document with its groups."""
        source = unicodedata.normalize("NFC", document.source)
        groups: tuple[str, ...] = ()
        for pattern, named in self.rows:
            if fnmatchcase(source, pattern):
                groups = named
                self.matched.add(pattern)
        groups = document.acl or groups or _of_private_channel(document)
        return replace(document, acl=groups) if groups != document.acl else document

    def digest(self) -> str:
        """Changes with the rules."""
        return hashlib.blake2b(repr(self.rows).encode(), digest_size=16).hexdigest()


def channel_group(channel: str) -> str:
    """The group of a private channel in Slack, by its id."""
    return f"slack-channel:{channel}"


def _of_private_channel(document: Document) -> tuple[str, ...]:
    told = document.attributes
    is_private = told.get(CHANNEL_KIND) == PRIVATE
    return (channel_group(told.get("channel_id", "")),) if is_private else ()


def read_rules(path: Path) -> Rules:
    """Read a file of rules; whatever is not understood is refused, for it might be meant to protect.

    Raises
    ------
    ConfigurationError
        When it is no mapping from patterns to lists of groups, or a pattern stands twice.
    """
    held = read_yaml(path)
    if not isinstance(held.data, dict) or not held.data:
        raise held.fault((), "The rules are no mapping from patterns to groups.", _SHAPE)
    return Rules(tuple(_row(held, pattern, groups) for pattern, groups in held.data.items()))


def _row(held: YamlFile, pattern: str, groups: object) -> tuple[str, tuple[str, ...]]:
    named = () if groups == _EVERYONE else groups
    if isinstance(named, list) and named and all(isinstance(one, str) and one.strip() for one in named):
        named = tuple(one.strip() for one in named)
    if not isinstance(named, tuple):
        raise held.fault((pattern,), f"{pattern!r} has no list of groups: {groups!r}.", _SHAPE)
    return unicodedata.normalize("NFC", pattern), named
