"""How often methods may be called: one post a second in a channel, and the tiers when asked for."""

import time
from collections import deque

from slackbot.emulator.arguments import Arguments, text_of
from slackbot.emulator.methods import TIERS, Method
from slackbot.emulator.service import Service
from slackbot.emulator.workspace import Workspace

POST = "chat.postMessage"
_MINUTE_S = 60.0


class Limits:
    """Remembers the calls of the last minute, per workspace and method."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._next_post: dict[tuple[str, str], float] = {}
        self._calls: dict[tuple[str, str], deque[float]] = {}

    def wait(self, workspace: Workspace, name: str, method: Method, arguments: Arguments) -> float:
        """How many seconds the caller must wait; 0 lets the call pass, and counts it."""
        settings, now = self._service.settings, time.monotonic()
        if name == POST:
            return self._wait_for_channel(workspace.team_id, text_of(arguments, "channel"), now)
        if not settings.tiers or not method.tier:
            return 0.0
        calls = self._calls.setdefault((workspace.team_id, name), deque())
        while calls and now - calls[0] >= _MINUTE_S:
            calls.popleft()
        if len(calls) >= TIERS[method.tier]:
            return calls[0] + _MINUTE_S - now
        calls.append(now)
        return 0.0

    def _wait_for_channel(self, team: str, channel: str, now: float) -> float:
        interval = self._service.settings.post_interval
        wait = self._next_post.get((team, channel), 0.0) - now
        if not interval or wait <= 0:
            self._next_post[team, channel] = now + interval
            return 0.0
        return wait
