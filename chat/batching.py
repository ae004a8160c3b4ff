"""Requests to one model in this process: who is answered together, in which order, and for how long.

Requests are taken up in the order in which they came, each as soon as it fits beside those that are
being answered; none overtakes, so none starves. Everybody who is being answered gets a token after each
prompt that is read, or after several short ones. The thread that does so lives while there is work.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from chat.drawing import Drawing
from chat.rows import Rows

# A token, or what ended the answer: the reason, or the error.
Event = int | str | Exception
STOPPED, CUT = "stop", "length"
# Tokens of prompts that are read between two steps, where more than one prompt waits: a step costs the
# same for one row as for eight, so rows that come together should begin together.
_READ_AT_ONCE: Final = 1024


@dataclass(eq=False, slots=True)
class Request:
    """A prompt to continue; ``deliver``, called in the worker's thread, must neither block nor raise.

    Without ``drawing`` the most probable tokens are taken.
    """

    prompt: Sequence[int]
    max_new_tokens: int
    deliver: Callable[[Event], None]
    drawing: Drawing | None = None
    made: int = 0
    cancelled: bool = False

    @property
    def remaining(self) -> int:
        """Tokens that may still come."""
        return self.max_new_tokens - self.made


class Batcher:
    """Answers requests in shared batches.

    Parameters
    ----------
    rows
        The model's batch.
    end_tokens
        Ids that end an answer; they are not delivered.
    max_rows
        Most requests in a batch.
    max_tokens
        Most tokens in a batch's cache, padding and tokens still to come included: rows by width.
    """

    def __init__(self, rows: Rows, end_tokens: frozenset[int], *, max_rows: int, max_tokens: int) -> None:
        self._rows = rows
        self._end_tokens = end_tokens
        self._max_rows = max_rows if rows.can_share else 1
        self._max_tokens = max_tokens
        self._waiting: deque[Request] = deque()
        self._active: list[Request] = []
        self._lock = threading.Lock()
        self._working = False

    def submit(self, request: Request) -> None:
        """Queue a request; its prompt and its answer must fit into a batch of their own."""
        with self._lock:
            self._waiting.append(request)
            if not self._working:
                self._working = True
                threading.Thread(target=self._work, name="decoding", daemon=True).start()

    def _work(self) -> None:
        while self._has_work():
            try:
                self._turn()
            except Exception as error:  # noqa: BLE001  # the batch is torn: it is told; who waits goes on
                self._fail(error)

    def _turn(self) -> None:
        read = 0
        while (request := self._admitted(read)) is not None:
            self._begin(request)
            read += len(request.prompt)
        self._leave_out([one for one in self._active if one.cancelled])
        if self._active:
            tokens = zip(self._active, self._rows.step(), strict=True)
            self._leave_out([one for one, token in tokens if not self._continues(one, token)])

    def _has_work(self) -> bool:
        with self._lock:
            while self._waiting and self._waiting[0].cancelled:
                self._waiting.popleft()
            self._working = bool(self._waiting or self._active)
            return self._working

    def _admitted(self, read: int) -> Request | None:
        """The next request, if it fits, and ``read`` tokens and its prompt are not too much for one turn."""
        with self._lock:
            if not self._waiting or not self._fits(self._waiting[0]):
                return None
            if read and read + len(self._waiting[0].prompt) > _READ_AT_ONCE:
                return None
            return self._waiting.popleft()

    def _fits(self, request: Request) -> bool:
        if not self._active:
            return True
        rows = len(self._active) + 1
        width = max(self._rows.width, len(request.prompt))
        width += max(one.remaining for one in (*self._active, request))
        return rows <= self._max_rows and rows * width <= self._max_tokens

    def _begin(self, request: Request) -> None:
        try:
            first = self._rows.prefill(request.prompt, request.drawing)
        except Exception as error:  # noqa: BLE001  # of this request alone; it is told
            request.deliver(error)
            return
        if self._continues(request, first.token):
            self._active.append(request)
            self._rows.join(first)

    def _continues(self, request: Request, token: int) -> bool:
        """Deliver a token, or the end."""
        if token in self._end_tokens:
            request.deliver(STOPPED)
            return False
        request.made += 1
        request.deliver(token)
        if request.remaining:
            return True
        request.deliver(CUT)
        return False

    def _leave_out(self, done: Sequence[Request]) -> None:
        if done:
            places = [place for place, one in enumerate(self._active) if one not in done]
            self._rows.keep(places)
            self._active = [self._active[place] for place in places]

    def _fail(self, error: Exception) -> None:
        for request in self._active:
            request.deliver(error)
        self._active = []
        self._rows.clear()
