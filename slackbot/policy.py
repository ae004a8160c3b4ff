"""What the owner of a bot decided; `malmoi.toml` holds it under ``[slack]``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Mode(StrEnum):
    """What the bot answers in a channel; direct messages are always answered.

    ``off``: nothing. ``mention``: what mentions it, and follow-ups in the threads it answers in.
    ``roots``: also every message that starts a thread. ``threads``: also every message in any thread.
    """

    OFF = "off"
    MENTION = "mention"
    ROOTS = "roots"
    THREADS = "threads"


@dataclass(frozen=True, slots=True)
class Policy:
    """Who is served how; a channel's own settings go before ``mode`` and ``coaching``.

    Parameters
    ----------
    mode, coaching
        Of channels that nobody has set.
    allow
        Ids of the people and channels that may ask; empty: everybody whom Slack lets write to the bot.
    groups
        Groups of the index (``rag.acl``) and the ids of the people and channels that belong to them.
    language
        Of people whose Slack locale is none that the bot speaks: ``ko``, ``en`` or ``ja``.
    save_emoji
        The reaction that saves a thread as knowledge; empty: none does.
    retention_days
        Texts of finished questions are erased after so many days; 0: they are kept.
    """

    mode: Mode = Mode.MENTION
    coaching: bool = True
    allow: frozenset[str] = frozenset()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    language: str = "ko"
    save_emoji: str = "books"
    retention_days: int = 90
