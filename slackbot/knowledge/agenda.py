"""When which thread is to be read again."""

import asyncio
from typing import Final

from slackbot.knowledge.files import Key

# A thread that never becomes quiet is read every so many quiet times.
_MOST_QUIETS: Final = 10
_FIRST_RETRY_S: Final = 5.0
_LONGEST_RETRY_S: Final = 600.0
_TOGETHER: Final = 20


class Agenda:
    """Threads with the time (of the event loop, in seconds) when they are due; each stands in it once."""

    def __init__(self, quiet: float) -> None:
        self._quiet = quiet
        self._times: dict[Key, float] = {}
        self._latest: dict[Key, float] = {}
        self._pauses: dict[Key, float] = {}
        self._wake = asyncio.Event()

    def now(self, key: Key) -> None:
        """As soon as possible."""
        self._latest.pop(key, None)
        self._set(key, self._clock())

    def soon(self, key: Key) -> None:
        """When it has been quiet for a while, or has been noisy for long."""
        if key in self._times and key not in self._latest:
            return  # it will be read without waiting for quiet
        latest = self._latest.setdefault(key, self._clock() + self._quiet * _MOST_QUIETS)
        self._set(key, min(self._clock() + self._quiet, latest))

    def retry(self, key: Key) -> None:
        """After a pause that grows until the thread is `settled`."""
        pause = self._pauses.get(key, _FIRST_RETRY_S)
        self._pauses[key] = min(pause * 2, _LONGEST_RETRY_S)
        self._latest.pop(key, None)
        self._set(key, self._clock() + pause)

    def settled(self, key: Key) -> None:
        """It has been read."""
        self._pauses.pop(key, None)

    async def due(self) -> list[Key]:
        """Wait for the next threads; they stand in it no longer."""
        while True:
            self._wake.clear()
            now = self._clock()
            keys = sorted((time, key) for key, time in self._times.items() if time <= now)[:_TOGETHER]
            if keys:
                break
            first = min(self._times.values(), default=None)
            try:
                async with asyncio.timeout(None if first is None else first - now):
                    await self._wake.wait()
            except TimeoutError:
                continue
        for _, key in keys:
            del self._times[key]
            self._latest.pop(key, None)
        return [key for _, key in keys]

    def _set(self, key: Key, time: float) -> None:
        self._times[key] = time
        self._wake.set()

    @staticmethod
    def _clock() -> float:
        return asyncio.get_running_loop().time()
