"""When the next message may go into a channel: Slack takes about one a second in each."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from slackbot.intake import Question

_MANY = 1_000


class Lane:
    """One channel: one message at a time, and when the next may go."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._lock = asyncio.Lock()
        self._free_at = 0.0

    @property
    def is_free(self) -> bool:
        """Whether a message could go at once."""
        return not self._lock.locked() and self._free_at <= asyncio.get_running_loop().time()

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Hold the channel once it is its turn; the next turn comes an interval after the end of this."""
        loop = asyncio.get_running_loop()
        async with self._lock:
            wait = self._free_at - loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
            try:
                yield
            finally:
                self._free_at = loop.time() + self._interval


class Pace:
    """The lanes of all channels."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._lanes: dict[tuple[str, str], Lane] = {}

    def lane(self, question: Question) -> Lane:
        """The lane of the question's channel."""
        key = (question.team, question.channel)
        if key not in self._lanes and len(self._lanes) >= _MANY:
            self._lanes = {key: lane for key, lane in self._lanes.items() if not lane.is_free}
        return self._lanes.setdefault(key, Lane(self._interval))
