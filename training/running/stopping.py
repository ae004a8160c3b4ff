"""Requests to end: the first one is heeded after the step, the second at once."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any, Final

_NUMBERS: Final = (signal.SIGTERM, signal.SIGINT)


@dataclass(slots=True)
class StopRequest:
    """The signal that asked to end; 0 while none did."""

    number: int = 0

    def __bool__(self) -> bool:
        return self.number != 0

    @property
    def exit_code(self) -> int:
        """What a shell expects of a program that such a signal ended: 143 or 130."""
        return 128 + self.number if self.number else 0


@contextlib.contextmanager
def stop_on_signals() -> Iterator[StopRequest]:
    """Note SIGTERM and SIGINT while the block runs; the handlers from before are back afterwards.

    A second signal, of either kind, does what it would have done without this block: as a rule
    Ctrl-C raises KeyboardInterrupt, and SIGTERM ends the process on the spot. A process that gets
    its signals in another thread keeps its handlers.
    """
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    before: dict[signal.Signals, Any] = {}

    def note(number: int, _: FrameType | None) -> None:
        if not request:
            request.number = number
            return
        _restore(before)
        signal.raise_signal(number)

    try:
        for number in _NUMBERS:
            before[number] = signal.signal(number, note)
        yield request
    finally:
        _restore(before)


def _restore(handlers: dict[signal.Signals, Any]) -> None:
    for number, handler in handlers.items():
        # None: a handler that was not set from Python, which cannot be put back.
        signal.signal(number, signal.SIG_DFL if handler is None else handler)
