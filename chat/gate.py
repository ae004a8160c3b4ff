"""Lets a bounded number of requests through at a time, in the order in which they came."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager

from chat.errors import ModelBusyError


class Gate:
    """A semaphore that is fair, gives up after a while, and holds for threads and event loops alike.

    Parameters
    ----------
    places
        How many may be inside.
    patience
        Seconds that one waits outside before it is turned away.
    """

    def __init__(self, places: int, patience: float) -> None:
        self._free = self._places = places
        self._patience = patience
        self._waiting: deque[Future[None]] = deque()
        self._lock = threading.Lock()

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place inside.

        Raises
        ------
        ModelBusyError
            When none became free in time.
        """
        ticket = self._ticket()
        try:
            ticket.result(self._patience)
        except BaseException as error:
            self._give_up(ticket, error)
            raise
        try:
            yield
        finally:
            self._leave()

    @asynccontextmanager
    async def async_place(self) -> AsyncIterator[None]:
        """As `place`, without blocking the event loop."""
        ticket = self._ticket()
        try:
            # Not wait_for: Python 3.11's forgets a cancellation that comes together with the place.
            async with asyncio.timeout(self._patience):
                await asyncio.wrap_future(ticket)
        except BaseException as error:
            self._give_up(ticket, error)
            raise
        try:
            yield
        finally:
            self._leave()

    def _ticket(self) -> Future[None]:
        ticket: Future[None] = Future()
        with self._lock:
            if self._free:
                self._free -= 1
                ticket.set_result(None)
            else:
                self._waiting.append(ticket)
        return ticket

    def _leave(self) -> None:
        with self._lock:
            while self._waiting:
                ticket = self._waiting.popleft()
                if ticket.set_running_or_notify_cancel():
                    ticket.set_result(None)
                    return
            self._free += 1

    def _give_up(self, ticket: Future[None], error: BaseException) -> None:
        if not ticket.cancel():
            self._leave()  # it was let in while it gave up
        if isinstance(error, TimeoutError):
            raise ModelBusyError(
                f"The model is answering {self._places} questions already; "
                f"none was done within {self._patience:g} seconds.",
                fix="Ask again in a moment.",
            ) from None
