"""Reads an answerer, which blocks, from a thread of its own."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator

from rag.types import Answer

Item = str | Answer


class Asking:
    """One answer being made; unlike an executor's, its thread cannot keep the process from ending."""

    def __init__(self, stream: Callable[[], Iterator[Item]]) -> None:
        self._stream = stream
        self._loop = asyncio.get_running_loop()
        self._said: asyncio.Queue[Item | BaseException | None] = asyncio.Queue()
        self._closed = threading.Event()
        self._thread_ended = asyncio.Event()
        threading.Thread(target=self._run, name="answer", daemon=True).start()

    async def items(self) -> AsyncIterator[Item]:
        """What the answerer gives, as soon as it does; raises what it raises."""
        while (item := await self._said.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item

    def close(self) -> None:
        """Read no more: the answerer's iterator is closed with the next thing that it gives."""
        self._closed.set()

    async def ended(self) -> None:
        """Wait until the thread is done; one that was closed may go on for a while."""
        await self._thread_ended.wait()

    def _run(self) -> None:
        try:
            items = self._stream()
            try:
                for item in items:
                    if self._closed.is_set():
                        break
                    # A default binds the value of this round; the checker knows no such lambda.
                    self._tell(lambda item=item: self._said.put_nowait(item))  # type: ignore[misc]
            finally:
                close = getattr(items, "close", None)
                if close is not None:
                    close()
        except BaseException as raised:  # noqa: BLE001 - it is raised again where the answer is awaited
            error = raised
            self._tell(lambda: self._said.put_nowait(error))
        finally:
            self._tell(lambda: self._said.put_nowait(None))
            self._tell(self._thread_ended.set)

    def _tell(self, what: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(what)
