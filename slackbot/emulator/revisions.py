"""A number that grows with every change, and a way to wait for the next."""

import asyncio


class Revisions:
    """Counts what happens and wakes whoever waits."""

    def __init__(self) -> None:
        self.number = 0
        self._changed = asyncio.Event()

    def bump(self) -> None:
        """Something has changed."""
        self.number += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait_after(self, number: int, seconds: float) -> float:
        """Wait for something newer than ``number``; returns how many of the ``seconds`` are left."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while self.number <= number:
            try:
                async with asyncio.timeout_at(deadline):
                    await self._changed.wait()
            except TimeoutError:
                break
        return max(0.0, deadline - loop.time())
