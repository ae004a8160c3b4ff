"""Listens on the loopback address until Ctrl-C or SIGTERM, and leaves nothing running."""

import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from typing import Final

import uvicorn

from curation.errors import ConfigurationError
from malmoi.ui.application import application
from malmoi.ui.desk import Desk

_HOST: Final = "127.0.0.1"
_LAST_PORT: Final = 65_535
_TRIED_PORTS: Final = 100
# An answer that is being written when the console ends is cut off after this long.
_STOP_GRACE_S: Final = 1


def run(desk: Desk, port: int, tell: Callable[[str], None]) -> None:
    """Serve the console; ``tell`` gets its address before the first request.

    Raises
    ------
    ConfigurationError
        Another program has the port; it names one that is free.
    """
    with contextlib.closing(bound(port)) as listener, contextlib.closing(desk):
        server = _Server(
            uvicorn.Config(
                application(desk),
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=_STOP_GRACE_S,
            )
        )
        # Whoever opens the address now waits for the server, which takes the listener over.
        tell(f"http://{_HOST}:{listener.getsockname()[1]}/")
        server.run([listener])


class _Server(uvicorn.Server):
    """Ends on a signal, and does not raise it again: children are still to be stopped."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, self.handle_exit) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


def bound(port: int) -> socket.socket:
    """Listen on a port of this machine alone; 0 takes a free one.

    Raises
    ------
    ConfigurationError
        The port cannot be had.
    """
    try:
        return _listening(port)
    except (OSError, OverflowError) as error:
        free = _next_free(port)
        raise ConfigurationError(
            f"The console cannot be served on port {port}: {getattr(error, 'strerror', None) or error}.",
            where="--port",
            fix=f"malmoi ui --port {free}" if free else "Write --port 0 for a free one.",
        ) from error


def _listening(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, port))
        listener.listen()
    except BaseException:
        listener.close()
        raise
    return listener


def _next_free(port: int) -> int:
    """The next port that can be had, 0 when none is near."""
    for other in range(port + 1, min(port + _TRIED_PORTS, _LAST_PORT) + 1):
        with contextlib.suppress(OSError), contextlib.closing(_listening(other)):
            return other
    return 0
