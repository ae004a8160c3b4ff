"""What the bot is run with: from `malmoi.toml` and the environment to the bot's own values."""

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from curation.errors import ConfigurationError
from malmoi.workspace import SETTINGS_FILE, SlackSettings, Workspace

if TYPE_CHECKING:
    from rag.search import Index
    from slackbot.policy import Policy

DATABASE_VARIABLE: Final = "SLACK_DATABASE_URL"
# People, channels, private channels, direct conversations, as Slack gives them.
_ID: Final = re.compile(r"[CDGUW][A-Z0-9]+")
_EMOJI: Final = re.compile(r"[^\s:]*")
# Passages that are looked at for documents to ask about, and how many of these are offered.
_DRAWN, _OFFERED = 40, 3


def policy_of(settings: SlackSettings) -> "Policy":
    """What the owner decided, for the bot.

    Raises
    ------
    ConfigurationError
        A value cannot be meant so; its key is named.
    """
    from slackbot.policy import Mode, Policy

    _check_ids("slack.allow", settings.allow)
    for group, members in settings.groups.items():
        _check_ids(f"slack.groups.{group}", members)
    if not _EMOJI.fullmatch(settings.save_emoji):
        raise _wrong("slack.save_emoji", settings.save_emoji, "Write the name of the emoji without colons.")
    return Policy(
        mode=Mode(settings.mode),
        coaching=settings.coaching,
        allow=frozenset(settings.allow),
        groups=settings.groups,
        language=settings.language,
        save_emoji=settings.save_emoji,
        retention_days=settings.retention_days,
    )


def store_of(workspace: Workspace, named: Path | None) -> Path | str:
    """Where the bot keeps what it knows: the file that was named, a database, or the settings' file."""
    return named or os.environ.get(DATABASE_VARIABLE) or workspace.home / workspace.settings().slack.store


def open_titles(index: "Index") -> Sequence[str]:
    """Some titles of documents that everybody may read, to suggest questions about."""
    found = [passage.title for passage in index.sample(_DRAWN, 0) if passage.title and not passage.acl]
    return list(dict.fromkeys(found))[:_OFFERED]


def _check_ids(key: str, ids: Iterable[str]) -> None:
    for one in ids:
        if not _ID.fullmatch(one):
            fix = "Write ids such as U0123ABCD or C0123ABCD; Slack shows them in profiles and about channels."
            raise _wrong(key, one, fix)


def _wrong(key: str, value: str, fix: str) -> ConfigurationError:
    return ConfigurationError(f"`{key}`: {value!r} cannot be meant so.", where=SETTINGS_FILE, fix=fix)
