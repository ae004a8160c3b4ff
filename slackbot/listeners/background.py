"""What goes on after a request was acknowledged; it is waited for when the bot stops."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, Final

from slackbot.config import Limits
from slackbot.logs import where
from slackbot.worker.asking import Asking, Item

# Far more than people click; it bounds what a flood of requests can hold.
MOST: Final = 1_000
_log = logging.getLogger("malmoi.slack.interactions")


class Background:
    """Tasks of their own, and a few places for work that blocks."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(limits.concurrency)
        self._leaving: set[asyncio.Task[None]] = set()
        self._is_stopping = False

    def start(self, work: Coroutine[Any, Any, None]) -> bool:
        """Do ``work`` from now on; what it raises is logged by kind and place, without its text.

        ``False``: there is too much already, or the bot stops; the work is not done.
        """
        if self._is_stopping or len(self._tasks) >= MOST:
            work.close()
            _log.error("a request was not carried out: too many at once, or the bot stops")
            return False
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return True

    async def last_of(self, stream: Callable[[], Iterator[Item]]) -> Item:
        """The last thing that blocking work gives; it runs in a thread and keeps its place until it ends.

        Work that hangs gives its place up after a second deadline: others are to be served too.

        Raises
        ------
        TimeoutError
            It took longer than `Limits.answer_deadline`, or gave nothing.
        """
        await self._places.acquire()
        asking = Asking(stream)
        leaving = asyncio.create_task(self._leave(asking))
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)
        last: Item | None = None
        try:
            async with asyncio.timeout(self._limits.answer_deadline):
                async for item in asking.items():
                    last = item
        finally:
            asking.close()
        if last is None:
            raise TimeoutError
        return last

    async def stop(self) -> None:
        """Wait for what runs, as long as the grace lasts, then end it."""
        self._is_stopping = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._limits.stop_grace)
        late = [*self._tasks, *self._leaving]
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _leave(self, asking: Asking) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2 * self._limits.answer_deadline):
                await asking.ended()
        self._places.release()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _log.error("a request was not carried out: %s", where(error))
