"""What an interaction lets the app do next: trigger ids (once, for 3 s) and response URLs.

Source: docs.slack.dev "Handling user interaction": a response_url takes five posts within 30
minutes.
"""

import itertools
import secrets
import time
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import TypeVar

from slackbot.emulator.models import MethodError

TRIGGER_S = 3.0
RESPONSE_S = 1_800.0
RESPONSE_USES = 5
_KEPT = 10_000
Value = TypeVar("Value")


@dataclass(slots=True)
class Trigger:
    """One interaction of a person."""

    team: str
    user: str
    made_at: float
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """Where an interaction may be answered: for one person, in one channel; ``ts`` is what was clicked."""

    team: str
    channel: str
    user: str
    ts: str = ""
    thread_ts: str = ""
    uses: int = 0
    made_at: float = field(default_factory=time.monotonic)


class Pointers:
    """The triggers and response URLs handed out; the oldest are forgotten."""

    def __init__(self) -> None:
        self._triggers: dict[str, Trigger] = {}
        self._responses: dict[str, ResponseUrl] = {}
        self._numbers = itertools.count(1)

    def trigger(self, team: str, user: str) -> str:
        """A trigger id for something that ``user`` did just now."""
        key = f"{next(self._numbers)}.{int(time.time())}.{secrets.token_hex(16)}"
        _keep(self._triggers, key, Trigger(team, user, time.monotonic()))
        return key

    def exchange(self, key: str, team: str) -> str:
        """Whose interaction it was; works once."""
        found = self._triggers.get(key)
        if found is None or found.team != team:
            raise MethodError("invalid_trigger_id")
        if found.used:
            raise MethodError("exchanged_trigger_id")
        if time.monotonic() - found.made_at > TRIGGER_S:
            raise MethodError("expired_trigger_id")
        found.used = True
        return found.user

    def response(self, url: ResponseUrl) -> str:
        """The secret last part of a new response URL."""
        key = secrets.token_urlsafe(18)
        _keep(self._responses, key, url)
        return key

    def use(self, key: str) -> ResponseUrl:
        """Use a response URL once more; raises ``used_url`` or ``expired_url``."""
        found = self._responses.get(key)
        if found is None or found.uses >= RESPONSE_USES:
            raise MethodError("used_url")
        if time.monotonic() - found.made_at > RESPONSE_S:
            raise MethodError("expired_url")
        found.uses += 1
        return found


def _keep(kept: MutableMapping[str, Value], key: str, value: Value) -> None:
    kept[key] = value
    if len(kept) > _KEPT:
        del kept[next(iter(kept))]
